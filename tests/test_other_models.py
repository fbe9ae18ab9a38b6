"""The notebooks' code on a BERT of other sizes and another vocabulary, untrained.

What comes out is not compared; nothing may break, or be said on stderr.
"""

import json
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from notebook_style import LESSONS
from tiny_bert import CONFIG, packed, write

from bertlab.checkpoint import expected_shapes
from bertlab.tokens import vocabulary

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SIZES = {
    "hidden_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 40,
    "max_position_embeddings": 128,
}
# Which words the lessons' lists lose: few, most, and the ones that all hangs on.
VOCABULARIES = {
    "without a third": lambda i, name: i % 3,
    "without the, dog and embeddings' pieces": lambda i, name: (
        i % 5 and name not in ("the", "of", "dog", "dogs", "paris", "em")
    ),
}


def other_bert(folder, words, seed=0):
    """Write an untrained BERT with these words to a new folder."""
    config = CONFIG | SIZES | {"vocab_size": len(words)}
    random = np.random.default_rng(seed)
    shapes = expected_shapes(SimpleNamespace(**config))
    tensors = {
        name: random.normal(size=shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    files = {
        "model.safetensors": packed(tensors),
        "vocab.txt": ("\n".join(words) + "\n").encode(),
        "config.json": json.dumps(config).encode(),
    }
    return write(folder, files)


@pytest.mark.parametrize("which", VOCABULARIES)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, which, bert, tmp_path, monkeypatch):
    keep = VOCABULARIES[which]
    names = [n for i, n in enumerate(vocabulary(bert)) if keep(i, n)]
    words = SPECIAL + [name for name in names if name not in SPECIAL]
    monkeypatch.setenv("BERTLAB_MODEL", str(other_bert(tmp_path / "bert", words)))
    notebook = nbformat.read(path, 4)
    client = NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": path.parent}}
    )
    client.execute()
    said = [
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.get("name") == "stderr"
    ]
    assert not said
