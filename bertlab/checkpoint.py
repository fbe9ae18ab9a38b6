"""Read the tensors of a BERT checkpoint in the safetensors format, memory-mapped.

A safetensors file is eight bytes that give the length of a JSON header, the header
(for each tensor its dtype, shape and place), and the tensors' bytes end to end.
"""

from __future__ import annotations

import json
import math
import mmap
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ModelError

if TYPE_CHECKING:
    import numpy as np

BYTES_PER_VALUE = {"F32": 4, "F16": 2, "BF16": 2}


class Checkpoint:
    """The tensors of one safetensors file, under the names of a plain `BertModel`.

    A leading ``bert.`` is dropped and LayerNorm's ``gamma`` and ``beta`` are called
    ``weight`` and ``bias``, so that every BERT checkpoint reads alike.

    Parameters
    ----------
    path : Path
        The file.

    Attributes
    ----------
    shapes : dict of str to tuple of int
        The shape of each tensor.
    dtypes : dict of str to str
        The dtype of each, as the file names it: ``"F32"`` and so on.
    saved_as : str or None
        The framework that saved the file, ``"pt"`` for PyTorch, if it says so.

    Raises
    ------
    ModelError
        If the file is cut short, damaged or not a safetensors file.
    """

    def __init__(self, path: Path):
        self.path = path
        with path.open("rb") as file:
            try:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:  # an empty file cannot be mapped
                raise self._damaged("it is empty") from None
        header = self._header()
        self._entries = {plain_name(name): entry for name, entry in header.items()}
        self.shapes = {n: tuple(e["shape"]) for n, e in self._entries.items()}
        self.dtypes = {n: e["dtype"] for n, e in self._entries.items()}

    def tensor(self, name: str) -> np.ndarray:
        """One tensor as a read-only float32 array.

        Parameters
        ----------
        name : str
            Its name in a plain `BertModel`, e.g. ``embeddings.LayerNorm.weight``; its
            dtype must be one of `BYTES_PER_VALUE`.

        Returns
        -------
        numpy.ndarray
            A view of the mapped file, whose pages all processes share; float16 and
            bfloat16 tensors are converted, and are copies.
        """
        import numpy as np

        entry = self._entries[name]
        dtype, shape = entry["dtype"], entry["shape"]
        start = self._data_start + entry["data_offsets"][0]
        stored = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}[dtype]
        array = np.frombuffer(
            self._bytes, dtype=stored, count=math.prod(shape), offset=start
        ).reshape(shape)
        if dtype == "F32":
            return array
        if dtype == "F16":
            array = array.astype(np.float32)
        else:  # bfloat16 is the upper half of a float32
            array = (array.astype(np.uint32) << 16).view(np.float32)
        array.flags.writeable = False
        return array

    def _header(self) -> dict:
        """Read the header and prove that it describes this file to the last byte."""
        size = len(self._bytes)
        if size < 8:
            raise self._damaged(f"it has only {size} bytes")
        (length,) = struct.unpack("<Q", self._bytes[:8])
        if length > size - 8:
            raise self._damaged("its header is cut short or of another format")
        self._data_start = 8 + length
        try:
            header = json.loads(self._bytes[8 : self._data_start])
            self.saved_as = header.pop("__metadata__", {}).get("format")
            places = sorted(tuple(entry["data_offsets"]) for entry in header.values())
            counts = {
                name: entry["data_offsets"][1] - entry["data_offsets"][0]
                for name, entry in header.items()
                if entry["dtype"] in BYTES_PER_VALUE
            }
            expected = {
                name: BYTES_PER_VALUE[header[name]["dtype"]]
                * math.prod(header[name]["shape"])
                for name in counts
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._damaged("its header cannot be read") from None
        end = 0
        for start, stop in places:
            if start != end or stop < start:
                raise self._damaged("its header leaves gaps or lets tensors overlap")
            end = stop
        if size != self._data_start + end:
            raise self._damaged(
                f"it has {size:,} bytes where its header promises"
                f" {self._data_start + end:,}"
            )
        if counts != expected:
            raise self._damaged("its header gives a tensor the wrong number of bytes")
        return header

    def _damaged(self, why: str) -> ModelError:
        return ModelError(
            f"{self.path.name} in {self.path.parent} is not a whole safetensors file:"
            f" {why}. Copy or download it again."
        )


def plain_name(name: str) -> str:
    """The name that a tensor has in a plain `BertModel` saved by a current version."""
    name = name.removeprefix("bert.")
    for old, new in ((".gamma", ".weight"), (".beta", ".bias")):
        if name.endswith("LayerNorm" + old):
            name = name.removesuffix(old) + new
    return name


def expected_shapes(config) -> dict[str, tuple[int, ...]]:
    """The tensors that a BERT of this configuration must have, without its pooler.

    Parameters
    ----------
    config : transformers.BertConfig

    Returns
    -------
    dict of str to tuple of int
        Shape of each tensor; a dense layer's weight is (outputs, inputs).
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

    shapes = {
        "embeddings.word_embeddings.weight": (config.vocab_size, hidden),
        "embeddings.position_embeddings.weight": (
            config.max_position_embeddings,
            hidden,
        ),
        "embeddings.token_type_embeddings.weight": (config.type_vocab_size, hidden),
        "embeddings.LayerNorm.weight": (hidden,),
        "embeddings.LayerNorm.bias": (hidden,),
    }
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
