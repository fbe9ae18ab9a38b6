"""Is this folder a BERT that we can read? Its config.json, and its tensors, mapped."""

from __future__ import annotations

import json
import math
import mmap
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ModelError

# `python -m bertlab` imports this module, and says so in a line where NumPy is missing.
if TYPE_CHECKING:
    import numpy as np

WEIGHTS = "model.safetensors"
# How NumPy reads each dtype that a safetensors file may name and bertlab takes.
STORED_AS = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}
# transformers.activations_tf.ACT2FN but for glu, which halves the layer's width.
ACTIVATIONS = (
    *("gelu", "gelu_10", "gelu_fast", "gelu_new", "quick_gelu"),
    *("relu", "silu", "swish", "mish", "sigmoid", "tanh"),
)


def read_config(folder: Path, name: str) -> dict:
    """The contents of ``config.json``, if it describes a BERT, else a ModelError.

    `name` is what the learner calls the model: the folder, or its name on the Hub.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise ModelError(
            f"{name} has no config.json, so it is not a model that bertlab can read:"
            f" that has config.json, {WEIGHTS} and vocab.txt."
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise ModelError(f"config.json of {name} is not valid JSON. Copy it again.")
    kind = config.get("model_type")
    if kind != "bert":
        raise ModelError(
            f"{name} is a model of type {kind!r}; bertlab takes BERT: model_type in"
            " config.json must be 'bert'."
        )
    if "quantization_config" in config:
        raise ModelError(
            f"{name} is a quantised BERT; take the original checkpoint instead."
        )
    positions = config.get("position_embedding_type", "absolute")
    if positions != "absolute":
        raise ModelError(
            f"{name} is a BERT with {positions!r} positions; bertlab takes BERT as"
            " published, with a table of absolute positions."
        )
    return config


def check_config(config, folder: Path) -> None:
    """Raise ModelError for a value that no BERT has, if no tensor's shape shows it."""
    layers, heads = config.num_hidden_layers, config.num_attention_heads
    eps, whole = config.layer_norm_eps, "a whole number above 0"
    activations = f"one of {', '.join(ACTIVATIONS)}"
    for name, ok, wanted in (
        ("num_hidden_layers", type(layers) is int and layers > 0, whole),
        ("num_attention_heads", type(heads) is int and heads > 0, whole),
        ("layer_norm_eps", type(eps) in (int, float) and eps > 0, "a number above 0"),
        ("hidden_act", config.hidden_act in ACTIVATIONS, activations),
    ):
        if not ok:
            raise ModelError(
                f"config.json in {folder} says {name} = {getattr(config, name)!r},"
                f" which must be {wanted}."
            )


def open_checkpoint(folder: Path, config) -> Checkpoint:
    """Open the weights in `folder`; ModelError unless they are what `config` says."""
    check_config(config, folder)
    if not (folder / WEIGHTS).is_file():
        raise ModelError(f"{folder} has no {WEIGHTS}. {_other_format(folder)}")
    checkpoint = Checkpoint(folder / WEIGHTS)
    for name, shape in expected_shapes(config).items():
        found = checkpoint.shapes.get(name)
        if found is None:
            raise ModelError(
                f"{WEIGHTS} in {folder} has no tensor {name}: it is not the whole of"
                " the BERT that config.json describes."
            )
        if found != shape:
            raise ModelError(
                f"{name} in {folder} has the shape {found}, but config.json asks for"
                f" {shape}: the two files belong to different models."
            )
        dtype = checkpoint.dtypes[name]
        if dtype not in STORED_AS:
            raise ModelError(
                f"{name} in {folder} is stored as {dtype}; bertlab reads weights in"
                f" {', '.join(STORED_AS)}, not quantised ones. Take the original"
                " checkpoint."
            )
    if config.hidden_size % config.num_attention_heads:
        raise ModelError(
            f"config.json in {folder} divides hidden_size {config.hidden_size} among"
            f" {config.num_attention_heads} heads, which leaves a remainder."
        )
    return checkpoint


def _other_format(folder: Path) -> str:
    if (folder / f"{WEIGHTS}.index.json").is_file():
        return (
            "Weights in several pieces (shards) are not supported; take a model whose"
            " weights are one file."
        )
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")):
        return (
            "bertlab never reads pickles (.bin, .pt): load the model where it was made"
            " and save it with save_pretrained(folder, safe_serialization=True)."
        )
    return "The weights must be one safetensors file of that name."


