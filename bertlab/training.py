"""Train a BERT on labels: the loss, its gradient, and a step, again and again.

What stands for a text is a weighted sum of its tokens' last states, so that [CLS], the
mean and any single token differ in the weights alone.
"""

from __future__ import annotations

import gc

import numpy as np

from .batching import batches, check_knobs, padded, steps_in
from .errors import InputError
from .model import return_free_memory
from .tokens import count

# Adam's own constants, as Kingma & Ba published them.
FIRST, SECOND, TINY = 0.9, 0.999, 1e-8
# What is added to a hidden place's score, as BERT does it.
HIDDEN = -10_000.0
# The spread of a new head's numbers, and of a new model's: BERT's own.
SPREAD = 0.02
# What a seed draws, each by random numbers of its own: with the same ones a new head
# would be the first rows of a new table.
HEAD, ORDER, WEIGHTS = range(3)
# Texts in a batch for predictions, which need no gradient.
MANY = 16


class Trainer:
    """A model with a head that names a class, trained from its start as often as asked.

    Parameters
    ----------
    model : transformers.TFBertModel
        What is trained: its weights change.
    classes : int
    start : callable
        ``start(seed)`` returns an array for each of the model's weights.

    Notes
    -----
    All weights are trained, with dropout as the configuration has it. The step is
    Adam's; rows of a table that no token of the batch stands for stay as they are, and
    so do their running means ("lazy" Adam), since to go through the whole token table
    takes longer than all layers together.
    """

    def __init__(self, model, classes, start):
        import tensorflow as tf

        self._tf, self._model, self._start = tf, model, start
        self._random = tf.random.Generator.from_seed(0)
        for layer in model.submodules:
            if hasattr(layer, "_random_generator"):
                # Keras' own dropout cannot be set back to a seed once it is traced.
                layer._random_generator = _Dropout(tf, self._random)
        hidden = model.config.hidden_size
        self._head = [tf.Variable(tf.zeros(s)) for s in ((hidden, classes), (classes,))]
        self._trained = [*model.trainable_variables, *self._head]
        self._means = [tf.Variable(tf.zeros_like(v)) for v in self._trained]
        self._squares = [tf.Variable(tf.zeros_like(v)) for v in self._trained]
        self._count = tf.Variable(0.0)
        numbers = [tf.TensorSpec((None, None), tf.int32)] * 4
        weights = tf.TensorSpec((None, None), tf.float32)
        labels = tf.TensorSpec((None,), tf.int32)
        rate = tf.TensorSpec((), tf.float32)

        def traced(function, *given):
            # When it is first needed, which takes some seconds: less than half of them
            # without AutoGraph, as nothing here hangs on a tensor's value.
            return tf.function(function, input_signature=given, autograph=False)

        self._step = traced(self._one_step, numbers, weights, labels, rate)
        self._scores = traced(lambda *given: self._logits(*given)[0], numbers, weights)
        self._all = traced(self._look_at, numbers, weights)

    def reset(self, seed):
        """Set everything back: the weights, a head of small random numbers, Adam."""
        for variable, value in zip(self._model.weights, self._start(seed), strict=True):
            variable.assign(value)
        for variable in [*self._means, *self._squares, self._count]:
            variable.assign(self._tf.zeros_like(variable))
        random = np.random.default_rng([seed, HEAD])
        weights, bias = self._head
        weights.assign(random.normal(0, SPREAD, weights.shape))
        bias.assign(self._tf.zeros_like(bias))
        self._random.reset_from_seed(seed)

    def _logits(self, numbers, weights, training=False, attentions=False):
        """The head's scores for each class, the vectors it has them from, and more."""
        ids, positions, types, mask = numbers
        out = self._model(
            input_ids=ids,
            position_ids=positions,
            token_type_ids=types,
            attention_mask=mask,
            output_attentions=attentions,
            training=training,
        )
        states = out.last_hidden_state  # (texts, tokens, hidden)
        pooled = self._tf.einsum("nth,nt->nh", states, weights)
        head, bias = self._head
        return pooled @ head + bias, states, out.attentions

    def _one_step(self, numbers, weights, labels, rate):
        tf = self._tf
        with tf.GradientTape() as tape:
            logits, _, _ = self._logits(numbers, weights, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, self._trained)
        self._count.assign_add(1.0)
        # Running means begin at 0, and are too small by these shares.
        first = 1 - FIRST**self._count
        second = 1 - SECOND**self._count
        state = zip(gradients, self._trained, self._means, self._squares, strict=True)
        for gradient, variable, mean, square in state:
            if gradient is None:
                continue
            if isinstance(gradient, tf.IndexedSlices):
                self._step_rows(gradient, variable, mean, square, rate, first, second)
                continue
            # One operation, in place: written out, it takes as long as three layers.
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=mean.handle,
                v=square.handle,
                beta1_power=1 - first,
                beta2_power=1 - second,
                lr=rate,
                beta1=FIRST,
                beta2=SECOND,
                epsilon=TINY,
                grad=gradient,
            )
        return loss

    def _step_rows(self, gradient, table, mean, square, rate, first, second):
        """Adam's step for the rows of a table that the batch has looked up."""
        tf = self._tf
        rows, where = tf.unique(gradient.indices)
        g = tf.math.unsorted_segment_sum(gradient.values, where, tf.size(rows))
        m = FIRST * tf.gather(mean, rows) + (1 - FIRST) * g
        s = SECOND * tf.gather(square, rows) + (1 - SECOND) * g**2
        mean.scatter_update(tf.IndexedSlices(m, rows))
        square.scatter_update(tf.IndexedSlices(s, rows))
        step = rate * (m / first) / (tf.sqrt(s / second) + TINY)
        table.scatter_sub(tf.IndexedSlices(step, rows))

    def _look_at(self, numbers, weights):
        logits, states, attentions = self._logits(numbers, weights, attentions=True)
        return logits, states, self._tf.stack(attentions, axis=1)

    def steps(self, given, weights, labels, *, seed, epochs, batch, rate):
        """Return a generator that trains from the start, a step when it is asked.

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

        Raises
        ------
        InputError
            If `epochs` or `batch` is not a whole number from 1 on, if `rate` is not
            above 0, or if there are not as many labels as texts.
        """
        check_knobs(epochs=epochs, batch=batch, rate=rate)
        if not len(given) == len(weights) == len(labels):
            raise InputError(
                f"{count(len(given), 'text')}, weights for {len(weights):,} and"
                f" {count(len(labels), 'label')}: give one of each for each text."
            )
        return self._steps(given, weights, labels, seed, epochs, batch, rate)

    def _steps(self, given, weights, labels, seed, epochs, batch, rate):
        self.reset(seed)
        labels = np.asarray(labels, np.int32)
        total = steps_in(len(given), epochs, batch)
        random, done = np.random.default_rng([seed, ORDER]), 0
        for _ in range(epochs):
            for texts in batches([len(g.ids) for g in given], batch, random):
                done += 1
                now = rate * min(done / (0.1 * total + 1), (total + 1 - done) / total)
                numbers, pool = padded(
                    [given[n] for n in texts], [weights[n] for n in texts]
                )
                yield float(self._step(numbers, pool, labels[texts], np.float32(now)))

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
        numbers, pool = padded(given, weights)
        return tuple(part.numpy() for part in self._all(numbers, pool))

    def without(self, given, weights, hidden):
        """Return the logits where one place of each text is hidden in the last layer.

        Parameters
        ----------
        given : list of Inputs
        weights : list of (tokens,) array_like
        hidden : (texts,) sequence of int
            The place that no token can attend to there; in the layers before it, all
            can.

        Returns
        -------
        (texts, classes) ndarray
        """
        tf = self._tf
        (ids, positions, types, mask), pool = padded(given, weights)
        out = self._model(
            input_ids=ids,
            position_ids=positions,
            token_type_ids=types,
            attention_mask=mask,
            output_hidden_states=True,
        )
        seen = mask.astype(np.float32)  # (texts, tokens)
        seen[np.arange(len(given)), np.asarray(hidden)] = 0
        states = self._model.bert.encoder.layer[-1](
            out.hidden_states[-2],
            attention_mask=(1 - seen[:, None, None, :]) * HIDDEN,
            head_mask=None,
            encoder_hidden_states=None,
            encoder_attention_mask=None,
            past_key_value=None,
            output_attentions=False,
        )[0]
        head, bias = self._head
        return (tf.einsum("nth,nt->nh", states, pool) @ head + bias).numpy()

    def predict(self, given, weights):
        """Return the class that the model names for each text, (texts,) int."""
        found = np.zeros(len(given), int)
        order = np.argsort([len(g.ids) for g in given], kind="stable")
        for start in range(0, len(order), MANY):
            texts = order[start : start + MANY]
            inputs = padded([given[n] for n in texts], [weights[n] for n in texts])
            found[texts] = self._scores(*inputs).numpy().argmax(axis=1)
        return found

    def close(self):
        """Give the memory back; after that nothing can be trained."""
        self._model = self._trained = self._means = self._squares = self._head = None
        self._step = self._scores = self._all = self._start = None
        gc.collect()
        return_free_memory()


class _Dropout:
    """What stands in the place of a Keras layer's random numbers."""

    def __init__(self, tf, random):
        self._tf, self._random = tf, random

    def dropout(self, inputs, rate, noise_shape=None):
        return self._tf.nn.experimental.general_dropout(
            inputs, rate, self._random.uniform, noise_shape
        )
