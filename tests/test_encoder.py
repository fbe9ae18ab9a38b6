"""The whole model on a text: what went in beside what came out of each layer."""

import gc
import math
import subprocess
import sys
import weakref
from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_embeddings import TEXTS
from tiny_bert import CONFIG, packed, tiny_files, tiny_tensors, write

import bertlab
from bertlab.checkpoint import ACTIVATIONS, expected_shapes
from bertlab.errors import InputError, ModelError
from bertlab.network import encoder
from bertlab.network.embedding import embed
from bertlab.network.encoder import BATCH_TOKENS, LONG, encode
from bertlab.text.inputs import Inputs, prepare

FIELDS = ("tokens", "ids", "positions", "types", "mask")
RANDOM = np.random.default_rng(0).integers(0, 30_522, 512)
# What each case gives to `encode`: test_pytorch.py has the same.
CASES = {
    "a sentence": {"text": "The bank raised its rates again."},
    "no text": {"text": ""},
    "accents, emoji, pieces": {"text": "naïve 👩 東京 unbelievably"},
    "special tokens typed": {"text": "my [MASK] is [PAD] cute [SEP]"},
    "a pair": {"text": "The river bank.", "pair": "Where is my money?"},
    "a long pair": {"text": "dog " * 90, "pair": "a cat sat. " * 20},
    "as long as may be": {"text": "", "ids": RANDOM},
    "one token": {"text": "", "ids": [101]},
    "all unknown": {"text": "", "ids": [100] * 9},
    "padding": {
        "text": "",
        "ids": [101, 1037, 3899, 102, *[0] * 6],
        "mask": [1] * 4 + [0] * 6,
    },
    "padding on the left": {
        "text": "",
        "ids": [*[0] * 6, 101, 1037, 3899, 102],
        "mask": [0] * 6 + [1] * 4,
        "positions": [0] * 6 + [0, 1, 2, 3],
    },
    "padding without a mask": {"text": "", "ids": [2, 5, 6, 3, 0, 0]},
    "a hole in the mask": {"text": "the bank by", "mask": [1, 0, 1, 0, 1]},
    "positions reversed": {
        "text": "my dog is cute",
        "positions": [5, 4, 3, 2, 1, 0],
    },
    "one position for all": {"text": "my dog is cute", "positions": 9},
    "types of 1": {"text": "my dog is cute", "types": 1},
    "types in turn": {"text": "my dog is cute", "types": [0, 1, 0, 1, 0, 1]},
}


def assert_close(found, wanted):
    """Compare to 1e-5, and of large numbers to the last few bits of a float32."""
    np.testing.assert_allclose(found, wanted, atol=1e-5, rtol=2e-6)


def assert_same(found, wanted):
    """Compare two encodings: what went in exactly, what came out closely."""
    assert [getattr(found, name) for name in FIELDS] == [
        getattr(wanted, name) for name in FIELDS
    ]
    assert found.hidden_states.dtype == np.float32
    assert_close(found.hidden_states, wanted.hidden_states)
    assert_close(found.attentions, wanted.attentions)


