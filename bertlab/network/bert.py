"""BERT in plain TensorFlow: from rows of three tables to every layer's output."""

from __future__ import annotations

import math

import tensorflow as tf

from ..checkpoint import expected_shapes, open_checkpoint, release_pages

# What is added to a hidden token's score, as BERT does it. Where all are hidden, all
# scores are smaller by the same, and none is hidden.
HIDDEN = -10_000.0


def gelu(x):
    """Return x times the share of a normal distribution below x (GELU).

    TensorFlow's own takes half as long again: for the smallest x it is more exact.
    """
    return x * (0.5 + 0.5 * tf.math.erf(x * math.sqrt(0.5)))


def gelu_tanh(x):
    """Return nearly what GELU is, as it was first computed."""
    return tf.nn.gelu(x, approximate=True)


# Under transformers' names; not "glu", which halves the width, and not "prelu", which
# has weights of its own.
ACTIVATIONS = {
    "gelu": gelu,
    "gelu_10": lambda x: tf.clip_by_value(gelu(x), -10, 10),
    "gelu_accurate": gelu_tanh,
    "gelu_fast": gelu_tanh,
    "gelu_new": gelu_tanh,
    "gelu_python": gelu,
    "gelu_pytorch_tanh": gelu_tanh,
    "laplace": lambda x: 0.5 * (1 + tf.math.erf((x - 0.707107) / 0.282095 / 2**0.5)),
    "leaky_relu": lambda x: tf.maximum(x, 0.01 * x),
    "linear": tf.identity,
    "mish": lambda x: x * tf.tanh(tf.math.softplus(x)),
    "quick_gelu": lambda x: x * tf.sigmoid(1.702 * x),
    "relu": tf.nn.relu,
    "relu2": lambda x: tf.nn.relu(x) ** 2,
    "relu6": tf.nn.relu6,
    "sigmoid": tf.sigmoid,
    "silu": tf.nn.silu,
    "swish": tf.nn.silu,
    "tanh": tf.tanh,
}


def no_dropout(values, rate):
    """Return the values as they are."""
    return values


class Network:
    """A BERT up to its last layer, without a pooler.

    Parameters
    ----------
    config : transformers.BertConfig
    weights : dict of str to tf.Variable
        Under the checkpoint's names; a dense layer's weight is (in, out).
    """

    def __init__(self, config, weights):
        self.config, self.weights = config, weights
        numbers = [tf.TensorSpec([None, None], tf.int32)] * 4

        def traced(function):
            # One trace for all sizes. Nothing hangs on a tensor's value: without
            # AutoGraph, which sees to that, a trace takes half the time.
            return tf.function(function, input_signature=numbers, autograph=False)

        self._traced = {
            True: traced(self.__call__),
            False: traced(lambda *numbers: (self(*numbers)[0], [])),
        }
        self._used = False

    def __call__(self, ids, positions, types, mask, dropout=no_dropout):
        """Compute what comes out of every layer.

        Parameters
        ----------
        ids, positions, types, mask : (texts, tokens) tensors of int
        dropout : callable
            ``dropout(values, rate)``: for training.

        Returns
        -------
        states : list of (texts, tokens, hidden) tensors
            The embedding layer's output, then that of each layer.
        attentions : list of (texts, heads, tokens, tokens) tensors
        """
        states, attentions = [self.embed(ids, positions, types, dropout)], []
        for number in range(self.config.num_hidden_layers):
            state, weights = self.layer(number, states[-1], mask, dropout)
            states.append(state)
            attentions.append(weights)
        return states, attentions

    def embed(self, ids, positions, types, dropout=no_dropout):
        """Compute the embedding layer: the sum of three rows, and its LayerNorm."""

        def rows(table, numbers):
            name = f"embeddings.{table}_embeddings.weight"
            return tf.gather(self.weights[name], numbers)

        total = rows("word", ids) + rows("position", positions)
        total += rows("token_type", types)  # (texts, tokens, hidden)
        states = self.layer_norm("embeddings.LayerNorm", total)
        return dropout(states, self.config.hidden_dropout_prob)

    def layer(self, number, states, mask, dropout=no_dropout):
        """Compute a layer, from 0: its output, and its attention weights."""
        c, name = self.config, f"encoder.layer.{number}"
        texts, tokens = tf.unstack(tf.shape(mask))
        heads, hidden = c.num_attention_heads, c.hidden_size
        size = hidden // heads
        # A product of two dimensions takes a third of the time of one of three.
        x = tf.reshape(states, (-1, hidden))  # (texts · tokens, hidden)

        def split(joined):  # to (texts, heads, tokens, size)
            by_head = tf.reshape(joined, (texts, tokens, heads, size))
            return tf.transpose(by_head, (0, 2, 1, 3))

        query = split(self.dense(f"{name}.attention.self.query", x))
        key = split(self.dense(f"{name}.attention.self.key", x))
        value = split(self.dense(f"{name}.attention.self.value", x))
        scores = tf.matmul(query, key, transpose_b=True) / math.sqrt(size)
        hide = (1 - tf.cast(mask, tf.float32)) * HIDDEN  # (texts, tokens)
        weights = tf.nn.softmax(scores + hide[:, None, None, :])
        mixed = dropout(weights, c.attention_probs_dropout_prob) @ value
        joined = tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), (-1, hidden))

        out = self.dense(f"{name}.attention.output.dense", joined)
        x += dropout(out, c.hidden_dropout_prob)
        x = self.layer_norm(f"{name}.attention.output.LayerNorm", x)
        inner = ACTIVATIONS[c.hidden_act](self.dense(f"{name}.intermediate.dense", x))
        out = self.dense(f"{name}.output.dense", inner)
        x += dropout(out, c.hidden_dropout_prob)
        x = self.layer_norm(f"{name}.output.LayerNorm", x)
        return tf.reshape(x, (texts, tokens, hidden)), weights

    def dense(self, name, x):
        """Return x times a matrix, plus its bias."""
        return x @ self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def layer_norm(self, name, x):
        """Return x with mean 0 and variance 1, times gamma, plus beta."""
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        scaled = (x - mean) * tf.math.rsqrt(variance + self.config.layer_norm_eps)
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def run(self, *numbers, attentions):
        """Compute what comes out of every layer, for arrays.

        Parameters
        ----------
        *numbers : four (texts, tokens) ndarrays of int32
        attentions : bool
            Without, the list of attention weights is empty.

        Returns
        -------
        states, attentions : lists of ndarray
        """
        # A trace takes as long as many runs: the first is there sooner without.
        function = self._traced[attentions] if self._used else self
        self._used = True
        states, weights = function(*numbers)
        weights = weights if attentions else []
        return [s.numpy() for s in states], [w.numpy() for w in weights]


def read(folder, config):
    """Make a `Network` of the weights in a folder, which `open_checkpoint` checks."""
    checkpoint, weights = open_checkpoint(folder, config), {}
    for name, shape in expected_shapes(config).items():
        stored = checkpoint.tensor(name)
        # Transposed once: with each product it takes three times as long.
        dense = name.startswith("encoder.") and len(shape) == 2
        weights[name] = tf.Variable(stored.T if dense else stored)
        release_pages(stored)  # or there are two copies of all in the end
    return Network(config, weights)
