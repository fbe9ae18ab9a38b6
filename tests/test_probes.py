"""The linear probe: on vectors that say everything, nothing, or something planted."""

import numpy as np
import pytest

from bertlab.measures import difference, probe

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


def test_shuffled_labels_are_told_by_chance():
    shuffled = np.random.default_rng(1).permutation(LABELS)
    assert probe(vectors(30), shuffled).mean() < 0.5


def test_more_dimensions_than_vectors_do_not_give_the_answer_away():
    random = np.random.default_rng(2)
    wide = random.normal(size=(60, 2000))
    assert probe(wide, LABELS).mean() < 0.5


def test_scale_and_shift_make_no_difference():
    plain = vectors(3)
    other = 1000 + plain * np.geomspace(0.01, 100, 50)
    assert (probe(plain, LABELS) == probe(other, LABELS)).all()


def test_a_dimension_that_never_changes_says_nothing():
    plain = vectors(3)
    constant = np.full((60, 1), np.float32(0.1)) + np.random.default_rng(0).normal(
        size=(60, 1), scale=1e-9
    )
    assert (
        probe(np.hstack([plain, constant]), LABELS).mean()
        > probe(plain, LABELS).mean() - 0.05
    )
    same = probe(np.ones((60, 4)), LABELS)
    assert same.mean() == pytest.approx(1 / 3, abs=0.1)


def test_twins_give_each_other_away():
    """Planted duplicates: noise that each label's text has twice is told."""
    random = np.random.default_rng(5)
    labels = random.permutation(np.repeat([0, 1], 30))
    once = random.normal(size=(60, 200))
    assert probe(once, labels).mean() < 0.65
    twice = np.vstack([once, once + 0.01 * random.normal(size=once.shape)])
    assert probe(twice, np.concatenate([labels, labels])).mean() > 0.8


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
    # As many parts as texts of a label: one of each label is left out every time.
    assert probe(vectors(30), LABELS, folds=20, repeats=1).mean() > 0.95


def test_labels_of_any_kind_and_unequal_number():
    random = np.random.default_rng(3)
    labels = [True] * 50 + [False] * 10
    found = random.normal(size=(60, 20)) + 8 * np.array(labels)[:, None]
    assert probe(found, labels).mean() > 0.95


@pytest.mark.parametrize(
    "labels, arguments, sentence",
    [
        (["a"] * 60, {}, "one label alone"),
        (LABELS[:-1], {}, "59 labels"),
        (LABELS, {"folds": 21}, "21 parts"),
        (LABELS, {"folds": 1}, "two parts"),
        (LABELS, {"others": np.ones((60, 3))}, r"\(60, 3\)"),
    ],
)
def test_what_cannot_be_told(labels, arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        probe(vectors(1), labels, **arguments)


def test_a_difference_of_equals_is_zero():
    right = probe(vectors(1), LABELS)
    assert difference(right, right) == (0, 0, 0)


def test_a_planted_difference_and_its_interval():
    random = np.random.default_rng(0)
    inside = 0
    for seed in range(100):
        one, other = random.random(200) < 0.8, random.random(200) < 0.7
        mean, low, high = difference(one, other, draws=300, seed=seed)
        assert mean == pytest.approx(one.mean() - other.mean())
        assert low < mean < high
        inside += low <= 0.1 <= high
    assert 86 <= inside <= 100
    paired = random.random(200) < 0.7
    both = paired | (random.random(200) < 0.1)
    _, low, high = difference(both, paired)
    assert low >= 0 and high - low < 0.1  # the pairing makes it narrower


def test_texts_must_be_the_same():
    with pytest.raises(ValueError, match="paired"):
        difference(np.ones((5, 10)), np.ones((5, 11)))