def assert_as_tf_bert_model(bert, found):
    """Run transformers' own model on the same numbers, and compare all that comes out.

    Its embedding layer, layers and attention weights know nothing of ours.
    """
    ids, positions, types, mask = (
        np.array([getattr(found, name)], np.int32) for name in FIELDS[1:]
    )
    out = bert.model(
        ids,
        position_ids=positions,
        token_type_ids=types,
        attention_mask=mask,
        output_hidden_states=True,
        output_attentions=True,
    )
    theirs, seen = np.concatenate(out.hidden_states), mask[0] == 1
    assert_close(found.hidden_states[:, seen], theirs[:, seen])
    # What nobody attends to is like nothing that was trained: rounding grows there.
    # TFBertModel's and ours are 1e-5 apart there, PyTorch's and ours 4e-5.
    np.testing.assert_allclose(found.hidden_states, theirs, atol=5e-5)
    assert_close(
        found.attentions[:, :, seen], np.concatenate(out.attentions)[:, :, seen]
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Load a BERT so small that a run costs next to nothing."""
    return bertlab.load(write(tmp_path_factory.mktemp("tiny") / "bert", tiny_files()))


# The same as TFBertModel


@pytest.mark.parametrize("traced", [False, True], ids=["first", "traced"])
@pytest.mark.parametrize("case", CASES)
def test_as_tf_bert_model(bert, case, traced, monkeypatch):
    monkeypatch.setattr(encoder.network(bert), "_used", traced)
    found = encode(bert, **CASES[case])
    assert_as_tf_bert_model(bert, found)


def made(folder, dtype="F32", pooler=False, **config):
    """Load a BERT of random numbers as large as transformers begins with."""
    config = CONFIG | config
    random, tensors = np.random.default_rng(0), {}
    for name, shape in expected_shapes(SimpleNamespace(**config)).items():
        tensors[name] = random.normal("LayerNorm.weight" in name, 0.1, shape)
    if pooler:
        hidden = config["hidden_size"]
        tensors["pooler.dense.weight"] = np.eye(hidden)
        tensors["pooler.dense.bias"] = np.zeros(hidden)
    for name, tensor in tensors.items():
        tensor = tensor.astype(np.float16 if dtype == "F16" else np.float32)
        if dtype == "BF16":  # the upper half of a float32
            tensor = (tensor.view(np.uint32) >> 16).astype(np.uint16)
        tensors[name] = tensor
    files = tiny_files(tensors, **config)
    return bertlab.load(
        write(folder, files | {"model.safetensors": packed(tensors, dtype)})
    )


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"pooler": True},
        {"type_vocab_size": 1},
        {"type_vocab_size": 1, "pooler": True, "layer_norm_eps": 0.1},
        {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072},
        {"num_hidden_layers": 1, "num_attention_heads": 8},
        {"dtype": "F16"},
        {"dtype": "BF16"},
        *({"hidden_act": name} for name in ("gelu_new", "gelu_10", "mish", "silu")),
    ],
    ids=str,
)
def test_other_berts_as_tf_bert_model(tmp_path, how):
    other = made(tmp_path / "bert", **how)
    texts = ["the bank", "bank", prepare(other, "the banks .", mask=[1, 1, 0, 1, 1, 1])]
    for found in encode(other, texts):
        if how.get("dtype") == "BF16":  # which TFBertModel reads wrongly
            assert_close(found.hidden_states[0], embed(other, "", ids=found.ids).output)
        else:
            assert_as_tf_bert_model(other, found)


def test_weights_that_tf_bert_model_refuses(tmp_path):
    weights = {"model.safetensors": packed(tiny_tensors(), saved_as="np")}
    refused = bertlab.load(write(tmp_path / "bert", tiny_files() | weights))
    usual = bertlab.load(write(tmp_path / "usual", tiny_files()))
    assert_same(encode(refused, "the bank"), encode(usual, "the bank"))
    with pytest.raises(ModelError, match="do not say that PyTorch saved them"):
        _ = refused.model


WITHOUT = """
import sys
sys.modules.update({'tf_keras': None, 'transformers.modeling_tf_utils': None})
import bertlab
from bertlab import encoder
from bertlab.training import toy_task
bert = bertlab.load(sys.argv[1])
print(encoder.encode(bert, ["the bank"] * 2)[1].hidden_states.shape)
task = toy_task.signals(9, seed=0)
how = {"trainer": toy_task.trainer_for(task), "epochs": 1}
print(toy_task.learn(task, task, **how).whole)
try:
    bert.model
except bertlab.ModelError as error:
    print(error)
"""


def test_neither_tf_bert_model_nor_keras_is_needed(tmp_path):
    folder = write(tmp_path / "bert", tiny_files())
    command = [sys.executable, "-c", WITHOUT, folder]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.stderr
    shape, whole, error = done.stdout.splitlines()
    assert (shape, whole) == ("(3, 4, 8)", "True")
    assert "go on without bert.model" in error


# The definitions, in float64.
ERF = np.vectorize(math.erf)
DEFINED = {
    "gelu": lambda x: x * (1 + ERF(x / 2**0.5)) / 2,
    "gelu_python": lambda x: x * (1 + ERF(x / 2**0.5)) / 2,
    "gelu_10": lambda x: np.clip(x * (1 + ERF(x / 2**0.5)) / 2, -10, 10),
    "quick_gelu": lambda x: x / (1 + np.exp(-1.702 * x)),
    "laplace": lambda x: (1 + ERF((x - 0.707107) / (0.282095 * 2**0.5))) / 2,
    "leaky_relu": lambda x: np.where(x > 0, x, x / 100),
    "linear": lambda x: x,
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "relu": lambda x: np.maximum(x, 0),
    "relu2": lambda x: np.maximum(x, 0) ** 2,
    "relu6": lambda x: np.clip(x, 0, 6),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "swish": lambda x: x / (1 + np.exp(-x)),
    "tanh": np.tanh,
} | dict.fromkeys(
    ("gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh"),
    lambda x: x / 2 * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3))),
)


@pytest.mark.parametrize("name", DEFINED)
def test_activations(tiny, name):
    encoder.network(tiny)  # which imports TensorFlow without a sound
    from bertlab.network import bert as engine

    assert set(engine.ACTIVATIONS) == set(DEFINED) == set(ACTIVATIONS)
    x = np.linspace(-12, 12, 97)
    found = engine.ACTIVATIONS[name](x.astype(np.float32))
    np.testing.assert_allclose(found, DEFINED[name](x), atol=1e-6, rtol=1e-6)


# What goes in


@pytest.mark.parametrize("text", TEXTS)
def test_what_went_in_comes_back(bert, text):
    found, wanted = encode(bert, *text), prepare(bert, *text)
    assert all(getattr(found, name) == getattr(wanted, name) for name in FIELDS)
    layers, heads = bert.config.num_hidden_layers, bert.config.num_attention_heads
    n = len(found.ids)
    assert found.hidden_states.shape == (layers + 1, n, bert.config.hidden_size)
    assert found.attentions.shape == (layers, heads, n, n)
    np.testing.assert_allclose(found.attentions.sum(axis=-1), 1, atol=1e-5)


def test_hidden_state_0_is_the_embedding_layer_of_any_rows(bert):
    tables = bert.tables

    @settings(deadline=None, derandomize=True, max_examples=12)
    @given(data=st.data())
    def check(data):
        count = data.draw(st.integers(1, 40))

        def rows(table):
            row = st.integers(0, len(table) - 1)
            return data.draw(st.lists(row, min_size=count, max_size=count))

        asked = {
            "ids": rows(tables.token),
            "positions": rows(tables.position),
            "types": rows(tables.token_type),
        }
        found = encode(bert, "", **asked, attentions=False)
        assert {name: getattr(found, name) for name in asked} == asked
        assert_close(found.hidden_states[0], embed(bert, "", **asked).output)

    check()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"text": "the " * 20}, "22 tokens and the model takes 16"),
        ({"positions": 16}, "no position 16"),
        ({"ids": []}, "Give from 1 to 16 token IDs, not 0"),
        ({"text": ("the", "bank")}, "A tuple is a text and its second text: give"),
        ({"text": None}, "The text must be a string"),
        ({"text": ["the"], "pair": "bank"}, "A list of texts takes no second text"),
        ({"text": ["the"], "mask": 0}, "A list of texts takes no second text and no"),
    ],
)
def test_bad_input_is_a_sentence(tiny, asked, says):
    with pytest.raises(InputError, match=says):
        encode(tiny, **{"text": "the", **asked})


def test_without_tensorflow(tmp_path, monkeypatch):
    tiny = bertlab.load(write(tmp_path / "bert", tiny_files()))
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ModelError, match="TensorFlow cannot be imported here"):
        encode(tiny, "the bank")
    assert embed(tiny, "the bank").output.shape == (4, CONFIG["hidden_size"])


# One trace, and its memory


def test_one_trace_for_all_sizes(tmp_path):
    fresh = bertlab.load(write(tmp_path / "bert", tiny_files()))
    encode(fresh, "the bank")
    traced = encoder.network(fresh)._traced
    assert [f.experimental_get_tracing_count() for f in traced.values()] == [0, 0]
    encode(fresh, ["the", "the bank", "bank ."])
    encode(fresh, "the the the")
    assert [f.experimental_get_tracing_count() for f in traced.values()] == [1, 0]
    assert encode(fresh, "the", attentions=False).attentions is None


def test_the_weights_go_with_their_bert(tmp_path):
    gone = bertlab.load(write(tmp_path / "bert", tiny_files()))
    encode(gone, ["the bank"] * 2)
    network = weakref.ref(encoder.network(gone))
    del gone
    gc.collect()
    assert network() is None


# Lists


MANY = [
    "the bank raised its rates again after a long and quiet year.",
    ("The bank by the river.", "Where is my money?"),
    "",
    ("naïve 👩 東京 unbelievably",),
    ("dog", None),
    "dog " * 510,
    "dog",
]


def test_a_list_is_as_one_by_one(bert):
    found = encode(bert, MANY)
    assert len(found) == len(MANY)
    for entry, one in zip(MANY, found):
        assert_same(one, encode(bert, *entry if isinstance(entry, tuple) else [entry]))


def test_other_numbers_in_a_list(bert):
    """IDs, positions, types, a hole and plain texts, all in one list."""
    asked = [
        {"text": "my dog is cute", "positions": [5, 4, 3, 2, 1, 0]},
        {"text": "", "ids": [101, 2026, 4937, 102]},
        {"text": "my dog", "types": [0, 1, 1, 0], "mask": [1, 1, 0, 1]},
        {"text": "my dog is very cute", "mask": 0},
        {"text": "my dog", "mask": 0},
        {"text": "my dog", "pair": "is cute"},
    ]
    texts = [prepare(bert, **one) for one in asked]
    found = encode(bert, [*texts, "a plain text among them"])
    assert found.pop().tokens[1:-1] == ["a", "plain", "text", "among", "them"]
    for one, wanted in zip(found, asked):
        assert_same(one, encode(bert, **wanted))
    # What came out goes in again, and what went in is left alone.
    for once, again in zip(found, encode(bert, found)):
        assert_same(again, once)
    found[0].ids.append(5)
    assert texts == [prepare(bert, **one) for one in asked]


@pytest.mark.parametrize("mask", [None, [1, 0, 1], 0], ids=["none", "a hole", "all"])
def test_padding_does_not_leak(tmp_path, mask):
    """Whatever is in the row that pads, and however long the other texts are."""
    tensors = tiny_tensors()
    tensors["embeddings.word_embeddings.weight"][0] = 50 * np.arange(8)
    loud = bertlab.load(write(tmp_path / "bert", tiny_files(tensors)))
    wanted = encode(loud, "bank", mask=mask)
    for longer in ("the bank", "the bank the bank the bank the bank"):
        short = prepare(loud, "bank", mask=mask)
        assert_same(encode(loud, [longer, short, longer])[1], wanted)


def test_a_list_keeps_its_own_memory(tiny):
    """What is kept of one text does not keep the batch."""
    found = encode(tiny, ["the bank the bank", "bank"])[1]
    for array in (found.hidden_states, found.attentions):
        assert array.base is None
        assert array.flags.writeable


def batches_of(monkeypatch):
    """List what goes through the model together: each batch's texts' lengths."""
    run, batches = encoder._run, []

    def noted(bert, batch, attentions):
        batches.append([len(given.ids) for given in batch])
        return run(bert, batch, attentions)

    monkeypatch.setattr(encoder, "_run", noted)
    return batches


def test_batches(bert, monkeypatch):
    """Alike in length, no more tokens than is said, and a long text alone."""
    batches = batches_of(monkeypatch)
    texts = ["dog " * n for n in (LONG, 3, LONG - 2, 300, 5, *range(100, 108))]
    found = encode(bert, [*texts, *["dog"] * 12], attentions=False)
    assert [len(one.ids) for one in found[:5]] == [LONG + 2, 5, LONG, 302, 7]
    lengths = sorted((len(one.ids) for one in found), reverse=True)
    assert list(chain(*batches)) == lengths
    for batch in batches:
        assert len(batch) * max(batch) <= BATCH_TOKENS
        assert len(batch) == 1 or max(batch) <= LONG


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (5, "The text must be a string"),
        ((), "must be a text or a tuple of two texts, not ()."),
        (("bank", 5), "The second text must be a string"),
        ("the " * 20, "That is 22 tokens and the model takes 16"),
        (
            Inputs(["x"], [5], [0, 1], [0], [1]),
            "There is 1 token, special ones included, and 2",
        ),
    ],
    ids=str,
)
def test_a_bad_entry_is_named(tiny, entry, says, monkeypatch):
    batches = batches_of(monkeypatch)
    with pytest.raises(InputError) as error:
        encode(tiny, ["the bank", entry, "bank"])
    assert str(error.value).startswith("Entry 1 of the list")
    assert says in str(error.value)
    assert batches == []  # it is said before the model runs
