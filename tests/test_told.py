"""What a linear map tells: on cases whose answer is known, and against plain loops."""

import warnings

import numpy as np
import pytest

from bertlab.measures import told_from


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


@pytest.mark.parametrize("penalty", [1e-4, 1e-2, 1])
@pytest.mark.parametrize("size", [3, 30])
def test_it_equals_a_fit_for_each_text_left_out(size, penalty):
    random = np.random.default_rng(size)
    vectors = random.normal(3, 2, size=(20, size))
    targets = vectors @ random.normal(size=(size, 4)) + random.normal(size=(20, 4))
    found = told_from(vectors, targets, penalty=penalty)
    assert found.shape == (20,)
    np.testing.assert_allclose(
        found, left_out_one_by_one(vectors, targets, penalty), atol=1e-6
    )


def test_what_is_a_linear_map_is_told_whatever_is_common_and_however_small():
    random = np.random.default_rng(0)
    small = random.normal(size=(100, 5))
    targets = small @ random.normal(size=(5, 3)) + 7
    plain = told_from(small, targets, penalty=1e-6).mean()
    assert plain > 0.999
    common = told_from(1e-2 * small + 50, targets, penalty=1e-6).mean()
    assert common == pytest.approx(plain, abs=1e-4)


def test_accidents_tell_less_than_nothing_and_sameness_tells_nothing():
    random = np.random.default_rng(0)
    targets = random.normal(size=(40, 3))
    assert told_from(random.normal(size=(40, 30)), targets).mean() < -0.2
    same = np.ones((40, 8)) + 1e-9 * random.normal(size=(40, 8))
    np.testing.assert_allclose(told_from(same, targets), 0, atol=1e-9)


def test_where_nothing_can_be_told_it_says_so_in_silence():
    random = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in range(3):
            found = told_from(random.normal(size=(n, 4)), random.normal(size=(n, 2)))
            assert found.shape == (n,)
            assert np.isnan(found).all()
        alike = told_from(random.normal(size=(9, 4)), np.full((9, 2), 0.1))
        assert np.isnan(alike).all()
        assert np.isfinite(told_from(np.zeros((9, 4)), np.eye(9))).all()


@pytest.mark.parametrize("targets", [np.ones((4, 2)), np.ones(5), np.ones((5, 2, 2))])
def test_a_vector_for_each_target(targets):
    with pytest.raises(ValueError, match="one vector for each target"):
        told_from(np.ones((5, 3)), targets)
