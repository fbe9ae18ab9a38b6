"""A BERT of a few kilobytes, as the files of its folder."""

import json
from types import SimpleNamespace

import numpy as np

from bertlab.checkpoint import expected_shapes

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "bank", "##s", "."]
CONFIG = {
    "model_type": "bert",
    "vocab_size": len(WORDS),
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 16,
    "type_vocab_size": 2,
}


def tiny_tensors(seed: int = 0) -> dict[str, np.ndarray]:
    """All tensors of the tiny BERT, without a pooler."""
    random = np.random.default_rng(seed)
    shapes = expected_shapes(SimpleNamespace(**CONFIG))
    return {n: random.normal(size=s).astype(np.float32) for n, s in shapes.items()}


def packed(tensors: dict[str, np.ndarray], dtype="F32", saved_as="pt") -> bytes:
    """A safetensors file, as PyTorch saves it; the arrays' bytes are of `dtype`."""
    header, parts, end = {"__metadata__": {"format": saved_as}}, [], 0
    for name, array in tensors.items():
        place = [end, end + array.nbytes]
        header[name] = {"dtype": dtype, "shape": array.shape, "data_offsets": place}
        parts.append(array.tobytes())
        end += array.nbytes
    text = json.dumps(header).encode()
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])


def tiny_files(tensors=None, words=WORDS, **config) -> dict[str, bytes]:
    """The files of a model's folder; `config` overrides the configuration."""
    return {
        "model.safetensors": packed(tensors or tiny_tensors()),
        "vocab.txt": ("\n".join(words) + "\n").encode(),
        "config.json": json.dumps(CONFIG | config).encode(),
    }


def write(folder, files: dict[str, bytes]):
    """Write files to a new folder and return it."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
