"""A task for a small BERT: rows of letters, one of which is the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import InputError
from .inputs import Inputs

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
