"""Guess a text from a vector, token by token, and say how much of it was got back."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np

from ..embeddings import cosine_similarity
from ..progress import steps


def invert(run, targets, candidates, sizes, *, what=None):
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
    what : str, optional
        Shown under the cell while it runs.

    Returns
    -------
    list of list of int
        The guess for each text; of candidates that are as near, the first.

    Raises
    ------
    ValueError
        If there are not as many candidates and sizes as targets, or a text has no
        candidate.
    """
    targets = np.asarray(targets, float)
    if not len(targets) == len(candidates) == len(sizes):
        raise ValueError(
            f"{len(targets)} targets need as many lists of candidates and sizes, not"
            f" {len(candidates)} and {len(sizes)}"
        )
    if not all(map(len, candidates)):
        raise ValueError("a text without candidates cannot be guessed")
    guesses = [[] for _ in targets]
    rounds = range(max(sizes, default=0))
    for done in steps(rounds, what) if what else rounds:
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

    Raises
    ------
    ValueError
        If the text has no token.
    """
    if not len(truth):
        raise ValueError("of a text without tokens nothing can be got back")
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


def without_each(cosines):
    """Return the mean cosine of pairs with each vector left out in its turn.

    For the jackknife: how much a self-similarity hangs on single sentences.

    Parameters
    ----------
    cosines : (..., n, n) array_like
        Of n vectors with each other.

    Returns
    -------
    (..., n) ndarray
        The mean over all pairs of two different vectors that do not have the n-th.

    Raises
    ------
    ValueError
        If there are not three vectors.
    """
    cosines = np.asarray(cosines, float)
    n = cosines.shape[-1]
    if cosines.ndim < 2 or cosines.shape[-2] != n or n < 3:
        raise ValueError(f"three vectors or more, not cosines of {cosines.shape}")
    pairs = cosines * (1 - np.eye(n))
    left = pairs.sum(axis=(-2, -1))[..., None] - pairs.sum(axis=-1) - pairs.sum(axis=-2)
    return left / ((n - 1) * (n - 2))
