"""What vectors tell of labels, other vectors, texts: where the answer is known."""

import numpy as np
import pytest

from bertlab.measures import (
    difference,
    in_order,
    invert,
    probe,
    probes,
    recovered,
    told_from,
)

LABELS = np.repeat(["food", "sport", "travel"], 20)


def vectors(apart, seed=0, size=50):
    """Noise, and in three dimensions of it the label, `apart` standard deviations."""
    random = np.random.default_rng(seed)
    found = random.normal(size=(60, size))
    found[:, :3] += apart * np.eye(3)[np.unique(LABELS, return_inverse=True)[1]]
    return found


def test_planted_labels_are_told():
    assert probe(vectors(30), LABELS).mean() > 0.95


def test_noise_is_told_by_chance():
    accuracies = [probe(vectors(0, seed), LABELS).mean() for seed in range(10)]
    assert 0.23 < np.mean(accuracies) < 0.43


def test_scale_and_shift_make_no_difference():
    plain = vectors(3)
    other = 1000 + plain * np.geomspace(0.01, 100, 50)
    assert (probe(plain, LABELS) == probe(other, LABELS)).all()


def test_a_dimension_that_never_changes_says_nothing():
    same = probe(np.ones((60, 4)), LABELS)
    assert same.mean() == pytest.approx(1 / 3, abs=0.1)


def test_what_rounding_makes_of_one_and_the_same_vector_says_nothing():
    """As of [CLS] before the first layer: some of its entries are very small."""
    same = np.tile(np.geomspace(1e-4, 3, 50), (60, 1))
    labels = np.unique(LABELS, return_inverse=True)[1]
    right = probe(same + 1e-7 * labels[:, None], LABELS)
    assert (right == probe(same, LABELS)).all()


def test_others_are_what_is_tested_on():
    plain = vectors(30)
    assert probe(plain, LABELS, others=plain).mean() == probe(plain, LABELS).mean()
    assert probe(plain, LABELS, others=np.roll(plain, 20, axis=0)).mean() < 0.05
    assert probe(np.roll(plain, 20, axis=0), LABELS, others=plain).mean() < 0.05


def test_each_label_is_in_each_part_and_the_seed_decides():
    one, again, other = (probe(vectors(1), LABELS, seed=s) for s in (0, 0, 1))
    assert one.shape == (5, 60)
    assert (one == again).all()
    assert (one != other).any()


def test_one_label_alone():
    with pytest.raises(ValueError, match="one label alone"):
        probe(vectors(1), ["a"] * 60)


def test_a_planted_difference_and_its_interval():
    random = np.random.default_rng(0)
    inside = 0
    for _ in range(100):
        one, other = random.random(200) < 0.8, random.random(200) < 0.7
        mean, low, high = difference(one, other)
        assert mean == pytest.approx(one.mean() - other.mean())
        assert low < mean < high
        inside += low <= 0.1 <= high
    assert 86 <= inside <= 100
    paired = random.random(200) < 0.7
    both = paired | (random.random(200) < 0.1)
    _, low, high = difference(both, paired)
    assert low >= 0 and high - low < 0.1  # the pairing makes it narrower


# --- Other vectors


def left_out_one_by_one(vectors, targets, penalty):
    """As `told_from`, with a fit for each text that is left out."""
    n, size = vectors.shape
    scaled = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0) / np.sqrt(size)
    told, by_mean = np.empty(n), np.empty(n)
    for i in range(n):
        known = np.arange(n) != i
        x, y = scaled[known], targets[known]
        at, middle = x.mean(axis=0), y.mean(axis=0)
        system = (x - at).T @ (x - at) + n * penalty * np.eye(size)
        weights = np.linalg.solve(system, (x - at).T @ (y - middle))
        told[i] = ((targets[i] - middle - (scaled[i] - at) @ weights) ** 2).sum()
        by_mean[i] = ((targets[i] - middle) ** 2).sum()
    return (by_mean - told) / by_mean.mean()


