"""The best weighted average: on vectors whose answer is known by construction."""

import numpy as np
import pytest

from bertlab.measures import best_average


def known(seed, m=12, size=30):
    random = np.random.default_rng(seed)
    parts = random.normal(size=(m, size)) + random.normal(size=size)
    weights = random.dirichlet(np.ones(m))
    return parts, weights


@pytest.mark.parametrize("seed", range(5))
def test_a_known_average_is_found(seed):
    parts, weights = known(seed)
    found, left = best_average(weights @ parts, parts)
    assert np.allclose(found, weights, atol=1e-5)
    assert left < 1e-9


def test_one_of_the_parts_is_found():
    parts, _ = known(0)
    found, left = best_average(parts[3], parts)
    assert np.allclose(found, np.eye(12)[3])
    assert left == pytest.approx(0, abs=1e-12)


def test_what_no_average_has_is_left_over():
    parts, weights = known(1)
    parts[:, -1] = 0
    target = weights @ parts
    square = target @ target
    target[-1] = 2.0
    found, left = best_average(target, parts)
    assert np.allclose(found, weights, atol=1e-5)
    assert left == pytest.approx(4 / (square + 4), rel=1e-6)


def test_a_target_outside_meets_the_nearest_corner():
    parts = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    found, left = best_average([5.0, 0, 0], parts)
    assert found.tolist() == [1, 0, 0]
    assert left == pytest.approx(16 / 25)
    # An ordinary mix could be five times as long: an average cannot.
    found, left = best_average([-1.0, 0.5, 0.5], parts)
    assert np.allclose(found, [0, 0.5, 0.5])
    assert left == pytest.approx(1 / 1.5)


@pytest.mark.parametrize("m", [1, 2, 7, 40])
@pytest.mark.parametrize("size", [2, 10, 60])
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


def test_parts_that_are_twice_there():
    parts, weights = known(2)
    found, left = best_average(weights @ parts, np.vstack([parts, parts]))
    assert np.allclose(found[:12] + found[12:], weights, atol=1e-5)
    assert left < 1e-9


def test_a_single_part():
    weights, left = best_average([2.0, 0], [[1.0, 0]])
    assert weights.tolist() == [1]
    assert left == pytest.approx(0.25)


def test_nothing_to_average():
    with pytest.raises(ValueError, match="at least one"):
        best_average([1.0, 2], np.empty((0, 2)))
    with pytest.raises(ValueError, match="zeros"):
        best_average([0.0, 0], [[1.0, 2]])
