"""`load()`: tables, tokenizer and TensorFlow model of the default and of a folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from tiny_bert import CONFIG, WORDS, packed, tiny_files, tiny_tensors, write

import bertlab
from bertlab.checkpoint import ACTIVATIONS, Checkpoint, release_pages

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
assert (bert.model.bert.pooler is not None) is POOLER

inputs = bert.tokenizer("The bank.", return_tensors="tf")
hidden = bert.model(inputs).last_hidden_state
print(*hidden.shape, bool(np.isfinite(hidden).all()))
"""


def run(code: str, *arguments: str, **environment: str):
    """Run Python in a process of its own, whose descriptors 1 and 2 are captured."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TF_", "TRANSFORMERS_"))
    } | environment
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_default_model(bert):
    assert repr(bert) == (
        "Bert('all-MiniLM-L6-v2': 6 layers, 12 heads, hidden size 384, 30,522 tokens)"
    )
    tables = bert.tables
    assert tables.token.shape == (30522, 384)
    assert tables.position.shape == (512, 384)
    assert tables.token_type.shape == (2, 384)
    assert tables.gamma.shape == tables.beta.shape == (384,)
    assert tables.eps == 1e-12
    for table in (tables.token, tables.position, tables.token_type, tables.gamma):
        assert table.dtype == np.float32
        assert not table.flags.writeable
    assert str(bert.folder) not in repr(bert) + repr(tables)


def test_the_tables_are_what_safetensors_reads(bert):
    safetensors = pytest.importorskip("safetensors")
    path = bert.folder / "model.safetensors"
    with safetensors.safe_open(path, "numpy") as theirs:
        for name, ours in (
            ("word_embeddings.weight", bert.tables.token),
            ("position_embeddings.weight", bert.tables.position),
            ("token_type_embeddings.weight", bert.tables.token_type),
            ("LayerNorm.weight", bert.tables.gamma),
            ("LayerNorm.bias", bert.tables.beta),
        ):
            assert np.array_equal(theirs.get_tensor(f"embeddings.{name}"), ours)


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
    assert tokenizer.is_fast
    assert type(tokenizer).__name__ == "BertTokenizerFast"
    assert tokenizer.model_max_length == 512
    assert tokenizer.tokenize("Unbelievable Café!") == [
        *["unbelievable", "cafe", "!"],
    ]
    assert len(tokenizer("bank " * 300)["input_ids"]) == 302
    assert len(tokenizer("bank")["input_ids"]) == 3


def test_tensorflow_has_the_same_tables_and_comes_in_without_a_sound(bert):
    done = run(TENSORFLOW.replace("POOLER", "True"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 5 384 True\n"
    assert done.stderr == ""


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


def test_tensorflow_reads_a_folder_with_old_names_and_no_pooler(tmp_path):
    old = packed(prefixed_and_old(tiny_tensors()))
    folder = write(tmp_path / "old", tiny_files() | {"model.safetensors": old})
    done = run(TENSORFLOW.replace("POOLER", "False"), str(folder))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 5 8 True\n"
    assert done.stderr == ""


def test_no_tensorflow_is_a_sentence(tmp_path):
    folder = write(tmp_path / "tiny", tiny_files())
    code = (
        "import sys, bertlab\n"
        "bert = bertlab.load(sys.argv[1])\n"
        "sys.modules['tensorflow'] = None\n"
        "try: bert.model\n"
        "except bertlab.ModelError as error: print(error)\n"
    )
    done = run(code, str(folder))
    assert done.stdout.startswith("TensorFlow cannot be imported here (")
    assert done.stderr == ""


def test_weights_that_tensorflow_refuses_get_a_sentence(tmp_path):
    weights = packed(tiny_tensors(), saved_as="np")
    folder = write(tmp_path / "tiny", tiny_files() | {"model.safetensors": weights})
    code = (
        "import sys, bertlab\n"
        "try: bertlab.load(sys.argv[1]).model\n"
        "except bertlab.ModelError as error: print(error)\n"
    )
    done = run(code, str(folder))
    assert "do not say that PyTorch saved them" in done.stdout
    assert done.stderr == ""


def test_old_and_new_names_read_alike(tmp_path):
    tensors = tiny_tensors()
    new = bertlab.load(write(tmp_path / "new", tiny_files(tensors)))
    old_files = tiny_files(prefixed_and_old(tensors))
    old = bertlab.load(write(tmp_path / "old", old_files))
    for table, name in (
        ("token", "word_embeddings.weight"),
        ("position", "position_embeddings.weight"),
        ("token_type", "token_type_embeddings.weight"),
        ("gamma", "LayerNorm.weight"),
        ("beta", "LayerNorm.bias"),
    ):
        expected = tensors[f"embeddings.{name}"]
        assert np.array_equal(getattr(new.tables, table), expected)
        assert np.array_equal(getattr(old.tables, table), expected)


def test_half_precision_is_converted(tmp_path):
    tensors = tiny_tensors()
    halves = {name: array.astype(np.float16) for name, array in tensors.items()}
    brains = {
        n: (a.view(np.uint32) >> 16).astype(np.uint16) for n, a in tensors.items()
    }
    name = "embeddings.word_embeddings.weight"
    for dtype, arrays, precision in (("F16", halves, 2e-3), ("BF16", brains, 2e-2)):
        path = tmp_path / dtype
        path.write_bytes(packed(arrays, dtype))
        read = Checkpoint(path).tensor(name)
        assert read.dtype == np.float32
        assert not read.flags.writeable
        np.testing.assert_allclose(read, tensors[name], rtol=precision, atol=1e-6)
    assert np.array_equal(
        Checkpoint(tmp_path / "F16").tensor(name), halves[name].astype(np.float32)
    )


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


def without(*names):
    def change(files):
        for name in names:
            del files[name]

    return change


def config(**changes):
    def change(files):
        files["config.json"] = json.dumps(CONFIG | changes).encode()

    return change


def weights(change_bytes):
    def change(files):
        files["model.safetensors"] = change_bytes(files["model.safetensors"])

    return change


def tensors(change_tensors):
    def change(files):
        made = tiny_tensors()
        change_tensors(made)
        files["model.safetensors"] = packed(made)

    return change


def pickles(files):
    files["pytorch_model.bin"] = files.pop("model.safetensors")


def shards(files):
    del files["model.safetensors"]
    files["model.safetensors.index.json"] = b"{}"


def longer_vocabulary(files):
    files["vocab.txt"] += b"river\n"


def no_separator(files):
    files["vocab.txt"] = files["vocab.txt"].replace(b"[SEP]", b"other")


def vocabulary(*words):
    return lambda files: files.update({"vocab.txt": "\n".join(words).encode()})


def rename(old, new):
    return weights(lambda data: data.replace(old, new))


def integers(data: bytes) -> bytes:
    """The same bytes, said to be integers of 32 bits."""
    return data.replace(b'"dtype": "F32"', b'"dtype": "I32"')


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without("config.json"), "has no config.json"),
        (lambda f: f.update({"config.json": b"{"}), "is not valid JSON"),
        (lambda f: f.update({"config.json": b"[]"}), "is not valid JSON"),
        (config(model_type="roberta"), "of type 'roberta'; bertlab takes BERT"),
        (config(quantization_config={}), "is a quantised BERT"),
        (config(position_embedding_type="relative_key"), "'relative_key' positions"),
        (config(hidden_size="8"), "hidden_size = '8', which must be a whole number"),
        (config(num_attention_heads=3), "divides hidden_size 8 among 3 heads"),
        (config(layer_norm_eps="x"), "layer_norm_eps = 'x', which must be a number"),
        (config(layer_norm_eps=0), "layer_norm_eps = 0, which must be a number above"),
        (config(hidden_act="nope"), "hidden_act = 'nope', which must be one of gelu,"),
        (config(hidden_act=["gelu"]), "hidden_act = ['gelu'], which must be one of"),
        (without("model.safetensors"), "has no model.safetensors. The weights must be"),
        (pickles, "never reads pickles (.bin, .pt)"),
        (shards, "Weights in several pieces (shards) are not supported"),
        (weights(lambda data: b""), "is not a whole safetensors file: it is empty"),
        (weights(lambda data: data[:5]), "it has only 5 bytes"),
        (weights(lambda data: data[:100]), "its header is cut short"),
        (weights(lambda data: data[:-4]), "bytes where its header promises"),
        (weights(lambda data: data + b"more"), "bytes where its header promises"),
        (weights(lambda data: b"PK\3\4" * 90), "cut short or of another format"),
        (rename(b'"shape": [9, 8]', b'"shape": [9, 7]'), "the wrong number of bytes"),
        (rename(b'"__metadata__": {', b'"__metadata__": ['), "cannot be read"),
        (rename(b'"data_offsets": [0,', b'"data_offsets": [4,'), "leaves gaps"),
        (
            weights(integers),
            "is stored as I32; bertlab reads weights in F32, F16, BF16",
        ),
        (config(vocab_size=12), "asks for (12, 8): the two files belong to different"),
        (config(num_hidden_layers=3), "no tensor encoder.layer.2."),
        (
            tensors(lambda made: made.pop("embeddings.LayerNorm.bias")),
            "no tensor embeddings.LayerNorm.bias",
        ),
        (without("vocab.txt"), "neither vocab.txt nor tokenizer.json"),
        (longer_vocabulary, "knows 10 tokens, but the token table has 9 rows"),
        (vocabulary(*WORDS[:6]), "knows 6 tokens, but the token table has 9 rows"),
        (no_separator, "has no [SEP], which BERT needs"),
        (vocabulary(), "has no [UNK], [CLS], [SEP], [PAD], which BERT needs"),
        (vocabulary(*WORDS[:8], "bank"), "has 'bank' more than once"),
        (lambda f: f.update({"tokenizer.json": b"{}"}), "cannot be read"),
    ],
)
def test_a_folder_that_is_not_a_bert_gets_a_sentence(tmp_path, change, sentence):
    files = tiny_files()
    change(files)
    with pytest.raises(bertlab.ModelError) as error:
        bertlab.load(write(tmp_path / "spoilt", files))
    assert sentence in str(error.value)
    assert str(tmp_path / "spoilt") in str(error.value)
    assert str(error.value).count("\n") == 0


def test_the_tiny_bert_itself_loads(tmp_path):
    bert = bertlab.load(write(tmp_path / "tiny", tiny_files()))
    assert len(bert.tokenizer) == len(WORDS) == len(bert.tables.token)


@pytest.mark.parametrize("missing", [0, 6, 128])
def test_a_table_may_be_padded(tmp_path, missing):
    rows = 1024
    made = tiny_tensors()
    made["embeddings.word_embeddings.weight"] = np.zeros((rows, 8), np.float32)
    words = WORDS + [f"word{number}" for number in range(len(WORDS), rows - missing)]
    folder = write(tmp_path / "padded", tiny_files(made, words, vocab_size=rows))
    assert len(bertlab.load(folder).tokenizer) == rows - missing
    (folder / "vocab.txt").write_text("\n".join(words[: rows - 129]))
    with pytest.raises(bertlab.ModelError, match="knows 895 tokens, but"):
        bertlab.load(folder)


def test_the_activations_are_those_of_transformers():
    done = run(
        "import logging; logging.disable()\n"
        "from transformers.activations_tf import ACT2FN\n"
        "print(*ACT2FN)"
    )
    names = done.stdout.splitlines()[-1].split()
    assert set(ACTIVATIONS) > set(names) - {"glu"}


def test_a_folder_that_does_not_exist_gets_a_sentence(tmp_path):
    with pytest.raises(bertlab.ModelError, match=r"There is no folder .*nowhere"):
        bertlab.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
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


def mapped_bytes():
    """How much of mapped files is in this process's memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssFile"):
            return int(line.split()[1]) * 1024
    return None


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_pages_of_a_table_are_given_back_and_read_again():
    table = bertlab.load().tables.token
    mean = table.mean()  # every page is in memory now
    full = mapped_bytes()
    release_pages(table)
    assert full - mapped_bytes() > 0.9 * table.nbytes
    assert table.mean() == mean


def test_an_array_of_no_file_has_no_pages_to_release():
    array = np.arange(6.0).reshape(2, 3)
    release_pages(array[1:])
    assert array.tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(("setting", "wanted"), [(None, 1), ("2", 2)])
def test_linear_algebra_has_one_thread_unless_told_otherwise(bert, setting, wanted):
    """`bert` has fetched the model; a process of its own, as NumPy is loaded here."""
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    if setting:
        environment["OPENBLAS_NUM_THREADS"] = setting
    code = (
        "import numpy, bertlab; bertlab.load(); from threadpoolctl import *;"
        "print({p['num_threads'] for p in threadpool_info()"
        " if p['internal_api'] == 'openblas'} or 'none')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    if ran.stdout.strip() == "none":
        pytest.skip("NumPy has no OpenBLAS here")
    assert ran.stdout.strip() == str({min(wanted, os.cpu_count())})
