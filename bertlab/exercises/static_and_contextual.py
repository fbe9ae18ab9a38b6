"""Checks for notebook 06: static and contextual embeddings."""

from __future__ import annotations

import numpy as np

from ..measures import dominant_dimensions, explained_by_one, mean_cosine
from .exercise import Exercise


def _states(seed, n, hidden=6):
    """States of unequal lengths, with something in common."""
    random = np.random.default_rng(seed)
    common = random.normal(size=hidden)
    lengths = random.uniform(0.5, 3, size=(n, 1))
    return lengths * (common + random.normal(size=(n, hidden)))


def _unit(states, axis=-1):
    """States that are all of length 1."""
    return states / np.linalg.norm(states, axis=axis, keepdims=True)


def _cosines(states):
    return _unit(states) @ _unit(states).T


def _off_diagonal(square):
    return square[~np.eye(len(square), dtype=bool)]


def self_similarity(states):
    """The mean cosine of two different (n, hidden) states."""
    return mean_cosine(states)


check_self_similarity = Exercise(
    self_similarity,
    [(_states(seed, n),) for seed, n in enumerate((2, 5, 8))],
    """
    _cosines(states).mean()
        || each occurrence is compared with itself too, which always gives 1: leave the
           diagonal out.
    _cosines(states)[np.triu_indices(len(states))].mean()
        || the diagonal is still in, where each occurrence meets itself: np.triu_indices
           takes k=1 as its second argument.
    (_cosines(states).sum() - len(states)) / len(states) ** 2
        || the diagonal is no longer in the sum, but still in the number that you divide
           by: without it there are n * (n - 1).
    2 * right
        || each pair is in the sum twice, as (a, b) and as (b, a): divide by
           n * (n - 1), or add up one half of the square.
    right / 2
        || each pair is in the sum once, and n * (n - 1) counts it twice, as (a, b) and
           as (b, a): divide by n * (n - 1) / 2.
    np.triu(_cosines(states), 1).mean()
        || np.triu puts zeros in the other half, and the mean counts them too: take the
           entries at np.triu_indices(n, 1).
    _cosines(states)
        || that is the whole square of cosines: the mean of two different occurrences'
           is wanted, one number.
    100 * right || that is in per cent: a cosine goes from -1 to 1.
    _off_diagonal(states @ states.T).mean() / (states**2).sum()
        || you divide by the length of all states together: each state has its own, so
           the norm goes over axis=-1, with keepdims=True.
    _off_diagonal(_cosines(states)).sum()
        || that is the sum over the pairs: the mean is wanted.
    _off_diagonal(states @ states.T).mean()
        || those are dot products: for cosines give each state length 1 first.
    _off_diagonal(_unit(states, 0) @ _unit(states, 0).T).mean()
        || you divide by the lengths of the columns: a state is a row, so the norm goes
           over axis=-1, with keepdims=True.
    (_unit(states) @ _unit(states.mean(axis=0))).mean()
        || that is how similar each occurrence is to their mean: compare them with each
           other.
    mean_cosine(states - states.mean(axis=0))
        || nothing is to be subtracted first: without their mean the occurrences have no
           longer in common what makes them one word.
    (_unit(states)[1:] * _unit(states)[:-1]).sum(axis=-1).mean()
        || you compare each occurrence with the next one alone: all pairs are wanted.
    """,
    atol=1e-6,
)


def nearest_same(states, senses):
    """A share, of (n, hidden) states with a sense."""
    return _hits(_cosines(states), senses).mean()


def _hits(similarity, senses, itself=-np.inf):
    """Say of each row whether the nearest other one has its sense."""
    scores = np.where(np.eye(len(senses), dtype=bool), itself, similarity)
    return senses[scores.argmax(axis=1)] == senses


