"""How far vectors move, and how far they are apart."""

from __future__ import annotations

import numpy as np

from ..embeddings import INGREDIENTS, rebuild, unit


def shifts(before, after):
    """Return how far each token's state has moved, at each layer.

    Parameters
    ----------
    before, after : (layers + 1, tokens, hidden) array_like
        Of the same tokens, in the same order: `bertlab.changes.Change` says where they
        stand.

    Returns
    -------
    (layers + 1, tokens) ndarray
        Distance as a share of the norm before: 0 if nothing moved; two vectors of one
        length at a right angle are 1.41 apart.
    """
    before, after = np.asarray(before, float), np.asarray(after, float)
    return np.linalg.norm(after - before, axis=-1) / np.linalg.norm(before, axis=-1)


def apart(states):
    """Return how far two different tokens are apart on average, at each layer.

    Parameters
    ----------
    states : (layers + 1, tokens, hidden) array_like

    Returns
    -------
    (layers + 1,) ndarray
        As a share of the first one's norm: the mean over all ordered pairs of tokens.
    """
    # Exact enough for states that are all but the same: float32 would be 0.0003 off.
    states = np.asarray(states, float)
    n = states.shape[1]
    square = (states**2).sum(axis=-1)  # (layers + 1, tokens)
    # By products: with 512 tokens the differences themselves would take a gigabyte.
    products = states @ states.transpose(0, 2, 1)
    distance = np.sqrt(
        np.maximum(square[:, :, None] + square[:, None, :] - 2 * products, 0)
    )
    distance[:, np.arange(n), np.arange(n)] = 0
    return (distance.sum(axis=-1) / (n - 1) / np.sqrt(square)).mean(axis=-1)


def leave_out(bert, breakdown, place, without):
    """Compare a token's output with the true one, each ingredient switched in turn.

    Parameters
    ----------
    bert : Bert
    breakdown : Breakdown
    place : int
        Which token.
    without : collection of str
        The ingredients that are left out at present.

    Returns
    -------
    rebuilt : (hidden,) ndarray
        The output at present.
    present : float
        Its distance to the true output, as a share of the true one's norm.
    distances, cosines : dict of str to float
        The same, and the cosine similarity, with one more ingredient left out, or with
        one put back that is left out now. The cosine with a vector of zeros counts
        as 0.
    """
    true = breakdown.output[place]

    def compare(names):
        got = rebuild(bert, breakdown, names)[place]
        distance = np.linalg.norm(got - true) / np.linalg.norm(true)
        return got, float(distance), float(unit(got) @ unit(true))

    rebuilt, present, _ = compare(set(without))
    switched = {name: compare(set(without) ^ {name}) for name in INGREDIENTS}
    distances = {name: distance for name, (_, distance, _) in switched.items()}
    cosines = {name: cosine for name, (*_, cosine) in switched.items()}
    return rebuilt, present, distances, cosines
