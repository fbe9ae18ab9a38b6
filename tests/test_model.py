"""`load()`: tables, tokenizer and TensorFlow model of the default and of a folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import safetensors
from nbclient import NotebookClient
from tiny_bert import CONFIG, WORDS, packed, tiny_files, tiny_tensors, write
from transformers import BertTokenizerFast

import bertlab

TABLES = {
    "token": "word_embeddings.weight",
    "position": "position_embeddings.weight",
    "token_type": "token_type_embeddings.weight",
    "gamma": "LayerNorm.weight",
    "beta": "LayerNorm.bias",
}
TENSORFLOW = """
import sys
import numpy as np
import bertlab

bert = bertlab.load(*sys.argv[1:])
heavy = ("tensorflow", "tf_keras", "torch", "ipywidgets", "matplotlib", "scipy")
assert not set(heavy) & set(sys.modules), set(heavy) & set(sys.modules)

embeddings = bert.model.bert.embeddings
tables = bert.tables
for theirs, ours in (
    (embeddings.weight, tables.token),
    (embeddings.position_embeddings, tables.position),
    (embeddings.token_type_embeddings, tables.token_type),
    (embeddings.LayerNorm.gamma, tables.gamma),
    (embeddings.LayerNorm.beta, tables.beta),
):
    assert np.array_equal(theirs.numpy(), ours)
assert bert.model is bert.model
assert type(bert.model).__name__ == "TFBertModel"

inputs = bert.tokenizer("The bank.", return_tensors="tf")
hidden = bert.model(inputs).last_hidden_state
pooler = bert.model.bert.pooler is not None
print(*hidden.shape, bool(np.isfinite(hidden).all()), pooler)
"""


def run(code: str, *arguments: str):
    """Run Python in a process of its own; return what it printed, which is no error."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TF_", "TRANSFORMERS_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def prefixed_and_old(tensors):
    """As bert-base-uncased names its tensors."""
    return {
        "bert."
        + (
            name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
                "LayerNorm.bias", "LayerNorm.beta"
            )
        ): array
        for name, array in tensors.items()
    }


def test_the_default_model(bert):
    assert repr(bert) == (
        "Bert('all-MiniLM-L6-v2': 6 layers, 12 heads, hidden size 384, 30,522 tokens)"
    )
    path = bert.folder / "model.safetensors"
    with safetensors.safe_open(path, "numpy") as theirs:
        for table, name in TABLES.items():
            ours = getattr(bert.tables, table)
            assert np.array_equal(theirs.get_tensor(f"embeddings.{name}"), ours)
            assert ours.dtype == np.float32
            assert not ours.flags.writeable


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/maps")
def test_processes_share_the_tables_pages(bert):
    """The pages behind the table are the file's own, not a private copy."""
    bert.tables.token.sum()
    address = bert.tables.token.ctypes.data
    with Path("/proc/self/maps").open() as maps:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if start <= address < end:
                break
    assert line.split()[1] == "r--s"
    assert line.strip().endswith("model.safetensors")


def test_the_tokenizer_neither_truncates_nor_pads(bert):
    tokenizer = bert.tokenizer
    assert type(tokenizer).__name__ == "BertTokenizerFast"
    assert tokenizer.model_max_length == 512
    assert tokenizer.tokenize("Unbelievable Café!") == ["unbelievable", "cafe", "!"]
    assert len(tokenizer("bank " * 300)["input_ids"]) == 302
    assert len(tokenizer("bank")["input_ids"]) == 3


DOT = {"__type": "AddedToken", "content": ".", "special": True}
ADDED = {"content": "[NEW]", "lstrip": True, "special": True}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, WORDS),
        ({"do_lower_case": False}, WORDS),
        ({"strip_accents": False, "tokenize_chinese_chars": False}, WORDS),
        ({"unk_token": "the", "cls_token": DOT}, WORDS),
        ({"added_tokens_decoder": {"9": ADDED, "5": {"content": "the"}}}, WORDS),
        ({}, [*WORDS[:4], *WORDS[5:]]),
    ],
    ids=["nothing", "cased", "accents", "renamed", "added", "no [MASK]"],
)
@pytest.mark.parametrize("whole", [False, True], ids=["vocab.txt", "tokenizer.json"])
def test_the_tokenizer_is_what_transformers_would_make(
    tmp_path, settings, words, whole
):
    """On the version that is locked: on others they may differ, and ours is right."""
    tensors = tiny_tensors()
    tensors["embeddings.word_embeddings.weight"] = np.zeros((10, 8), np.float32)
    files = tiny_files(tensors, words, vocab_size=10)
    files["tokenizer_config.json"] = json.dumps(settings).encode()
    folder = write(tmp_path / "bert", files)
    theirs = BertTokenizerFast.from_pretrained(folder)
    if whole:
        theirs.save_pretrained(folder)
        (folder / "vocab.txt").unlink()
    ours = bertlab.load(folder).tokenizer
    assert ours.backend_tokenizer.to_str() == theirs.backend_tokenizer.to_str()
    assert ours.special_tokens_map == theirs.special_tokens_map
    assert ours.do_lower_case == theirs.do_lower_case
    text, ids = "Thé bank[NEW] 東京 banks.", [2, 5, 6, 7, 8, 3]
    assert ours(text, "the").data == theirs(text, "the").data
    assert ours.decode(ids) == theirs.decode(ids)


