"""The token table seen in other ways: centred, standardised, without dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

# How many dimensions the "without dominant" space leaves out: one to three dimensions
# are enough to dominate cosine in the models that Timkey & van Schijndel (2021) tried.
DOMINANT = 3
SPACES = ("raw", "centred", "standardised", "without dominant")


@dataclass(frozen=True)
class TokenSpace:
    """The token table seen through ``(row - shift) * scale``.

    All four spaces are of this form, so none needs a copy of the table: a dot product
    with every row is one ``table @ vector`` on the memory that all kernels share.

    Attributes
    ----------
    name : str
        One of `SPACES`.
    table : (vocabulary, hidden) ndarray
    shift, scale : (hidden,) ndarray
    """

    name: str
    table: np.ndarray
    shift: np.ndarray
    scale: np.ndarray

    @cached_property
    def norms(self):
        """(vocabulary,) ndarray: length of each row in this space."""
        # In parts and by einsum: half the time, and no second table in memory.
        parts = np.array_split(self.table, max(1, len(self.table) // 4096))
        squares = [np.einsum("ij,ij->i", rows, rows) for rows in map(self.of, parts)]
        norms = np.sqrt(np.concatenate(squares))
        # A row of zeros has no direction: its similarity to anything is set to 0.
        return np.where(norms == 0, np.inf, norms)

    def of(self, rows):
        """Return rows of the table, (…, hidden), as they are in this space."""
        return (rows - self.shift) * self.scale

    def similarities(self, vector):
        """Cosine of `vector`, (hidden,) as in the table, to each row: (vocabulary,)."""
        query = self.of(vector)
        length = np.linalg.norm(query)
        if length == 0:
            return np.zeros(len(self.table), self.table.dtype)
        query = query / length * self.scale
        return (self.table @ query - self.shift @ query) / self.norms


def contributions(table):
    """What each dimension adds to the mean cosine of two random rows.

    The cosine of two rows is a sum over dimensions of the products of their unit
    vectors' entries; over independent pairs the mean of such a product is the square of
    the mean entry (Timkey & van Schijndel 2021, section 3).

    Parameters
    ----------
    table : (rows, hidden) ndarray

    Returns
    -------
    (hidden,) ndarray
        Their sum is the mean cosine.
    """
    norms = np.linalg.norm(table, axis=1, keepdims=True)
    return (table / np.where(norms == 0, 1, norms)).mean(axis=0) ** 2


@lru_cache(maxsize=8)
def token_space(bert, name="raw"):
    """Return the token table in one of `SPACES`, made once for each model.

    Parameters
    ----------
    bert : Bert
    name : {"raw", "centred", "standardised", "without dominant"}
        As it is; minus the mean row; that divided by each dimension's standard
        deviation; without the three dimensions that `contributions` finds largest.

    Returns
    -------
    TokenSpace
    """
    table = bert.tables.token
    hidden = table.shape[1]
    zeros, ones = np.zeros(hidden, table.dtype), np.ones(hidden, table.dtype)
    if name == "raw":
        return TokenSpace(name, table, zeros, ones)
    if name == "centred":
        return TokenSpace(name, table, table.mean(axis=0), ones)
    if name == "standardised":
        spread = table.std(axis=0)
        scale = np.divide(1, spread, out=zeros.copy(), where=spread > 0)
        return TokenSpace(name, table, table.mean(axis=0), scale)
    if name == "without dominant":
        ones[np.argsort(contributions(table))[-DOMINANT:]] = 0
        return TokenSpace(name, table, zeros, ones)
    raise ValueError(f"space must be one of {', '.join(SPACES)}, not {name!r}")
