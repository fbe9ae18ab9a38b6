"""The whole model on a text: what went in beside what came out of each layer."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_embeddings import TEXTS
from tiny_bert import CONFIG, packed, tiny_files, tiny_tensors, write

import bertlab
from bertlab.embeddings import embed
from bertlab.encoder import encode
from bertlab.errors import InputError, ModelError
from bertlab.inputs import prepare

FIELDS = ("tokens", "ids", "positions", "types", "mask")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Load a BERT so small that a run costs next to nothing."""
    return bertlab.load(write(tmp_path_factory.mktemp("tiny") / "bert", tiny_files()))


@pytest.mark.parametrize("text", TEXTS)
def test_shapes(bert, text):
    found = encode(bert, *text)
    config, n = bert.config, len(found.tokens)
    assert found.hidden_states.shape == (
        config.num_hidden_layers + 1,
        n,
        config.hidden_size,
    )
    heads = config.num_attention_heads
    assert found.attentions.shape == (config.num_hidden_layers, heads, n, n)
    assert found.hidden_states.dtype == found.attentions.dtype == np.float32


@pytest.mark.parametrize("text", TEXTS)
def test_what_went_in_comes_back(bert, text):
    found, wanted = encode(bert, *text), prepare(bert, *text)
    assert all(getattr(found, name) == getattr(wanted, name) for name in FIELDS)
    encoded = bert.tokenizer(*text)
    assert found.ids == encoded["input_ids"]
    assert found.types == encoded["token_type_ids"]


def test_other_numbers_come_back(tiny):
    asked = {
        "ids": [2, 6, 6, 3],
        "positions": [15, 0, 7, 7],
        "types": [1, 0, 1, 0],
        "mask": [1, 1, 0, 1],
    }
    found = encode(tiny, "the", **asked)
    assert {name: getattr(found, name) for name in asked} == asked
    assert found.tokens == ["[CLS]", "bank", "bank", "[SEP]"]
    assert found.hidden_states.shape == (3, 4, 8)


@pytest.mark.parametrize("text", TEXTS)
def test_the_last_state_is_the_models_own(bert, text):
    encoded = bert.tokenizer(*text, return_tensors="tf")
    wanted = bert.model(encoded).last_hidden_state[0]
    np.testing.assert_allclose(
        encode(bert, *text).hidden_states[-1], wanted, atol=1e-5, rtol=0
    )


@pytest.mark.parametrize("text", TEXTS)
def test_hidden_state_0_is_the_embedding_layer(bert, text):
    found, by_hand = encode(bert, *text, attentions=False), embed(bert, *text)
    np.testing.assert_allclose(
        found.hidden_states[0], by_hand.output, atol=1e-5, rtol=0
    )


def test_hidden_state_0_of_any_rows(bert):
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
        by_hand = embed(bert, "", **asked)
        np.testing.assert_allclose(
            found.hidden_states[0], by_hand.output, atol=1e-5, rtol=0
        )

    check()


def test_each_number_has_its_part(bert):
    usual = encode(bert, "my dog is cute").hidden_states
    for other in (
        {"positions": [0, 1, 9, 3, 4, 5]},
        {"types": [0, 0, 1, 0, 0, 0]},
        {"ids": [101, 2026, 4937, 2003, 10140, 102]},
    ):
        changed = encode(bert, "my dog is cute", **other).hidden_states
        apart = np.abs(changed - usual).max(axis=2)  # (layers + 1, tokens)
        # Before attention the one token alone is another; in the end all are.
        assert list(np.flatnonzero(apart[0] > 1e-6)) == [2]
        assert (apart[-1] > 1e-3).all()


@pytest.mark.parametrize("text", TEXTS[:4])
def test_attention_rows_sum_to_1(bert, text):
    weights = encode(bert, *text).attentions
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-5)


def test_masked_tokens_get_no_attention(bert):
    alone = encode(bert, "my dog is cute")
    ids = [*alone.ids, 0, 0, 0]
    mask = [1] * 6 + [0] * 3
    padded = encode(bert, "", ids=ids, mask=mask)
    assert padded.attentions[..., 6:].max() == 0
    np.testing.assert_allclose(padded.attentions.sum(axis=-1), 1, atol=1e-5)
    # So the words come out as without the padding.
    np.testing.assert_allclose(
        padded.hidden_states[:, :6], alone.hidden_states, atol=1e-5, rtol=0
    )
    unmasked = encode(bert, "", ids=ids)
    assert unmasked.attentions[..., 6:].min() > 0
    assert np.abs(unmasked.hidden_states[-1, :6] - alone.hidden_states[-1]).max() > 0.01


def test_a_hole_in_the_mask(tiny):
    weights = encode(tiny, "the bank", mask=[1, 0, 1, 1]).attentions
    assert weights[..., 1].max() == 0
    assert weights[..., [0, 2, 3]].min() > 0


def test_without_attentions(tiny):
    found = encode(tiny, "the bank", attentions=False)
    assert found.attentions is None
    np.testing.assert_array_equal(
        found.hidden_states, encode(tiny, "the bank").hidden_states
    )


def test_no_dropout(tiny):
    first, second = (encode(tiny, "the bank").hidden_states for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"text": "the " * 20}, "22 tokens and the model takes 16"),
        ({"positions": 16}, "no position 16"),
        ({"positions": -1}, "no position -1"),
        ({"types": 2}, "no token type 2"),
        ({"types": [0, 0]}, "2 token types for them"),
        ({"mask": [1]}, "1 mask value for them"),
        ({"ids": []}, "Give from 1 to 16 token IDs, not 0"),
        ({"ids": [9]}, "no token ID 9"),
        ({"positions": "0 1 2"}, "must be whole numbers"),
    ],
)
def test_bad_input_is_a_sentence(tiny, asked, says):
    with pytest.raises(InputError, match=says):
        encode(tiny, **{"text": "the", **asked})


def test_one_type(tmp_path):
    tensors = tiny_tensors()
    name = "embeddings.token_type_embeddings.weight"
    tensors[name] = tensors[name][:1]
    one = bertlab.load(write(tmp_path / "one", tiny_files(tensors, type_vocab_size=1)))
    assert encode(one, "the bank").hidden_states.shape == (3, 4, 8)
    with pytest.raises(InputError, match="it takes one text, not a pair"):
        encode(one, "the", "bank")


def test_without_tensorflow(tmp_path, monkeypatch):
    tiny = bertlab.load(write(tmp_path / "bert", tiny_files()))
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ModelError, match="TensorFlow cannot be imported here"):
        encode(tiny, "the bank")
    # What is wrong with the input is said first.
    with pytest.raises(InputError):
        encode(tiny, "the bank", types=2)
    assert embed(tiny, "the bank").output.shape == (4, CONFIG["hidden_size"])


def test_weights_that_tensorflow_refuses(tmp_path):
    weights = {"model.safetensors": packed(tiny_tensors(), saved_as="np")}
    refused = bertlab.load(write(tmp_path / "bert", tiny_files() | weights))
    with pytest.raises(ModelError, match="do not say that PyTorch saved them"):
        encode(refused, "the bank")
    assert embed(refused, "the bank").output.shape == (4, CONFIG["hidden_size"])


def test_running_the_model_leaves_the_config_alone(tmp_path):
    fresh = bertlab.load(write(tmp_path / "bert", tiny_files()))
    before = fresh.config.to_dict()
    encode(fresh, "the bank")
    assert fresh.config.to_dict() == before
