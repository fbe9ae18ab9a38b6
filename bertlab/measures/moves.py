"""How far states are from each other."""

from __future__ import annotations

import numpy as np


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