@pytest.mark.parametrize(("penalty", "size"), [(1e-4, 3), (1e-2, 30), (1, 30)])
def test_it_equals_a_fit_for_each_text_left_out(size, penalty, monkeypatch):
    monkeypatch.setattr(probes, "PENALTY", penalty)
    random = np.random.default_rng(size)
    vectors = random.normal(3, 2, size=(20, size))
    targets = vectors @ random.normal(size=(size, 4)) + random.normal(size=(20, 4))
    found = told_from(vectors, targets)
    assert found.shape == (20,)
    np.testing.assert_allclose(
        found, left_out_one_by_one(vectors, targets, penalty), atol=1e-6
    )


def test_a_linear_map_is_told_whatever_is_common_and_however_small(monkeypatch):
    monkeypatch.setattr(probes, "PENALTY", 1e-6)
    random = np.random.default_rng(0)
    small = random.normal(size=(100, 5))
    targets = small @ random.normal(size=(5, 3)) + 7
    plain = told_from(small, targets).mean()
    assert plain > 0.999
    common = told_from(1e-2 * small + 50, targets).mean()
    assert common == pytest.approx(plain, abs=1e-4)


def test_accidents_tell_less_than_nothing_and_sameness_tells_nothing():
    random = np.random.default_rng(0)
    targets = random.normal(size=(40, 3))
    assert told_from(random.normal(size=(40, 30)), targets).mean() < -0.2
    np.testing.assert_allclose(told_from(np.ones((40, 8)), targets), 0, atol=1e-9)


@pytest.mark.filterwarnings("error")
def test_where_nothing_can_be_told_it_says_so_in_silence():
    random = np.random.default_rng(0)
    few = told_from(random.normal(size=(2, 4)), random.normal(size=(2, 2)))
    assert np.isnan(few).all()
    alike = told_from(random.normal(size=(9, 4)), np.full((9, 2), 0.1))
    assert np.isnan(alike).all()
    assert np.isfinite(told_from(np.zeros((9, 4)), np.eye(9))).all()


# --- Texts


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


def guessed(run, texts=TEXTS):
    everything = [range(8)] * len(texts)
    sizes = [len(t) for t in texts]
    return invert(run, run(texts), everything, sizes, what="Guessing")


def test_a_vector_that_counts_gives_all_tokens_back_and_no_order():
    found = guessed(one_hot)
    assert [sorted(ids) for ids in found] == [sorted(ids) for ids in TEXTS]
    assert [recovered(g, t) for g, t in zip(found, TEXTS)] == [1, 1, 1]
    # Of candidates that are as near, the first: here the smaller number.
    assert found[0] == [1, 3, 4]


def test_a_vector_that_knows_the_places_gives_the_text_back():
    assert guessed(in_places) == TEXTS


def test_only_candidates_are_guessed_and_only_so_many():
    candidates = [[1, 7], [5], [6, 2]]
    found = invert(one_hot, one_hot(TEXTS), candidates, [2, 3, 0], what="Guessing")
    assert found[1:] == [[5, 5, 5], []]
    assert set(found[0]) <= {1, 7}
    assert all(type(t) is int for t in found[0])


def test_greedy_search_takes_nothing_back():
    rows = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0.6, 0]])

    def mean(lists):
        return np.array([rows[ids].mean(axis=0) for ids in lists])

    # As in the notebook: a compromise comes first, and stays.
    found = invert(mean, mean([[0, 1, 2]]), [range(4)], [3], what="Guessing")
    assert found == [[3, 2, 3]]


def test_recovered():
    assert recovered([1, 2, 3], [3, 2, 1]) == 1
    assert recovered([1, 1, 1, 1], [1, 2, 3, 4]) == 0.25
    assert recovered([5, 6], [5, 5, 6, 6]) == 0.5


def test_in_order():
    assert in_order([1, 2, 3], [1, 2, 3]) == (3, 3)
    assert in_order([2, 9, 1, 3], [1, 2, 3]) == (2, 3)
    # What is twice in one of them has no place of its own.
    assert in_order([1, 1, 2, 3], [1, 2, 3]) == (1, 1)
    assert in_order([1, 2, 3], [1, 2, 2, 3]) == (1, 1)
