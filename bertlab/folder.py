"""Check that a folder holds a BERT that bertlab can use."""

import json
import math
from collections import Counter
from pathlib import Path

from .checkpoint import BYTES_PER_VALUE, Checkpoint, expected_shapes
from .errors import ModelError

WEIGHTS = "model.safetensors"
# All that is read, fetched or copied of a model: no code, no pickle.
FILES = (
    "config.json",
    WEIGHTS,
    "vocab.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
)
SIZES = (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
    "type_vocab_size",
)
# transformers.activations_tf.ACT2FN but for glu, which halves the layer's width.
ACTIVATIONS = (
    *("gelu", "gelu_10", "gelu_fast", "gelu_new", "quick_gelu"),
    *("relu", "silu", "swish", "mish", "sigmoid", "tanh"),
)


def read_config(folder: Path, name: str) -> dict:
    """Read ``config.json`` and check that it describes a BERT.

    Parameters
    ----------
    folder : Path
    name : str
        What the learner calls the model: the folder, or its name on the Hub.

    Returns
    -------
    dict
        The configuration as it stands in the file.

    Raises
    ------
    ModelError
        If the file is missing or not JSON, or describes another architecture.
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


def open_checkpoint(folder: Path, config) -> Checkpoint:
    """Open the weights in `folder` and check them against the configuration.

    Parameters
    ----------
    folder : Path
    config : transformers.BertConfig

    Returns
    -------
    Checkpoint

    Raises
    ------
    ModelError
        If the configuration has an impossible value, or the weights are missing, in
        another format, incomplete or of other shapes.
    """
    for size in SIZES:
        value = getattr(config, size)
        if type(value) is not int or value < 1:
            raise ModelError(
                f"config.json in {folder} says {size} = {value!r}, which must be a"
                " whole number above 0."
            )
    if config.hidden_size % config.num_attention_heads:
        raise ModelError(
            f"config.json in {folder} divides hidden_size {config.hidden_size} among"
            f" {config.num_attention_heads} heads, which leaves a remainder."
        )
    eps = config.layer_norm_eps
    if type(eps) not in (int, float) or not 0 < eps < math.inf:
        raise ModelError(
            f"config.json in {folder} says layer_norm_eps = {eps!r}, which must be a"
            " number above 0."
        )
    if config.hidden_act not in ACTIVATIONS:
        raise ModelError(
            f"config.json in {folder} says hidden_act = {config.hidden_act!r}, which"
            f" must be one of {', '.join(ACTIVATIONS)}."
        )
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
        if dtype not in BYTES_PER_VALUE:
            raise ModelError(
                f"{name} in {folder} is stored as {dtype}; bertlab reads weights in"
                f" {', '.join(BYTES_PER_VALUE)}, not quantised ones. Take the original"
                " checkpoint."
            )
    return checkpoint


def _other_format(folder: Path) -> str:
    if (folder / "model.safetensors.index.json").is_file():
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


def check_tokenizer_files(folder: Path) -> None:
    """Raise ModelError unless `folder` holds a tokenizer, with each token once."""
    vocabulary = folder / "vocab.txt"
    if (folder / "tokenizer.json").is_file():  # read in place of vocab.txt
        return
    if not vocabulary.is_file():
        raise ModelError(
            f"{folder} has neither vocab.txt nor tokenizer.json; copy the tokenizer's"
            " files from where the model came from."
        )
    lines = vocabulary.read_bytes().splitlines()
    if double := [line for line, times in Counter(lines).items() if times > 1]:
        raise ModelError(
            f"vocab.txt in {folder} has {double[0].decode(errors='replace')!r} more"
            " than once, so its lines are not the rows of the token table. Copy it"
            " again from where the model came from."
        )
