"""Train a BERT on labels: the loss, its gradient, and a step, again and again.

What stands for a text is a weighted sum of its tokens' last states, so that [CLS], the
mean and any single token differ in the weights alone.
"""

from __future__ import annotations

import copy
import gc

import numpy as np

from ..errors import InputError
from ..model import import_tensorflow, return_free_memory
from ..network.encoder import network, padded
from ..text.tokens import isolated

# The spread of a new head's numbers, and of a new model's: BERT's own.
SPREAD = 0.02
# What a seed draws, each by random numbers of its own: with the same ones a new head
# would be the first rows of a new table.
HEAD, ORDER, WEIGHTS = range(3)
# Texts in a batch for predictions, which need no gradient.
MANY = 16
# What Adam's running means and the powers of their rates are before the first step.
BEGIN = {"beta1_power:0": 0.9, "beta2_power:0": 0.999}


class Trainer:
    """A model with a head that names a class, trained from its start as often as asked.

    All weights are trained, by Adam, with dropout as the configuration has it.

    Parameters
    ----------
    config : transformers.BertConfig
    classes : int
    start : callable
        ``start(seed)`` returns the weights that `Network` takes, by name.
    """

    def __init__(self, config, classes, start):
        import_tensorflow()
        import tensorflow as tf

        from ..network.bert import Network

        self._tf, self._start = tf, start
        weights = {name: tf.Variable(value) for name, value in start(0).items()}
        self._network = Network(config, weights)
        shapes = (config.hidden_size, classes), (classes,)
        self._head = [tf.Variable(tf.zeros(shape)) for shape in shapes]
        self._trained = [*weights.values(), *self._head]
        self._random = tf.random.Generator.from_seed(0)
        self._rate = tf.Variable(0.0)
        # It steps in one operation: Keras' own, written out, takes as long as three
        # layers, and its trace three times as long.
        self._adam = tf.compat.v1.train.AdamOptimizer(lambda: self._rate)
        numbers = [tf.TensorSpec([None, None], tf.int32)] * 4
        pool = tf.TensorSpec([None, None], tf.float32)
        labels = tf.TensorSpec([None], tf.int32)

        def traced(function, *given):
            return tf.function(function, input_signature=given, autograph=False)

        self._step = traced(self._one_step, numbers, pool, labels)
        self._look = traced(self._look_at, numbers, pool)

    def reset(self, seed):
        """Set everything back: the weights, a head of small random numbers, Adam."""
        tf = self._tf
        for name, value in self._start(seed).items():
            self._network.weights[name].assign(value)
        for variable in self._adam.variables():
            variable.assign(tf.fill(variable.shape, BEGIN.get(variable.name, 0.0)))
        random = np.random.default_rng([seed, HEAD])
        weights, bias = self._head
        weights.assign(random.normal(0, SPREAD, weights.shape))
        bias.assign(tf.zeros_like(bias))
        self._random.reset_from_seed(seed)

    def _logits(self, states, pool):
        """The head's scores for each class, from the last layer's states."""
        head, bias = self._head
        return self._tf.einsum("nth,nt->nh", states, pool) @ head + bias

    def _dropout(self, values, rate):
        draw = self._random.uniform
        return self._tf.nn.experimental.general_dropout(values, rate, draw)

    def _one_step(self, numbers, pool, labels):
        tf = self._tf
        with tf.GradientTape() as tape:
            states, _ = self._network(*numbers, dropout=self._dropout)
            logits = self._logits(states[-1], pool)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, self._trained)
        self._adam.apply_gradients(zip(gradients, self._trained))
        return loss

    def _look_at(self, numbers, pool):
        states, attentions = self._network(*numbers)
        logits = self._logits(states[-1], pool)
        return logits, states[-1], self._tf.stack(attentions, axis=1)

    def steps(self, given, weights, labels, *, seed, epochs, batch, rate):
        """Train from the start, a step when the next one is asked for.

        Parameters
        ----------
        given : list of Inputs
        weights : list of (tokens,) array_like
            How much each token's last state counts in the vector of its text.
        labels : sequence of int
            The class of each text, from 0.
        seed : int
            Of the head, of the order, and of dropout.
        epochs, batch : int
        rate : float
            The largest learning rate: it rises to it over the first tenth of the steps,
            and falls to 0 over the others.

        Yields
        ------
        float
            The batch's mean cross-entropy.
        """
        self.reset(seed)
        labels = np.asarray(labels, np.int32)
        total = steps_in(len(given), epochs, batch)
        random, done = np.random.default_rng([seed, ORDER]), 0
        for _ in range(epochs):
            for texts in batches([len(g.ids) for g in given], batch, random):
                done += 1
                share = min(done / (0.1 * total + 1), (total + 1 - done) / total)
                self._rate.assign(rate * share)
                yield float(self._step(*_batch(given, weights, texts), labels[texts]))

    def look(self, given, weights):
        """Run texts through the model as it is now, without dropout.

        Parameters
        ----------
        given : list of Inputs
        weights : list of (tokens,) array_like

        Returns
        -------
        logits : (texts, classes) ndarray
        states : (texts, tokens, hidden) ndarray
            Of the last layer.
        attentions : (texts, layers, heads, tokens, tokens) ndarray
        """
        found = self._look(*_batch(given, weights, range(len(given))))
        return tuple(part.numpy() for part in found)

    def without(self, given, weights, hidden):
        """Return the logits, as `look` does, with one place hidden in the last layer.

        `hidden` says which, (texts,) int. In the layers before, all can attend to it.
        """
        numbers, pool = _batch(given, weights, range(len(given)))
        (*_, before, _), _ = self._network(*numbers)
        mask = numbers[-1].copy()  # (texts, tokens)
        mask[np.arange(len(given)), hidden] = 0
        last = self._network.config.num_hidden_layers - 1
        states, _ = self._network.layer(last, before, mask)
        return self._logits(states, pool).numpy()

    def predict(self, given, weights):
        """Return the class that the model names for each text, (texts,) int."""
        # Texts of about the same length go together: less padding.
        order = np.argsort([len(g.ids) for g in given], kind="stable")
        found = np.empty(len(given), int)
        for n in range(0, len(given), MANY):
            those = order[n : n + MANY]
            numbers = _batch(given, weights, those)
            found[those] = self._look(*numbers)[0].numpy().argmax(axis=1)
        return found

    def close(self):
        """Give the memory back; after that nothing can be trained."""
        vars(self).clear()
        gc.collect()
        return_free_memory()


