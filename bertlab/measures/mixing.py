"""How much of one set of vectors is a linear mix of another."""

from __future__ import annotations

import numpy as np


def left_over(targets, parts):
    """Return how much of vectors no linear mix of others can explain.

    Parameters
    ----------
    targets : (n, hidden) ndarray
    parts : (m, hidden) ndarray
        What is mixed: for each target the best weights, of any sign, are found by least
        squares.

    Returns
    -------
    (n,) ndarray
        Squared length of what is left, as a share of the target's: 0 if it is a mix, 1
        if the parts are of no use. With as many independent parts as dimensions it is
        always 0.

    Raises
    ------
    ValueError
        If a target is all zeros.
    """
    targets, parts = np.asarray(targets, float), np.asarray(parts, float)
    squares = _squares(targets)
    weights, *_ = np.linalg.lstsq(parts.T, targets.T, rcond=None)
    return ((targets - weights.T @ parts) ** 2).sum(axis=-1) / squares


def mixed(targets, sums):
    """Return how much of vectors is left over after a mix that is already given.

    Parameters
    ----------
    targets, sums : (n, hidden) ndarray
        Each sum may be rescaled by one number of its own, the best one, but not turned.

    Returns
    -------
    (n,) ndarray
        As `left_over`: 1 - cosine squared.

    Raises
    ------
    ValueError
        If a target or a sum is all zeros.
    """
    targets, sums = np.asarray(targets, float), np.asarray(sums, float)
    squares = _squares(targets)
    scale = (targets * sums).sum(axis=-1) / _squares(sums)
    return ((targets - scale[:, None] * sums) ** 2).sum(axis=-1) / squares


def _squares(vectors):
    """Each vector's squared length, as what shares are of: it must not be 0."""
    squares = (vectors**2).sum(axis=-1)
    if not squares.all():
        raise ValueError("of a vector of zeros there is no share")
    return squares
