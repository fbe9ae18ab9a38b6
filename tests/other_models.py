"""Untrained BERTs of other sizes and vocabularies, and notebooks run on them."""

import json
from types import SimpleNamespace

import nbformat
import numpy as np
from nbclient import NotebookClient
from tiny_bert import CONFIG, packed, write

from bertlab.checkpoint import expected_shapes

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def small_vocabulary(names):
    """Two words of three, in another order of rows."""
    return [name for i, name in enumerate(names) if i % 3]


def harsh_vocabulary(names):
    """Without the words that much hangs on."""
    gone = ("the", "of", "dog", "dogs", "paris", "em")
    return [name for i, name in enumerate(names) if i % 5 and name not in gone]


def cased_vocabulary(names):
    """Some words with a capital, some without, some both, as cased checkpoints have."""
    words = dict.fromkeys(["I"])
    for i, name in enumerate(names[:14_000]):
        if i % 3:
            words[name] = None
        if i % 3 < 2:
            words[name.capitalize()] = None
    return list(words)


# "initialised" as transformers does it, or else with random numbers everywhere.
MODELS = {
    "short": {
        "vocabulary": small_vocabulary,
        "initialised": False,
        "hidden_size": 24,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "intermediate_size": 40,
        "max_position_embeddings": 24,
        "type_vocab_size": 1,
    },
    "harsh": {
        "vocabulary": harsh_vocabulary,
        "initialised": True,
        "hidden_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 40,
        "max_position_embeddings": 128,
        "type_vocab_size": 2,
    },
    "cased": {
        "vocabulary": cased_vocabulary,
        "initialised": True,
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "intermediate_size": 16,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
    },
}


def as_initialised(name, shape, random):
    """One tensor as transformers initialises it: [PAD]'s row zeros, gamma ones."""
    if name.endswith("LayerNorm.weight"):
        return np.ones(shape, np.float32)
    if name.endswith("bias"):
        return np.zeros(shape, np.float32)
    tensor = random.standard_normal(shape, np.float32) * np.float32(0.02)
    if "word_embeddings" in name:
        tensor[0] = 0
    return tensor


def write_model(folder, which, names, seed=0):
    """Write one of `MODELS` to a new folder.

    Parameters
    ----------
    folder : Path
    which : str
    names : sequence of str
        The default model's vocabulary, which its own is made from.
    """
    model = dict(MODELS[which])
    words, initialised = model.pop("vocabulary")(names), model.pop("initialised")
    words = SPECIAL + [name for name in words if name not in SPECIAL]
    config = CONFIG | model | {"vocab_size": len(words)}
    random = np.random.default_rng(seed)
    tensors = {
        name: as_initialised(name, shape, random)
        if initialised
        else random.standard_normal(shape, np.float32)
        for name, shape in expected_shapes(SimpleNamespace(**config)).items()
    }
    files = {
        "model.safetensors": packed(tensors),
        "vocab.txt": ("\n".join(words) + "\n").encode(),
        "config.json": json.dumps(config).encode(),
    }
    if which == "cased":
        cased = {"do_lower_case": False, "model_max_length": 512}
        files["tokenizer_config.json"] = json.dumps(cased).encode()
    return write(folder, files)


# Every eighth sentence is enough for all that a lesson asks of labels.
SOME = "sample.sentences()[::8]"
# What a lesson offers to whoever has little time, by the beginning of its name: a part
# of the sample, fewer steps.
SHORTER = {
    "06": {"texts_4 = usable(sample.sentences())  #": f"texts_4 = usable({SOME})  #"},
    "07": {"everything = sample.sentences()  #": f"everything = {SOME}  #"},
    "08": {
        "everything = sample.sentences()  #": f"everything = {SOME}  #",
        '"epochs": 2': '"epochs": 1',
        '"epochs": 10': '"epochs": 4',
        '"train": None': '"train": 8',
        "np.quantile(lengths, 0.5)": "np.quantile(lengths, 0.4)",
        "len(before) // 50": "len(before) // 8",
        "16 // len(by_theme)": "4 // len(by_theme)",
        "permutation(usable)[:24]": "permutation(usable)[:8]",
    },
    "09": {"every = sample.sentences()  #": f"every = {SOME}  #"},
}


def run(path):
    """Run a notebook in a fresh kernel and return what it said on stderr."""
    notebook = nbformat.read(path, 4)
    if path.parent.name != "solutions":
        shorten(notebook, SHORTER.get(path.name[:2], {}))
    NotebookClient(
        notebook, timeout=900, resources={"metadata": {"path": path.parent}}
    ).execute()
    return [
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.get("name") == "stderr"
    ]


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
