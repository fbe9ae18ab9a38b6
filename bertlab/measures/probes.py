"""What can be told from vectors: a linear probe under cross-validation."""

from __future__ import annotations

import numpy as np

# Weight of the penalty, per example, on standardised vectors of length 1 on average.
# Of 1, 0.1, … 0.0001 the best on the mean states of the default model, by little.
PENALTY = 1e-2


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
        If there are fewer than two labels, or fewer vectors of a label than parts, or
        not as many vectors as labels.
    """
    vectors, names, answers = _checked(vectors, labels)
    others = vectors if others is None else np.asarray(others, float)
    if others.shape != vectors.shape:
        raise ValueError(f"vectors are {vectors.shape} and the others {others.shape}")
    fewest = np.bincount(answers).min()
    if not 2 <= folds <= fewest:
        raise ValueError(
            f"{folds} parts need as many vectors of each label, and one label has"
            f" {fewest}; and there must be two parts or more"
        )
    random = np.random.default_rng(seed)
    right = np.empty((repeats, len(answers)), bool)
    for repeat in range(repeats):
        part = _dealt(answers, folds, random)
        for fold in range(folds):
            test = part == fold
            found = _fitted(vectors[~test], answers[~test], len(names))(others[test])
            right[repeat, test] = found == answers[test]
    return right


def difference(right, other, *, draws=2000, seed=0):
    """Compare two probes, text by text.

    Parameters
    ----------
    right, other : (repeats, n) or (n,) array_like of bool
        From `probe`, of the same texts.
    draws : int
        So often the texts are drawn anew, with repetition (a bootstrap).
    seed : int

    Returns
    -------
    mean, low, high : float
        How much more often `right` is right, and where 95 % of the draws lie.

    Raises
    ------
    ValueError
        If they are not of as many texts.
    """
    right, other = (np.atleast_2d(np.asarray(one, float)) for one in (right, other))
    if right.shape[1] != other.shape[1]:
        raise ValueError(f"{right.shape[1]} texts cannot be paired with {other.shape}")
    paired = right.mean(axis=0) - other.mean(axis=0)  # (n,)
    random = np.random.default_rng(seed)
    drawn = random.integers(len(paired), size=(draws, len(paired)))
    low, high = np.percentile(paired[drawn].mean(axis=1), [2.5, 97.5])
    return float(paired.mean()), float(low), float(high)


def _checked(vectors, labels):
    vectors = np.asarray(vectors, float)
    names, answers = np.unique(np.asarray(labels), return_inverse=True)
    if vectors.ndim != 2 or len(vectors) != len(answers):
        raise ValueError(
            f"one vector for each label: {vectors.shape} and {len(answers)} labels"
        )
    if len(names) < 2:
        raise ValueError("with one label alone there is nothing to tell")
    return vectors, names, answers


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
    centre, spread = vectors.mean(axis=0), vectors.std(axis=0)
    # What is equal in all but for rounding says nothing, and must not be blown up.
    spread = np.where(spread > 1e-6 * (np.abs(centre) + spread.max()), spread, np.inf)

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
