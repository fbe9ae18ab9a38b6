"""Checks for notebook 02: token embeddings."""

from __future__ import annotations

from functools import wraps

import numpy as np

from ..embeddings import cosine_similarity
from .feedback import check


def _vectors(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def check_cosine(answer):
    """Check ``answer(a, b)``: the cosine of two vectors."""
    cases = [(np.array([3.0, 4.0]), np.array([4.0, 3.0]))]
    cases += [tuple(_vectors(seed, 2, 5)) for seed in range(4)]
    return check(
        answer,
        cosine_similarity,
        cases,
        [
            (
                np.dot,
                "that is the dot product: divide it by the lengths of both vectors.",
            ),
            (
                lambda a, b: a @ b / np.linalg.norm(a),
                "you divide by the first length only: there are two.",
            ),
            (
                lambda a, b: a @ b / np.linalg.norm(b),
                "you divide by the second length only: there are two.",
            ),
            (
                lambda a, b: a @ b / np.linalg.norm(a) * np.linalg.norm(b),
                "x / a * b divides by a and multiplies by b: brackets are missing.",
            ),
            (
                lambda a, b: a @ b / (a @ a) / (b @ b),
                "you divide by the squared lengths: the root is missing.",
            ),
            (
                lambda a, b: np.linalg.norm(a - b),
                "that is the distance of the points; the cosine looks at the angle.",
            ),
            (
                lambda a, b: 1 - cosine_similarity(a, b),
                "that is cosine distance: similarity is 1 minus yours.",
            ),
        ],
    )


def nearest(table, row, k, *, lengths=True, itself=False, descending=True):
    """Find the nearest rows by cosine: the answer that the check expects."""
    similarity = table @ table[row]
    if lengths:
        similarity = similarity / np.linalg.norm(table, axis=1)
    order = np.argsort(-similarity if descending else similarity)
    return (order if itself else order[order != row])[:k]


def by_distance(table, row, k):
    """Find the nearest rows by Euclidean distance: a typical wrong answer."""
    order = np.argsort(np.linalg.norm(table - table[row], axis=1))
    return order[order != row][:k]


def check_nearest(answer):
    """Check ``answer(table, row, k)``: IDs of the k nearest rows, nearest first."""
    tables = [_vectors(seed, 12, 4) * np.arange(1, 13)[:, None] for seed in range(3)]
    return check(
        answer,
        nearest,
        [(table.astype("float32"), 3, 4) for table in tables],
        [
            (
                lambda table, row, k: nearest(table, row, k, itself=True),
                "the row itself is always the nearest: leave it out.",
            ),
            (
                lambda table, row, k: nearest(table, row, k, lengths=False),
                "long rows win a dot product whatever their direction: divide each by"
                " its length.",
            ),
            (
                lambda table, row, k: nearest(table, row, k, descending=False),
                "those are the farthest: argsort puts the smallest first.",
            ),
            (
                lambda table, row, k: nearest(table, row, k)[::-1],
                "the right rows, but the nearest belongs first.",
            ),
            (
                by_distance,
                "that is the distance between the points; cosine looks at the angle.",
            ),
        ],
    )


def pca(rows, *, centre=True, scale=True):
    """Return the first two principal components: the answer that the check expects."""
    rows = rows - rows.mean(axis=0) if centre else rows
    left, size, _ = np.linalg.svd(rows, full_matrices=False)
    return left[:, :2] * (size[:2] if scale else 1)


def check_pca(answer):
    """Check ``answer(rows)``: (n, 2), the rows' first two principal components.

    The sign of a component is arbitrary, so either sign is right.
    """

    def signless(function):
        @wraps(function)
        def points(rows):
            value = function(rows)
            try:
                return np.abs(value)
            except (TypeError, ValueError):  # no numbers: the check says so
                return value

        return points

    cases = [(_vectors(seed, 7, 5) + 3,) for seed in range(3)]
    return check(
        signless(answer) if callable(answer) else answer,
        signless(pca),
        cases,
        [
            (
                signless(lambda rows: pca(rows, centre=False)),
                "subtract the mean row first, or the first component points at it.",
            ),
            (
                signless(
                    lambda rows: pca((rows.T - rows.mean(axis=1)).T, centre=False)
                ),
                "subtract the mean row (axis=0), not each row's own mean.",
            ),
            (
                signless(lambda rows: pca(rows, scale=False)),
                "the columns of U have length 1: multiply them by the singular values.",
            ),
        ],
        atol=1e-4,
    )
