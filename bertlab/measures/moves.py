"""How far states are from each other."""

from __future__ import annotations

import numpy as np


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

    Raises
    ------
    ValueError
        If they are not as many, or a state before is all zeros.
    """
    before, after = np.asarray(before, float), np.asarray(after, float)
    if before.shape != after.shape:
        raise ValueError(f"states of {before.shape} and of {after.shape}: not paired")
    norm = np.linalg.norm(before, axis=-1)
    if not norm.all():
        raise ValueError("of a state of zeros there is no share")
    return np.linalg.norm(after - before, axis=-1) / norm


def apart(states):
    """Return how far two different tokens are apart on average, at each layer.

    Parameters
    ----------
    states : (layers + 1, tokens, hidden) array_like

    Returns
    -------
    (layers + 1,) ndarray
        As a share of the first one's norm: the mean over all ordered pairs of tokens.

    Raises
    ------
    ValueError
        If there is no pair, or a state is all zeros.
    """
    # Exact enough for states that are all but the same: float32 would be 0.0003 off.
    states = np.asarray(states, float)
    n = states.shape[1]
    if n < 2:
        raise ValueError(f"two tokens make a pair, and here is {n}")
    square = (states**2).sum(axis=-1)  # (layers + 1, tokens)
    if not square.all():
        raise ValueError("of a state of zeros there is no share")
    # By products: with 512 tokens the differences themselves would take a gigabyte.
    products = states @ states.transpose(0, 2, 1)
    distance = np.sqrt(
        np.maximum(square[:, :, None] + square[:, None, :] - 2 * products, 0)
    )
    distance[:, np.arange(n), np.arange(n)] = 0
    return (distance.sum(axis=-1) / (n - 1) / np.sqrt(square)).mean(axis=-1)