def _sense_cases():
    cases = []
    for seed, n in enumerate((7, 9, 12, 15)):
        states = _states(seed + 10, n)
        senses = np.array(["river", "money"])[(np.arange(n) < n // 2).astype(int)]
        states[senses == "river", 0] += 1
        cases.append((states, senses))
    # All cosines are below 0, so a 0 on the diagonal would be the largest.
    apart = np.array([[1.0, 1, 0.9], [1, -1.2, -0.8], [-1.1, 1, -1], [-1, -1, 1.3]])
    return [*cases, (apart, np.array(["river", "money", "river", "money"]))]


check_nearest_same = Exercise(
    nearest_same,
    _sense_cases(),
    """
    _hits(_cosines(states), senses, itself=2).mean()
        || each occurrence found itself, which is always of its own sense: put something
           very low on the diagonal before you look for the largest.
    _hits(_cosines(states), senses, itself=0).mean()
        || a 0 on the diagonal is the largest where all cosines are below 0: put
           something lower than any cosine there, such as -2.
    _hits(_cosines(states), senses)
        || that is a yes or no for each occurrence: the share is their mean.
    100 * right || that is in per cent: a share goes from 0 to 1.
    _hits(-_cosines(states), senses).mean()
        || that is the furthest: the nearest has the largest cosine.
    _hits(states @ states.T, senses).mean()
        || those are dot products: for cosines give each state length 1 first.
    _hits(-np.linalg.norm(states[:, None] - states, axis=-1), senses).mean()
        || that is the nearest by distance: here the largest cosine counts.
    len(states) * right || that is how many: divide by the number of occurrences.
    1 - right || the other way round: count those whose nearest has the same sense.
    """,
    atol=1e-6,
)


def dominant(states, k):
    """Indices of dimensions, the one that adds most first.

    States are (n, hidden); what counts is the part in the mean cosine of two rows.
    """
    return dominant_dimensions(states, k)[0]


def _products(states):
    """Each dimension's products of two different rows, added up."""
    return states.sum(axis=0) ** 2 - (states**2).sum(axis=0)


def _largest(parts, k):
    return np.argsort(-parts, kind="stable")[:k]


check_dominant = Exercise(
    dominant,
    # Seed, number of states, k: such that each of the mistakes gives another answer.
    [
        (_states(seed + 20, n, 8), k)
        for seed, n, k in ((0, 4, 3), (1, 5, 4), (2, 6, 3), (3, 9, 5))
    ],
    """
    right[::-1] || the right dimensions in the wrong order: the largest part first.
    np.sort(right)
        || the right dimensions, but in the order of their numbers: the one with the
           largest part comes first.
    right + 1 || dimensions count from 0, as indices do.
    np.sort(dominant_dimensions(states, k)[1])[::-1][:k]
    np.sort(_products(_unit(states)))[::-1][:k]
    np.sort(_products(_unit(states)))[-k:]
        || those are the parts themselves: the indices are wanted, see np.argsort.
    _largest(np.abs(_products(_unit(states))), k)
        || a part below 0 makes states less similar: take the largest, not those that
           are furthest from 0.
    _largest(states.mean(axis=0), k)
    _largest(_unit(states).mean(axis=0), k)
        || those have the largest mean: a dimension that is far below 0 in all states
           makes them as similar as one far above.
    dominant(states, states.shape[1])[::-1][:k]
        || those are the smallest: np.argsort begins with the smallest.
    _largest(_products(states), k)
    _largest(states.mean(axis=0) ** 2, k)
        || long states count for more than short ones: a cosine needs each state at
           length 1.
    _largest(_unit(states).mean(axis=0) ** 2, k)
        || each state is paired with itself too: take the sum of the squares off the
           square of the sum, dimension by dimension.
    _largest(np.abs(_unit(states)).mean(axis=0), k)
        || a dimension that is large with both signs adds nothing on average: multiply
           the entries of two states, and keep the signs.
    _largest((_unit(states) ** 2).mean(axis=0), k)
        || squares of single states forget the signs: the part is the mean product of
           two different states' entries.
    _largest(states.var(axis=0), k)
    _largest(_unit(states).var(axis=0), k)
        || those are the dimensions that differ most between states. What makes states
           similar is what they have in common.
    """,
)


def explained(states):
    """What one direction can keep of (n, hidden) states."""
    return explained_by_one(states)


def _sizes(states):
    return np.linalg.svd(states, compute_uv=False)


check_explained_by_one = Exercise(
    explained,
    [(_states(seed + 30, n),) for seed, n in enumerate((2, 5, 9))],
    """
    _sizes(states)[0] / _sizes(states).sum()
        || squares are wanted: the first singular value squared, of the sum of all
           squared.
    _sizes(states)[0] ** 2 / _sizes(states).sum() ** 2
        || square each singular value before you add them up, not their sum.
    _sizes(states)[-1] ** 2 / (states**2).sum()
        || that is the last singular value: they come with the largest first.
    _sizes(states)[0]
        || that is the first singular value itself: square it, and divide by the sum of
           all squares.
    100 * right || that is in per cent: a share goes from 0 to 1.
    _sizes(states)[0] ** 2
        || that is the squared length that is kept: divide by all there is.
    1 - right || that is the share that is lost: the share that is kept is wanted.
    explained(states - states.mean(axis=0))
        || you subtract the mean first, as PCA does. The mean is the best part of what
           one vector can explain.
    (states @ np.linalg.svd(states)[2][0]).var() / states.var(axis=0).sum()
        || that is the variance about the mean along the first direction, as in the
           published code: the definition centres nothing.
    ((states @ _unit(states.mean(axis=0))) ** 2).sum() / (states**2).sum()
        || that is what the mean's direction keeps. It comes close, but the first
           singular vector keeps more.
    explained(_unit(states))
        || you give all states length 1 first: the definition takes them as they are.
    """,
    atol=1e-6,
)
