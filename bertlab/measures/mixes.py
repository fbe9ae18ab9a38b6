"""How much of some vectors is a mix, or an average, of others."""

from __future__ import annotations

import numpy as np

# Of a squared length: what lies below is rounding.
_ROUNDING, _MEAN_ROUNDING = 1e-12, 1e-10


def left_over(targets, parts, own=None):
    """Return how much of vectors no linear mix of others can explain.

    Parameters
    ----------
    targets : (n, hidden) ndarray
    parts : (m, hidden) ndarray
        What is mixed: for each target the best weights, of any sign, are found by least
        squares.
    own : (n, hidden) ndarray, optional
        One part more for each target, which the other targets do not have.

    Returns
    -------
    (n,) ndarray
        Squared length of what is left, as a share of the target's: 0 if it is a mix, 1
        if the parts are of no use. With as many independent parts as dimensions it is
        always 0.
    """
    targets, parts = np.asarray(targets, float), np.asarray(parts, float)
    rest = _rest(targets, parts)
    if own is not None:
        own = np.asarray(own, float)
        new = _rest(own, parts)  # what it has that the parts have not
        length = _squares(new)
        known = length <= _ROUNDING * _squares(own)
        weight = (rest * new).sum(axis=-1) / np.where(known, 1, length)
        rest = rest - weight[:, None] * new
    return _squares(rest) / _squares(targets)


def _rest(targets, parts):
    """Take the best mix of the parts away from each target."""
    weights, *_ = np.linalg.lstsq(parts.T, targets.T, rcond=None)
    return targets - weights.T @ parts


def mixed(targets, sums):
    """Return how much of vectors is left over after a mix that is already given.

    Parameters
    ----------
    targets, sums : (..., hidden) ndarray
        Each sum may be rescaled by one number of its own, the best one, but not turned.
        Their shapes are broadcast.

    Returns
    -------
    (...) ndarray
        As `left_over`: 1 - cosine squared.
    """
    targets, sums = np.asarray(targets, float), np.asarray(sums, float)
    scale = (targets * sums).sum(axis=-1) / _squares(sums)
    return _squares(targets - scale[..., None] * sums) / _squares(targets)


def _squares(vectors):
    return (vectors**2).sum(axis=-1)


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
    """
    target, parts = np.asarray(target, float), np.asarray(parts, float)
    points = parts - target  # the average nearest to 0 is looked for
    products = points @ points.T  # (m, m)
    weights = _nearest_to_zero(products)
    return weights, float(max(weights @ products @ weights, 0) / (target @ target))


def _nearest_to_zero(products):
    """Weights of the average of points that is nearest to 0, from their products."""
    m = len(products)
    rounding = _MEAN_ROUNDING * np.diagonal(products).mean()
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
