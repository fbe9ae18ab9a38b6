"""Guess a text from a vector, token by token, and say how much of it was got back."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np

from ..network.similarity import cosine_similarity
from ..progress import steps


def invert(run, targets, candidates, sizes, *, what):
    """Guess texts from vectors: always the token that brings the vector nearest.

    Nothing is ever taken back (greedy search), and each token is put at the end.

    Parameters
    ----------
    run : callable
        ``run(lists)`` returns the vectors (n, hidden) of n lists of token IDs.
    targets : (texts, hidden) array_like
        The vectors that are to be come near to, by cosine.
    candidates : sequence of sequence of int
        For each text, the token IDs that are tried.
    sizes : sequence of int
        How many tokens to guess for each.
    what : str
        Shown under the cell while it runs.

    Returns
    -------
    list of list of int
        The guess for each text; of candidates that are as near, the first.
    """
    targets = np.asarray(targets, float)
    guesses = [[] for _ in targets]
    rounds = range(max(sizes, default=0))
    for done in steps(rounds, what):
        going = [k for k, size in enumerate(sizes) if size > done]
        tried = [[*guesses[k], int(c)] for k in going for c in candidates[k]]
        vectors = np.asarray(run(tried), float)
        start = 0
        for k in going:
            end = start + len(candidates[k])
            near = cosine_similarity(targets[k], vectors[start:end])
            guesses[k] = tried[start + int(np.argmax(near))]
            start = end
    return guesses


def recovered(guess, truth):
    """Return the share of a text's tokens that are in a guess, whatever their order.

    Parameters
    ----------
    guess, truth : sequence of int
        Token IDs. One that is in the text twice counts twice if it was guessed twice.

    Returns
    -------
    float
    """
    return (Counter(guess) & Counter(truth)).total() / len(truth)


def in_order(guess, truth):
    """Count the pairs of recovered tokens that stand in the right order.

    Parameters
    ----------
    guess, truth : sequence of int
        Token IDs. Those that are in both exactly once are compared.

    Returns
    -------
    right, pairs : int
        By chance `right` is half of `pairs`.
    """
    guess, truth = list(guess), list(truth)
    both = [t for t in truth if truth.count(t) == guess.count(t) == 1]
    places = [guess.index(t) for t in both]
    pairs = list(combinations(places, 2))
    return sum(a < b for a, b in pairs), len(pairs)