def fine_tuner(bert, classes, rows=None):
    """Make a `Trainer` that starts from a BERT's weights, on a copy of the model.

    Parameters
    ----------
    bert : Bert
    classes : int
    rows : sequence of int, optional
        The token IDs that occur: the copy's token table has these rows alone, and what
        it is given says which of *them* stands for a token, from 0. No other row
        changes in training, and the table is half of a small BERT.

    Raises
    ------
    ModelError
        If TensorFlow cannot be imported here.
    """
    weights, config = dict(network(bert).weights), copy.copy(bert.config)
    if rows is not None:
        table = "embeddings.word_embeddings.weight"
        weights[table] = weights[table].numpy()[np.asarray(rows)]  # (rows, hidden)
        config.vocab_size = len(rows)
    return Trainer(config, classes, lambda seed: weights)


def check_knobs(*, rate, **numbers):
    """Raise an InputError for a rate not above 0, or a number not from 1 on."""
    for name, number in numbers.items():
        whole = isinstance(number, (int, np.integer)) and not isinstance(number, bool)
        if not whole or number < 1:
            raise InputError(
                f"{name} = {isolated(str(number))} cannot be used: give a whole number"
                " from 1 on."
            )
    if not (isinstance(rate, (int, float, np.number)) and 0 < rate < np.inf):
        raise InputError(
            f"rate = {isolated(str(rate))} cannot be used: give a number above 0, such"
            " as 3e-4."
        )


def steps_in(texts, epochs, batch):
    """How many steps a training takes."""
    return epochs * -(-texts // batch)


def batches(lengths, size, random):
    """Deal numbers of texts out in a random order, those of like lengths together."""
    order = random.permutation(len(lengths))
    lengths = np.asarray(lengths)
    # Sorted within a few batches: padding costs time, and all sorted is no order.
    some = [order[i : i + 8 * size] for i in range(0, len(order), 8 * size)]
    order = np.concatenate([s[np.argsort(lengths[s], kind="stable")] for s in some])
    dealt = [order[i : i + size] for i in range(0, len(order), size)]
    return [dealt[n] for n in random.permutation(len(dealt))]


def _batch(given, weights, texts):
    """What goes in of those texts, and their tokens' weights, padded with 0."""
    numbers = padded([given[n] for n in texts])
    pool = np.zeros(numbers[0].shape, np.float32)
    for row, n in zip(pool, texts):
        row[: len(weights[n])] = weights[n]
    return list(numbers), pool
