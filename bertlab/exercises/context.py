"""Checks for notebook 06: static and contextual embeddings."""

from __future__ import annotations

import numpy as np

from ..measures import dominant_dimensions, explained_by_one, mean_cosine
from .feedback import check


def _states(seed, n, hidden=6):
    """States of unequal lengths, with something in common."""
    random = np.random.default_rng(seed)
    common = random.normal(size=hidden)
    lengths = random.uniform(0.5, 3, size=(n, 1))
    return lengths * (common + random.normal(size=(n, hidden)))


def _unit(states, axis=-1):
    return states / np.linalg.norm(states, axis=axis, keepdims=True)


def _cosines(states):
    return _unit(states) @ _unit(states).T


def _off_diagonal(square):
    return square[~np.eye(len(square), dtype=bool)]


def check_self_similarity(answer):
    """Check ``answer(states)``: the mean cosine of two different (n, hidden) states."""
    return check(
        answer,
        mean_cosine,
        [(_states(seed, n),) for seed, n in enumerate((2, 5, 8))],
        [
            (
                lambda s: _cosines(s).mean(),
                "each occurrence is compared with itself too, which always gives 1:"
                " leave the diagonal out.",
            ),
            (
                lambda s: _cosines(s)[np.triu_indices(len(s))].mean(),
                "the diagonal is still in, where each occurrence meets itself:"
                " np.triu_indices takes k=1 as its second argument.",
            ),
            (
                lambda s: (_cosines(s).sum() - len(s)) / len(s) ** 2,
                "the diagonal is no longer in the sum, but still in the number that you"
                " divide by: without it there are n * (n - 1).",
            ),
            (
                lambda s: 2 * mean_cosine(s),
                "each pair is in the sum twice, as (a, b) and as (b, a): divide by"
                " n * (n - 1), or add up one half of the square.",
            ),
            (
                lambda s: _off_diagonal(_cosines(s)).sum(),
                "that is the sum over the pairs: the mean is wanted.",
            ),
            (
                lambda s: _off_diagonal(s @ s.T).mean(),
                "those are dot products: for cosines give each state length 1 first.",
            ),
            (
                lambda s: _off_diagonal(_unit(s, 0) @ _unit(s, 0).T).mean(),
                "you divide by the lengths of the columns: a state is a row, so the"
                " norm goes over axis=-1, with keepdims=True.",
            ),
            (
                lambda s: (_unit(s) @ _unit(s.mean(axis=0))).mean(),
                "that is how similar each occurrence is to their mean: compare them"
                " with each other.",
            ),
            (
                lambda s: mean_cosine(s - s.mean(axis=0)),
                "nothing is to be subtracted first: without their mean the occurrences"
                " have no longer in common what makes them one word.",
            ),
            (
                lambda s: (_unit(s)[1:] * _unit(s)[:-1]).sum(axis=-1).mean(),
                "you compare each occurrence with the next one alone: all pairs are"
                " wanted.",
            ),
        ],
        atol=1e-6,
    )


def nearest_same(
    states, senses, *, similarity=_cosines, itself=-np.inf, best=np.argmax
):
    """Return the share whose nearest other row has its sense: what is expected."""
    scores = similarity(np.asarray(states, float))
    if itself is not None:
        scores = np.where(np.eye(len(scores), dtype=bool), itself, scores)
    senses = np.asarray(senses)
    return (senses[best(scores, axis=1)] == senses).mean()


def _closeness(states):
    return -np.linalg.norm(states[:, None] - states[None], axis=-1)


