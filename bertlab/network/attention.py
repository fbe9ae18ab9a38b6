"""One layer's self-attention in NumPy: query, key, score, weight, value, output."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..checkpoint import open_checkpoint
from ..errors import InputError
from ..model import import_tensorflow
from ..text.inputs import shown

# What is added to a masked token's score, as in `network.bert`, which would import
# TensorFlow. Where all are masked, none is.
MASKED = np.float32(-10_000)


@dataclass(frozen=True, repr=False, eq=False)
class LayerWeights:
    """The parameters of one layer, as stored in the checkpoint.

    A dense layer is applied as ``states @ weight + bias``: the first axis is what goes
    in, the second what comes out.

    Attributes
    ----------
    query, key, value : (hidden, hidden) ndarray
        Columns of head h: ``h * size`` to ``(h + 1) * size``, from 0.
    query_bias, key_bias, value_bias : (hidden,) ndarray
    output : (hidden, hidden) ndarray
        Applied to the heads' results, joined; rows of head h as above.
    output_bias : (hidden,) ndarray
    gamma, beta : (hidden,) ndarray
        LayerNorm after attention.
    inner : (hidden, intermediate) ndarray
    inner_bias : (intermediate,) ndarray
    outer : (intermediate, hidden) ndarray
    outer_bias : (hidden,) ndarray
        The feed-forward part's two dense layers.
    last_gamma, last_beta : (hidden,) ndarray
        LayerNorm at the layer's end.
    eps : float
    heads : int
    activation : str
        Between the two dense layers of the feed-forward part, such as ``"gelu"``.
    """

    query: np.ndarray
    query_bias: np.ndarray
    key: np.ndarray
    key_bias: np.ndarray
    value: np.ndarray
    value_bias: np.ndarray
    output: np.ndarray
    output_bias: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
    inner: np.ndarray
    inner_bias: np.ndarray
    outer: np.ndarray
    outer_bias: np.ndarray
    last_gamma: np.ndarray
    last_beta: np.ndarray
    eps: float
    heads: int
    activation: str


# Names in the checkpoint, of a weight and its bias.
_DENSE = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "output": "attention.output.dense",
    "inner": "intermediate.dense",
    "outer": "output.dense",
}


@lru_cache(maxsize=64)
def layer_weights(bert, layer):
    """Return the parameters of layer 1, 2, … straight from the model's file.

    Nothing is copied if the file holds float32, and TensorFlow is not imported.

    Raises
    ------
    InputError
        If the model has no such layer.
    """
    layers = bert.config.num_hidden_layers
    if layer not in range(1, layers + 1):
        has = f"1 to {layers}" if layers > 1 else "1 alone"
        raise InputError(f"There is no layer {shown(layer)}: {bert.name} has {has}.")
    checkpoint = open_checkpoint(bert.folder, bert.config)
    prefix = f"encoder.layer.{layer - 1}."
    found = {}
    for name, stored in _DENSE.items():
        found[name] = checkpoint.tensor(f"{prefix}{stored}.weight").T
        found[f"{name}_bias"] = checkpoint.tensor(f"{prefix}{stored}.bias")
    norms = {"": "attention.output.LayerNorm", "last_": "output.LayerNorm"}
    for name, stored in norms.items():
        found[f"{name}gamma"] = checkpoint.tensor(f"{prefix}{stored}.weight")
        found[f"{name}beta"] = checkpoint.tensor(f"{prefix}{stored}.bias")
    return LayerWeights(
        **found,
        eps=bert.config.layer_norm_eps,
        heads=bert.config.num_attention_heads,
        activation=bert.config.hidden_act,
    )


@dataclass(frozen=True, repr=False, eq=False)
class Attention:
    """One layer's attention, with every step on the way to its output.

    Attributes
    ----------
    query, key, value : (heads, tokens, size) ndarray
    scores : (heads, tokens, tokens) ndarray
        Query times key, divided by the square root of the head's size. The mask is
        not in them.
    weights : (heads, tokens, tokens) ndarray
        Softmax of each row of the scores, those of masked tokens made very small.
    mixed : (heads, tokens, size) ndarray
        The values, averaged with these weights.
    joined : (tokens, hidden) ndarray
        The heads' results side by side.
    projected : (tokens, hidden) ndarray
        Times the output matrix, plus its bias.
    total : (tokens, hidden) ndarray
        Plus what went into the layer: the residual connection.
    output : (tokens, hidden) ndarray
        Its LayerNorm.
    """

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    scores: np.ndarray
    weights: np.ndarray
    mixed: np.ndarray
    joined: np.ndarray
    projected: np.ndarray
    total: np.ndarray
    output: np.ndarray


def attend(bert, layer, states, mask=None):
    """Compute a layer's attention by hand.

    Parameters
    ----------
    bert : Bert
    layer : int
        From 1.
    states : (tokens, hidden) ndarray
        What goes into the layer: ``hidden_states[layer - 1]``.
    mask : (tokens,) sequence of int, optional
        0 for a token that nobody may attend to.

    Returns
    -------
    Attention

    Raises
    ------
    InputError
        If the model has no such layer.
    """
    w = layer_weights(bert, layer)
    tokens, hidden = states.shape
    size = hidden // w.heads

    def heads(joined):  # (tokens, hidden) to (heads, tokens, size)
        return joined.reshape(tokens, w.heads, size).transpose(1, 0, 2)

    query = heads(states @ w.query + w.query_bias)
    key = heads(states @ w.key + w.key_bias)
    value = heads(states @ w.value + w.value_bias)
    scores = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(size))
    allowed = scores
    if mask is not None:
        allowed = np.where(np.asarray(mask) == 0, scores + MASKED, scores)
    weights = softmax(allowed)
    mixed = weights @ value
    joined = mixed.transpose(1, 0, 2).reshape(tokens, hidden)
    projected = joined @ w.output + w.output_bias
    total = states + projected
    output = layer_norm(total, w.gamma, w.beta, w.eps)
    return Attention(
        query, key, value, scores, weights, mixed, joined, projected, total, output
    )


def feed_forward(bert, layer, states):
    """Compute the rest of a layer by hand: from its attention's output to its own.

    Parameters
    ----------
    bert : Bert
    layer : int
        From 1.
    states : (tokens, hidden) ndarray
        `Attention.output`.

    Returns
    -------
    (tokens, hidden) ndarray
        ``hidden_states[layer]``.

    Raises
    ------
    InputError
        If the model has no such layer.
    ModelError
        If the activation is not "gelu", and TensorFlow cannot be imported.
    """
    w = layer_weights(bert, layer)
    inner = _activate(states @ w.inner + w.inner_bias, w.activation)
    outer = inner @ w.outer + w.outer_bias
    return layer_norm(states + outer, w.last_gamma, w.last_beta, w.eps)


def softmax(scores):
    """Return the exponentials of the last axis, divided by their sum."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def layer_norm(states, gamma, beta, eps):
    """Return LayerNorm over the last axis."""
    mean = states.mean(axis=-1, keepdims=True)
    variance = states.var(axis=-1, keepdims=True)
    return (states - mean) / np.sqrt(variance + eps) * gamma + beta


def _activate(values, name):
    if name == "gelu":
        return values * (0.5 + 0.5 * _erf(values / math.sqrt(2)))
    import_tensorflow()
    from .bert import ACTIVATIONS

    return ACTIVATIONS[name](values).numpy()


_erf = np.vectorize(math.erf, otypes=[np.float32])


def contributions(bert, layer, attention):
    """Return the length of what each token adds to each other, head by head.

    The weight that token i gives to token j is multiplied by j's value vector as the
    output matrix passes it on; this is the norm of that product (Kobayashi et al. 2020,
    "Attention is not only a weight"). The products themselves, over all heads and all
    tokens j, add up to ``attention.projected[i]`` without the output's bias.

    Parameters
    ----------
    bert : Bert
    layer : int
        From 1.
    attention : Attention
        Of that layer.

    Returns
    -------
    (heads, tokens, tokens) ndarray
        Entry (h, i, j): what token j adds to token i in head h.
    """
    w = layer_weights(bert, layer)
    heads, _, size = attention.value.shape
    output = w.output.reshape(heads, size, -1)
    passed = np.linalg.norm(attention.value @ output, axis=-1)  # (heads, tokens)
    return attention.weights * passed[:, None, :]
