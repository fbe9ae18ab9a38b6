"""Checks for notebook 06: what makes states similar, and what one vector explains."""

from __future__ import annotations

import numpy as np

from ..measures import dominant_dimensions, explained_by_one
from .context import random_states, unit_rows
from .feedback import check


def dominant(states, k):
    """Return the k dimensions with the largest parts: what the check expects."""
    return dominant_dimensions(states, k)[0]


def _sums(states):
    """Each dimension's products of two different rows, added up."""
    unit = unit_rows(states)
    return unit.sum(axis=0) ** 2 - (unit**2).sum(axis=0)


def check_dominant(answer):
    """Check ``answer(states, k)``: indices of dimensions, the one that adds most first.

    States are (n, hidden); what counts is the part in the mean cosine of two rows.
    """

    def by(parts):
        return lambda states, k: np.argsort(-parts(states), kind="stable")[:k]

    return check(
        answer,
        dominant,
        [(random_states(seed + 20, n, 8), k) for seed, n, k in DOMINANT_CASES],
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
                lambda s, k: np.sort(_sums(s))[::-1][:k],
                "those are the parts themselves: the indices are wanted, see"
                " np.argsort.",
            ),
            (
                lambda s, k: np.sort(_sums(s))[-k:],
                "those are the parts themselves: the indices are wanted, see"
                " np.argsort.",
            ),
            (
                by(lambda s: np.abs(_sums(s))),
                "a part below 0 makes states less similar: take the largest, not those"
                " that are furthest from 0.",
            ),
            (
                by(lambda s: s.mean(axis=0)),
                "those have the largest mean: a dimension that is far below 0 in all"
                " states makes them as similar as one far above.",
            ),
            (
                by(lambda s: unit_rows(s).mean(axis=0)),
                "those have the largest mean: a dimension that is far below 0 in all"
                " states makes them as similar as one far above.",
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
                by(lambda s: unit_rows(s).mean(axis=0) ** 2),
                "each state is paired with itself too: take the sum of the squares off"
                " the square of the sum, dimension by dimension.",
            ),
            (
                by(lambda s: np.abs(unit_rows(s)).mean(axis=0)),
                "a dimension that is large with both signs adds nothing on average:"
                " multiply the entries of two states, and keep the signs.",
            ),
            (
                by(lambda s: (unit_rows(s) ** 2).mean(axis=0)),
                "squares of single states forget the signs: the part is the mean"
                " product of two different states' entries.",
            ),
            (
                by(lambda s: s.var(axis=0)),
                "those are the dimensions that differ most between states. What makes"
                " states similar is what they have in common.",
            ),
            (
                by(lambda s: unit_rows(s).var(axis=0)),
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
        [(random_states(seed + 30, n),) for seed, n in enumerate((2, 5, 9))],
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
                from_sizes(lambda sizes: sizes[-1] ** 2 / (sizes**2).sum()),
                "that is the last singular value: they come with the largest first.",
            ),
            (
                from_sizes(lambda sizes: sizes[0]),
                "that is the first singular value itself: square it, and divide by the"
                " sum of all squares.",
            ),
            (
                lambda s: 100 * explained_by_one(s),
                "that is in per cent: a share goes from 0 to 1.",
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
                lambda s: by_direction(s, unit_rows(s.mean(axis=0))),
                "that is what the mean's direction keeps. It comes close, but the first"
                " singular vector keeps more.",
            ),
            (
                lambda s: explained_by_one(unit_rows(s)),
                "you give all states length 1 first: the definition takes them as they"
                " are.",
            ),
        ],
        atol=1e-6,
    )
