"""A position's row beside all others, and a token at each position."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..embeddings import cosine_similarity, embed

# How many other tokens a word is compared with at its position.
OTHERS = 512


@dataclass(frozen=True)
class Positions:
    """What every picture of the position explorer needs: computed once for each model.

    Attributes
    ----------
    unit : (positions, hidden) ndarray
        The rows, each divided by its length; the mean row subtracted where asked for.
    norms : (positions,) ndarray
        Of the rows as they are.
    pairs : (float, float)
        Between which two cosines 90 % of all pairs of rows lie.
    """

    unit: np.ndarray
    norms: np.ndarray
    pairs: tuple[float, float]


@lru_cache(maxsize=4)
def positions_of(bert, centred):
    """Compute a `Positions`."""
    table = bert.tables.position
    norms = np.linalg.norm(table, axis=1)
    rows = table - table.mean(axis=0) if centred else table
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(lengths == 0, 1, lengths)
    pairs = (unit @ unit.T)[np.triu_indices(len(unit), 1)]
    # A model with one position has no pair.
    low, high = np.quantile(pairs if len(pairs) else [0, 0], [0.05, 0.95])
    return Positions(unit, norms, (float(low), float(high)))


@lru_cache(maxsize=16)
def place(bert, token, position):
    """Compare a token at one position with itself elsewhere and with others there.

    Returns
    -------
    placed : (positions,) ndarray
        Cosine of the embedding layer's output here with that at each position.
    others : (float, float)
        Between which two cosines 90 % of randomly drawn tokens at this position lie.
    """
    rows = len(bert.tables.position)
    everywhere = embed(
        bert, "", ids=[token] * rows, positions=range(rows), types=0
    ).output
    drawn = np.random.default_rng(0).integers(
        len(bert.tables.token), size=min(OTHERS, rows)
    )
    there = embed(bert, "", ids=drawn, positions=position, types=0).output
    here = everywhere[position]
    low, high = np.quantile(cosine_similarity(there, here), [0.05, 0.95])
    return cosine_similarity(everywhere, here), (float(low), float(high))
