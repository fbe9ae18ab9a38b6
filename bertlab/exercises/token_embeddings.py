"""Checks for notebook 02: token embeddings."""

from __future__ import annotations

import numpy as np

from ..network.similarity import cosine_similarity
from .exercise import Exercise

norm = np.linalg.norm


def random_vectors(seed, *shape):
    """Return vectors that are no model's, in single precision."""
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


check_cosine = Exercise(
    cosine_similarity,
    [(np.array([3.0, 4.0]), np.array([4.0, 3.0]))]
    + [tuple(random_vectors(seed, 2, 5)) for seed in range(4)],
    """
    a @ b || that is the dot product: divide it by the lengths of both vectors.
    a @ b / norm(a) || you divide by the first length only: there are two.
    a @ b / norm(b) || you divide by the second length only: there are two.
    a @ b / norm(a) * norm(b)
        || x / a * b divides by a and multiplies by b: brackets are missing.
    a @ b / (a @ a) / (b @ b) || you divide by the squared lengths: the root is missing.
    norm(a - b) || that is the distance of the points; the cosine looks at the angle.
    1 - right || that is cosine distance: similarity is 1 minus yours.
    """,
)


def nearest(table, row, k):
    """IDs of the k nearest rows by cosine, nearest first."""
    return _nearest_first(table @ table[row] / norm(table, axis=1), row)[:k]


def _nearest_first(similarity, row):
    order = np.argsort(-similarity)
    return order[order != row]


check_nearest = Exercise(
    nearest,
    [
        (random_vectors(seed, 12, 4) * np.arange(1, 13)[:, None], 3, 4)
        for seed in range(3)
    ],
    """
    np.argsort(-table @ table[row] / norm(table, axis=1))[:k]
        || the row itself is always the nearest: leave it out.
    _nearest_first(table @ table[row], row)[:k]
        || long rows win a dot product whatever their direction: divide each by its
           length.
    _nearest_first(-table @ table[row] / norm(table, axis=1), row)[:k]
        || those are the farthest: argsort puts the smallest first.
    right[::-1] || the right rows, but the nearest belongs first.
    _nearest_first(-norm(table - table[row], axis=1), row)[:k]
        || that is the distance between the points; cosine looks at the angle.
    """,
)


def pca(rows):
    """The rows' first two principal components, (n, 2).

    The sign of a component is arbitrary, so either sign is right.
    """
    return _components(rows - rows.mean(axis=0))


def _components(rows):
    left, size, _ = np.linalg.svd(rows, full_matrices=False)
    return left[:, :2] * size[:2]


def _without_sign(value):
    try:
        return np.abs(value)
    except (TypeError, ValueError):  # no numbers: the check says so
        return value


check_pca = Exercise(
    pca,
    [(random_vectors(seed, 7, 5) + 3,) for seed in range(3)],
    """
    _components(rows)
        || subtract the mean row first, or the first component points at it.
    _components(rows - rows.mean(axis=1, keepdims=True))
        || subtract the mean row (axis=0), not each row's own mean.
    right / norm(right, axis=0)
        || the columns of U have length 1: multiply them by the singular values.
    """,
    atol=1e-4,
    seen_as=_without_sign,
)
