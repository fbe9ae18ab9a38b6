"""The measures on cases whose answers are known: vectors and attention built for them.

`leave_out`, `place` and `positions_of` are tested with the explorers that show them.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bertlab import measures
from bertlab.embeddings import cosine_similarity
from bertlab.encoder import encode
from bertlab.measures import (
    apart,
    by_text,
    contextual,
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
    standardised,
)
from bertlab.measures.patterns import is_punctuation

# Nothing may be said on stderr in a notebook: a NaN comes without a warning.
pytestmark = pytest.mark.filterwarnings("error")

RANDOM = np.random.default_rng(0)
UNRELATED = np.eye(8)[:5] * [[1], [2], [3], [4], [5]]
VECTORS = st.integers(2, 6).flatmap(
    lambda n: st.integers(0, 2**32 - 1).map(
        lambda seed: np.random.default_rng(seed).normal(1, 2, size=(n, 7))
    )
)


def cosines(states):
    """Of all pairs of two different rows, one by one."""
    n = len(states)
    return [
        states[i] @ states[j] / np.linalg.norm(states[i]) / np.linalg.norm(states[j])
        for i in range(n)
        for j in range(n)
        if i != j
    ]


def test_all_are_public():
    for name in measures.__all__:
        assert getattr(measures, name).__doc__


# --- Cosines


def test_the_mean_cosine_of_known_vectors():
    same = np.tile([3.0, 4.0, 0.0], (6, 1)) * np.arange(1, 7)[:, None]
    assert mean_cosine(same) == pytest.approx(1)
    assert mean_cosine(UNRELATED) == pytest.approx(0)
    assert mean_cosine([[1, 2], [-2, -4]]) == pytest.approx(-1)
    # 60 degrees; and three at 120 degrees from each other.
    assert mean_cosine([[2, 0], [1, 3**0.5]]) == pytest.approx(0.5)
    assert mean_cosine([[1, 0], [-1, 3**0.5], [-1, -(3**0.5)]]) == pytest.approx(-0.5)


def test_the_mean_cosine_with_others():
    assert mean_cosine([[5, 0]], [[1, 0], [0, 2], [-3, 0], [3, 3]]) == pytest.approx(
        (1 + 0 - 1 + 0.5**0.5) / 4
    )
    a, b = RANDOM.normal(size=(4, 7)), RANDOM.normal(size=(3, 7))
    assert mean_cosine(a, b) == pytest.approx(cosine_similarity(a, b).mean())
    assert mean_cosine(a, b) == pytest.approx(mean_cosine(b, a))
    # With itself, a vector and its own pair count.
    assert mean_cosine(UNRELATED, UNRELATED) == pytest.approx(1 / 5)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(states=VECTORS)
def test_the_mean_cosine_is_that_of_the_pairs(states):
    found = mean_cosine(states)
    assert type(found) is float
    assert found == pytest.approx(np.mean(cosines(states)))
    longer = states * RANDOM.uniform(0.1, 10, size=(len(states), 1))
    assert mean_cosine(longer) == pytest.approx(found)
    dimensions, parts = dominant_dimensions(states, k=7)
    assert parts.sum() == pytest.approx(found)
    assert sorted(dimensions) == list(range(7))
    assert (np.diff(parts[dimensions]) <= 0).all()


@pytest.mark.parametrize("measure", [mean_cosine, dominant_dimensions])
@pytest.mark.parametrize("states", [np.ones((1, 4)), np.ones((0, 4))])
def test_one_vector_makes_no_pair(measure, states):
    with pytest.raises(ValueError, match=f"pair, and here is {len(states)}"):
        measure(states)


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (0, 0)])
def test_no_pair_with_others(sizes):
    with pytest.raises(ValueError, match="no pair among {} and {} vec".format(*sizes)):
        mean_cosine(*(np.ones((n, 4)) for n in sizes))


def test_vectors_of_zeros_have_no_cosine(toy_tables):
    some = np.array([[1.0, 2.0], [0.0, 0.0]])
    for measure in (
        mean_cosine,
        dominant_dimensions,
        lambda states: mean_cosine([[1, 2]], states),
        lambda states: nearest_rows(toy_tables([[1, 0], [0, 1]]), states),
    ):
        with pytest.raises(ValueError, match="zeros has no direction"):
            measure(some)


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4)])
def test_vectors_are_a_table(shape):
    for measure in (mean_cosine, dominant_dimensions):
        with pytest.raises(ValueError, match=r"shape \(n, hidden\), not \("):
            measure(np.ones(shape))


def test_planted_dimensions():
    """What two dimensions do to vectors that have nothing else in common."""
    states = np.random.default_rng(0).normal(size=(300, 20))
    assert abs(mean_cosine(states)) < 0.01
    states[:, 13] += 20
    states[:, 4] -= 10
    dimensions, parts = dominant_dimensions(states, k=2)
    assert list(dimensions) == [13, 4]
    assert parts[13] > 0.6 > 0.1 < parts[4] < 0.3
    assert np.abs(np.delete(parts, [13, 4])).max() < 0.01
    assert abs(mean_cosine(np.delete(states, [13, 4], axis=1))) < 0.01
    # One that only ever changes sign takes away from no pair's cosine on average.
    states[:, 7] = 30 * np.sign(states[:, 7])
    assert abs(dominant_dimensions(states)[1][7]) < 0.02


def test_the_parts_of_known_vectors():
    dimensions, parts = dominant_dimensions([[3, 4, 0], [3, 0, 4]], k=1)
    np.testing.assert_allclose(parts, [9 / 25, 0, 0], atol=1e-12)
    assert list(dimensions) == [0]
    assert len(dominant_dimensions([[3, 4, 0], [3, 0, 4]])[0]) == 3


# --- What standardising takes out


def test_standardised():
    reference = np.array([[0.0, 5.0], [4.0, 5.0]])
    np.testing.assert_allclose(standardised(reference, reference), [[-1, 0], [1, 0]])
    np.testing.assert_allclose(standardised([6, 7], reference), [2, 2])
    stacked = standardised(np.ones((3, 1, 2)), reference)
    np.testing.assert_allclose(stacked, np.full((3, 1, 2), [-0.5, -4]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 2, 7, 1000])
def test_a_dimension_without_spread_is_only_shifted(dtype, n):
    """In float32 the mean of 1,000 times 0.1 is not 0.1."""
    reference = np.full((n, 2), 0.1, dtype)
    found = standardised(reference + dtype(1), reference)
    np.testing.assert_allclose(found, 1, atol=1e-6)
    np.testing.assert_allclose(standardised(reference, reference), 0, atol=1e-6)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(states=VECTORS)
def test_standardising_undoes_scales(states):
    found = standardised(states, states)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(found.std(axis=0), 1)
    moved = states * np.arange(1, 8) + 100
    np.testing.assert_allclose(standardised(moved, moved), found, atol=1e-9)


# --- The share that one direction keeps


def test_explained_by_one():
    assert explained_by_one(np.tile([1.0, 2.0, 3.0], (9, 1))) == pytest.approx(1)
    assert explained_by_one([[1, 2], [-3, -6], [0, 0]]) == pytest.approx(1)
    assert explained_by_one([[0, 7]]) == pytest.approx(1)
    assert explained_by_one(np.eye(5)) == pytest.approx(1 / 5)
    # Squares of 1 to 5, of which the longest vector has 25.
    assert explained_by_one(UNRELATED) == pytest.approx(25 / 55)
    assert explained_by_one([[3, 1], [3, -1]]) == pytest.approx(18 / 20)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(states=VECTORS)
def test_no_direction_keeps_more(states):
    found = explained_by_one(states)
    assert type(found) is float
    assert 1 / len(states) <= found + 1e-12 <= 1 + 1e-9
    squares = (states**2).sum()
    for direction in (*RANDOM.normal(size=(20, 7)), *states, states.mean(axis=0)):
        unit = direction / np.linalg.norm(direction)
        assert ((states @ unit) ** 2).sum() / squares <= found + 1e-9
    assert explained_by_one(states * 5) == pytest.approx(found)


def test_one_direction_of_identical_states_in_float32():
    states = np.tile(RANDOM.normal(size=384).astype(np.float32), (2000, 1))
    assert explained_by_one(states) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("states", [np.zeros((3, 4)), np.zeros((0, 4))])
def test_nothing_to_explain(states):
    with pytest.raises(ValueError, match="nothing to explain"):
        explained_by_one(states)


# --- The nearest row of the table


@pytest.fixture
def toy_tables():
    return lambda rows: SimpleNamespace(
        tables=SimpleNamespace(token=np.array(rows, np.float32))
    )


def test_the_nearest_row(toy_tables):
    toy = toy_tables([[5, 0], [0, 1], [-1, 0], [1, 1]])
    states = [[1, 0.1], [0.1, 9], [-2, 1], [0, -4], [3, 3]]
    # By cosine: the length of a row, or of a state, is of no account.
    assert list(nearest_rows(toy, states)) == [0, 1, 2, 0, 3]
    assert nearest_rows(toy, np.zeros((0, 2))).shape == (0,)


def test_a_row_of_zeros_is_never_nearest(toy_tables):
    toy = toy_tables([[0, 0], [1, 0], [1, 1]])
    assert list(nearest_rows(toy, [[-1, -2]])) == [1]


def test_of_equal_rows_the_first(toy_tables, monkeypatch):
    toy = toy_tables([[0, 1], [2, 0], [1, 0], [3, 0]])
    assert list(nearest_rows(toy, [[7, 0]])) == [1]
    monkeypatch.setattr(contextual, "LARGEST", 1)  # one row at a time
    assert list(nearest_rows(toy, [[7, 0]])) == [1]


def test_centred(toy_tables):
    """The mean of each set is taken out: where all states share a large part."""
    rows = np.array([[3, 1], [3, -1], [4, 0], [2, 0]])
    toy = toy_tables(rows)
    states = np.array([[0, 91], [0, 89], [1, 90], [-1, 90]])
    assert list(nearest_rows(toy, states, centred=True)) == [0, 1, 2, 3]
    assert list(nearest_rows(toy, states)) == [0] * 4
    with pytest.raises(ValueError, match="zeros has no direction"):
        nearest_rows(toy, states[:1], centred=True)


@pytest.mark.parametrize("largest", [1, 100, 7000, 2**24])
@pytest.mark.parametrize("centred", [False, True])
def test_part_by_part_is_as_all_at_once(toy_tables, monkeypatch, largest, centred):
    random = np.random.default_rng(0)
    rows, states = random.normal(1, 1, (300, 6)), random.normal(2, 1, (40, 6))
    monkeypatch.setattr(contextual, "LARGEST", largest)
    found = nearest_rows(toy_tables(rows), states, centred)
    if centred:
        rows, states = rows - rows.mean(axis=0), states - states.mean(axis=0)
    wanted = cosine_similarity(states, rows).argmax(axis=1)
    np.testing.assert_array_equal(found, wanted)


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
    # One vector's share is 1 - cosine squared.
    cosine = cosine_similarity([1, 2, 3], [3, 1, 0])
    np.testing.assert_allclose(left_over([[1, 2, 3]], [[3, 1, 0]]), 1 - cosine**2)


def test_dependent_parts_are_no_more_than_one():
    parts = np.tile([1.0, 1.0, 0.0], (5, 1))
    np.testing.assert_allclose(left_over([[1, 0, 0]], parts), [0.5])


def test_as_many_parts_as_dimensions_explain_all():
    targets, parts = RANDOM.normal(size=(3, 6)), RANDOM.normal(size=(8, 6))
    np.testing.assert_allclose(left_over(targets, parts[:6]), 0, atol=1e-12)
    np.testing.assert_allclose(left_over(targets, parts), 0, atol=1e-12)
    assert left_over(targets, parts[:5]).min() > 1e-4


def test_a_part_of_its_own():
    parts, targets = RANDOM.normal(size=(3, 9)), RANDOM.normal(size=(4, 9))
    own = RANDOM.normal(size=(4, 9))
    wanted = [left_over([t], np.vstack([parts, o]))[0] for t, o in zip(targets, own)]
    np.testing.assert_allclose(left_over(targets, parts, own), wanted, atol=1e-12)
    # Each target's own, not one for all.
    assert (left_over(targets, parts, targets) < 1e-12).all()
    assert (left_over(targets, parts, targets[::-1]) > 1e-3).all()


def test_a_part_of_its_own_that_brings_nothing():
    parts, targets = RANDOM.normal(size=(3, 9)), RANDOM.normal(size=(4, 9))
    own = RANDOM.normal(size=(4, 3)) @ parts
    own[0] = 0
    alone = left_over(targets, parts)
    np.testing.assert_allclose(left_over(targets, parts, own), alone, atol=1e-12)


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


def test_a_mix_that_is_given():
    targets = np.array([[2.0, 0], [3, 4], [0, 5], [1, 1]])
    sums = np.array([[-7.0, 0], [1, 0], [1, 0], [1, 0]])
    np.testing.assert_allclose(mixed(targets, sums), [0, 16 / 25, 1, 0.5], atol=1e-12)
    cosine = np.diag(cosine_similarity(targets, sums))
    np.testing.assert_allclose(mixed(targets, sums), 1 - cosine**2, atol=1e-12)


def test_mixes_of_several_heads():
    targets, sums = RANDOM.normal(size=(4, 9)), RANDOM.normal(size=(2, 4, 9))
    wanted = [mixed(targets, one) for one in sums]
    np.testing.assert_allclose(mixed(targets, sums), wanted)
    np.testing.assert_allclose(mixed(sums, targets), wanted)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(targets=VECTORS)
def test_the_best_mix_leaves_no_more_than_another(targets):
    parts = RANDOM.normal(size=(4, 7))
    weights = RANDOM.normal(size=(len(targets), 4))
    best, given_one = left_over(targets, parts), mixed(targets, weights @ parts)
    assert (best <= given_one + 1e-9).all()
    assert ((best >= 0) & (given_one <= 1 + 1e-9)).all()


@pytest.mark.parametrize("measure", [left_over, mixed])
def test_no_share_of_zeros(measure):
    with pytest.raises(ValueError, match="of a vector of zeros there is no share"):
        measure([[1, 2], [0, 0]], [[1, 0], [0, 1]])


def test_a_sum_of_zeros():
    with pytest.raises(ValueError, match="of a vector of zeros there is no share"):
        mixed([[1, 2]], [[0, 0]])


# --- How far apart


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


def test_apart_has_something_to_say():
    with pytest.raises(ValueError, match="two tokens make a pair, and here is 1"):
        apart(np.ones((3, 1, 4)))
    with pytest.raises(ValueError, match="state of zeros"):
        apart(np.zeros((3, 2, 4)))


# --- Attention: whom


TOKENS = ["[CLS]", "do", "##gs", ",", "[UNK]", "[SEP]", "$", "[SEP]"]


def test_relations():
    found = relations(TOKENS)
    assert list(found) == [
        *("[CLS]", "[SEP]", "punctuation", "words", "self", "previous", "next")
    ]
    n = len(TOKENS)
    targets = {"[CLS]": [0], "[SEP]": [5, 7], "punctuation": [3, 6], "words": [1, 2, 4]}
    for name, array in found.items():
        assert (array.shape, array.dtype) == ((n, n), bool)
        for i in range(n):
            wanted = targets.get(name)
            if name in ("self", "previous", "next"):
                j = i + {"self": 0, "previous": -1, "next": 1}[name]
                wanted = [j] if 0 <= j < n else []
            assert list(np.flatnonzero(array[i])) == wanted, (name, i)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.sampled_from([*TOKENS, "[MASK]", "!?", "é"]), min_size=1))
def test_each_token_is_of_one_kind(tokens):
    found = relations(tokens)
    kinds = [found[name] for name in ("[CLS]", "[SEP]", "punctuation", "words")]
    assert (np.sum(kinds, axis=0) == 1).all()
    places = np.sum([found[name] for name in ("self", "previous", "next")], axis=0)
    assert places.max() == 1


def test_other_special_tokens():
    found = relations(["[CLS]", "[PAD]", "a"], special=("[PAD]",))
    assert list(found)[:1] == ["[PAD]"]
    assert list(found["[PAD]"][0]) == [False, True, False]
    assert list(found["words"][0]) == [True, False, True]


@pytest.mark.parametrize(
    ("token", "wanted"),
    [
        (".", True),
        ("...", True),
        ("¿", True),
        ("$", True),
        ("—", True),
        ("#", True),
        ("##", True),
        ("##.", True),
        ("##s", False),
        ("a.", False),
        ("7", False),
        ("[UNK]", False),
        ("東", False),
        ("", False),
        ("##7", False),
    ],
)
def test_punctuation(token, wanted):
    assert is_punctuation(token) is wanted


# Each for five tokens, with two layers of three heads that are all the same.
N = 5
EQUAL = np.full((N, N), 1 / N)
OWN = np.eye(N)
PREVIOUS = np.eye(N, k=-1) + np.outer(np.eye(N)[0], np.eye(N)[0])  # the first its own
FIRST = np.outer(np.ones(N), np.eye(N)[0])
FIVE = relations(["[CLS]", "a", "b", ".", "[SEP]"])


def heads(weights, layers=2, count=3):
    return np.tile(weights.astype(np.float32), (layers, count, 1, 1))


@pytest.mark.parametrize(
    ("weights", "relation", "wanted"),
    [
        (EQUAL, "[CLS]", 0.2),
        (EQUAL, "words", 0.4),
        (EQUAL, "self", 0.2),
        (EQUAL, "previous", 0.16),  # the first has none
        (OWN, "self", 1),
        (OWN, "next", 0),
        (OWN, "[SEP]", 0.2),
        (PREVIOUS, "previous", 0.8),
        (PREVIOUS, "self", 0.2),
        (PREVIOUS, "next", 0),
        (PREVIOUS, "[CLS]", 0.4),
        (FIRST, "[CLS]", 1),
        (FIRST, "words", 0),
    ],
)
def test_share(weights, relation, wanted):
    found = share(heads(weights), FIVE[relation])
    np.testing.assert_allclose(found, np.full((2, 3), wanted), atol=1e-6)


def test_share_of_some():
    some = np.array([False, True, True, False, True])
    weights = np.stack([EQUAL, PREVIOUS, OWN])
    np.testing.assert_allclose(share(weights, FIVE["previous"], some), [0.2, 1, 0])
    np.testing.assert_allclose(share(weights, FIVE["words"], some), [0.4, 1 / 3, 2 / 3])
    nobody = share(weights, FIVE["words"], np.zeros(N, bool))
    assert nobody.shape == (3,)
    assert np.isnan(nobody).all()


def test_the_shares_of_the_kinds_add_up_to_1(bert):
    run = encode(bert, "Hello, world! The bank by the river.")
    found = relations(run.tokens)
    kinds = ("[CLS]", "[SEP]", "punctuation", "words")
    total = sum(share(run.attentions, found[name]) for name in kinds)
    assert total.shape == run.attentions.shape[:2]
    np.testing.assert_allclose(total, 1, atol=1e-5)


# --- Attention: how far, how widely


def test_mean_distance():
    weights = np.stack([OWN, PREVIOUS, FIRST, EQUAL])
    wanted = [0, 4 / 5, (0 + 1 + 2 + 3 + 4) / 5, 40 / 25]
    np.testing.assert_allclose(mean_distance(weights), wanted)
    deep = mean_distance(heads(EQUAL))
    np.testing.assert_allclose(deep, np.full((2, 3), 1.6), rtol=1e-6)
    assert mean_distance(np.ones((1, 1))) == 0


def test_mean_distance_among_some():
    some = np.array([False, True, False, True, True])
    # Places 1, 3, 4, to each of which goes a third: 2, 3, 1 apart, each both ways.
    np.testing.assert_allclose(mean_distance(EQUAL, some), 2 * (2 + 3 + 1) / 9)
    weights = OWN * 0.25 + FIRST * 0.75  # three quarters go to one that does not count
    np.testing.assert_allclose(mean_distance(weights, some), 0)
    # From 1 and 3 nothing goes to the three; from 4, to 3.
    np.testing.assert_allclose(mean_distance(PREVIOUS, some), 1)
    assert np.isnan(mean_distance(FIRST, some))
    assert np.isnan(mean_distance(heads(FIRST), some)).all()
    assert np.isnan(mean_distance(EQUAL, np.zeros(N, bool)))
    both = mean_distance(np.stack([FIRST, EQUAL]), some)
    np.testing.assert_allclose(both, [np.nan, 4 / 3])


def test_among_all_is_as_among_none():
    weights = RANDOM.dirichlet(np.ones(N), size=(2, 3, N))
    found = mean_distance(weights, np.ones(N, bool))
    np.testing.assert_allclose(found, mean_distance(weights))


def test_entropy():
    half = np.zeros((4, 4))
    half[:, 1:3] = 0.5  # 1 bit of 2
    np.testing.assert_allclose(entropy(half), 0.5)
    np.testing.assert_allclose(entropy(np.stack([OWN, FIRST, EQUAL])), [0, 0, 1])
    uneven = np.tile([0.5, 0.25, 0.125, 0.125], (4, 1))  # 1.75 bits of 2
    np.testing.assert_allclose(entropy(uneven), 1.75 / 2)
    rows = np.array([[1, 0], [0.5, 0.5]])
    np.testing.assert_allclose(entropy(rows), 0.5)
    np.testing.assert_allclose(entropy(heads(EQUAL)), np.ones((2, 3)), rtol=1e-6)


def test_entropy_of_one_token():
    found = entropy(np.ones((2, 3, 1, 1), np.float32))
    np.testing.assert_array_equal(found, np.zeros((2, 3)))


@settings(deadline=None, derandomize=True, max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 9), sharp=st.floats(0.02, 20))
def test_entropy_lies_between_one_token_and_all(seed, n, sharp):
    random = np.random.default_rng(seed)
    weights = random.dirichlet(np.full(n, sharp), size=(2, n))
    found = entropy(weights)
    assert found.shape == (2,)
    assert ((found >= 0) & (found <= 1 + 1e-9)).all()
    # Order does not matter to it; half-way to equal weights it is higher.
    shuffled = random.permutation(weights, axis=-1)
    np.testing.assert_allclose(entropy(shuffled), found)
    assert (entropy((weights + 1 / n) / 2) >= found - 1e-9).all()


def test_by_text():
    runs = [SimpleNamespace(attentions=heads(w)) for w in (EQUAL, OWN, FIRST)]
    found = by_text(lambda run: entropy(run.attentions), runs)
    assert found.shape == (3, 2, 3)
    np.testing.assert_allclose(found[:, 0, 0], [1, 0, 0], atol=1e-6)
