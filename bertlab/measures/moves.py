"""How far states are from each other."""

from __future__ import annotations

import numpy as np


def apart(states):
    """Return how far two different tokens are apart on average, at each layer.

    Parameters
    ----------
    states : (layers + 1, tokens, hidden) ndarray

    Returns
    -------
    (layers + 1,) ndarray
        As a share of a state's norm: the mean over all ordered pairs of tokens.
    """
    n = states.shape[1]
    square = (states**2).sum(axis=-1)  # (layers + 1, tokens)
    # By products: with 512 tokens the differences themselves would take a gigabyte.
    products = states @ states.transpose(0, 2, 1)
    distance = np.sqrt(
        np.maximum(square[:, :, None] + square[:, None, :] - 2 * products, 0)
    )
    distance[:, np.arange(n), np.arange(n)] = 0
    return (distance.sum(axis=-1) / (n - 1) / np.sqrt(square)).mean(axis=-1)
