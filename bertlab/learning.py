"""A small BERT that learns from scratch, and a record of what it is like on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .inputs import Inputs
from .trainers import small_trainer
from .training import steps_in

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


def signals(n, *, seed, length=10, decoys=2):
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
    """
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
    loss : (times,) ndarray
        Mean training loss since the time before; NaN at first.
    told : (times, sequences) ndarray of int
        The label that the model gave.
    states : (times, sequences, tokens, hidden) ndarray
        Of the last layer.
    attentions : (times, sequences, layers, heads, tokens) ndarray
        From the token at `place` to each.
    """

    task: Task
    place: int
    steps: np.ndarray
    loss: np.ndarray
    told: np.ndarray
    states: np.ndarray
    attentions: np.ndarray


def learn(
    train,
    task,
    *,
    place=0,
    labels=None,
    seed=0,
    epochs=14,
    batch=64,
    rate=4e-3,
    every=16,
    trainer=None,
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
    trainer : Trainer, optional
        From `trainer_for`: to use one for several trainings saves the time to make it.
    show : callable, optional
        ``show(record, share)`` is called at each look with all until then and the share
        of the steps that is done.

    Returns
    -------
    Record
    """
    trainer = trainer or trainer_for(train)
    size = len(train.given[0].ids)
    place = place % size
    pool = np.eye(size)[place]
    seen, losses = [], []
    total = steps_in(len(train.given), epochs, batch)
    steps = trainer.steps(
        train.given,
        [pool] * len(train.given),
        train.labels if labels is None else labels,
        seed=seed,
        epochs=epochs,
        batch=batch,
        rate=rate,
    )
    trainer.reset(seed)
    for done in range(total + 1):
        if done:
            losses.append(next(steps))
        if done % every == 0 or done == total:
            logits, states, weights = trainer.look(task.given, [pool] * len(task.given))
            loss = np.mean(losses) if losses else np.nan
            losses = []
            told = logits.argmax(axis=1)
            seen.append((done, loss, told, states, weights[:, :, :, place]))
            if show is not None:
                show(_record(task, place, seen), done / total)
    return _record(task, place, seen)


def trainer_for(task):
    """Make the `Trainer` of a small BERT for sequences such as `signals` makes."""
    return small_trainer(
        len(SIGNALS),
        vocabulary=len(NAMES),
        positions=len(task.given[0].ids),
        heads=4,
    )


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
        the last layer, mean over heads and sequences. "between the classes": of the
        pooled state, `between` of the true labels.
    """
    task, rows = record.task, np.arange(len(record.task.labels))
    last = record.attentions[:, :, -1]  # (times, sequences, heads, tokens)
    weights = last[:, rows, :, task.answers]  # (sequences, times, heads)
    return {
        "told right": (record.told == task.labels).mean(axis=1),
        "attention to the answer": weights.mean(axis=(0, 2)),
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
