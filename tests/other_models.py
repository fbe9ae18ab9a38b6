"""Untrained BERTs of other sizes and vocabularies, and notebooks run on them."""

import json
from types import SimpleNamespace

import nbformat
import numpy as np
from nbclient import NotebookClient
from tiny_bert import CONFIG, packed, write

from bertlab.checkpoint import expected_shapes

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# Words that much hangs on in the lessons.
GONE = ("the", "of", "dog", "dogs", "paris", "em")
MODELS = {
    # All at once that a model can have to trip up what is written for another.
    "adversarial": {
        "hidden_size": 24,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "intermediate_size": 40,
        "max_position_embeddings": 24,
        "type_vocab_size": 1,
    },
    # Of the size of BERT-base, as transformers initialises it.
    "cased": {
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "intermediate_size": 16,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
    },
}


def cased_vocabulary(names):
    """Some words with a capital, some without, some both, as cased checkpoints have."""
    words = dict.fromkeys([*SPECIAL, "I"])
    for i, name in enumerate(names[:14_000]):
        if i % 3:
            words[name] = None
        if i % 3 < 2:
            words[name.capitalize()] = None
    return list(words)


def tensor(name, shape, random, initialised):
    """One tensor, random or as initialised; [PAD]'s row is zeros either way."""
    if name.endswith("LayerNorm.weight") and (initialised or "embeddings" in name):
        return np.ones(shape, np.float32)
    if name.endswith("bias") and initialised:
        return np.zeros(shape, np.float32)
    values = random.standard_normal(shape, np.float32)
    if "word_embeddings" in name:
        values[0] = 0
    return values * np.float32(0.02) if initialised else values


def write_model(folder, which, names):
    """Write one of `MODELS`; `names` are the words of the default one."""
    words = cased_vocabulary(names)
    if which == "adversarial":
        words = [word for word in words if word.lower() not in GONE]
    config = CONFIG | MODELS[which] | {"vocab_size": len(words)}
    random = np.random.default_rng(0)
    tensors = {
        name: tensor(name, shape, random, initialised=which == "cased")
        for name, shape in expected_shapes(SimpleNamespace(**config)).items()
    }
    files = {
        "model.safetensors": packed(tensors),
        "vocab.txt": ("\n".join(words) + "\n").encode(),
        "config.json": json.dumps(config).encode(),
        "tokenizer_config.json": b'{"do_lower_case": false}',
    }
    return write(folder, files)


# Every eighth sentence is enough for all that a lesson asks of labels.
SOME = "samples.sentences()[::8]"
# What a lesson offers to whoever has little time, by the beginning of its name: a part
# of the sample, fewer steps.
SHORTER = {
    "06": {"texts_4 = usable(samples.sentences())  #": f"texts_4 = usable({SOME})  #"},
    "07": {"everything = samples.sentences()  #": f"everything = {SOME}  #"},
    "08": {
        "everything = samples.sentences()  #": f"everything = {SOME}  #",
        '"epochs": 2': '"epochs": 1',
        '"epochs": 10': '"epochs": 4',
        '"train": None': '"train": 8',
        "np.quantile(lengths, 0.5)": "np.quantile(lengths, 0.4)",
        "len(before) // 50": "len(before) // 8",
        "16 // len(by_theme)": "4 // len(by_theme)",
        "permutation(usable)[:24]": "permutation(usable)[:8]",
    },
    "09": {"every = samples.sentences()  #": f"every = {SOME}  #"},
}


def run(notebook, folder):
    """Run a notebook in a fresh kernel, from no outputs."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook,
        timeout=900,
        startup_timeout=300,
        resources={"metadata": {"path": folder}},
    ).execute()


def said(notebook, stream):
    """Return all that was written to ``stdout`` or ``stderr``."""
    return "".join(
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.get("name") == stream
    )


def shorten_file(path):
    """Set the knobs of a lesson on disk."""
    notebook = nbformat.read(path, 4)
    shorten(notebook, SHORTER.get(path.name[:2], {}))
    nbformat.write(notebook, path)


def shorten(notebook, knobs):
    """Set a lesson's knobs to what takes less time; each must be there, once."""
    for usual, shorter in knobs.items():
        cells = [cell for cell in notebook.cells if usual in cell.source]
        assert len(cells) == 1, usual
        cells[0].source = cells[0].source.replace(usual, shorter)