class Checkpoint:
    """The tensors of one safetensors file, under the names of a plain `BertModel`.

    A leading ``bert.`` is dropped and LayerNorm's ``gamma`` and ``beta`` are called
    ``weight`` and ``bias``, so that every BERT checkpoint reads alike.

    Attributes
    ----------
    shapes : dict of str to tuple of int
        The shape of each tensor.
    dtypes : dict of str to str
        The dtype of each, as the file names it: ``"F32"`` and so on.
    saved_as : str or None
        The framework that saved the file, ``"pt"`` for PyTorch, if it says so.
    """

    def __init__(self, path: Path):
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, "numpy"):  # proves the header, to the last byte
                pass
        except SafetensorError as error:
            raise ModelError(
                f"{path.name} in {path.parent} is not a whole safetensors file"
                f" ({error}). Copy or download it again."
            ) from None
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length))
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._data_start = 8 + length
        self.saved_as = header.pop("__metadata__", {}).get("format")
        self._entries = {plain_name(name): entry for name, entry in header.items()}
        self.shapes = {n: tuple(e["shape"]) for n, e in self._entries.items()}
        self.dtypes = {n: e["dtype"] for n, e in self._entries.items()}

    def tensor(self, name: str) -> np.ndarray:
        """One tensor as a read-only float32 array, under its name in a `BertModel`.

        It is a view of the mapped file, whose pages all processes share; float16 and
        bfloat16 tensors are converted, and are copies.
        """
        # safe_open's own get_tensor copies, and cannot read bfloat16.
        import numpy as np

        dtype, shape = self.dtypes[name], self.shapes[name]
        start = self._data_start + self._entries[name]["data_offsets"][0]
        array = np.frombuffer(
            self._bytes, STORED_AS[dtype], count=math.prod(shape), offset=start
        ).reshape(shape)
        if dtype == "F16":
            array = array.astype(np.float32)
        elif dtype == "BF16":  # the upper half of a float32
            array = (array.astype(np.uint32) << 16).view(np.float32)
        array.flags.writeable = False
        return array


def plain_name(name: str) -> str:
    """The name that a tensor has in a plain `BertModel` saved by a current version."""
    name = name.removeprefix("bert.")
    for old, new in ((".gamma", ".weight"), (".beta", ".bias")):
        name = name.replace(f"LayerNorm{old}", f"LayerNorm{new}")
    return name


def expected_shapes(config) -> dict[str, tuple[int, ...]]:
    """The tensors that a BERT must have, without its pooler, with their shapes.

    A dense layer's weight is (outputs, inputs), as PyTorch stores it.
    """
    hidden, inner = config.hidden_size, config.intermediate_size
    dense = {
        "attention.self.query": (hidden, hidden),
        "attention.self.key": (hidden, hidden),
        "attention.self.value": (hidden, hidden),
        "attention.output.dense": (hidden, hidden),
        "intermediate.dense": (inner, hidden),
        "output.dense": (hidden, inner),
    }
    norms = ["attention.output.LayerNorm", "output.LayerNorm"]
    rows = {
        "word": config.vocab_size,
        "position": config.max_position_embeddings,
        "token_type": config.type_vocab_size,
    }
    shapes = {f"embeddings.{n}_embeddings.weight": (rows[n], hidden) for n in rows}
    shapes["embeddings.LayerNorm.weight"] = (hidden,)
    shapes["embeddings.LayerNorm.bias"] = (hidden,)
    for layer in range(config.num_hidden_layers):
        prefix = f"encoder.layer.{layer}."
        for name, (outputs, inputs) in dense.items():
            shapes[f"{prefix}{name}.weight"] = (outputs, inputs)
            shapes[f"{prefix}{name}.bias"] = (outputs,)
        for name in norms:
            shapes[f"{prefix}{name}.weight"] = (hidden,)
            shapes[f"{prefix}{name}.bias"] = (hidden,)
    return shapes


def release_pages(array: np.ndarray) -> None:
    """Let the system take back the memory of a mapped array until it is used again.

    The pages are read anew, from the file or the system's cache of it, when somebody
    next looks at them. Nothing happens to an array that is not a view of a file.
    """
    base = array
    while base is not None and not isinstance(base, mmap.mmap):
        base = base.obj if isinstance(base, memoryview) else getattr(base, "base", None)
    if base is not None and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
        base.madvise(mmap.MADV_DONTNEED)
