"""How far vectors move, and how far they are apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..network.embedding import INGREDIENTS, rebuild
from ..network.padding import pool
from ..network.similarity import unit


def shifts(before, after):
    """Return how far each token's state has moved, at each layer.

    Parameters
    ----------
    before, after : (layers + 1, tokens, hidden) array_like
        Of the same tokens, in the same order: `bertlab.text.inputs.Change` says where
        they stand.

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


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What became of texts in a batch, beside the same texts alone, at one layer.

    Attributes
    ----------
    moved : list of (tokens,) ndarray
        For each text, the distance of each of its own tokens' states from the one that
        the token has in the text alone, as a share of that one's norm.
    apart : float
        To compare with: how far the states of two different tokens of the same text
        alone are from each other, on average, in the same unit; 0 where no text has
        two.
    alone, together : (texts, texts) ndarray
        Cosines between the texts' vectors, alone and in the batch.
    itself : (texts,) ndarray
        Cosine of each text's vector in the batch with its vector alone.
    pooling : str
    layer : int
    """

    moved: list[np.ndarray]
    apart: float
    alone: np.ndarray
    together: np.ndarray
    itself: np.ndarray
    pooling: str
    layer: int


def compare(alone, together, batch, *, layer, pooling="mean of tokens") -> Compared:
    """Compare the states of texts in a batch with those of the same texts alone.

    Parameters
    ----------
    alone : list of Encoding
        From the texts as they are.
    together : list of Encoding
        From `batch`.
    batch : list of Padded
        From `pad`.
    layer : int
        0 is the embedding layer's output.
    pooling : str
        How a text's vector is made: see `pool`.

    Returns
    -------
    Compared
    """
    before = [run.hidden_states[layer] for run in alone]  # (tokens, hidden) each
    after = [run.hidden_states[layer] for run in together]
    moved = [
        shifts(b[None], a[None, row.own])[0] for a, b, row in zip(after, before, batch)
    ]
    between = [apart(states[None])[0] for states in before if len(states) > 1]
    own = np.stack([pool(states, slice(None), pooling) for states in before])
    found = np.stack([pool(a, row.own, pooling) for a, row in zip(after, batch)])
    own, found = unit(own.astype(float)), unit(found.astype(float))
    return Compared(
        moved=moved,
        apart=float(np.mean(between)) if between else 0.0,
        alone=own @ own.T,
        together=found @ found.T,
        itself=(own * found).sum(axis=-1),
        pooling=pooling,
        layer=layer,
    )
