"""How much of some vectors a linear map can tell from others."""

from __future__ import annotations

import numpy as np

from .probes import PENALTY

_ROUNDING = 1e-10


def told_from(vectors, targets, *, penalty=PENALTY):
    """Tell targets from vectors, each one by a map that was not fitted to it.

    The map is linear (ridge least squares, with a constant), on vectors whose
    dimensions have been divided by their spread. It is fitted to all texts but one and
    tried on that one, each in its turn. The fit need not be repeated for that: the
    error on a text that is left out is the error of the fit to all, divided by one
    minus the text's own entry in the matrix that turns targets into fitted ones.

    Parameters
    ----------
    vectors : (n, size) array_like
    targets : (n, any) array_like
    penalty : float
        Weight of the penalty, per text, as in `probe`.

    Returns
    -------
    (n,) ndarray
        What each text adds: by how much its squared error is smaller than that of the
        mean of the other targets, the mean of the latter over all texts being 1. So
        the mean of these numbers is the share of the targets' variance that is told: 1
        is all, 0 no more than their mean, below 0 worse than that. NaN where nothing
        can be told: for fewer than three texts, or targets that are all the same.

    Raises
    ------
    ValueError
        If there are not as many targets as vectors.
    """
    vectors, targets = np.asarray(vectors, float), np.asarray(targets, float)
    if vectors.ndim != 2 or targets.ndim != 2 or len(vectors) != len(targets):
        raise ValueError(
            f"one vector for each target: shapes {vectors.shape} and {targets.shape}"
        )
    n, size = vectors.shape
    around = targets - targets.mean(axis=0) if n else targets
    if n < 3 or (around**2).sum() <= _ROUNDING * (targets**2).sum():
        return np.full(n, np.nan)
    centred = vectors - vectors.mean(axis=0)
    spread = centred.std(axis=0)
    # What is equal in all but for rounding says nothing, and must not be blown up.
    varies = spread > 1e-5 * np.abs(vectors).max()
    scaled = np.where(varies, centred / np.where(varies, spread, 1), 0)
    products = scaled @ scaled.T / size  # (n, n)
    hat = np.linalg.solve(products + n * penalty * np.eye(n), products).T + 1 / n
    error = (targets - hat @ targets) / (1 - np.diag(hat))[:, None]
    by_mean = ((around / (1 - 1 / n)) ** 2).sum(axis=1)
    return (by_mean - (error**2).sum(axis=1)) / by_mean.mean()