def test_a_tokenizer_with_other_ids_than_the_vocabulary_is_refused(
    tmp_path, monkeypatch
):
    """What transformers 5.24 does to a vocab.txt, without a word."""
    folder = write(tmp_path / "tiny", tiny_files())
    (tmp_path / "other.txt").write_text("\n".join([*WORDS[:5], *WORDS[:4:-1]]))
    other = BertTokenizerFast(vocab_file=str(tmp_path / "other.txt"))
    monkeypatch.setattr("transformers.BertTokenizerFast", lambda **_: other)
    with pytest.raises(bertlab.ModelError, match="gives tokens other IDs than the vo"):
        bertlab.load(folder)


def test_tensorflow_has_the_same_tables_and_comes_in_without_a_sound(bert):
    assert run(TENSORFLOW) == "1 5 384 True True\n"


def test_tensorflow_reads_a_folder_with_old_names_and_no_pooler(tmp_path):
    files = tiny_files(prefixed_and_old(tiny_tensors()))
    assert run(TENSORFLOW, write(tmp_path / "old", files)) == "1 5 8 True False\n"


@pytest.mark.parametrize(
    ("dtype", "change", "precision"),
    [
        ("F32", lambda tensors: tensors, 0),
        ("F32", prefixed_and_old, 0),
        ("F16", lambda t: {n: a.astype(np.float16) for n, a in t.items()}, 2e-3),
        (
            "BF16",
            lambda t: {n: a.view(np.uint16)[..., 1::2] for n, a in t.items()},
            2e-2,
        ),
    ],
    ids=["F32", "old names", "F16", "BF16"],
)
def test_every_way_to_store_a_table_reads_alike(tmp_path, dtype, change, precision):
    tensors = tiny_tensors()
    weights = packed(change(tensors), dtype)
    folder = write(tmp_path / "bert", tiny_files() | {"model.safetensors": weights})
    tables = bertlab.load(folder).tables
    for table, name in TABLES.items():
        read, expected = getattr(tables, table), tensors[f"embeddings.{name}"]
        assert read.dtype == np.float32
        assert not read.flags.writeable
        np.testing.assert_allclose(read, expected, rtol=precision, atol=precision / 1e3)


def test_a_folder_is_named_after_its_last_part_and_its_tokenizer_is_not_limited(
    tmp_path,
):
    files = tiny_files()
    folder = write(tmp_path / "mine", files)
    tokenizer = bertlab.load(folder).tokenizer
    tokenizer.backend_tokenizer.enable_truncation(4)
    tokenizer.backend_tokenizer.enable_padding(length=4)
    tokenizer.save_pretrained(folder)
    saved = json.loads((folder / "tokenizer.json").read_text())
    assert (
        saved["truncation"]["max_length"] == saved["padding"]["strategy"]["Fixed"] == 4
    )

    bert = bertlab.load(folder)
    assert bert.name == "mine"
    assert bert.published is None
    assert bert.tokenizer.model_max_length == 16
    text = "the banks ."
    # A call of the tokenizer itself would switch both off: the backend comes first.
    assert bert.tokenizer.backend_tokenizer.encode(text).ids == [2, 5, 6, 7, 8, 3]
    assert bert.tokenizer.backend_tokenizer.encode("").ids == [2, 3]
    assert bert.tokenizer(text)["input_ids"] == [2, 5, 6, 7, 8, 3]


GOOD = tiny_files()
BYTES = GOOD["model.safetensors"]


def config(**changes):
    return {"config.json": json.dumps(CONFIG | changes).encode()}


def weights(content):
    return {"model.safetensors": content}


def vocabulary(*words):
    return {"vocab.txt": "\n".join(words).encode()}


