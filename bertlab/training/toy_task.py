"""A small BERT that learns a task with letters, and a record of it on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..checkpoint import expected_shapes
from ..errors import InputError
from ..text.inputs import Inputs
from ..text.tokens import count
from .trainer import SPREAD, WEIGHTS, Trainer, check_knobs, steps_in

SIGNALS = "ABCD"
FILLERS = "abcdefghijklmnop"
NAMES = ["[PAD]", "[CLS]", "[SEP]", "!", *SIGNALS, *FILLERS]
MARK, FIRST_SIGNAL, FIRST_FILLER = 3, 4, 4 + len(SIGNALS)


@dataclass(frozen=True, repr=False, eq=False)
class Task:
    """Sequences with an answer somewhere in them.

    Attributes
    ----------
    given : list of Inputs
    labels : (sequences,) ndarray of int
        Which of `SIGNALS` is the answer.
    answers : (sequences,) ndarray of int
        At which place it stands.
    """

    given: list[Inputs]
    labels: np.ndarray
    answers: np.ndarray


def signals(n, *, seed, length=8, decoys=2):
    """Make sequences in which the letter after the mark is the answer.

    Each is [CLS], `length` letters, [SEP]. The mark "!" stands anywhere, and after it
    one of four signals. Other signals, which mean nothing, stand elsewhere: so to see
    *which* letters there are does not do.

    Parameters
    ----------
    n : int
    seed : int
    length, decoys : int

    Returns
    -------
    Task

    Raises
    ------
    InputError
        If there is no room for the mark, the answer and the decoys, or no sequence.
    """
    if n < 1:
        raise InputError(f"n = {n} makes no sequence: give 1 or more.")
    if decoys < 0 or length < decoys + 2:
        raise InputError(
            f"length = {length} has no room for the mark, the answer and {decoys}"
            " decoys: give 0 decoys or more, and a length of at least 2 more."
        )
    random = np.random.default_rng(seed)
    labels = random.integers(len(SIGNALS), size=n)
    given, answers = [], []
    for label in labels:
        ids = random.integers(len(FILLERS), size=length) + FIRST_FILLER
        mark = random.integers(length - 1)
        free = np.delete(np.arange(length), [mark, mark + 1])
        places = random.choice(free, decoys, replace=False)
        ids[places] = random.integers(len(SIGNALS), size=decoys) + FIRST_SIGNAL
        ids[mark], ids[mark + 1] = MARK, FIRST_SIGNAL + label
        all_ids = [1, *ids.tolist(), 2]
        size = len(all_ids)
        tokens = [NAMES[i] for i in all_ids]
        given.append(Inputs(tokens, all_ids, list(range(size)), [0] * size, [1] * size))
        answers.append(mark + 2)
    return Task(given, labels, np.array(answers))


@dataclass(frozen=True, repr=False, eq=False)
class Record:
    """What a model was like, time after time, while it learned.

    Attributes
    ----------
    task : Task
        Sequences that it was not trained on: what is looked at.
    place : int
        Of the token whose last state the head is on; 0 is [CLS].
    steps : (times,) ndarray of int
        How many steps had been done.
    told : (times, sequences) ndarray of int
        The label that the model gave.
    states : (times, sequences, tokens, hidden) ndarray
        Of the last layer.
    attentions : (times, sequences, layers, heads, tokens) ndarray
        From the token at `place` to each.
    blind : (sequences,) ndarray of int or None
        The label that the model gave at the end with the answer hidden in the last
        layer.
    misled : (sequences,) ndarray of int or None
        And with one of the other signals hidden in its place; the control.
    whole : bool
        Whether the training came to its end.
    """

    task: Task
    place: int
    steps: np.ndarray
    told: np.ndarray
    states: np.ndarray
    attentions: np.ndarray
    blind: np.ndarray | None = None
    misled: np.ndarray | None = None
    whole: bool = False


def learn(
    train,
    task,
    *,
    place=0,
    labels=None,
    seed=0,
    epochs=10,
    batch=64,
    rate=5e-3,
    every=16,
    trainer,
    show=None,
):
    """Train a small BERT from random numbers, and look at it every few steps.

    Parameters
    ----------
    train, task : Task
        What it learns from, and what it is looked at on.
    place : int
        The token whose last state the head is on; -1 is the last.
    labels : (sequences,) sequence of int, optional
        In the place of ``train.labels``: shuffled ones, say.
    seed, epochs, batch : int
    rate : float
        The largest learning rate.
    every : int
        Steps from one look to the next.
    trainer : Trainer
        From `trainer_for`; the same one for several trainings.
    show : callable, optional
        ``show(record, share, stopped)`` is called at each look with all until then and
        the share of the steps that is done. With it, the kernel's stop button ends the
        training and not the cell: what there is until then is returned.

    Returns
    -------
    Record

    Raises
    ------
    InputError
        If a knob cannot be used, if no token stands at `place`, or if there are not
        as many labels as sequences.
    """
    size = len(train.given[0].ids)
    check_knobs(epochs=epochs, batch=batch, every=every, rate=rate)
    if not -size <= place < size:
        raise InputError(
            f"place = {place}: the sequences have {size} tokens, from 0 (or, from the"
            f" end, -1) to {size - 1}."
        )
    labels = train.labels if labels is None else labels
    if len(labels) != len(train.given):
        raise InputError(
            f"{count(len(train.given), 'sequence')} and {count(len(labels), 'label')}:"
            " give one of each for each sequence."
        )
    place = place % size
    pool = np.eye(size)[place]
    seen, looked = [], [pool] * len(task.given)
    total = steps_in(len(train.given), epochs, batch)
    steps = trainer.steps(
        train.given,
        [pool] * len(train.given),
        labels,
        seed=seed,
        epochs=epochs,
        batch=batch,
        rate=rate,
    )
    trainer.reset(seed)
    try:
        for done in range(total + 1):
            if done:
                next(steps)
            if done % every == 0 or done == total:
                logits, states, weights = trainer.look(task.given, looked)
                told = logits.argmax(axis=1)
                seen.append((done, told, states, weights[:, :, :, place]))
                if show is not None and done < total:
                    show(_record(task, place, seen), done / total, False)
    except KeyboardInterrupt:
        if show is None or not seen:
            raise
        record = _record(task, place, seen)
        show(record, seen[-1][0] / total, True)
        return record
    blind, misled = (
        trainer.without(task.given, looked, places).argmax(axis=1)
        for places in (task.answers, _decoys(task))
    )
    record = replace(_record(task, place, seen), blind=blind, misled=misled, whole=True)
    if show is not None:
        show(record, 1.0, False)
    return record


def _decoys(task):
    """Return the place of the first other signal of each sequence, (sequences,).

    Of the last token, where there is none.
    """
    places = []
    for g, answer in zip(task.given, task.answers, strict=True):
        found = [
            i for i, name in enumerate(g.tokens) if name in SIGNALS and i != answer
        ]
        places.append((*found, len(g.ids) - 1)[0])
    return np.array(places)


def trainer_for(task):
    """Make the `Trainer` of a small BERT for sequences such as `signals` makes.

    2 layers of 4 heads and 32 numbers, which begin at random, as BERT itself once did.

    Raises
    ------
    ModelError
        If TensorFlow cannot be imported here.
    """
    from transformers import BertConfig

    config = BertConfig(
        vocab_size=len(NAMES),
        max_position_embeddings=len(task.given[0].ids),
        num_hidden_layers=2,
        hidden_size=32,
        num_attention_heads=4,
        intermediate_size=128,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return Trainer(config, len(SIGNALS), lambda seed: _random_weights(config, seed))


def _random_weights(config, seed):
    """Small random numbers; LayerNorm's gamma 1, its beta and every bias 0.

    As much larger than BERT's as vectors of this length are shorter than its 768, so
    that sums over them come out as large: with smaller ones a small model takes much
    longer to learn, and by some seeds does not.
    """
    random = np.random.default_rng([seed, WEIGHTS])
    spread = SPREAD * np.sqrt(768 / config.hidden_size)
    shapes, weights = expected_shapes(config), {}
    # In this order: in another the lesson's seeds would give other runs.
    tables = ("word", "token_type", "position")
    first = [f"embeddings.{table}_embeddings.weight" for table in tables]
    for name in dict.fromkeys([*first, *shapes]):
        shape = shapes[name]
        if len(shape) == 1:
            value = np.full(shape, float("LayerNorm.weight" in name))
        else:  # the network has a dense layer's weight turned around
            shape = shape[::-1] if name.startswith("encoder.") else shape
            value = random.normal(0, spread, shape)
        weights[name] = value.astype(np.float32)
    return weights


def _record(task, place, seen):
    return Record(task, place, *map(np.array, zip(*seen, strict=True)))


def curves(record):
    """Return what one can see of the learning, by name, each (times,).

    Parameters
    ----------
    record : Record

    Returns
    -------
    dict of str to (times,) ndarray
        "told right": the share of the sequences. "attention to the answer": weight in
        the last layer, mean over heads and sequences; "to the decoys": to the other
        signals together. "between the classes": of the pooled state, `between` of the
        true labels.
    """
    task, rows = record.task, np.arange(len(record.task.labels))
    last = record.attentions[:, :, -1]  # (times, sequences, heads, tokens)
    weights = last[:, rows, :, task.answers]  # (sequences, times, heads)
    signal = np.array([[name in SIGNALS for name in g.tokens] for g in task.given])
    signal[rows, task.answers] = False
    others = np.einsum("tnhk,nk->t", last, signal) / last[0, :, :, 0].size
    return {
        "told right": (record.told == task.labels).mean(axis=1),
        "attention to the answer": weights.mean(axis=(0, 2)),
        "to the decoys": others,
        "between the classes": np.array(
            [between(states[:, record.place], task.labels) for states in record.states]
        ),
    }


def between(states, labels):
    """Return the share of the variance that lies between the classes.

    Parameters
    ----------
    states : (n, hidden) array_like
    labels : (n,) array_like

    Returns
    -------
    float
        The variance of the classes' means (each counted as often as its class has
        states), through that of all states: 0 to 1. 0 where all states are one.
    """
    states, labels = np.asarray(states, float), np.asarray(labels)
    means = np.empty_like(states)
    for label in np.unique(labels):
        means[labels == label] = states[labels == label].mean(axis=0)
    total = states.var(axis=0).sum()
    # Rounding alone makes some variance of states that are all the same.
    if total <= 1e-10 * (states**2).mean(axis=0).sum():
        return 0.0
    return float(means.var(axis=0).sum() / total)
