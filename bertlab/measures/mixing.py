"""How much of one set of vectors is a linear mix of another."""

from __future__ import annotations

import numpy as np

# Below this share of its squared length, what is left of a vector is rounding.
_ROUNDING = 1e-12


def left_over(targets, parts, own=None):
    """Return how much of vectors no linear mix of others can explain.

    Parameters
    ----------
    targets : (n, hidden) ndarray
    parts : (m, hidden) ndarray
        What is mixed: for each target the best weights, of any sign, are found by least
        squares.
    own : (n, hidden) ndarray, optional
        One part more for each target, which the other targets do not have.

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
    rest = _rest(targets, parts)
    if own is not None:
        own = np.asarray(own, float)
        new = _rest(own, parts)  # what it has that the parts have not
        length = (new**2).sum(axis=-1)
        known = length <= _ROUNDING * (own**2).sum(axis=-1)
        weight = (rest * new).sum(axis=-1) / np.where(known, 1, length)
        rest = rest - weight[:, None] * new
    return (rest**2).sum(axis=-1) / squares


def _rest(targets, parts):
    """Take the best mix of the parts away from each target."""
    weights, *_ = np.linalg.lstsq(parts.T, targets.T, rcond=None)
    return targets - weights.T @ parts


def mixed(targets, sums):
    """Return how much of vectors is left over after a mix that is already given.

    Parameters
    ----------
    targets, sums : (..., hidden) ndarray
        Each sum may be rescaled by one number of its own, the best one, but not turned.
        Their shapes are broadcast.

    Returns
    -------
    (...) ndarray
        As `left_over`: 1 - cosine squared.

    Raises
    ------
    ValueError
        If a target or a sum is all zeros.
    """
    targets, sums = np.asarray(targets, float), np.asarray(sums, float)
    squares = _squares(targets)
    scale = (targets * sums).sum(axis=-1) / _squares(sums)
    return ((targets - scale[..., None] * sums) ** 2).sum(axis=-1) / squares


def _squares(vectors):
    """Each vector's squared length, as what shares are of: it must not be 0."""
    squares = (vectors**2).sum(axis=-1)
    if not squares.all():
        raise ValueError("of a vector of zeros there is no share")
    return squares
