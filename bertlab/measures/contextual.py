"""How contextual vectors are: cosines, dominant dimensions, shares of variance."""

from __future__ import annotations

import numpy as np

# Most cosines that are held at once: all rows with all states would be gigabytes.
LARGEST = 2**24


def mean_cosine(states, others=None):
    """Return the mean cosine of pairs of vectors.

    For the states of one word this is its self-similarity, for those of different words
    anisotropy (Ethayarajh 2019).

    Parameters
    ----------
    states : (n, hidden) array_like
    others : (m, hidden) array_like, optional
        Without them, all pairs of two different rows of `states`; with them, each row
        of `states` with each of `others`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there is no pair, or a vector is all zeros.
    """
    unit = _unit(states)
    n = len(unit)
    if others is not None:
        other = _unit(others)
        if not n or not len(other):
            raise ValueError(f"no pair among {n} and {len(other)} vectors")
        return float(unit.mean(axis=0) @ other.mean(axis=0))
    if n < 2:
        raise ValueError(f"two vectors make a pair, and here is {n}")
    total = unit.sum(axis=0)
    return float((total @ total - n) / (n * (n - 1)))


def dominant_dimensions(states, k=3):
    """Find the dimensions that make most of the mean cosine of pairs of vectors.

    A cosine is a sum over dimensions, so each has its part in it (Timkey and van
    Schijndel 2021).

    Parameters
    ----------
    states : (n, hidden) array_like
        Of different words in different sentences.
    k : int
        How many dimensions; all, if the vectors have no more.

    Returns
    -------
    dimensions : (k,) ndarray of int
        The one with the largest part first.
    parts : (hidden,) ndarray
        Each dimension's part; they add up to ``mean_cosine(states)``.

    Raises
    ------
    ValueError
        If there is no pair, or a vector is all zeros.
    """
    unit = _unit(states)
    n = len(unit)
    if n < 2:
        raise ValueError(f"two vectors make a pair, and here is {n}")
    parts = (unit.sum(axis=0) ** 2 - (unit**2).sum(axis=0)) / (n * (n - 1))
    return np.argsort(-parts, kind="stable")[:k], parts


def standardised(states, reference):
    """Return vectors with each dimension's mean and spread taken out.

    Parameters
    ----------
    states : (..., hidden) array_like
    reference : (n, hidden) array_like
        Whose mean and standard deviation are used.

    Returns
    -------
    ndarray
        A dimension that is the same in all of `reference` is only shifted.
    """
    # In float32 the mean of equal numbers is not quite that number, nor the spread 0.
    reference = np.asarray(reference, float)
    spread = reference.std(axis=0)
    spread[np.ptp(reference, axis=0) == 0] = 1
    return (np.asarray(states, float) - reference.mean(axis=0)) / spread


def explained_by_one(states):
    """Return the largest share of vectors' squared length that one direction can keep.

    Ethayarajh's (2019) maximum explainable variance: the square of the first singular
    value, divided by the sum of all squares. Nothing is centred, as in the paper; of a
    single vector it is 1, of n unrelated ones at least 1 / n.

    Parameters
    ----------
    states : (n, hidden) array_like

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there is no vector, or all are zeros.
    """
    squares = np.linalg.svd(np.asarray(states, float), compute_uv=False) ** 2
    if not squares.sum():
        raise ValueError("vectors of zeros have nothing to explain")
    return float(squares[0] / squares.sum())


def nearest_rows(bert, states, centred=False):
    """Find the row of the token table that each vector is nearest to, by cosine.

    Parameters
    ----------
    bert : Bert
    states : (n, hidden) array_like
    centred : bool
        Take the mean row from the table, and the states' mean from the states, first.

    Returns
    -------
    (n,) ndarray of int
        Of rows that are as near, the first; never a row of zeros.

    Raises
    ------
    ValueError
        If a vector is all zeros, as a single one is when it is centred.
    """
    states = np.asarray(states, np.float32)
    table = bert.tables.token
    shift = table.mean(axis=0) if centred else np.float32(0)
    if centred:
        states = states - states.mean(axis=0)
    states = _unit(states).astype(np.float32)
    best = np.full(len(states), -np.inf, np.float32)
    nearest = np.zeros(len(states), int)
    step = min(8192, max(1, LARGEST // max(1, len(states))))
    for start in range(0, len(table), step):
        rows = table[start : start + step] - shift
        lengths = np.linalg.norm(rows, axis=1)
        rows = rows / np.where(lengths == 0, 1, lengths)[:, None]
        similarity = states @ rows.T  # (n, step)
        similarity[:, lengths == 0] = -np.inf  # no direction, so near to nothing
        here = similarity.argmax(axis=1)
        value = np.take_along_axis(similarity, here[:, None], axis=1)[:, 0]
        better = value > best
        nearest[better], best[better] = here[better] + start, value[better]
    return nearest


def _unit(states):
    states = np.asarray(states, float)
    if states.ndim != 2:
        raise ValueError(f"vectors have the shape (n, hidden), not {states.shape}")
    lengths = np.linalg.norm(states, axis=-1, keepdims=True)
    if not lengths.all():
        raise ValueError("a vector of zeros has no direction, so no cosine")
    return states / lengths
