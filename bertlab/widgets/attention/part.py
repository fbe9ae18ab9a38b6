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
        First token of the window.
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
    source, target = PAIRS[pairs] or (None, None)
    from_, to = np.ones(len(types), bool), np.ones(len(types), bool)
    hidden = 0.0
    if hide != SHOWN:
        from_, to = ~special, ~special
        if not from_.any():
            raise InputError(
                "There are only special tokens, and these are hidden: type a text, or"
                " show the special tokens."
            )
    if source is not None:
        from_, to = from_ & (types == source), to & (types == target)
        if not (from_.any() and to.any()):
            raise InputError(
                f"There is nothing to show for {pairs}: one of the two texts has no"
                " token left. Choose other pairs, or show the special tokens."
            )
    if hide != SHOWN:
        hidden = float(chosen[:, from_][..., special].sum(axis=-1).mean())
    if hide == RESCALED:
        chosen = shares(np.where(special, 0, chosen))
    inside = np.zeros(len(types), bool)
    inside[start : start + most] = True
    rows, columns = np.flatnonzero(from_ & inside), np.flatnonzero(to & inside)
    if not (len(rows) and len(columns)):
        raise InputError(
            f"The window from token {start} on holds nothing of {pairs}: move it."
        )
    beyond = np.flatnonzero(to & ~inside)
    attending = chosen[:, rows]
    return Part(
        heads=tuple(heads),
        rows=rows,
        columns=columns,
        weights=attending[..., columns],
        outside=attending[..., beyond].sum(axis=-1) if len(beyond) else None,
        beyond=len(beyond),
        hidden=hidden,
    )


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
