"""Cosine similarity, the token table in other spaces, and nearest tokens in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ..text.tokens import vocabulary
from ..text.words import look_up_word

# How many dimensions the "without dominant" space leaves out: one to three dimensions
# are enough to dominate cosine in the models that Timkey & van Schijndel (2021) tried.
DOMINANT = 3
SPACES = ("raw", "centred", "standardised", "without dominant")
# How many pairs of rows, and how many shuffled ones, say what chance gives.
PAIRS, SHUFFLED = 2000, 40


def unit(vectors):
    """Return vectors divided by their lengths; one of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths == 0, 1, lengths)


def cosine_similarity(a, b):
    """Cosine of the angle between vectors.

    Parameters
    ----------
    a : (hidden,) or (n, hidden) array_like
    b : (hidden,) or (m, hidden) array_like

    Returns
    -------
    float or ndarray
        From -1 to 1, of shape (n, m), without the axes that `a` or `b` did not have.

    Raises
    ------
    ValueError
        If a vector is all zeros and so has no direction.
    """
    a, b = np.asarray(a), np.asarray(b)
    if not (a.any(axis=-1).all() and b.any(axis=-1).all()):
        raise ValueError("a vector of zeros has no direction, so no cosine")
    return unit(a) @ unit(b).T


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
    return unit(table).mean(axis=0) ** 2


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


@lru_cache(maxsize=8)
def shown_rows(bert, hide_unused=True, hide_pieces=True):
    """Say which rows may appear among neighbours: (vocabulary,) ndarray of bool."""
    return np.array(
        [
            not (hide_unused and name.startswith(("[unused", "[row ")))
            and not (hide_pieces and name.startswith("##"))
            for name in vocabulary(bert)
        ]
    )


def nearest_tokens(bert, word, k=6, space="raw", *, hide_unused=True, hide_pieces=True):
    """Find the rows of the token table nearest to a word's, over the whole vocabulary.

    Parameters
    ----------
    bert : Bert
    word : str or (hidden,) array_like
        A word, or any vector of the table's width. A word of several pieces stands for
        the average of their rows. The word's own rows are left out of the answer.
    k : int
        How many.
    space : str
        One of `SPACES`.
    hide_unused, hide_pieces : bool
        Leave out the ``[unused…]`` rows; leave out pieces such as ``##ing``.

    Returns
    -------
    list of (str, float)
        Token and cosine similarity, nearest first; fewer than `k` if no more are shown.

    Raises
    ------
    InputError
        If there is no word in `word`.
    """
    if isinstance(word, str):
        own = look_up_word(bert, word).ids
        vector = bert.tables.token[own].mean(axis=0)
    else:
        own, vector = [], np.asarray(word, dtype=bert.tables.token.dtype)
    similarity = token_space(bert, space).similarities(vector)
    allowed = shown_rows(bert, hide_unused, hide_pieces)
    candidates = np.where(allowed, similarity, -np.inf)
    candidates[own] = -np.inf
    k = min(k, int(np.isfinite(candidates).sum()))
    # Of rows that are as near as the last one, those that come first in the table.
    best = np.flatnonzero(candidates >= np.partition(candidates, -k)[-k])
    best = best[np.argsort(-candidates[best], kind="stable")[:k]]
    names = vocabulary(bert)
    return [(names[i], float(similarity[i])) for i in best]


@lru_cache(maxsize=32)
def random_pairs(bert, space="raw", *, hide_unused=True, hide_pieces=True):
    """Cosine similarities of randomly chosen pairs of rows: what "similar" must beat.

    Parameters
    ----------
    bert : Bert
    space, hide_unused, hide_pieces
        As in `nearest_tokens`, so that the pairs come from the rows on show.

    Returns
    -------
    (pairs,) ndarray
        Sorted.
    """
    rows = np.flatnonzero(shown_rows(bert, hide_unused, hide_pieces))
    a, b = np.random.default_rng(0).choice(rows, size=(2, PAIRS))
    chosen = token_space(bert, space)
    product = (chosen.of(chosen.table[a]) * chosen.of(chosen.table[b])).sum(axis=1)
    return np.sort(product / chosen.norms[a] / chosen.norms[b])


@lru_cache(maxsize=32)
def best_by_chance(bert, space="raw", *, hide_unused=True, hide_pieces=True):
    """Similarity of the nearest token to each of some rows with shuffled entries.

    A neighbour is the best of many, and the best of many is above most random pairs
    even where there is no meaning to find: what a search must beat is a search.

    Parameters
    ----------
    bert : Bert
    space, hide_unused, hide_pieces
        As in `nearest_tokens`.

    Returns
    -------
    (shuffled rows,) ndarray
        Sorted.
    """
    shown = np.flatnonzero(shown_rows(bert, hide_unused, hide_pieces))
    generator = np.random.default_rng(0)
    chosen = token_space(bert, space)
    drawn = chosen.of(chosen.table[generator.choice(shown, size=SHUFFLED)])
    # A dimension that the space leaves out takes no part after shuffling either.
    shuffled = generator.permuted(drawn, axis=1) * (chosen.scale > 0)
    queries = (unit(shuffled) * chosen.scale).T  # (hidden, rows)
    similarity = chosen.table @ queries - chosen.shift @ queries
    similarity /= chosen.norms[:, None]
    return np.sort(similarity[shown].max(axis=0))
