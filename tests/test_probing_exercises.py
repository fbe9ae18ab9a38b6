"""The check of notebook 08's exercise on probes: right, untouched and wrong answers."""

import numpy as np
import pytest

from bertlab.exercises import check_cross_validate


def stub(*args): ...


def test_an_untouched_stub_is_not_started():
    feedback = check_cross_validate(stub)
    assert not feedback
    assert "Not started" in feedback.text


def test_an_error_in_an_answer_is_told():
    feedback = check_cross_validate(lambda a, b, c: a @ b @ c)
    assert not feedback
    assert "it stopped with" in feedback.text


def nearest_mean(vectors, labels, part, fit, test):
    """Fill in, for `test`, the label of the nearest mean over `fit`."""
    found = []
    for vector in vectors[test]:
        distances = {
            name: np.linalg.norm(vector - vectors[fit & (labels == name)].mean(axis=0))
            for name in np.unique(labels)
        }
        found.append(min(distances, key=distances.get))
    return np.array(found) == labels[test]


def cross_validated(vectors, labels, part, fit=lambda test: ~test):
    right = np.empty(len(labels), bool)
    for p in set(part.tolist()):
        test = part == p
        right[test] = nearest_mean(vectors, labels, part, fit(test), test)
    return right


def nearest_vector(vectors, labels, part):
    right = []
    for vector, label, own in zip(vectors, labels, part):
        others = part != own
        far = np.linalg.norm(vectors[others] - vector, axis=1)
        right.append(labels[others][far.argmin()] == label)
    return np.array(right)


def by_cosine(vectors, labels, part):
    right = []
    for vector, label, own in zip(vectors, labels, part):
        others = part != own
        cosines = {}
        for name in np.unique(labels):
            mean = vectors[others & (labels == name)].mean(axis=0)
            length = np.linalg.norm(mean) * np.linalg.norm(vector)
            cosines[name] = mean @ vector / length
        right.append(max(cosines, key=cosines.get) == label)
    return np.array(right)


def without_the_first(vectors, labels, part):
    fit = part != part.min()
    every = np.ones(len(part), bool)
    return nearest_mean(vectors, labels, part, fit, every)


TOLD_WRONG = {
    "has helped to make the mean": lambda v, y, p: cross_validated(
        v, y, p, fit=lambda test: test | True
    ),
    "those of the part itself": lambda v, y, p: cross_validated(
        v, y, p, fit=lambda test: test
    ),
    "that is the accuracy": lambda v, y, p: cross_validated(v, y, p).mean(),
    "changed places": lambda v, y, p: ~cross_validated(v, y, p),
    "made once": without_the_first,
    "nearest by distance is wanted": by_cosine,
    "nearest mean is wanted": nearest_vector,
}


def test_a_probe_that_does_not_peep_is_right():
    assert check_cross_validate(cross_validated)
    assert check_cross_validate(lambda v, y, p: list(cross_validated(v, y, p)))


@pytest.mark.parametrize("hint", TOLD_WRONG)
def test_a_typical_wrong_probe_gets_its_hint(hint):
    feedback = check_cross_validate(TOLD_WRONG[hint])
    assert not feedback
    assert hint in feedback.text
