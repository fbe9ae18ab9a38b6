"""The weighted average of some vectors that comes nearest to another."""

from __future__ import annotations

import numpy as np

# Of the parts' mean squared length: what lies below is rounding.
_ROUNDING = 1e-10


def best_average(target, parts):
    """Find the weighted average of vectors that is nearest to a target.

    The weights are not negative and sum to 1: so it is the point nearest to the target
    in the convex hull of the parts, found with Wolfe's (1976) algorithm, which is exact
    up to rounding.

    Parameters
    ----------
    target : (hidden,) array_like
    parts : (m, hidden) array_like

    Returns
    -------
    weights : (m,) ndarray
        Where the parts depend on each other, one choice of several that are as good.
    left : float
        Squared distance from the average to the target, as a share of the target's
        squared length, as in `left_over`; it can be above 1, as the average has to
        have weights that sum to 1.

    Raises
    ------
    ValueError
        If there are no parts, or the target is all zeros.
    """
    target, parts = np.asarray(target, float), np.asarray(parts, float)
    if parts.ndim != 2 or not len(parts):
        raise ValueError("an average needs at least one vector")
    square = target @ target
    if not square:
        raise ValueError("of a vector of zeros there is no share")
    points = parts - target  # the average nearest to 0 is looked for
    products = points @ points.T  # (m, m)
    weights = _nearest_to_zero(products)
    return weights, float(max(weights @ products @ weights, 0) / square)


def _nearest_to_zero(products):
    """Weights of the average of points that is nearest to 0, from their products."""
    m = len(products)
    rounding = _ROUNDING * np.diagonal(products).mean()
    used = [int(np.diagonal(products).argmin())]
    weights = np.ones(1)
    for _ in range(50 * m):  # it ends long before
        towards = products[:, used] @ weights  # each point's product with the average
        best = int(towards.argmin())
        if weights @ towards[used] - towards[best] <= rounding or best in used:
            break
        used, weights = [*used, best], np.append(weights, 0)
        while True:
            free = _nearest_in_span(products[np.ix_(used, used)])
            if (free > 0).all():
                weights = free
                break
            # On the way to it some weight reaches 0 first: that point is left out.
            falling = np.flatnonzero(free <= 0)
            steps = weights[falling] / (weights[falling] - free[falling] + 1e-300)
            first = falling[steps.argmin()]
            weights = weights + steps.min() * (free - weights)
            used.pop(first)
            weights = np.delete(weights, first)
            weights = np.maximum(weights, 0) / np.maximum(weights, 0).sum()
    found = np.zeros(m)
    found[used] = weights
    return found


def _nearest_in_span(products):
    """As `_nearest_to_zero`, with weights of any sign that sum to 1."""
    n = len(products)
    size = max(np.diagonal(products).mean(), 1e-300)
    system = np.ones((n + 1, n + 1))
    system[:n, :n] = products / size
    system[n, n] = 0
    answer, *_ = np.linalg.lstsq(system, np.append(np.zeros(n), 1), rcond=None)
    return answer[:n]
