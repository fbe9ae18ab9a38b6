"""Checks for notebook 08: a probe that may not peep, from a vector to its sentence."""

from __future__ import annotations

import numpy as np

from ..network.similarity import cosine_similarity
from .exercise import Exercise


def cross_validate(vectors, labels, part):
    """(n,) of True and False.

    From vectors (n, size), an array of n labels and the number of the part that each
    is in: whether each label is the one whose mean, over all vectors of the *other*
    parts, is nearest to its vector.
    """
    return _by_part(vectors, labels, part, lambda test: ~test)


def _distance(vectors, means):
    return np.linalg.norm(vectors[:, None] - means, axis=-1)  # (n, labels)


def _minus_cosine(vectors, means):  # but for each vector's own length
    return -vectors @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T


def _by_part(vectors, labels, part, known, away=_distance):
    """Tell each part by the nearest mean over the vectors that are known for it."""
    right = np.zeros(len(labels), bool)
    for p in np.unique(part):
        test = part == p
        fit = known(test)
        names = np.unique(labels[fit])
        means = np.array([vectors[fit & (labels == name)].mean(0) for name in names])
        found = names[away(vectors, means).argmin(axis=1)] == labels
        right[test] = found[test]
    return right


def _nearest_other(vectors, labels, part):
    distance = _distance(vectors, vectors)  # (n, n)
    distance[part[:, None] == part] = np.inf
    return labels[distance.argmin(axis=1)] == labels


def _labelled(seed, n, labels, size):
    """Vectors that say little of their labels, so that peeping pays."""
    random = np.random.default_rng(seed)
    names = np.array(["food", "sport", "travel"])[:labels]
    given = names[np.arange(n) % labels]
    vectors = random.normal(size=(n, size))
    vectors[:, 0] += np.arange(n) % labels
    return vectors, given, random.permutation(np.arange(n) // labels % 4)


check_cross_validate = Exercise(
    cross_validate,
    [_labelled(0, 24, 2, 6), _labelled(1, 36, 3, 12), _labelled(2, 48, 2, 20)],
    """
    _by_part(vectors, labels, part, lambda test: test | True)
        || each vector has helped to make the mean that it is compared with: make the
           means anew for each part, without its vectors.
    _by_part(vectors, labels, part, lambda test: test)
        || the means are those of the part itself: it is to be told from the other
           parts.
    right.mean() || that is the accuracy: return True or False for each vector.
    ~right || True and False have changed places.
    _by_part(vectors, labels, part, lambda test: part != part.min())
        || the means are made once, without the first part: make them anew for each
           part.
    _by_part(vectors, labels, part, lambda test: ~test, away=_minus_cosine)
        || that is the mean with the largest cosine: the nearest by distance is wanted.
    _nearest_other(vectors, labels, part)
        || that is the label of the nearest vector: the nearest mean is wanted.
    """,
)


class ToyModel:
    """Make a vector of a list of token IDs: a sum of rows that minds the order.

    Parameters
    ----------
    seed : int
    tokens, hidden : int
        Shape of the table of rows; the rows differ in length.
    """

    def __init__(self, seed, tokens=9, hidden=5):
        random = np.random.default_rng(seed)
        self.rows = random.normal(size=(tokens, hidden))
        self.rows *= random.uniform(0.5, 3, size=(tokens, 1))

    def __call__(self, ids):
        """Return the vector (hidden,) of a list of token IDs."""
        return sum(self.rows[t] / (place + 2) for place, t in enumerate(ids))

    def __repr__(self):
        return "vector_of"


def greedy_step(vector_of, target, guess, candidates):
    """One of the candidates.

    ``vector_of(ids)`` is the vector (hidden,) of a list of token IDs; wanted is the
    candidate that, at the end of the guess, has the largest cosine with the target.
    """
    return candidates[_cosines(vector_of, target, guess, candidates).argmax()]


def _vectors(vector_of, guess, candidates):
    """The vectors with each candidate at the end of the guess."""
    return np.array([vector_of([*guess, c]) for c in candidates])


def _cosines(vector_of, target, guess, candidates):
    return cosine_similarity(target, _vectors(vector_of, guess, candidates))


def _in_front(vector_of, target, guess, candidates):
    vectors = np.array([vector_of([c, *guess]) for c in candidates])
    return candidates[cosine_similarity(target, vectors).argmax()]


def greedy_cases():
    """List the arguments that answers are tried on: the last wants a token again."""
    cases = []
    # With these seeds each typical mistake shows, and none looks like another.
    for seed, guess in zip((40, 41, 42, 43), ([], [3], [7, 1], [5, 2, 8])):
        toy = ToyModel(seed)
        target = toy([*guess, 4, 6]) / 3  # its length is not to count
        cases.append((toy, target, guess, [8, 2, 6, 1, 4, 7]))
    toy = ToyModel(44)
    return [*cases, (toy, toy([2, 6, 6]) / 3, [2, 6], [1, 6, 3, 8])]


check_greedy_step = Exercise(
    greedy_step,
    greedy_cases(),
    """
    candidates.index(right)
        || that is where the candidate stands in the list: the candidate itself is
           wanted, a token ID.
    candidates[(_vectors(vector_of, guess, candidates) @ target).argmax()]
        || those are dot products, and long vectors win them: divide by the lengths, or
           use embeddings.cosine_similarity.
    candidates[
        np.linalg.norm(_vectors(vector_of, guess, candidates) - target, axis=1).argmin()
        ]
        || that is the nearest by distance: by cosine the length of a vector does not
           count.
    candidates[_cosines(vector_of, target, guess, candidates).argmin()]
        || that is the candidate that leads furthest away: the largest cosine is wanted.
    greedy_step(vector_of, target, [], candidates)
        || each candidate is tried alone: put it at the end of the guess.
    _in_front(vector_of, target, guess, candidates)
        || the candidate stands before the guess: put it at the end.
    greedy_step(vector_of, target, guess, [c for c in candidates if c not in guess])
        || you leave out what is in the guess already: a token can occur twice.
    _cosines(vector_of, target, guess, candidates).max()
        || that is the largest cosine: return the candidate that has it.
    _cosines(vector_of, target, guess, candidates)
        || those are all the cosines: return the candidate with the largest.
    [*guess, right] || that is the whole new guess: return the candidate alone.
    """,
)
