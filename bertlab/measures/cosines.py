"""Cosines among vectors: how contextual they are, and what dominates them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..network.embedding import embed
from ..network.similarity import cosine_similarity, token_space, unit

# Most cosines that are held at once: all rows with all states would be gigabytes.
LARGEST = 2**24
# How many other tokens a word is compared with at its position.
OTHERS = 512
# How often the senses are shuffled.
SHUFFLES = 2000


def mean_cosine(states):
    """Return the mean cosine of all pairs of two different vectors.

    For the states of one word this is its self-similarity, for those of different words
    anisotropy (Ethayarajh 2019).

    Parameters
    ----------
    states : (n, hidden) array_like

    Returns
    -------
    float
    """
    total, n = unit(np.asarray(states, float)).sum(axis=0), len(states)
    return float((total @ total - n) / (n * (n - 1)))


def without_each(cosines):
    """Return the mean cosine of pairs with each vector left out in its turn.

    For the jackknife: how much a self-similarity hangs on single sentences.

    Parameters
    ----------
    cosines : (..., n, n) array_like
        Of n vectors with each other, three or more.

    Returns
    -------
    (..., n) ndarray
        The mean over all pairs of two different vectors that do not have the n-th.
    """
    cosines = np.asarray(cosines, float)
    n = cosines.shape[-1]
    pairs = cosines * (1 - np.eye(n))
    left = pairs.sum(axis=(-2, -1))[..., None] - pairs.sum(axis=-1) - pairs.sum(axis=-2)
    return left / ((n - 1) * (n - 2))


def dominant_dimensions(states, k=3):
    """Find the dimensions that make most of the mean cosine of pairs of vectors.

    A cosine is a sum over dimensions, so each has its part in it (Timkey and van
    Schijndel 2021).

    Parameters
    ----------
    states : (n, hidden) array_like
        Of different words in different sentences.
    k : int
        How many dimensions.

    Returns
    -------
    dimensions : (k,) ndarray of int
        The one with the largest part first.
    parts : (hidden,) ndarray
        Each dimension's part; they add up to ``mean_cosine(states)``.
    """
    vectors, n = unit(np.asarray(states, float)), len(states)
    parts = (vectors.sum(axis=0) ** 2 - (vectors**2).sum(axis=0)) / (n * (n - 1))
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
    """
    squares = np.linalg.svd(np.asarray(states, float), compute_uv=False) ** 2
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
    """
    space = token_space(bert, "centred" if centred else "raw")
    states = np.asarray(states, np.float32)
    if centred:
        states = states - states.mean(axis=0)
    states = unit(states.astype(float)).astype(np.float32)
    nearest = []
    step = max(1, LARGEST // len(space.table))
    for start in range(0, len(states), step):
        some = states[start : start + step]
        similarity = some @ space.table.T  # (some, vocabulary)
        similarity -= (some @ space.shift)[:, None]
        similarity /= space.norms
        similarity[:, np.isinf(space.norms)] = -np.inf  # no direction: near to nothing
        nearest.extend(similarity.argmax(axis=1))
    return np.array(nearest, int)


def nearer(similarities):
    """Say of every two vectors whether one is nearer to a third than the other is.

    Parameters
    ----------
    similarities : (n, n) array_like

    Returns
    -------
    (n, n, n) ndarray
        At [i, j, k] 1 where j is nearer to i than k is, 0 where it is not. A tie is one
        half: a gap below a hundred-thousandth of the range of all similarities, or 1e-9
        where all are the same.
    """
    similarities = np.asarray(similarities, float)
    gap = similarities[:, :, None] - similarities[:, None, :]
    tie = max(1e-9, 1e-5 * np.ptp(similarities))
    return (gap > tie) + (np.abs(gap) <= tie) / 2


def shuffled_trios(similarities, senses):
    """Count how often one of the own sense is nearer, with the senses shuffled.

    Parameters
    ----------
    similarities : (n, n) array_like
    senses : (n,) sequence
        At least two different ones, one of them twice.

    Returns
    -------
    (shuffles,) ndarray
        For each shuffle the share of all trios (an occurrence, another of its sense,
        one of another sense) in which the one of its sense is nearer to it.
    """
    wins = nearer(similarities)
    random = np.random.default_rng(0)
    draws = np.array([random.permutation(senses) for _ in range(SHUFFLES)])
    right = np.zeros(SHUFFLES)
    for i, own in enumerate(wins):
        same = (draws == draws[:, i, None]).astype(float)  # (shuffles, n)
        other = 1 - same
        same[:, i] = 0  # never itself
        right += ((same @ own) * other).sum(axis=1)
    first = draws[0]
    alike = (first[:, None] == first).sum(axis=1)
    return right / ((alike - 1) * (len(first) - alike)).sum()


@dataclass(frozen=True)
class Positions:
    """What every picture of the position explorer needs: computed once for each model.

    Attributes
    ----------
    unit : (positions, hidden) ndarray
        The rows, each divided by its length; the mean row subtracted where asked for.
    norms : (positions,) ndarray
        Of the rows as they are.
    pairs : (float, float)
        Between which two cosines 90 % of all pairs of rows lie.
    """

    unit: np.ndarray
    norms: np.ndarray
    pairs: tuple[float, float]


@lru_cache(maxsize=4)
def positions_of(bert, centred):
    """Compute a `Positions`."""
    table = bert.tables.position
    norms = np.linalg.norm(table, axis=1)
    rows = table - table.mean(axis=0) if centred else table
    vectors = unit(rows)
    pairs = (vectors @ vectors.T)[np.triu_indices(len(rows), 1)]
    # A model with one position has no pair.
    low, high = np.quantile(pairs if len(pairs) else [0, 0], [0.05, 0.95])
    return Positions(vectors, norms, (float(low), float(high)))


@lru_cache(maxsize=16)
def place(bert, token, position):
    """Compare a token at one position with itself elsewhere and with others there.

    Returns
    -------
    placed : (positions,) ndarray
        Cosine of the embedding layer's output here with that at each position.
    others : (float, float)
        Between which two cosines 90 % of randomly drawn tokens at this position lie.
    """
    rows = len(bert.tables.position)
    everywhere = embed(
        bert, "", ids=[token] * rows, positions=range(rows), types=0
    ).output
    drawn = np.random.default_rng(0).integers(
        len(bert.tables.token), size=min(OTHERS, rows)
    )
    there = embed(bert, "", ids=drawn, positions=position, types=0).output
    here = everywhere[position]
    low, high = np.quantile(cosine_similarity(there, here), [0.05, 0.95])
    return cosine_similarity(everywhere, here), (float(low), float(high))
