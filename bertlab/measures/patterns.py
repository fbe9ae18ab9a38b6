"""Where attention goes: to which tokens, how far, how widely spread."""

from __future__ import annotations

import unicodedata

import numpy as np


def relations(tokens):
    """Say for each pair of tokens in which relations the second stands to the first.

    Parameters
    ----------
    tokens : sequence of str

    Returns
    -------
    dict of str to (tokens, tokens) ndarray of bool
        Entry (i, j) of "previous", for example, is whether j stands just before i; of
        "[SEP]", whether j is a [SEP]; "words" are the tokens that are neither special
        nor punctuation.
    """
    n = len(tokens)
    names = np.array(tokens, dtype=object)
    kinds = {name: names == name for name in ("[CLS]", "[SEP]")}
    kinds["punctuation"] = np.array([is_punctuation(token) for token in tokens], bool)
    kinds["words"] = ~np.any(list(kinds.values()), axis=0)
    found = {name: np.tile(which, (n, 1)) for name, which in kinds.items()}
    for name, offset in (("self", 0), ("previous", -1), ("next", 1)):
        found[name] = np.eye(n, k=offset, dtype=bool)
    return found


def is_punctuation(token):
    """Return whether every character of a token is a punctuation mark or a symbol."""
    return bool(token) and all(unicodedata.category(c)[0] in "PS" for c in token)


def share(weights, relation):
    """Return what share of its attention a token gives to those in a relation to it.

    Parameters
    ----------
    weights : (..., tokens, tokens) ndarray
        Each row sums to 1.
    relation : (tokens, tokens) ndarray of bool

    Returns
    -------
    (...) ndarray
        Mean over the attending tokens. One to which nothing is in this relation, as the
        first has no previous one, gives 0 and counts too.
    """
    return (weights * relation).sum(axis=-1).mean(axis=-1)


def mean_distance(weights, among):
    """Return how many places away from a token its attention goes, on average.

    Parameters
    ----------
    weights : (..., tokens, tokens) ndarray
    among : (tokens,) ndarray of bool
        Only attention from and to these tokens counts, for example the words: it is
        rescaled so that each of them gives 1 in all. One that gives them none is left
        out.

    Returns
    -------
    (...) ndarray
        In tokens; NaN if no attention counts.
    """
    places = np.flatnonzero(among)
    weights = np.asarray(weights)[..., places, :][..., places]
    sums = weights.sum(axis=-1)
    far = (weights * np.abs(places[:, None] - places)).sum(axis=-1)
    far = far / np.where(sums == 0, 1, sums)
    counts = (sums > 0).sum(axis=-1)
    return np.where(counts > 0, far.sum(axis=-1) / np.maximum(counts, 1), np.nan)[()]


def entropy(weights):
    """Return how widely attention is spread, as a share of the most that it can be.

    Parameters
    ----------
    weights : (..., tokens, tokens) ndarray

    Returns
    -------
    (...) ndarray
        Mean over the attending tokens of the entropy of a row, divided by that of equal
        weights: 0 if all goes to one token, 1 if all get the same.
    """
    n = weights.shape[-1]
    logs = np.log(np.where(weights > 0, weights, 1))
    return -(weights * logs).sum(axis=-1).mean(axis=-1) / np.log(n)