def check_nearest_same(answer):
    """Check ``answer(states, senses)``: a share, of (n, hidden) states with a sense."""
    cases = []
    for seed, n in enumerate((7, 9, 12, 15)):
        states = _states(seed + 10, n)
        senses = np.array(["river", "money"])[(np.arange(n) < n // 2).astype(int)]
        states[senses == "river", 0] += 1
        cases.append((states, senses))

    def varied(**how):
        return lambda *case: nearest_same(*case, **how)

    return check(
        answer,
        nearest_same,
        cases,
        [
            (
                varied(itself=None),
                "each occurrence found itself, which is always of its own sense: put"
                " something very low on the diagonal before you look for the largest.",
            ),
            (
                varied(itself=np.inf, best=np.argmin),
                "that is the furthest: the nearest has the largest cosine.",
            ),
            (
                varied(similarity=lambda s: s @ s.T),
                "those are dot products: for cosines give each state length 1 first.",
            ),
            (
                varied(similarity=_closeness),
                "that is the nearest by distance: here the largest cosine counts.",
            ),
            (
                lambda *case: len(case[0]) * nearest_same(*case),
                "that is how many: divide by the number of occurrences.",
            ),
            (
                lambda *case: 1 - nearest_same(*case),
                "the other way round: count those whose nearest has the same sense.",
            ),
        ],
        atol=1e-6,
    )


def dominant(states, k):
    """Return the k dimensions with the largest parts: what the check expects."""
    return dominant_dimensions(states, k)[0]


def check_dominant(answer):
    """Check ``answer(states, k)``: indices of dimensions, the one that adds most first.

    States are (n, hidden); what counts is the part in the mean cosine of two rows.
    """

    def by(parts):
        return lambda states, k: np.argsort(-parts(states), kind="stable")[:k]

    return check(
        answer,
        dominant,
        [(_states(seed + 20, n, 8), k) for seed, n, k in DOMINANT_CASES],
        [
            (
                lambda s, k: dominant(s, k)[::-1],
                "the right dimensions in the wrong order: the largest part first.",
            ),
            (
                lambda s, k: np.sort(dominant(s, k)),
                "the right dimensions, but in the order of their numbers: the one with"
                " the largest part comes first.",
            ),
            (
                lambda s, k: dominant(s, k) + 1,
                "dimensions count from 0, as indices do.",
            ),
            (
                lambda s, k: np.sort(dominant_dimensions(s, k)[1])[::-1][:k],
                "those are the parts themselves: the indices are wanted, see"
                " np.argsort.",
            ),
            (
                lambda s, k: dominant(s, s.shape[1])[::-1][:k],
                "those are the smallest: np.argsort begins with the smallest.",
            ),
            (
                by(lambda s: s.sum(axis=0) ** 2 - (s**2).sum(axis=0)),
                "long states count for more than short ones: a cosine needs each state"
                " at length 1.",
            ),
            (
                by(lambda s: s.mean(axis=0) ** 2),
                "long states count for more than short ones: a cosine needs each state"
                " at length 1.",
            ),
            (
                by(lambda s: _unit(s).mean(axis=0) ** 2),
                "each state is paired with itself too: take the sum of the squares off"
                " the square of the sum, dimension by dimension.",
            ),
            (
                by(lambda s: np.abs(_unit(s)).mean(axis=0)),
                "a dimension that is large with both signs adds nothing on average:"
                " multiply the entries of two states, and keep the signs.",
            ),
            (
                by(lambda s: (_unit(s) ** 2).mean(axis=0)),
                "squares of single states forget the signs: the part is the mean"
                " product of two different states' entries.",
            ),
            (
                by(lambda s: s.var(axis=0)),
                "those are the dimensions that differ most between states. What makes"
                " states similar is what they have in common.",
            ),
            (
                by(lambda s: _unit(s).var(axis=0)),
                "those are the dimensions that differ most between states. What makes"
                " states similar is what they have in common.",
            ),
        ],
    )


# Seed, number of states, k: such that each of the mistakes gives another answer.
DOMINANT_CASES = ((0, 4, 3), (1, 5, 4), (2, 6, 3), (3, 9, 5))


def check_explained_by_one(answer):
    """Check ``answer(states)``: what one direction can keep of (n, hidden) states."""

    def by_direction(states, direction):
        return ((states @ direction) ** 2).sum() / (states**2).sum()

    def about_the_mean(states):
        left, sizes, _ = np.linalg.svd(states, full_matrices=False)
        return (left[:, 0] * sizes[0]).var() / states.var(axis=0).sum()

    def from_sizes(share):
        return lambda states: share(np.linalg.svd(states, compute_uv=False))

    return check(
        answer,
        explained_by_one,
        [(_states(seed + 30, n),) for seed, n in enumerate((2, 5, 9))],
        [
            (
                from_sizes(lambda sizes: sizes[0] / sizes.sum()),
                "squares are wanted: the first singular value squared, of the sum of"
                " all squared.",
            ),
            (
                from_sizes(lambda sizes: sizes[0] ** 2 / sizes.sum() ** 2),
                "square each singular value before you add them up, not their sum.",
            ),
            (
                from_sizes(lambda sizes: sizes[0] ** 2),
                "that is the squared length that is kept: divide by all there is.",
            ),
            (
                from_sizes(lambda sizes: 1 - sizes[0] ** 2 / (sizes**2).sum()),
                "that is the share that is lost: the share that is kept is wanted.",
            ),
            (
                lambda s: explained_by_one(s - s.mean(axis=0)),
                "you subtract the mean first, as PCA does. The mean is the best part of"
                " what one vector can explain.",
            ),
            (
                about_the_mean,
                "that is the variance about the mean along the first direction, as in"
                " the published code: the definition centres nothing.",
            ),
            (
                lambda s: by_direction(s, _unit(s.mean(axis=0))),
                "that is what the mean's direction keeps. It comes close, but the first"
                " singular vector keeps more.",
            ),
            (
                lambda s: explained_by_one(_unit(s)),
                "you give all states length 1 first: the definition takes them as they"
                " are.",
            ),
        ],
        atol=1e-6,
    )
