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
    """
    targets = np.asarray(targets, float)
    weights, *_ = np.linalg.lstsq(np.asarray(parts, float).T, targets.T, rcond=None)
    rest = targets - weights.T @ parts
    return (rest**2).sum(axis=-1) / (targets**2).sum(axis=-1)


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
    """
    targets, sums = np.asarray(targets, float), np.asarray(sums, float)
    scale = (targets * sums).sum(axis=-1) / (sums**2).sum(axis=-1)
    rest = targets - scale[:, None] * sums
    return (rest**2).sum(axis=-1) / (targets**2).sum(axis=-1)
