"""The measures on cases whose answers are known: vectors and attention built for them.

`leave_out`, `place` and `positions_of` are tested with the explorers that show them.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import toy_bert

from bertlab.measures import (
    apart,
    best_average,
    cosines,
    dominant_dimensions,
    entropy,
    explained_by_one,
    left_over,
    mean_cosine,
    mean_distance,
    mixed,
    nearest_rows,
    relations,
    share,
    shifts,
    standardised,
    without_each,
)
from bertlab.network.similarity import cosine_similarity

# Nothing may be said on stderr in a notebook: a NaN comes without a warning.
pytestmark = pytest.mark.filterwarnings("error")

RANDOM = np.random.default_rng(0)
UNRELATED = np.eye(8)[:5] * [[1], [2], [3], [4], [5]]
VECTORS = st.integers(2, 6).flatmap(
    lambda n: st.integers(0, 2**32 - 1).map(
        lambda seed: np.random.default_rng(seed).normal(1, 2, size=(n, 7))
    )
)


def of_pairs(states):
    """Of all pairs of two different rows, one by one."""
    n = len(states)
    return [
        states[i] @ states[j] / np.linalg.norm(states[i]) / np.linalg.norm(states[j])
        for i in range(n)
        for j in range(n)
        if i != j
    ]


# --- Cosines


def test_the_mean_cosine_of_known_vectors():
    same = np.tile([3.0, 4.0, 0.0], (6, 1)) * np.arange(1, 7)[:, None]
    assert mean_cosine(same) == pytest.approx(1)
    assert mean_cosine(UNRELATED) == pytest.approx(0)
    assert mean_cosine([[1, 2], [-2, -4]]) == pytest.approx(-1)
    # 60 degrees; and three at 120 degrees from each other.
    assert mean_cosine([[2, 0], [1, 3**0.5]]) == pytest.approx(0.5)
    assert mean_cosine([[1, 0], [-1, 3**0.5], [-1, -(3**0.5)]]) == pytest.approx(-0.5)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(states=VECTORS)
def test_the_mean_cosine_is_that_of_the_pairs(states):
    found = mean_cosine(states)
    assert type(found) is float
    assert found == pytest.approx(np.mean(of_pairs(states)))
    longer = states * RANDOM.uniform(0.1, 10, size=(len(states), 1))
    assert mean_cosine(longer) == pytest.approx(found)
    dimensions, parts = dominant_dimensions(states, k=7)
    assert parts.sum() == pytest.approx(found)
    assert sorted(dimensions) == list(range(7))
    assert (np.diff(parts[dimensions]) <= 0).all()


def test_planted_dimensions():
    """What two dimensions do to vectors that have nothing else in common."""
    states = np.random.default_rng(0).normal(size=(300, 20))
    assert abs(mean_cosine(states)) < 0.01
    states[:, 13] += 20
    states[:, 4] -= 10
    dimensions, parts = dominant_dimensions(states, k=2)
    assert list(dimensions) == [13, 4]
    assert parts[13] > 0.6
    assert abs(mean_cosine(np.delete(states, [13, 4], axis=1))) < 0.01


def test_the_mean_without_each():
    states = RANDOM.normal(size=(6, 4)) + 1
    square = cosine_similarity(states, states)
    wanted = [mean_cosine(np.delete(states, k, axis=0)) for k in range(6)]
    stacked = without_each(np.stack([square, np.eye(6)]))
    assert np.allclose(stacked, [wanted, np.zeros(6)])


# --- What standardising takes out


def test_standardised():
    reference = np.array([[0.0, 5.0], [4.0, 5.0]])
    np.testing.assert_allclose(standardised(reference, reference), [[-1, 0], [1, 0]])
    np.testing.assert_allclose(standardised([6, 7], reference), [2, 2])
    stacked = standardised(np.ones((3, 1, 2)), reference)
    np.testing.assert_allclose(stacked, np.full((3, 1, 2), [-0.5, -4]))


@pytest.mark.parametrize("n", [1, 1000])
def test_a_dimension_without_spread_is_only_shifted(n):
    """In float32 the mean of 1,000 times 0.1 is not 0.1."""
    reference = np.full((n, 2), 0.1, np.float32)
    found = standardised(reference + np.float32(1), reference)
    np.testing.assert_allclose(found, 1, atol=1e-6)


# --- The share that one direction keeps


def test_explained_by_one():
    assert explained_by_one(np.tile([1.0, 2.0, 3.0], (9, 1))) == pytest.approx(1)
    assert explained_by_one(np.eye(5)) == pytest.approx(1 / 5)
    # Squares of 1 to 5, of which the longest vector has 25.
    assert explained_by_one(UNRELATED) == pytest.approx(25 / 55)
    assert explained_by_one([[3, 1], [3, -1]]) == pytest.approx(18 / 20)


# --- The nearest row of the table


@pytest.mark.parametrize("largest", [1, 100, 2**24])
@pytest.mark.parametrize("centred", [False, True])
def test_the_nearest_row(tmp_path, monkeypatch, largest, centred):
    random = np.random.default_rng(0)
    rows, states = random.normal(1, 1, (300, 6)), random.normal(2, 1, (40, 6))
    monkeypatch.setattr(cosines, "LARGEST", largest)
    found = nearest_rows(toy_bert(tmp_path, rows), states, centred)
    if centred:
        rows, states = rows - rows.mean(axis=0), states - states.mean(axis=0)
    wanted = cosine_similarity(states, rows).argmax(axis=1)
    np.testing.assert_array_equal(found, wanted)


def test_of_equal_rows_the_first_and_never_one_of_zeros(tmp_path):
    rows = np.array([[0, 0], [0, 1], [2, 0], [2, 0]]) @ np.eye(2, 6)
    toy = toy_bert(tmp_path, rows)
    states = np.array([[7, 0], [-1, -2], [0.1, 9]]) @ np.eye(2, 6)
    assert list(nearest_rows(toy, states)) == [2, 2, 1]


def test_each_row_is_nearest_to_itself(bert):
    ids = np.random.default_rng(0).choice(len(bert.tables.token), 200, replace=False)
    rows = bert.tables.token[ids]
    noise = np.random.default_rng(1).normal(size=rows.shape) * rows.std() / 10
    assert (nearest_rows(bert, 3 * rows + noise) == ids).all()
    assert (nearest_rows(bert, rows, centred=True) == ids).mean() > 0.95


# --- Mixes


def test_what_a_mix_leaves_over():
    parts = np.eye(4)[:2]
    targets = [[5, -3, 0, 0], [0, 0, 2, 7], [3, 0, 4, 0], [1, 1, 1, 1]]
    np.testing.assert_allclose(left_over(targets, parts), [0, 1, 16 / 25, 0.5])
    # Parts that depend on each other are no more than one.
    np.testing.assert_allclose(left_over([[1, 0]], np.ones((5, 2))), [0.5])


def test_a_mix_that_is_given():
    targets = np.array([[2.0, 0], [3, 4], [0, 5], [1, 1]])
    sums = np.array([[-7.0, 0], [1, 0], [1, 0], [1, 0]])
    wanted = [0, 16 / 25, 1, 0.5]
    np.testing.assert_allclose(mixed(targets, sums), wanted, atol=1e-12)
    heads = np.stack([sums, targets])  # of several heads at once
    np.testing.assert_allclose(mixed(targets, heads), [wanted, [0] * 4], atol=1e-12)


def test_a_part_of_its_own():
    parts, targets = RANDOM.normal(size=(3, 9)), RANDOM.normal(size=(4, 9))
    own = RANDOM.normal(size=(4, 9))
    wanted = [left_over([t], np.vstack([parts, o]))[0] for t, o in zip(targets, own)]
    np.testing.assert_allclose(left_over(targets, parts, own), wanted, atol=1e-12)
    # Each target's own, not one for all.
    assert (left_over(targets, parts, targets) < 1e-12).all()
    assert (left_over(targets, parts, targets[::-1]) > 1e-3).all()


def test_a_known_mix_in_float32():
    parts = RANDOM.normal(size=(9, 64)).astype(np.float32)
    weights = RANDOM.normal(size=(4, 9)).astype(np.float32)
    assert left_over(weights @ parts, parts).max() < 1e-10
    noise = RANDOM.normal(size=(4, 64))
    noise -= noise @ np.linalg.pinv(parts.astype(float)) @ parts  # beside all parts
    mix = weights @ parts.astype(float)
    scale = np.linalg.norm(mix, axis=1) / np.linalg.norm(noise, axis=1)
    halves = mix + noise * scale[:, None]
    np.testing.assert_allclose(left_over(halves, parts), 0.5, atol=1e-9)


# --- Averages


@pytest.mark.parametrize("twice", [False, True])
def test_a_known_average_is_found(twice):
    random = np.random.default_rng(0)
    parts = random.normal(size=(12, 30)) + random.normal(size=30)
    parts[:, -1] = 0
    weights = random.dirichlet(np.ones(12))
    target = weights @ parts
    square = target @ target
    target[-1] = 2.0  # which no average has
    found, left = best_average(target, np.vstack([parts] * (1 + twice)))
    assert np.allclose(found.reshape(-1, 12).sum(axis=0), weights, atol=1e-5)
    assert left == pytest.approx(4 / (square + 4), rel=1e-6)


def test_a_target_outside_meets_the_nearest_corner():
    found, left = best_average([5.0, 0, 0], np.eye(3))
    assert found.tolist() == [1, 0, 0]
    assert left == pytest.approx(16 / 25)
    # An ordinary mix could be five times as long: an average cannot.
    found, left = best_average([-1.0, 0.5, 0.5], np.eye(3))
    assert np.allclose(found, [0, 0.5, 0.5])
    assert left == pytest.approx(1 / 1.5)


@pytest.mark.parametrize(("m", "size"), [(1, 2), (7, 60), (40, 10)])
def test_no_other_average_is_nearer(m, size):
    random = np.random.default_rng(m * size)
    parts, target = random.normal(size=(m, size)) + 1, random.normal(size=size)
    weights, left = best_average(target, parts)
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)
    rest = weights @ parts - target
    assert left == pytest.approx(rest @ rest / (target @ target))
    # At the nearest point no part lies further towards the target than the average.
    assert (parts @ rest).min() >= weights @ parts @ rest - 1e-8 * (parts**2).sum()


# --- How far they move, and how far apart they are


def test_shifts():
    before = np.array([[[3.0, 4], [0, 2]], [[1, 0], [0, 1]]])
    after = np.array([[[3.0, 4], [0, 3]], [[0, 1], [0, -1]]])
    assert np.allclose(shifts(before, after), [[0, 0.5], [2**0.5, 2]])
    assert shifts(before, before).max() == 0


def test_apart():
    assert apart([[[3, 4], [3, 4]], [[1, 0], [-1, 0]]]) == pytest.approx([0, 2])
    # Three corners: the distances from each, as shares of its own norm.
    corners = [[[1, 0], [0, 2], [4, 0]]]
    d01, d02, d12 = 5**0.5, 3, 20**0.5
    wanted = np.mean([(d01 + d02) / 2, (d01 + d12) / 4, (d02 + d12) / 8])
    assert apart(corners) == pytest.approx([wanted])


def test_states_that_are_all_but_the_same():
    """Float32 products would make distances of 0.0003 out of rounding alone."""
    state = RANDOM.normal(size=384).astype(np.float32)
    same = np.tile(state, (1, 20, 1))
    assert apart(same)[0] < 1e-7
    same[0, 0, 0] += 1e-3
    wanted = 2 * 1e-3 / 20 / np.linalg.norm(state)
    assert apart(same)[0] == pytest.approx(wanted, rel=1e-2)


# --- Attention: whom


TOKENS = ["[CLS]", "do", "##gs", ",", "[UNK]", "[SEP]", "$", "[SEP]"]
TOKENS += ["...", "¿", "##.", "##", "a.", "7", "東"]


def test_relations():
    found = relations(TOKENS)
    assert list(found) == [
        *("[CLS]", "[SEP]", "punctuation", "words", "self", "previous", "next")
    ]
    n = len(TOKENS)
    marks, words = [3, 6, 8, 9, 10, 11], [1, 2, 4, 12, 13, 14]
    targets = {"[CLS]": [0], "[SEP]": [5, 7], "punctuation": marks, "words": words}
    for name, array in found.items():
        assert (array.shape, array.dtype) == ((n, n), bool)
        for i in range(n):
            wanted = targets.get(name)
            if name in ("self", "previous", "next"):
                j = i + {"self": 0, "previous": -1, "next": 1}[name]
                wanted = [j] if 0 <= j < n else []
            assert list(np.flatnonzero(array[i])) == wanted, (name, i)


# Each for five tokens, with two layers of three heads that are all the same.
N = 5
EQUAL = np.full((N, N), 1 / N)
OWN = np.eye(N)
PREVIOUS = np.eye(N, k=-1) + np.outer(np.eye(N)[0], np.eye(N)[0])  # the first its own
FIRST = np.outer(np.ones(N), np.eye(N)[0])
FIVE = relations(["[CLS]", "a", "b", ".", "[SEP]"])
ALL, SOME = np.ones(N, bool), np.array([False, True, False, True, True])


def heads(weights, layers=2, count=3):
    return np.tile(weights.astype(np.float32), (layers, count, 1, 1))


@pytest.mark.parametrize(
    ("weights", "relation", "wanted"),
    [
        (EQUAL, "words", 0.4),
        (EQUAL, "previous", 0.16),  # the first has none
        (OWN, "self", 1),
        (OWN, "next", 0),
        (PREVIOUS, "previous", 0.8),
        (FIRST, "[CLS]", 1),
    ],
)
def test_share(weights, relation, wanted):
    found = share(heads(weights), FIVE[relation])
    np.testing.assert_allclose(found, np.full((2, 3), wanted), atol=1e-6)


# --- Attention: how far, how widely


@pytest.mark.parametrize(
    ("weights", "among", "wanted"),
    [
        (np.stack([OWN, PREVIOUS, FIRST, EQUAL]), ALL, [0, 0.8, 2, 40 / 25]),
        # Places 1, 3, 4, to each of which goes a third: 2, 3, 1 apart, each both ways.
        (EQUAL, SOME, 2 * (2 + 3 + 1) / 9),
        # Three quarters go to one that does not count.
        (OWN * 0.25 + FIRST * 0.75, SOME, 0),
        # From 1 and 3 nothing goes to the three; from 4, to 3.
        (PREVIOUS, SOME, 1),
        (np.stack([FIRST, EQUAL]), SOME, [np.nan, 4 / 3]),
        (EQUAL, np.zeros(N, bool), np.nan),
    ],
)
def test_mean_distance(weights, among, wanted):
    np.testing.assert_allclose(mean_distance(weights, among), wanted)
    found = mean_distance(heads(weights) if weights.ndim == 2 else weights, among)
    assert found.shape == ((2, 3) if weights.ndim == 2 else weights.shape[:1])


def test_entropy():
    half = np.zeros((4, 4))
    half[:, 1:3] = 0.5  # 1 bit of 2
    np.testing.assert_allclose(entropy(half), 0.5)
    np.testing.assert_allclose(entropy(np.stack([OWN, FIRST, EQUAL])), [0, 0, 1])
    uneven = np.tile([0.5, 0.25, 0.125, 0.125], (4, 1))  # 1.75 bits of 2
    np.testing.assert_allclose(entropy(heads(uneven)), np.full((2, 3), 1.75 / 2))
