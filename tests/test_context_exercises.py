"""The checks of notebook 06: right answers, stubs, and each typical mistake's hint."""

import math
from itertools import pairwise

import numpy as np
import pytest

from bertlab.exercises import (
    check_dominant,
    check_explained_by_one,
    check_nearest_same,
    check_self_similarity,
)

# Right answers, written as a learner would: not the package's own.


def cosine(a, b):
    return sum(a * b) / math.sqrt(sum(a * a) * sum(b * b))


def self_similarity(states):
    n = len(states)
    pairs = [(i, j) for i in range(n) for j in range(i)]
    return sum(cosine(states[i], states[j]) for i, j in pairs) / len(pairs)


def nearest_same(states, senses):
    right = 0
    for i, state in enumerate(states):
        others = [j for j in range(len(states)) if j != i]
        nearest = max(others, key=lambda j: cosine(state, states[j]))
        right += senses[i] == senses[nearest]
    return right / len(states)


def dominant(states, k):
    parts = np.zeros(states.shape[1])
    for i, a in enumerate(states):
        for j, b in enumerate(states):
            if i != j:
                parts += a * b / math.sqrt(sum(a * a) * sum(b * b))
    return sorted(range(len(parts)), key=lambda d: -parts[d])[:k]


def explained_by_one(states):
    # The largest eigenvalue of the products of all pairs, found without an SVD.
    values = np.linalg.eigvalsh(states.T @ states)
    return values.max() / values.sum()


CHECKS = {
    "self_similarity": (check_self_similarity, self_similarity),
    "nearest_same": (check_nearest_same, nearest_same),
    "dominant": (check_dominant, dominant),
    "explained_by_one": (check_explained_by_one, explained_by_one),
}


def unit(states):
    return states / np.sqrt((states**2).sum(axis=-1, keepdims=True))


def square(states):
    return unit(states) @ unit(states).T


def without_diagonal(scores):
    scores = np.array(scores, float)
    np.fill_diagonal(scores, np.nan)
    return scores


def found(scores, senses):
    senses = np.asarray(senses)
    return (senses[np.nanargmax(scores, axis=1)] == senses).mean()


def largest(parts, k):
    return np.argsort(parts)[::-1][:k]


def products(states):
    return unit(states).sum(axis=0) ** 2 - (unit(states) ** 2).sum(axis=0)


def distances(states):
    return ((states[:, None] - states[None]) ** 2).sum(axis=-1)


def singular(states):
    return np.linalg.svd(states)[1]


def published(states):
    """As scikit-learn's TruncatedSVD reports it."""
    along = states @ np.linalg.svd(states)[2][0]
    return along.var() / states.var(axis=0).sum()


