"""Texts dealt out in batches for training, and the knobs of a training, checked."""

from __future__ import annotations

import numpy as np

from .errors import InputError
from .tokens import isolated


def check_knobs(*, rate, **numbers):
    """Raise an InputError if a knob of a training cannot be used.

    Parameters
    ----------
    rate : float
        Has to be above 0.
    **numbers : int
        Have to be whole numbers from 1 on.
    """
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
    """Deal texts out in batches in a random order, those of like lengths together.

    Parameters
    ----------
    lengths : (texts,) sequence of int
    size : int
    random : numpy.random.Generator

    Returns
    -------
    list of (n,) ndarray
        Numbers of texts, each of them once.
    """
    order = random.permutation(len(lengths))
    lengths = np.asarray(lengths)
    # Sorted within a few batches: padding costs time, and all sorted is no order.
    some = [order[i : i + 8 * size] for i in range(0, len(order), 8 * size)]
    order = np.concatenate([s[np.argsort(lengths[s], kind="stable")] for s in some])
    dealt = [order[i : i + size] for i in range(0, len(order), size)]
    return [dealt[n] for n in random.permutation(len(dealt))]


def padded(given, weights):
    """Return texts as arrays of one length.

    Parameters
    ----------
    given : list of Inputs
    weights : list of (tokens,) array_like

    Returns
    -------
    numbers : list of four (texts, tokens) ndarrays of int32
        IDs, positions, types and mask.
    weights : (texts, tokens) ndarray of float32

    Raises
    ------
    InputError
        If a text has another number of tokens than of weights.
    """
    longest = max(len(g.ids) for g in given)
    numbers = np.zeros((4, len(given), longest), np.int32)
    pool = np.zeros((len(given), longest), np.float32)
    for n, (g, w) in enumerate(zip(given, weights, strict=True)):
        if len(g.ids) != len(w):
            raise InputError(
                f"Text {n} has {len(g.ids)} tokens and {len(w)} weights: give one for"
                " each token."
            )
        numbers[:, n, : len(w)] = [g.ids, g.positions, g.types, g.mask]
        pool[n, : len(w)] = w
    return list(numbers), pool
