"""Cosine similarity and nearest tokens, with what chance alone would give."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..errors import InputError
from ..spaces import token_space
from ..tokens import vocabulary
from ..words import look_up_word


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
        If the sizes differ, or a vector is all zeros and so has no direction.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape[-1:] != b.shape[-1:] or not 1 <= min(a.ndim, b.ndim) <= 2:
        raise ValueError(
            f"vectors of one size are needed, not shapes {a.shape} and {b.shape}"
        )
    lengths = [np.linalg.norm(v, axis=-1, keepdims=True) for v in (a, b)]
    if not (lengths[0].all() and lengths[1].all()):
        raise ValueError("a vector of zeros has no direction, so no cosine")
    return (a / lengths[0]) @ (b / lengths[1]).T


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
        if vector.shape != bert.tables.token.shape[1:]:
            raise InputError(
                f"A vector of shape {bert.tables.token.shape[1:]} is needed, not"
                f" {vector.shape}."
            )
    if k < 1:
        raise InputError("Ask for at least 1 neighbour.")
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
def random_pairs(
    bert, space="raw", *, hide_unused=True, hide_pieces=True, pairs=2000, seed=0
):
    """Cosine similarities of randomly chosen pairs of rows: what "similar" must beat.

    Parameters
    ----------
    bert : Bert
    space, hide_unused, hide_pieces
        As in `nearest_tokens`, so that the pairs come from the rows on show.
    pairs, seed : int
        How many pairs, and the seed they are drawn with.

    Returns
    -------
    (pairs,) ndarray
        Sorted.
    """
    rows = np.flatnonzero(shown_rows(bert, hide_unused, hide_pieces))
    a, b = np.random.default_rng(seed).choice(rows, size=(2, pairs))
    chosen = token_space(bert, space)
    product = (chosen.of(chosen.table[a]) * chosen.of(chosen.table[b])).sum(axis=1)
    return np.sort(product / chosen.norms[a] / chosen.norms[b])


@lru_cache(maxsize=32)
def best_by_chance(
    bert, space="raw", *, hide_unused=True, hide_pieces=True, rows=40, seed=0
):
    """Similarity of the nearest token to each of some rows with shuffled entries.

    A neighbour is the best of many, and the best of many is above most random pairs
    even where there is no meaning to find: what a search must beat is a search.

    Parameters
    ----------
    bert : Bert
    space, hide_unused, hide_pieces
        As in `nearest_tokens`.
    rows, seed : int
        How many rows to shuffle, and the seed they are drawn and shuffled with.

    Returns
    -------
    (rows,) ndarray
        Sorted.
    """
    shown = np.flatnonzero(shown_rows(bert, hide_unused, hide_pieces))
    generator = np.random.default_rng(seed)
    chosen = token_space(bert, space)
    drawn = chosen.of(chosen.table[generator.choice(shown, size=rows)])
    # A dimension that the space leaves out takes no part after shuffling either.
    shuffled = generator.permuted(drawn, axis=1) * (chosen.scale > 0)
    lengths = np.linalg.norm(shuffled, axis=1, keepdims=True)
    shuffled /= np.where(lengths == 0, 1, lengths)
    queries = (shuffled * chosen.scale).T  # (hidden, rows)
    similarity = chosen.table @ queries - chosen.shift @ queries
    similarity /= chosen.norms[:, None]
    return np.sort(similarity[shown].max(axis=0))
