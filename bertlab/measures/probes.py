"""What can be told from vectors: labels by a linear probe, or other vectors."""

from __future__ import annotations

import numpy as np

# Weight of the penalty, per example, on standardised vectors of length 1 on average.
# Of 1, 0.1, … 0.0001 the best on the mean states of the default model, by little.
PENALTY = 1e-2
DRAWS = 2000


def probe(vectors, labels, *, others=None, folds=8, repeats=5, seed=0):
    """Tell labels from vectors, each one by a probe that has not seen it.

    The probe is linear: ridge least squares onto one column of 0 and 1 for each label;
    the largest wins. Dimensions are standardised by what the probe is fitted to.

    Parameters
    ----------
    vectors : (n, size) array_like
    labels : (n,) sequence
    others : (n, size) array_like, optional
        Other vectors of the same texts. Probes are fitted to `vectors` all the same,
        and tested on these: what is lost if vectors change and the probe stays?
    folds : int
        The vectors are dealt into so many parts, each label evenly; each part is told
        by a probe fitted to the others.
    repeats : int
        How often all is done with other parts.
    seed : int

    Returns
    -------
    (repeats, n) ndarray of bool
        Whether each label was told right. The mean is the accuracy; the spread of
        ``.mean(axis=1)`` is due to the choice of parts alone.

    Raises
    ------
    ValueError
        If all labels are the same.
    """
    vectors = np.asarray(vectors, float)
    others = vectors if others is None else np.asarray(others, float)
    names, answers = np.unique(np.asarray(labels), return_inverse=True)
    if len(names) < 2:
        raise ValueError("with one label alone there is nothing to tell")
    random = np.random.default_rng(seed)
    right = np.empty((repeats, len(answers)), bool)
    for repeat in range(repeats):
        part = _dealt(answers, folds, random)
        for fold in range(folds):
            test = part == fold
            found = _fitted(vectors[~test], answers[~test], len(names))(others[test])
            right[repeat, test] = found == answers[test]
    return right


def difference(right, other):
    """Compare two probes, text by text.

    Parameters
    ----------
    right, other : (repeats, n) or (n,) array_like of bool
        From `probe`, of the same texts.

    Returns
    -------
    mean, low, high : float
        How much more often `right` is right, and where it lies in 95 % of 2,000 draws
        of the texts, with repetition (a bootstrap).
    """
    right, other = (np.atleast_2d(np.asarray(one, float)) for one in (right, other))
    paired = right.mean(axis=0) - other.mean(axis=0)  # (n,)
    random = np.random.default_rng(0)
    drawn = random.integers(len(paired), size=(DRAWS, len(paired)))
    low, high = np.percentile(paired[drawn].mean(axis=1), [2.5, 97.5])
    return float(paired.mean()), float(low), float(high)


def told_from(vectors, targets):
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

    Returns
    -------
    (n,) ndarray
        What each text adds: by how much its squared error is smaller than that of the
        mean of the other targets, the mean of the latter over all texts being 1. So
        the mean of these numbers is the share of the targets' variance that is told: 1
        is all, 0 no more than their mean, below 0 worse than that. NaN where nothing
        can be told: for fewer than three texts, or targets that are all the same.
    """
    vectors, targets = np.asarray(vectors, float), np.asarray(targets, float)
    n, size = vectors.shape
    around = targets - targets.mean(axis=0) if n else targets
    if n < 3 or (around**2).sum() <= 1e-10 * (targets**2).sum():
        return np.full(n, np.nan)
    centre, spread = _centre_and_spread(vectors)
    scaled = (vectors - centre) / spread
    products = scaled @ scaled.T / size  # (n, n)
    hat = np.linalg.solve(products + n * PENALTY * np.eye(n), products).T + 1 / n
    error = (targets - hat @ targets) / (1 - np.diag(hat))[:, None]
    by_mean = ((around / (1 - 1 / n)) ** 2).sum(axis=1)
    return (by_mean - (error**2).sum(axis=1)) / by_mean.mean()


def _dealt(answers, folds, random):
    """The part that each text is in: each label's texts dealt out like cards."""
    part = np.empty(len(answers), int)
    start = 0
    for label in range(answers.max() + 1):
        places = random.permutation(np.flatnonzero(answers == label))
        part[places] = (start + np.arange(len(places))) % folds
        start += len(places)
    return part


def _fitted(vectors, answers, labels):
    """Fit a probe; return the function that tells labels from vectors."""
    centre, spread = _centre_and_spread(vectors)

    def standard(some):
        return (some - centre) / spread / np.sqrt(vectors.shape[1])

    known = standard(vectors)  # (n, size)
    wanted = np.eye(labels)[answers]  # (n, labels)
    middle = wanted.mean(axis=0)
    # Weights as a mix of the examples: as many numbers as examples, not as dimensions.
    products = known @ known.T + PENALTY * len(known) * np.eye(len(known))
    mix = np.linalg.solve(products, wanted - middle)
    weights = known.T @ mix  # (size, labels)
    return lambda some: (standard(some) @ weights + middle).argmax(axis=1)


def _centre_and_spread(vectors):
    centre, spread = vectors.mean(axis=0), vectors.std(axis=0)
    # What is equal in all but for rounding says nothing, and must not be blown up.
    varies = spread > 1e-6 * (np.abs(centre).max() + spread.max())
    return centre, np.where(varies, spread, np.inf)
