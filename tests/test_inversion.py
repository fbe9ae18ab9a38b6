"""Guessing texts from vectors, on toys whose answers are known."""

import numpy as np
import pytest

from bertlab import measures
from bertlab.measures import in_order, invert, mean_cosine, recovered, without_each

RANDOM = np.random.default_rng(0)
TEXTS = [[3, 1, 4], [0, 5], [2, 2, 7, 6]]


def one_hot(lists):
    """Of tokens 0 to 7 how often each occurs: the order is lost, nothing else."""
    return np.array([np.bincount(ids, minlength=8) for ids in lists], float)


def in_places(lists):
    """A dimension for each token at each place, the first places the largest."""
    found = np.zeros((len(lists), 5, 8))
    for row, ids in zip(found, lists):
        for place, t in enumerate(ids):
            row[place, t] = 2.0**-place
    return found.reshape(len(lists), -1)


def guessed(run, texts=TEXTS, **more):
    everything = [range(8)] * len(texts)
    return invert(run, run(texts), everything, [len(t) for t in texts], **more)


def test_a_vector_that_counts_gives_all_tokens_back_and_no_order():
    found = guessed(one_hot)
    assert [sorted(ids) for ids in found] == [sorted(ids) for ids in TEXTS]
    assert [recovered(g, t) for g, t in zip(found, TEXTS)] == [1, 1, 1]
    # Of candidates that are as near, the first: here the smaller number.
    assert found[0] == [1, 3, 4]


def test_a_vector_that_knows_the_places_gives_the_text_back():
    assert guessed(in_places) == TEXTS
    assert guessed(in_places, what="Guessing") == TEXTS


def test_a_vector_that_knows_nothing_gives_chance():
    noise = np.random.default_rng(1)
    texts = noise.integers(8, size=(60, 4)).tolist()
    found = guessed(lambda lists: noise.normal(size=(len(lists), 6)), texts)
    drawn = noise.integers(8, size=(60, 4)).tolist()
    score = np.mean([recovered(g, t) for g, t in zip(found, texts)])
    chance = np.mean([recovered(g, t) for g, t in zip(drawn, texts)])
    assert abs(score - chance) < 0.1
    # And what does know scores far above it.
    known = np.mean([recovered(g, t) for g, t in zip(guessed(one_hot, texts), texts)])
    assert known > score + 0.4


def test_only_candidates_are_guessed_and_only_so_many():
    candidates = [[1, 7], [5], [6, 2]]
    found = invert(one_hot, one_hot(TEXTS), candidates, [2, 3, 0])
    assert found[1:] == [[5, 5, 5], []]
    assert set(found[0]) <= {1, 7}
    assert all(type(t) is int for t in found[0])


def test_each_text_is_guessed_from_its_own_target():
    together, targets = guessed(in_places), in_places(TEXTS)
    for k, text in enumerate(TEXTS):
        alone = invert(in_places, targets[k : k + 1], [range(8)], [len(text)])
        assert alone == [together[k]]


def test_greedy_search_takes_nothing_back():
    rows = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0.6, 0]])

    def mean(lists):
        return np.array([rows[ids].mean(axis=0) for ids in lists])

    # As in the notebook: a compromise comes first, and stays.
    assert invert(mean, mean([[0, 1, 2]]), [range(4)], [3]) == [[3, 2, 3]]


def test_what_cannot_be_guessed():
    with pytest.raises(ValueError, match="not 2 and 1"):
        invert(one_hot, one_hot(TEXTS[:1]), [[1], [2]], [1])
    with pytest.raises(ValueError, match="not 1 and 3"):
        invert(one_hot, one_hot(TEXTS[:1]), [[1]], [1, 2, 3])
    with pytest.raises(ValueError, match="without candidates"):
        invert(one_hot, one_hot(TEXTS[:2]), [[1], []], [1, 1])


def test_recovered():
    assert recovered([1, 2, 3], [3, 2, 1]) == 1
    assert recovered([1, 1, 1, 1], [1, 2, 3, 4]) == 0.25
    assert recovered([5, 5], [5, 5, 6, 7]) == 0.5
    assert recovered([5, 6], [5, 5, 6, 6]) == 0.5
    assert recovered([], [1]) == 0
    assert recovered(np.array([4, 9]), [9]) == 1
    with pytest.raises(ValueError, match="without tokens"):
        recovered([1], [])


def test_in_order():
    assert in_order([1, 2, 3], [1, 2, 3]) == (3, 3)
    assert in_order([3, 2, 1], [1, 2, 3]) == (0, 3)
    assert in_order([2, 9, 1, 3], [1, 2, 3]) == (2, 3)
    # What is twice in one of them has no place of its own.
    assert in_order([1, 1, 2, 3], [1, 2, 3]) == (1, 1)
    assert in_order([1, 2, 3], [1, 2, 2, 3]) == (1, 1)
    assert in_order([7], [8]) == (0, 0)
    assert in_order(np.array([1, 2]), np.array([1, 2])) == (1, 1)


def test_the_mean_without_each():
    states = RANDOM.normal(size=(6, 4)) + 1
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    found = without_each(unit @ unit.T)
    wanted = [mean_cosine(np.delete(states, k, axis=0)) for k in range(6)]
    assert np.allclose(found, wanted)
    stacked = without_each(np.stack([unit @ unit.T, np.eye(6)]))
    assert np.allclose(stacked, [wanted, np.zeros(6)])


@pytest.mark.parametrize("shape", [(2, 2), (3,), (4, 3)])
def test_too_few_to_leave_one_out(shape):
    with pytest.raises(ValueError, match="three vectors or more"):
        without_each(np.ones(shape))


def test_they_are_public():
    for name in ("invert", "recovered", "in_order", "without_each"):
        assert name in measures.__all__
