"""Check for notebook 08: one step on the way back from a vector to its sentence."""

from __future__ import annotations

import numpy as np

from ..embeddings import cosine_similarity
from .feedback import check

# With these each typical mistake shows, and none looks like another.
SEEDS = 40, 41, 42, 43, 44


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


def tried_vectors(vector_of, guess, candidates):
    """Return the vectors with each candidate at the end of the guess."""
    return np.array([vector_of([*guess, c]) for c in candidates])


def cosines(vector_of, target, guess, candidates):
    """Return the cosine with the target for each candidate."""
    return cosine_similarity(target, tried_vectors(vector_of, guess, candidates))


def greedy_step(vector_of, target, guess, candidates):
    """Return the candidate that brings the vector nearest: the answer expected."""
    near = cosines(vector_of, target, guess, candidates)
    return candidates[int(near.argmax())]


def _distances(vector_of, target, guess, candidates):
    vectors = tried_vectors(vector_of, guess, candidates)
    return np.linalg.norm(vectors - target, axis=1)


def _products(vector_of, target, guess, candidates):
    return tried_vectors(vector_of, guess, candidates) @ target


def _new_only(vector_of, target, guess, candidates):
    new = [c for c in candidates if c not in guess]
    return greedy_step(vector_of, target, guess, new)


def _in_front(vector_of, target, guess, candidates):
    vectors = np.array([vector_of([c, *guess]) for c in candidates])
    return candidates[int(cosine_similarity(target, vectors).argmax())]


def greedy_cases():
    """List the arguments that answers are tried on: the last wants a token again."""
    cases = []
    for seed, guess in zip(SEEDS, ([], [3], [7, 1], [5, 2, 8])):
        toy = ToyModel(seed)
        target = toy([*guess, 4, 6]) / 3  # its length is not to count
        cases.append((toy, target, guess, [8, 2, 6, 1, 4, 7]))
    toy = ToyModel(SEEDS[-1])
    return [*cases, (toy, toy([2, 6, 6]) / 3, [2, 6], [1, 6, 3, 8])]


def check_greedy_step(answer):
    """Check ``answer(vector_of, target, guess, candidates)``: one of the candidates.

    ``vector_of(ids)`` is the vector (hidden,) of a list of token IDs; wanted is the
    candidate that, at the end of the guess, has the largest cosine with the target.
    """
    return check(
        answer,
        greedy_step,
        greedy_cases(),
        [
            (
                lambda *case: int(cosines(*case).argmax()),
                "that is where the candidate stands in the list: the candidate itself"
                " is wanted, a token ID.",
            ),
            (
                lambda *case: case[3][int(_products(*case).argmax())],
                "those are dot products, and long vectors win them: divide by the"
                " lengths, or use embeddings.cosine_similarity.",
            ),
            (
                lambda *case: case[3][int(_distances(*case).argmin())],
                "that is the nearest by distance: by cosine the length of a vector"
                " does not count.",
            ),
            (
                lambda *case: case[3][int(cosines(*case).argmin())],
                "that is the candidate that leads furthest away: the largest cosine"
                " is wanted.",
            ),
            (
                lambda v, target, guess, candidates: greedy_step(
                    v, target, [], candidates
                ),
                "each candidate is tried alone: put it at the end of the guess.",
            ),
            (
                _in_front,
                "the candidate stands before the guess: put it at the end.",
            ),
            (
                _new_only,
                "you leave out what is in the guess already: a token can occur twice.",
            ),
            (
                lambda *case: float(cosines(*case).max()),
                "that is the largest cosine: return the candidate that has it.",
            ),
            (
                cosines,
                "those are all the cosines: return the candidate with the largest.",
            ),
            (
                lambda *case: [*case[2], greedy_step(*case)],
                "that is the whole new guess: return the candidate alone.",
            ),
        ],
    )
