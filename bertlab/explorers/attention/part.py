"""Which part of a text's attention is shown: heads, pairs, special tokens, a window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import InputError

PAIRS = {"all": None, "A→A": (0, 0), "A→B": (0, 1), "B→A": (1, 0), "B→B": (1, 1)}
SHOWN, HIDDEN, RESCALED = "shown", "hidden", "hidden, the rest rescaled"
# What a browser draws at once, and what is a quarter of a megabyte.
MOST_LINES = 3000
SPECIAL = (SHOWN, HIDDEN, RESCALED)


@dataclass(frozen=True, eq=False)
class Part:
    """What is drawn of the attention of some heads of a layer.

    Attributes
    ----------
    heads : tuple of int
        Their numbers, from 1.
    rows, columns : (rows,), (columns,) ndarray of int
        Numbers of the tokens that attend and of those attended to, from 0.
    weights : (heads, rows, columns) ndarray
    outside : (heads, rows) ndarray or None
        What goes to tokens beyond the window, summed up; None if there are none.
    beyond : int
        How many tokens those are.
    left_out : int
        How many tokens attend that lie beyond the window.
    hidden : float
        Mean share of a row that goes to special tokens which are not shown; 0 where
        they are.
    """

    heads: tuple[int, ...]
    rows: np.ndarray
    columns: np.ndarray
    weights: np.ndarray
    outside: np.ndarray | None
    beyond: int
    left_out: int
    hidden: float

    @property
    def matrix(self):
        """(heads, rows, columns, or one more for those beyond the window) ndarray."""
        if self.outside is None:
            return self.weights
        return np.concatenate([self.weights, self.outside[..., None]], axis=-1)


def separators(bert, ids):
    """Return which tokens are special and no words: [CLS], [SEP], [PAD], not [MASK].

    Returns
    -------
    (tokens,) ndarray of bool
    """
    t = bert.tokenizer
    return np.isin(ids, [t.cls_token_id, t.sep_token_id, t.pad_token_id])


def shares(values):
    """Return `values` with each row, the last axis, divided by its sum."""
    total = values.sum(axis=-1, keepdims=True)
    return values / np.where(total == 0, 1, total)


def filtered(types, special, pairs="all", hide=SHOWN):
    """Return the numbers of the tokens that may attend, and be attended to.

    Parameters
    ----------
    types, special, pairs, hide
        As for `choose`.

    Returns
    -------
    list of ndarray of int

    Raises
    ------
    InputError
        If nothing is left.
    """
    types = np.asarray(types)
    left = ~np.asarray(special, bool) if hide != SHOWN else np.ones(len(types), bool)
    if not left.any():
        raise InputError(
            "There are only special tokens, and these are hidden: type a text, or"
            " show the special tokens."
        )
    texts = PAIRS[pairs] or (types, types)
    found = [np.flatnonzero(left & (types == text)) for text in texts]
    if not all(map(len, found)):
        raise InputError(
            f"There is nothing to show for {pairs}: one of the two texts has no"
            " token left. Choose other pairs, or show the special tokens."
        )
    return found


def starts(types, pairs="all"):
    """Return the first token of the text, or texts, of each side."""
    types = np.asarray(types)
    return [int((types == text).argmax()) for text in PAIRS[pairs] or (types, types)]


def last_start(types, special, pairs="all", hide=SHOWN, most=128):
    """Return the last place to which a window can move, 0 if it is not needed."""
    sides = zip(filtered(types, special, pairs, hide), starts(types, pairs))
    return max(
        int(side[-most]) - first if len(side) > most else 0 for side, first in sides
    )


def choose(
    weights, heads, *, types, special, pairs="all", hide=SHOWN, start=0, most=128
):
    """Choose what to show of a layer's attention.

    Parameters
    ----------
    weights : (all heads, tokens, tokens) ndarray
        Each row sums to 1.
    heads : sequence of int
        Numbers from 1.
    types : (tokens,) sequence of int
        0 for a token of text A, 1 for one of text B.
    special : (tokens,) ndarray of bool
    pairs : str
        Of `PAIRS`: from which text to which.
    hide : str
        Of `SPECIAL`: what becomes of the special tokens.
    start : int
        First token of the window, counted from the beginning of the text that a side
        shows; each side has a window of its own, which stops at the text's end.
    most : int
        Tokens in the window.

    Returns
    -------
    Part

    Raises
    ------
    InputError
        If nothing is left.
    """
    chosen = np.asarray(weights)[[head - 1 for head in heads]]
    types, special = np.asarray(types), np.asarray(special, bool)
    from_, to = filtered(types, special, pairs, hide)
    hidden = 0.0
    if hide != SHOWN:
        hidden = float(chosen[:, from_][..., special].sum(axis=-1).mean())
    if hide == RESCALED:
        chosen = shares(np.where(special, 0, chosen))
    rows, columns = (
        _window(side, first + start, most)
        for side, first in zip((from_, to), starts(types, pairs))
    )
    beyond = np.setdiff1d(to, columns)
    attending = chosen[:, rows]
    return Part(
        heads=tuple(heads),
        rows=rows,
        columns=columns,
        weights=attending[..., columns],
        outside=attending[..., beyond].sum(axis=-1) if len(beyond) else None,
        beyond=len(beyond),
        left_out=len(from_) - len(rows),
        hidden=hidden,
    )


def _window(side, start, most):
    """The first `most` tokens of a side from `start` on, or the last `most`."""
    first = min(np.searchsorted(side, start), max(len(side) - most, 0))
    return side[first : first + most]


def strongest_lines(matrix, tokens, most=MOST_LINES):
    """Return the lines to draw: those that can be seen, the strongest of too many.

    A line is drawn from 1 % on, or from half of what an even spread over the text would
    give each token, where that is less.

    Parameters
    ----------
    matrix : (heads, rows, columns) ndarray
    tokens : int
        Of the whole text.
    most : int

    Returns
    -------
    (heads, rows, columns) ndarray of bool
    """
    drawn = matrix >= min(0.01, 0.5 / tokens)
    if drawn.sum() > most:
        # Equal ones at the edge are taken in order, so that `most` is kept.
        order = np.argsort(-matrix, axis=None, kind="stable")[:most]
        drawn = np.zeros(matrix.size, bool)
        drawn[order] = True
        drawn = drawn.reshape(matrix.shape)
    return drawn
