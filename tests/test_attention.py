"""Attention by hand: as the model does it, in float64, and on weights built for it."""

import sys

import numpy as np
import pytest
from test_embeddings import TEXTS
from tiny_bert import tiny_files, tiny_tensors, write

import bertlab
from bertlab.checkpoint import ACTIVATIONS
from bertlab.errors import InputError, ModelError
from bertlab.network.attention import (
    attend,
    contributions,
    feed_forward,
    layer_norm,
    layer_weights,
)
from bertlab.network.embedding import embed
from bertlab.network.encoder import encode

# Each with the arguments of `encode`.
CASES = {
    **{f"text {n}": {"text": text[0]} for n, text in enumerate(TEXTS) if not text[1:]},
    "a pair": dict(zip(("text", "pair"), TEXTS[1])),
    "a hole": {"text": "the bank by the river", "mask": [1, 0, 1, 1, 0, 1, 0]},
    "padding": {"text": "", "ids": [101, 2026, 102, 0, 0], "mask": [1, 1, 1, 0, 0]},
    "types": {"text": "my dog is cute", "types": [0, 1, 1, 0, 1, 0]},
    "one token": {"text": "", "ids": [101]},
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return bertlab.load(write(tmp_path_factory.mktemp("tiny") / "bert", tiny_files()))


@pytest.mark.parametrize("case", CASES)
def test_every_layer_and_head_is_the_models(bert, case):
    run = encode(bert, **CASES[case])
    layers, heads, n, _ = run.attentions.shape
    for layer in range(1, layers + 1):
        found = attend(bert, layer, run.hidden_states[layer - 1], run.mask)
        assert found.weights.shape == (heads, n, n)
        np.testing.assert_allclose(
            found.weights, run.attentions[layer - 1], atol=1e-5, rtol=0
        )
        np.testing.assert_allclose(
            feed_forward(bert, layer, found.output),
            run.hidden_states[layer],
            atol=1e-5,
            rtol=0,
        )


@pytest.mark.parametrize("mask", [None, [1, 0, 1, 1, 0, 1, 0]])
def test_the_whole_model_by_hand(bert, mask):
    """From the embedding layer to the last state, without TensorFlow on the way."""
    text = "the bank by the river"
    run = encode(bert, text, mask=mask)
    states = embed(bert, text).output
    for layer in range(1, bert.config.num_hidden_layers + 1):
        states = feed_forward(bert, layer, attend(bert, layer, states, mask).output)
    np.testing.assert_allclose(states, run.hidden_states[-1], atol=2e-5, rtol=0)


def test_all_masked_is_as_the_model_does_it(bert):
    """Far from equal weights: the same number is added to every score."""
    run = encode(bert, "the bank by the river", mask=0)
    for layer in range(1, bert.config.num_hidden_layers + 1):
        found = attend(bert, layer, run.hidden_states[layer - 1], run.mask)
        # Scores of about -10,000 have three decimals in float32.
        np.testing.assert_allclose(
            found.weights, run.attentions[layer - 1], atol=1e-3, rtol=0
        )
    assert run.attentions.std(axis=-1).max() > 0.05


def in_float64(tensors, layer, states, heads):
    """One layer from the tensors' own names, head by head and token by token."""

    def dense(x, name):
        name = f"encoder.layer.{layer - 1}.{name}"
        return x @ np.float64(tensors[f"{name}.weight"]).T + tensors[f"{name}.bias"]

    size = states.shape[1] // heads
    query, key, value = (
        dense(states, f"attention.self.{name}") for name in ("query", "key", "value")
    )
    weights = np.zeros((heads, len(states), len(states)))
    joined = np.zeros(states.shape)
    for head in range(heads):
        own = slice(head * size, (head + 1) * size)
        for i in range(len(states)):
            powers = [np.exp(query[i, own] @ k[own] / size**0.5) for k in key]
            weights[head, i] = np.array(powers) / sum(powers)
            for j in range(len(states)):
                joined[i, own] += weights[head, i, j] * value[j, own]
    return weights, joined, dense(joined, "attention.output.dense")


def test_every_step_against_float64(tiny):
    layer = 2
    states = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    weights, joined, projected = in_float64(tiny_tensors(), layer, states, 2)
    found = attend(tiny, layer, states)
    close = {"atol": 1e-4, "rtol": 1e-4}
    np.testing.assert_allclose(found.weights, weights, **close)
    np.testing.assert_allclose(found.joined, joined, **close)
    np.testing.assert_allclose(found.projected, projected, **close)
    np.testing.assert_allclose(found.total, states + projected, **close)
    for head in (0, 1):
        for i in range(5):
            own = slice(4 * head, 4 * head + 4)
            np.testing.assert_allclose(
                found.scores[head, i],
                found.key[head] @ found.query[head, i] / 2,
                **close,
            )
            np.testing.assert_array_equal(found.joined[i, own], found.mixed[head, i])
    total = found.total - found.total.mean(axis=1, keepdims=True)
    name = f"encoder.layer.{layer - 1}.attention.output.LayerNorm"
    wanted = total / np.sqrt((total**2).mean(axis=1, keepdims=True) + 1e-12)
    wanted = wanted * tiny_tensors()[f"{name}.weight"] + tiny_tensors()[f"{name}.bias"]
    np.testing.assert_allclose(found.output, wanted, **close)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(tmp_path, activation):
    files = tiny_files(hidden_act=activation)
    other = bertlab.load(write(tmp_path / "bert", files))
    run = encode(other, "the bank ##s .", "the banks")
    for layer in (1, 2):
        found = attend(other, layer, run.hidden_states[layer - 1])
        np.testing.assert_allclose(
            found.weights, run.attentions[layer - 1], atol=1e-5, rtol=0
        )
        np.testing.assert_allclose(
            feed_forward(other, layer, found.output),
            run.hidden_states[layer],
            atol=1e-4,
            rtol=1e-4,
        )


def test_without_tensorflow(tmp_path, monkeypatch):
    states = np.ones((3, 8), np.float32) * np.arange(3)[:, None]
    gelu, relu = (
        bertlab.load(write(tmp_path / act, tiny_files(hidden_act=act)))
        for act in ("gelu", "relu")
    )
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    found = attend(relu, 1, states)
    assert contributions(relu, 1, found).shape == (2, 3, 3)
    assert feed_forward(gelu, 1, found.output).shape == (3, 8)
    with pytest.raises(ModelError, match="TensorFlow cannot be imported here"):
        feed_forward(relu, 1, found.output)


@pytest.mark.parametrize("layer", [0, 3, "1", 1.5])
def test_there_is_no_such_layer(tiny, layer):
    with pytest.raises(InputError, match=r"^There is no layer .* has 1 to 2\.$"):
        attend(tiny, layer, np.ones((3, 8), np.float32))


@pytest.mark.parametrize("case", ["a pair", "a hole"])
def test_contributions_one_by_one(bert, case):
    run = encode(bert, **CASES[case])
    n, heads = len(run.ids), bert.config.num_attention_heads
    size = bert.config.hidden_size // heads
    for layer in (1, bert.config.num_hidden_layers):
        w = layer_weights(bert, layer)
        states = run.hidden_states[layer - 1].astype(float)
        found = attend(bert, layer, run.hidden_states[layer - 1], run.mask)
        lengths = np.zeros((heads, n, n))
        vectors = np.zeros((n, n, states.shape[1]))  # head after head added up
        for head in range(heads):
            own = slice(head * size, (head + 1) * size)
            value = states @ w.value[:, own] + w.value_bias[own]  # (tokens, size)
            for i in range(n):
                for j in range(n):
                    weight = run.attentions[layer - 1, head, i, j]
                    vector = weight * value[j] @ w.output[own]
                    lengths[head, i, j] = np.sqrt(vector @ vector)
                    vectors[i, j] += vector
        np.testing.assert_allclose(
            contributions(bert, layer, found), lengths, atol=1e-5, rtol=1e-4
        )
        # Together they are all that attention adds, but for the bias.
        np.testing.assert_allclose(
            vectors.sum(axis=1), found.projected - w.output_bias, atol=1e-5, rtol=0
        )
        assert lengths.max() > 0.1


def test_layer_norm_of_known_numbers():
    states = np.array([[1.0, 3.0], [2.0, 2.0]])
    found = layer_norm(states, np.array([2, 1]), np.array([5, 0]), eps=3)
    np.testing.assert_allclose(found, [[4, 0.5], [5, 0]])
