"""A check for notebook 08: a probe that may not peep."""

from __future__ import annotations

import numpy as np

from .feedback import check


def tested_apart(vectors, labels, part, *, known=None, told=None, far=None):
    """Return whether each label is told right: the answer that the check expects.

    Each part is told by the nearest mean of a label, over the vectors of the other
    parts. `known`, `told` and `far` say otherwise, for what learners get wrong.
    """
    right = np.zeros(len(labels), bool)
    for p in np.unique(part):
        test = part == p
        fit = ~test if known is None else known(test)
        names = np.unique(labels[fit])
        means = np.array([vectors[fit & (labels == name)].mean(0) for name in names])
        distance = (far or _distance)(vectors, means)  # (n, labels)
        found = names[distance.argmin(axis=1)] == labels
        right[test] = found[test]
    return right if told is None else told(right)


def _distance(vectors, means):
    return np.linalg.norm(vectors[:, None] - means, axis=-1)


def _turned(vectors, means):
    """The cosine in place of the distance, with its sign changed."""
    return -vectors @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T


def _labelled(seed, n, labels, size):
    """Vectors that say little of their labels, so that peeping pays."""
    random = np.random.default_rng(seed)
    names = np.array(["food", "sport", "travel"])[:labels]
    given = names[np.arange(n) % labels]
    vectors = random.normal(size=(n, size))
    vectors[:, 0] += np.arange(n) % labels
    return vectors, given, random.permutation(np.arange(n) // labels % 4)


def check_cross_validate(answer):
    """Check ``answer(vectors, labels, part)``: (n,) of True and False.

    From vectors (n, size), an array of n labels and the number of the part that each
    is in: whether each label is the one whose mean, over all vectors of the *other*
    parts, is nearest to its vector.
    """
    cases = [
        _labelled(0, 24, 2, 6),
        _labelled(1, 36, 3, 12),
        _labelled(2, 48, 2, 20),
    ]

    def everything(test):
        return np.ones(len(test), bool)

    def one_part(vectors, labels, part):
        first = part == np.unique(part)[0]
        return tested_apart(vectors, labels, part, known=lambda test: ~first)

    def by_cosine(vectors, labels, part):
        return tested_apart(vectors, labels, part, far=_turned)

    def nearest_other(vectors, labels, part):
        distance = np.linalg.norm(vectors[:, None] - vectors, axis=-1)  # (n, n)
        distance[part[:, None] == part] = np.inf
        return labels[distance.argmin(axis=1)] == labels

    return check(
        answer,
        tested_apart,
        cases,
        [
            (
                lambda v, labels, part: tested_apart(v, labels, part, known=everything),
                "each vector has helped to make the mean that it is compared with:"
                " make the means anew for each part, without its vectors.",
            ),
            (
                lambda v, labels, part: tested_apart(
                    v, labels, part, known=lambda test: test
                ),
                "the means are those of the part itself: it is to be told from the"
                " other parts.",
            ),
            (
                lambda v, labels, part: tested_apart(
                    v, labels, part, told=lambda right: right.mean()
                ),
                "that is the accuracy: return True or False for each vector.",
            ),
            (
                lambda v, labels, part: ~tested_apart(v, labels, part),
                "True and False have changed places.",
            ),
            (
                one_part,
                "the means are made once, without the first part: make them anew for"
                " each part.",
            ),
            (
                by_cosine,
                "that is the mean with the largest cosine: the nearest by distance is"
                " wanted.",
            ),
            (
                nearest_other,
                "that is the label of the nearest vector: the nearest mean is wanted.",
            ),
        ],
    )
