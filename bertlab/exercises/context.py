"""Checks for notebook 06: static and contextual embeddings."""

from __future__ import annotations

import numpy as np

from ..measures import mean_cosine
from .feedback import check


def random_states(seed, n, hidden=6):
    """Return states of unequal lengths, with something in common."""
    random = np.random.default_rng(seed)
    common = random.normal(size=hidden)
    lengths = random.uniform(0.5, 3, size=(n, 1))
    return lengths * (common + random.normal(size=(n, hidden)))


def unit_rows(states, axis=-1):
    """Return states that are all of length 1."""
    return states / np.linalg.norm(states, axis=axis, keepdims=True)


def _cosines(states):
    return unit_rows(states) @ unit_rows(states).T


def _off_diagonal(square):
    return square[~np.eye(len(square), dtype=bool)]


def check_self_similarity(answer):
    """Check ``answer(states)``: the mean cosine of two different (n, hidden) states."""
    return check(
        answer,
        mean_cosine,
        [(random_states(seed, n),) for seed, n in enumerate((2, 5, 8))],
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
                lambda s: mean_cosine(s) / 2,
                "each pair is in the sum once, and n * (n - 1) counts it twice, as"
                " (a, b) and as (b, a): divide by n * (n - 1) / 2.",
            ),
            (
                lambda s: np.triu(_cosines(s), 1).mean(),
                "np.triu puts zeros in the other half, and the mean counts them too:"
                " take the entries at np.triu_indices(n, 1).",
            ),
            (
                _cosines,
                "that is the whole square of cosines: the mean of two different"
                " occurrences' is wanted, one number.",
            ),
            (
                lambda s: 100 * mean_cosine(s),
                "that is in per cent: a cosine goes from -1 to 1.",
            ),
            (
                lambda s: _off_diagonal(s @ s.T).mean() / (s**2).sum(),
                "you divide by the length of all states together: each state has its"
                " own, so the norm goes over axis=-1, with keepdims=True.",
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
                lambda s: _off_diagonal(unit_rows(s, 0) @ unit_rows(s, 0).T).mean(),
                "you divide by the lengths of the columns: a state is a row, so the"
                " norm goes over axis=-1, with keepdims=True.",
            ),
            (
                lambda s: (unit_rows(s) @ unit_rows(s.mean(axis=0))).mean(),
                "that is how similar each occurrence is to their mean: compare them"
                " with each other.",
            ),
            (
                lambda s: mean_cosine(s - s.mean(axis=0)),
                "nothing is to be subtracted first: without their mean the occurrences"
                " have no longer in common what makes them one word.",
            ),
            (
                lambda s: (unit_rows(s)[1:] * unit_rows(s)[:-1]).sum(axis=-1).mean(),
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
    return _hits(states, senses, similarity, itself, best).mean()


def _hits(states, senses, similarity=_cosines, itself=-np.inf, best=np.argmax):
    """Say of each row whether the nearest other one has its sense."""
    scores = similarity(np.asarray(states, float))
    if itself is not None:
        scores = np.where(np.eye(len(scores), dtype=bool), itself, scores)
    senses = np.asarray(senses)
    return senses[best(scores, axis=1)] == senses


def _closeness(states):
    return -np.linalg.norm(states[:, None] - states[None], axis=-1)


# Four states that point away from each other.
_APART = np.array([[1.0, 1, 0.9], [1, -1.2, -0.8], [-1.1, 1, -1], [-1, -1, 1.3]])


def check_nearest_same(answer):
    """Check ``answer(states, senses)``: a share, of (n, hidden) states with a sense."""
    cases = []
    for seed, n in enumerate((7, 9, 12, 15)):
        states = random_states(seed + 10, n)
        senses = np.array(["river", "money"])[(np.arange(n) < n // 2).astype(int)]
        states[senses == "river", 0] += 1
        cases.append((states, senses))
    # All cosines are below 0, so a 0 on the diagonal would be the largest.
    cases.append((_APART, np.array(["river", "money", "river", "money"])))

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
                varied(itself=0),
                "a 0 on the diagonal is the largest where all cosines are below 0: put"
                " something lower than any cosine there, such as -2.",
            ),
            (
                lambda *case: _hits(*case),
                "that is a yes or no for each occurrence: the share is their mean.",
            ),
            (
                lambda *case: 100 * nearest_same(*case),
                "that is in per cent: a share goes from 0 to 1.",
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
