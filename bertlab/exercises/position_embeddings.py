"""Checks for notebook 03: position embeddings."""

from __future__ import annotations

import numpy as np

from .exercise import Exercise
from .token_embeddings import random_vectors

norm = np.linalg.norm


def add_positions(ids, token_table, position_table):
    """(tokens, hidden) sums of token rows and position rows."""
    return token_table[ids] + position_table[: len(ids)]


_TABLES = random_vectors(0, 9, 4), random_vectors(1, 9, 4)

check_add_positions = Exercise(
    add_positions,
    [([2, 5, 3], *_TABLES), ([7], *_TABLES), ([2, 4, 4, 6, 3], *_TABLES)],
    """
    token_table[ids]
        || those are the token rows alone: the position rows are missing.
    position_table[: len(ids)]
        || those are the position rows alone: the token rows are missing.
    token_table[ids] + position_table[ids]
        || you look the position up by the token's ID; the position is the token's place
           in the list: 0, 1, 2, …
    token_table[ids] + position_table[0]
        || every token gets the row of position 0: each has its own.
    token_table[ids] + position_table[len(ids) - 1]
        || every token gets the row of the last position: each has its own.
    token_table[ids] + position_table[1 : len(ids) + 1]
        || you count from 1: the first token has position 0.
    token_table[ids] * position_table[: len(ids)] || you multiply: BERT adds.
    right.sum(axis=0)
        || you add up the tokens as well: each keeps a vector of its own.
    np.concatenate([token_table[ids], position_table[: len(ids)]], axis=1)
        || you put the rows side by side: BERT adds them, entry by entry.
    token_table + position_table
        || you add the whole tables: the IDs are not used. They choose the rows of the
           token table.
    (token_table + position_table)[: len(ids)]
        || you take the first rows of both tables: the IDs are not used. They choose the
           rows of the token table.
    add_positions(sorted(ids), token_table, position_table)
        || you sort the IDs: the tokens have to keep their order.
    """,
)


def neighbour_cosine(table):
    """(positions - 1,) cosines of each row with the next."""
    lengths = norm(table, axis=1)
    return _products(table) / (lengths[:-1] * lengths[1:])


def _products(table):
    return (table[:-1] * table[1:]).sum(axis=1)


def _around(table):
    """Cosine of each row with the next, and of the last with the first."""
    return neighbour_cosine(np.concatenate([table, table[:1]]))


check_neighbour_cosine = Exercise(
    neighbour_cosine,
    [(random_vectors(seed, 6, 4) * np.arange(1, 7)[:, None],) for seed in range(3)],
    """
    _products(table) || those are dot products: divide each by both lengths.
    _products(table) / norm(table[:-1], axis=1)
        || you divide by the first length only: there are two.
    _products(table) / norm(table[1:], axis=1)
        || you divide by the second length only: there are two.
    _products(table) / norm(table[:-1], axis=1) ** 2
        || you divide twice by the length of the same row.
    _products(table) / norm(table[:-1]) / norm(table[1:])
    _products(table) / norm(table) ** 2
        || np.linalg.norm without axis=1 gives one length for the whole table: each row
           has its own.
    _around(table)
    np.roll(_around(table), 1)
        || np.roll joins the last row to the first: n rows have n - 1 pairs of
           neighbours.
    table[1:] @ table[0] / (norm(table[1:], axis=1) * norm(table[0]))
        || you compare every row with row 0: each with the next is wanted.
    norm(table[1:] - table[:-1], axis=1)
        || that is the distance of the points; the cosine looks at the angle.
    1 - right || that is cosine distance: similarity is 1 minus yours.
    right.mean() || you take the mean of them all: one number for each pair is wanted.
    """,
)


def sinusoidal(positions, hidden):
    """The fixed vectors of Vaswani et al. 2017.

    Entry 2i of position p is ``sin(p / 10000 ** (2i / hidden))``, entry 2i + 1 its
    cosine (their section 3.5).
    """
    return _waves(positions, hidden, _angle(hidden))


def _angle(hidden):
    return lambda p, i: p / 10_000 ** (2 * i / hidden)


def _waves(positions, hidden, angle, even=np.sin, odd=np.cos):
    """Waves of an angle that is a function of the position and of the pair's number."""
    entry = np.arange(hidden)
    angles = angle(np.arange(positions)[:, None], entry // 2)
    return np.where(entry % 2 == 0, even(angles), odd(angles))


def _by_entry(positions, hidden, power):
    """The same with an angle for each entry in place of each pair."""
    entry, position = np.arange(hidden), np.arange(positions)[:, None]
    angles = position / 10_000 ** (power * entry / hidden)
    return np.where(entry % 2 == 0, np.sin(angles), np.cos(angles))


check_sinusoidal = Exercise(
    sinusoidal,
    [(4, 6), (7, 8), (5, 2)],
    """
    np.concatenate([right[:, ::2], right[:, 1::2]], axis=1)
        || the right waves in another order: sine and cosine take turns here, yours
           stand in two halves.
    _waves(positions, hidden, _angle(hidden), np.cos, np.sin)
        || the sine stands in the even entries, 0, 2, 4, …, the cosine in the odd ones:
           yours are the other way round.
    _waves(positions, hidden, lambda p, i: p / 10_000 ** (i / hidden))
        || the exponent is 2i / hidden for pair number i: the 2 is missing.
    _by_entry(positions, hidden, 1)
    _by_entry(positions, hidden, 2)
        || sine and cosine of a pair share one angle: the exponent is the same for
           entries 2i and 2i + 1.
    sinusoidal(positions + 1, hidden)[1:]
        || you count from 1: the first position is 0.
    _waves(positions, hidden, lambda p, i: np.pi / 180 * p / 10_000 ** (2 * i / hidden))
        || the angle is in radians already: no conversion is needed.
    _waves(positions, hidden, lambda p, i: p * 10_000 ** (2 * i / hidden))
        || the angle is the position *divided* by the power of 10,000: yours grows with
           the dimension.
    right.T || the right numbers, lying on their side: one row for each position.
    _waves(positions, hidden, _angle(hidden), odd=np.sin)
        || there is a sine in every entry: the odd ones are cosines.
    _waves(positions, hidden, _angle(hidden), even=np.cos)
        || there is a cosine in every entry: the even ones are sines.
    _waves(positions, hidden, _angle(hidden), np.array, np.array)
        || those are the angles themselves: take their sine and cosine.
    _waves(positions, hidden, lambda p, i: p / 10_000 ** (2 * i // hidden))
        || // leaves out what comes after the point: the exponent is 2 * i / hidden,
           with one /.
    _waves(positions, hidden, lambda p, i: p / 10_000.0 ** (2 * i) / hidden)
    _waves(positions, hidden, lambda p, i: p / (10_000.0 ** (2 * i) / hidden))
    _waves(positions, hidden, lambda p, i: p / 10_000**2 * i / hidden)
        || are brackets missing? The exponent is the whole of (2 * i / hidden), and it
           is the power that divides.
    _waves(positions, hidden, lambda p, i: 2 * np.pi * p / 10_000 ** (2 * i / hidden))
        || the formula has no 2π: the angle is the position divided by the power.
    right.astype(int)
        || your array holds whole numbers and cuts what is put into it: make it with
           np.zeros, without dtype=int.
    """,
)
