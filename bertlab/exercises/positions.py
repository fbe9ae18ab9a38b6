"""Checks for notebook 03: position embeddings."""

from __future__ import annotations

import numpy as np

from .feedback import check


def _vectors(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def add_positions(ids, token_table, position_table):
    """Add the position rows to the token rows: the answer that the check expects."""
    return token_table[ids] + position_table[: len(ids)]


def check_add_positions(answer):
    """Check ``answer(ids, token_table, position_table)``: (tokens, hidden) sums."""
    tables = _vectors(0, 9, 4), _vectors(1, 9, 4)
    return check(
        answer,
        add_positions,
        [([2, 5, 3], *tables), ([7], *tables), ([2, 4, 4, 6, 3], *tables)],
        [
            (
                lambda ids, token, position: token[ids],
                "those are the token rows alone: the position rows are missing.",
            ),
            (
                lambda ids, token, position: position[: len(ids)],
                "those are the position rows alone: the token rows are missing.",
            ),
            (
                lambda ids, token, position: token[ids] + position[ids],
                "you look the position up by the token's ID; the position is the"
                " token's place in the list: 0, 1, 2, …",
            ),
            (
                lambda ids, token, position: token[ids] + position[0],
                "every token gets the row of position 0: each has its own.",
            ),
            (
                lambda ids, token, position: token[ids] + position[len(ids) - 1],
                "every token gets the row of the last position: each has its own.",
            ),
            (
                lambda ids, token, position: token[ids] + position[1 : len(ids) + 1],
                "you count from 1: the first token has position 0.",
            ),
            (
                lambda ids, token, position: token[ids] * position[: len(ids)],
                "you multiply: BERT adds.",
            ),
            (
                lambda ids, token, position: add_positions(ids, token, position).sum(
                    axis=0
                ),
                "you add up the tokens as well: each keeps a vector of its own.",
            ),
            (
                lambda ids, token, position: np.concatenate(
                    [token[ids], position[: len(ids)]], axis=1
                ),
                "you put the rows side by side: BERT adds them, entry by entry.",
            ),
            (
                lambda ids, token, position: token + position,
                "you add the whole tables: the IDs are not used. They choose the rows"
                " of the token table.",
            ),
            (
                lambda ids, token, position: (token + position)[: len(ids)],
                "you take the first rows of both tables: the IDs are not used. They"
                " choose the rows of the token table.",
            ),
            (
                lambda ids, token, position: add_positions(
                    sorted(ids), token, position
                ),
                "you sort the IDs: the tokens have to keep their order.",
            ),
        ],
    )


def neighbour_cosine(table):
    """Cosine of each row with the next: the answer that the check expects."""
    lengths = np.linalg.norm(table, axis=1)
    return (table[:-1] * table[1:]).sum(axis=1) / (lengths[:-1] * lengths[1:])


def _around(table):
    """Cosine of each row with the next, and of the last with the first."""
    return neighbour_cosine(np.concatenate([table, table[:1]]))


def check_neighbour_cosine(answer):
    """Check ``answer(table)``: (positions - 1,) cosines of each row with the next."""
    tables = [_vectors(seed, 6, 4) * np.arange(1, 7)[:, None] for seed in range(3)]
    norm = np.linalg.norm
    return check(
        answer,
        neighbour_cosine,
        [(table.astype("float32"),) for table in tables],
        [
            (
                lambda t: (t[:-1] * t[1:]).sum(axis=1),
                "those are dot products: divide each by both lengths.",
            ),
            (
                lambda t: (t[:-1] * t[1:]).sum(axis=1) / norm(t[:-1], axis=1),
                "you divide by the first length only: there are two.",
            ),
            (
                lambda t: (t[:-1] * t[1:]).sum(axis=1) / norm(t[1:], axis=1),
                "you divide by the second length only: there are two.",
            ),
            (
                lambda t: (t[:-1] * t[1:]).sum(axis=1) / norm(t[:-1], axis=1) ** 2,
                "you divide twice by the length of the same row.",
            ),
            (
                lambda t: (t[:-1] * t[1:]).sum(axis=1) / norm(t[:-1]) / norm(t[1:]),
                "np.linalg.norm without axis=1 gives one length for the whole table:"
                " each row has its own.",
            ),
            (
                lambda t: (t[:-1] * t[1:]).sum(axis=1) / norm(t) ** 2,
                "np.linalg.norm without axis=1 gives one length for the whole table:"
                " each row has its own.",
            ),
            (
                _around,
                "np.roll joins the last row to the first: n rows have n - 1 pairs of"
                " neighbours.",
            ),
            (
                lambda t: np.roll(_around(t), 1),
                "np.roll joins the last row to the first: n rows have n - 1 pairs of"
                " neighbours.",
            ),
            (
                lambda t: t[1:] @ t[0] / (norm(t[1:], axis=1) * norm(t[0])),
                "you compare every row with row 0: each with the next is wanted.",
            ),
            (
                lambda t: norm(t[1:] - t[:-1], axis=1),
                "that is the distance of the points; the cosine looks at the angle.",
            ),
            (
                lambda t: 1 - neighbour_cosine(t),
                "that is cosine distance: similarity is 1 minus yours.",
            ),
            (
                lambda t: neighbour_cosine(t).mean(),
                "you take the mean of them all: one number for each pair is wanted.",
            ),
        ],
    )


def sinusoidal(positions, hidden, *, joined=False, power=2, swapped=False, base=10_000):
    """Write the fixed position vectors of Vaswani et al. (2017), section 3.5.

    Entry 2i of position p is ``sin(p / 10000 ** (2i / hidden))``, entry 2i + 1 its
    cosine: the answer that the check expects. The keywords make the typical errors.
    """
    i = np.arange(hidden // 2)
    angle = np.arange(positions)[:, None] / base ** (power * i / hidden)
    waves = [np.sin(angle), np.cos(angle)]
    waves = waves[::-1] if swapped else waves
    if joined:
        return np.concatenate(waves, axis=1)
    return np.stack(waves, axis=2).reshape(positions, hidden)


def _angles(positions, hidden):
    """Angle of each entry's wave, the same for entries 2i and 2i + 1."""
    i = np.arange(hidden) // 2
    return np.arange(positions)[:, None] / 10_000 ** (2 * i / hidden)


def check_sinusoidal(answer):
    """Check ``answer(positions, hidden)``: the fixed vectors of Vaswani et al. 2017."""

    def waves(angle, entry):
        return np.where(entry % 2 == 0, np.sin(angle), np.cos(angle))

    def by(angle):
        """Waves whose angle is a function of position, i and hidden."""

        def answer(positions, hidden):
            entry, position = np.arange(hidden), np.arange(positions)[:, None]
            return waves(angle(position, entry // 2, hidden), entry)

        return answer

    def by_entry(power):
        """The same with an angle for each entry in place of each pair."""

        def answer(positions, hidden):
            entry = np.arange(hidden)
            angle = np.arange(positions)[:, None] / 10_000 ** (power * entry / hidden)
            return waves(angle, entry)

        return answer

    own_angles = (
        "sine and cosine of a pair share one angle: the exponent is the same for"
        " entries 2i and 2i + 1."
    )
    brackets = (
        "are brackets missing? The exponent is the whole of (2 * i / hidden), and it"
        " is the power that divides."
    )
    return check(
        answer,
        sinusoidal,
        [(4, 6), (7, 8), (5, 2)],
        [
            (
                lambda p, h: sinusoidal(p, h, joined=True),
                "the right waves in another order: sine and cosine take turns here,"
                " yours stand in two halves.",
            ),
            (
                lambda p, h: sinusoidal(p, h, swapped=True),
                "the sine stands in the even entries, 0, 2, 4, …, the cosine in the"
                " odd ones: yours are the other way round.",
            ),
            (
                lambda p, h: sinusoidal(p, h, power=1),
                "the exponent is 2i / hidden for pair number i: the 2 is missing.",
            ),
            (by_entry(1), own_angles),
            (by_entry(2), own_angles),
            (
                lambda p, h: sinusoidal(p + 1, h)[1:],
                "you count from 1: the first position is 0.",
            ),
            (
                by(lambda p, i, h: np.pi / 180 * p / 10_000 ** (2 * i / h)),
                "the angle is in radians already: no conversion is needed.",
            ),
            (
                lambda p, h: sinusoidal(p, h, base=1 / 10_000),
                "the angle is the position *divided* by the power of 10,000: yours"
                " grows with the dimension.",
            ),
            (
                lambda p, h: sinusoidal(p, h).T,
                "the right numbers, lying on their side: one row for each position.",
            ),
            (
                lambda p, h: np.sin(_angles(p, h)),
                "there is a sine in every entry: the odd ones are cosines.",
            ),
            (
                lambda p, h: np.cos(_angles(p, h)),
                "there is a cosine in every entry: the even ones are sines.",
            ),
            (
                _angles,
                "those are the angles themselves: take their sine and cosine.",
            ),
            (
                by(lambda p, i, h: p / 10_000 ** (2 * i // h)),
                "// leaves out what comes after the point: the exponent is 2 * i /"
                " hidden, with one /.",
            ),
            (by(lambda p, i, h: p / 10_000.0 ** (2 * i) / h), brackets),
            (by(lambda p, i, h: p / (10_000.0 ** (2 * i) / h)), brackets),
            (by(lambda p, i, h: p / 10_000**2 * i / h), brackets),
            (
                by(lambda p, i, h: 2 * np.pi * p / 10_000 ** (2 * i / h)),
                "the formula has no 2π: the angle is the position divided by the"
                " power.",
            ),
            (
                lambda p, h: sinusoidal(p, h).astype(int),
                "your array holds whole numbers and cuts what is put into it: make it"
                " with np.zeros, without dtype=int.",
            ),
        ],
    )