def lacking(tensor):
    return weights(packed({n: a for n, a in tiny_tensors().items() if n != tensor}))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"config.json": None}, "has no config.json"),
        ({"config.json": b"{"}, "is not valid JSON"),
        (config(model_type="roberta"), "of type 'roberta'; bertlab takes BERT"),
        (config(quantization_config={}), "is a quantised BERT"),
        (config(position_embedding_type="relative_key"), "'relative_key' positions"),
        (config(num_hidden_layers="2"), "num_hidden_layers = '2', which must be a wh"),
        (config(num_attention_heads=3), "divides hidden_size 8 among 3 heads"),
        (config(layer_norm_eps=0), "layer_norm_eps = 0, which must be a number above"),
        (config(hidden_act="nope"), "hidden_act = 'nope', which must be one of gelu,"),
        (config(hidden_size="8"), "asks for (9, '8'): the two files belong to differ"),
        (config(num_hidden_layers=3), "no tensor encoder.layer.2."),
        (weights(None), "has no model.safetensors. The weights must be"),
        (
            weights(None) | {"pytorch_model.bin": BYTES},
            "never reads pickles (.bin, .pt)",
        ),
        (
            weights(None) | {"model.safetensors.index.json": b"{}"},
            "Weights in several pieces (shards) are not supported",
        ),
        *(
            (weights(content), "is not a whole safetensors file (")
            for content in (
                b"",
                BYTES[:100],
                BYTES[:-4],
                BYTES + b"more",
                BYTES.replace(b'"shape": [9, 8]', b'"shape": [9, 7]'),
                BYTES.replace(b'"data_offsets": [0,', b'"data_offsets": [4,'),
            )
        ),
        (
            weights(BYTES.replace(b'"dtype": "F32"', b'"dtype": "I32"')),
            "is stored as I32; bertlab reads weights in F32, F16, BF16",
        ),
        (
            lacking("embeddings.LayerNorm.bias"),
            "no tensor embeddings.LayerNorm.bias",
        ),
        ({"vocab.txt": None}, "neither vocab.txt nor tokenizer.json"),
        (vocabulary(*WORDS, "river"), "knows 10 tokens, but the token table has 9 ro"),
        (vocabulary(*WORDS[:3], "x", *WORDS[4:]), "has no [SEP], which BERT needs"),
        (vocabulary(*WORDS[:8], "bank"), "has 'bank' more than once"),
        ({"vocab.txt": b"\xff"}, "cannot be read"),
        ({"tokenizer.json": b"{}"}, "cannot be read"),
        ({"tokenizer_config.json": b"{"}, "cannot be read"),
    ],
)
def test_a_folder_that_is_not_a_bert_gets_a_sentence(tmp_path, changes, sentence):
    files = {
        n: content for n, content in (GOOD | changes).items() if content is not None
    }
    with pytest.raises(bertlab.ModelError) as error:
        bertlab.load(write(tmp_path / "spoilt", files))
    assert sentence in str(error.value)
    assert str(tmp_path / "spoilt") in str(error.value)
    assert str(error.value).count("\n") == 0


def test_a_table_may_be_padded(tmp_path):
    rows, missing = 1024, 128
    made = tiny_tensors()
    made["embeddings.word_embeddings.weight"] = np.zeros((rows, 8), np.float32)
    words = WORDS + [f"word{number}" for number in range(len(WORDS), rows - missing)]
    folder = write(tmp_path / "padded", tiny_files(made, words, vocab_size=rows))
    assert len(bertlab.load(folder).tokenizer) == rows - missing
    (folder / "vocab.txt").write_text("\n".join(words[: rows - 129]))
    with pytest.raises(bertlab.ModelError, match="knows 895 tokens, but"):
        bertlab.load(folder)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (Path("nowhere"), "There is no folder nowhere"),
        ("x" * 300, "is neither a folder nor a possible name on the Hub"),
        ("./" + "x" * 300, "There is no folder x"),
        ("~nobody-of-this-name/bert", "There is no folder ~nobody"),
    ],
)
def test_an_impossible_name_gets_a_sentence(name, sentence):
    with pytest.raises(bertlab.ModelError, match=sentence):
        bertlab.load(name)


def test_a_notebook_shows_the_sentence_and_no_traceback():
    cell = nbformat.v4.new_code_cell("import bertlab\nbertlab.load('./nowhere')")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    (output,) = notebook.cells[0].outputs
    assert output.ename == "ModelError"
    assert output.traceback == [output.evalue]
    assert output.evalue.startswith("There is no folder nowhere.")


THREADS = """
import numpy, bertlab
from threadpoolctl import threadpool_info
bertlab.load()
openblas = [p for p in threadpool_info() if p["internal_api"] == "openblas"]
print(*{p["num_threads"] for p in openblas})
"""


def test_linear_algebra_has_one_thread(bert, monkeypatch):
    """`bert` has fetched the model; a process of its own, as NumPy is loaded here."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    threads = run(THREADS).strip()
    if not threads:
        pytest.skip("NumPy has no OpenBLAS here")
    assert threads == "1"