WRONG = {
    "diagonal": ("self_similarity", lambda s: square(s).mean(), "with itself too"),
    "triangle with the diagonal": (
        "self_similarity",
        lambda s: square(s)[np.tril_indices(len(s))].mean(),
        "k=1",
    ),
    "zeros on the diagonal": (
        "self_similarity",
        lambda s: (square(s) * (1 - np.eye(len(s)))).mean(),
        "n * (n - 1)",
    ),
    "pairs counted twice": (
        "self_similarity",
        lambda s: 2 * self_similarity(s),
        "twice",
    ),
    "no mean": (
        "self_similarity",
        lambda s: square(s).sum() - len(s),
        "the mean is wanted",
    ),
    "half the pairs": (
        "self_similarity",
        lambda s: square(s)[np.triu_indices(len(s), 1)].sum() / (len(s) ** 2 - len(s)),
        "n * (n - 1) / 2",
    ),
    "half the square": (
        "self_similarity",
        lambda s: np.mean(np.tril(square(s), -1)),
        "the mean counts them too",
    ),
    "the whole square": ("self_similarity", square, "the whole square of cosines"),
    "in per cent": ("self_similarity", lambda s: 100 * self_similarity(s), "per cent"),
    "axis forgotten": (
        "self_similarity",
        lambda s: np.nanmean(
            without_diagonal((s / np.linalg.norm(s)) @ (s / np.linalg.norm(s)).T)
        ),
        "axis=-1, with keepdims=True",
    ),
    "dot products": (
        "self_similarity",
        lambda s: np.nanmean(without_diagonal(s @ s.T)),
        "those are dot products",
    ),
    "columns of length 1": (
        "self_similarity",
        lambda s: np.nanmean(without_diagonal(unit(s.T).T @ unit(s.T))),
        "axis=-1",
    ),
    "beside the mean": (
        "self_similarity",
        lambda s: sum(cosine(row, s.mean(axis=0)) for row in s) / len(s),
        "compare them with each other",
    ),
    "centred": (
        "self_similarity",
        lambda s: self_similarity(s - s.mean(axis=0)),
        "nothing is to be subtracted",
    ),
    "each with the next": (
        "self_similarity",
        lambda s: np.mean([cosine(a, b) for a, b in pairwise(s)]),
        "with the next one alone",
    ),
    "itself": (
        "nearest_same",
        lambda s, senses: found(square(s), senses),
        "found itself",
    ),
    "nothing on the diagonal": (
        "nearest_same",
        lambda s, senses: found(np.nan_to_num(without_diagonal(square(s))), senses),
        "lower than any cosine",
    ),
    "yes or no": (
        "nearest_same",
        lambda s, senses: (
            senses[np.nanargmax(without_diagonal(square(s)), axis=1)] == senses
        ),
        "the share is their mean",
    ),
    "share in per cent": (
        "nearest_same",
        lambda s, senses: 100 * nearest_same(s, senses),
        "per cent",
    ),
    "furthest": (
        "nearest_same",
        lambda s, senses: found(without_diagonal(-square(s)), senses),
        "that is the furthest",
    ),
    "furthest of all": (
        "nearest_same",
        lambda s, senses: found(-square(s), senses),
        "that is the furthest",
    ),
    "nearest dot product": (
        "nearest_same",
        lambda s, senses: found(without_diagonal(s @ s.T), senses),
        "those are dot products",
    ),
    "nearest by distance": (
        "nearest_same",
        lambda s, senses: found(without_diagonal(-distances(s)), senses),
        "by distance",
    ),
    "how many": (
        "nearest_same",
        lambda s, senses: round(len(s) * nearest_same(s, senses)),
        "divide by the number",
    ),
    "of another sense": (
        "nearest_same",
        lambda s, senses: 1 - nearest_same(s, senses),
        "the other way round",
    ),
    "smallest first": (
        "dominant",
        lambda s, k: dominant(s, k)[::-1],
        "the largest part first",
    ),
    "in the order of their numbers": (
        "dominant",
        lambda s, k: sorted(dominant(s, k)),
        "in the order of their numbers",
    ),
    "from 1": ("dominant", lambda s, k: [d + 1 for d in dominant(s, k)], "from 0"),
    "the parts": (
        "dominant",
        lambda s, k: sorted(
            (unit(s).sum(axis=0) ** 2 - (unit(s) ** 2).sum(axis=0))
            / (len(s) * (len(s) - 1))
        )[::-1][:k],
        "the indices are wanted",
    ),
    "the sums": (
        "dominant",
        lambda s, k: -np.sort(-products(s))[:k],
        "the indices are wanted",
    ),
    "the sums, smallest first": (
        "dominant",
        lambda s, k: np.sort(products(s))[-k:],
        "the indices are wanted",
    ),
    "furthest from 0": (
        "dominant",
        lambda s, k: largest(np.abs(products(s)), k),
        "not those that are furthest from 0",
    ),
    "largest mean": (
        "dominant",
        lambda s, k: largest(s.mean(axis=0), k),
        "as one far above",
    ),
    "largest mean of directions": (
        "dominant",
        lambda s, k: largest(unit(s).mean(axis=0), k),
        "as one far above",
    ),
    "smallest": (
        "dominant",
        lambda s, k: dominant(s, s.shape[1])[::-1][:k],
        "begins with the smallest",
    ),
    "states as they are": (
        "dominant",
        lambda s, k: largest(s.sum(axis=0) ** 2 - (s**2).sum(axis=0), k),
        "each state at length 1",
    ),
    "mean state as it is": (
        "dominant",
        lambda s, k: largest(s.mean(axis=0) ** 2, k),
        "each state at length 1",
    ),
    "with itself too": (
        "dominant",
        lambda s, k: largest(unit(s).sum(axis=0) ** 2, k),
        "paired with itself too",
    ),
    "without signs": (
        "dominant",
        lambda s, k: largest(np.abs(unit(s)).sum(axis=0), k),
        "keep the signs",
    ),
    "squares": (
        "dominant",
        lambda s, k: largest((unit(s) ** 2).sum(axis=0), k),
        "forget the signs",
    ),
    "variance": (
        "dominant",
        lambda s, k: largest(s.std(axis=0), k),
        "what they have in common",
    ),
    "variance of directions": (
        "dominant",
        lambda s, k: largest(unit(s).std(axis=0), k),
        "what they have in common",
    ),
    "not squared": (
        "explained_by_one",
        lambda s: max(singular(s)) / sum(singular(s)),
        "squares are wanted",
    ),
    "sum squared": (
        "explained_by_one",
        lambda s: (max(singular(s)) / sum(singular(s))) ** 2,
        "before you add them up",
    ),
    "last": (
        "explained_by_one",
        lambda s: min(singular(s)) ** 2 / (singular(s) ** 2).sum(),
        "the largest first",
    ),
    "a singular value": (
        "explained_by_one",
        lambda s: max(singular(s)),
        "the first singular value itself",
    ),
    "explained in per cent": (
        "explained_by_one",
        lambda s: 100 * explained_by_one(s),
        "per cent",
    ),
    "not divided": (
        "explained_by_one",
        lambda s: singular(s)[0] ** 2,
        "divide by all there is",
    ),
    "lost": (
        "explained_by_one",
        lambda s: 1 - explained_by_one(s),
        "the share that is kept is wanted",
    ),
    "as PCA does": (
        "explained_by_one",
        lambda s: explained_by_one(s - s.mean(axis=0)),
        "as PCA does",
    ),
    "as published": ("explained_by_one", published, "the published code"),
    "the mean's direction": (
        "explained_by_one",
        lambda s: (
            ((s @ s.mean(axis=0)) ** 2 / (s.mean(axis=0) @ s.mean(axis=0))).sum()
            / (s**2).sum()
        ),
        "keeps more",
    ),
    "all of length 1": (
        "explained_by_one",
        lambda s: explained_by_one(unit(s)),
        "takes them as they are",
    ),
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_right_answer(name):
    check, answer = CHECKS[name]
    feedback = check(answer)
    assert feedback
    assert feedback.text.startswith("Right, on all ")


@pytest.mark.parametrize("name", CHECKS)
def test_the_untouched_stub(name):
    feedback = CHECKS[name][0](lambda *given: ...)
    assert not feedback
    assert feedback.text == "Not started: the function returns nothing yet. Fill it in."


@pytest.mark.parametrize("mistake", WRONG)
def test_a_typical_mistake_has_its_hint(mistake):
    name, answer, hint = WRONG[mistake]
    feedback = CHECKS[name][0](answer)
    assert not feedback
    assert feedback.text.startswith("Not yet: ")
    assert hint in feedback.text


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_has_its_mistakes(name):
    assert sum(which == name for which, *_ in WRONG.values()) >= 7


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("value", ["dog", [], None, float("nan"), np.ones((2, 3)), {1}])
def test_an_answer_of_another_type(name, value):
    feedback = CHECKS[name][0](lambda *given: value)
    assert not feedback
    assert feedback.text.startswith("Not ")


@pytest.mark.parametrize("name", CHECKS)
def test_an_error_in_the_answer(name):
    def answer(*given):
        raise ZeroDivisionError("by zero")

    feedback = CHECKS[name][0](answer)
    assert not feedback
    assert "it stopped with ZeroDivisionError: by zero" in feedback.text


@pytest.mark.parametrize("name", CHECKS)
def test_an_answer_may_change_what_it_is_given(name):
    check, right = CHECKS[name]

    def answer(states, *rest):
        value = right(states, *rest)
        states[:] = 0
        return value

    assert check(answer)
