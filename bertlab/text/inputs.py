"""What goes into the embedding layer: rows of three tables, checked, and changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from .tokens import around, count, isolated, shorten, tokenize


@dataclass(frozen=True)
class Inputs:
    """The numbers that a text, or a pair, goes into the model as.

    Attributes
    ----------
    tokens : list of str
    ids : list of int
        Row of each token in the token table.
    positions : list of int
        Row of each token in the position table.
    types : list of int
        Row of each token in the token type table.
    mask : list of int
        The attention mask: 1 for a token that may be attended to, 0 for one that is
        hidden from all.
    """

    tokens: list[str]
    ids: list[int]
    positions: list[int]
    types: list[int]
    mask: list[int]


def prepare(
    bert, text, pair=None, *, ids=None, positions=None, types=None, mask=None
) -> Inputs:
    """Tokenize a text, or a pair, and put other numbers in where they are given.

    Parameters
    ----------
    bert : Bert
    text : str
    pair : str, optional
    ids : sequence of int, optional
        Token IDs in place of the tokenizer's, as many or more or fewer. Types are then
        0 unless they are given too, or the number of tokens is the same.
    positions : sequence of int, or int, optional
        Rows of the position table in place of 0, 1, 2, …; one number for all.
    types : sequence of int, or int, optional
        Token type IDs in place of the tokenizer's; one number for all.
    mask : sequence of int, or int, optional
        Attention mask in place of ones.

    Returns
    -------
    Inputs

    Raises
    ------
    InputError
        If there are more tokens than the model has positions, if a number has no row
        in its table, or if the lengths differ.
    """
    t = tokenize(bert, text, pair)
    tables = bert.tables
    if ids is None:
        if t.lost:
            raise InputError(
                f"That is {count(len(t.tokens), 'token')} and the model takes"
                f" {t.limit:,}: shorten the text, which is too long from"
                f" “{isolated(around(t, t.lost[0]))}” on."
            )
        own, tokens = t.ids, t.tokens
    else:
        own = _rows(ids, None, len(tables.token), "token ID", "token table")
        if not 1 <= len(own) <= t.limit:
            raise InputError(
                f"Give from 1 to {t.limit:,} token IDs, not {len(own):,}: that is what"
                " the model takes."
            )
        tokens = bert.tokenizer.convert_ids_to_tokens(own)
        tokens = [name or f"[row {i}]" for i, name in zip(own, tokens)]
    n = len(own)
    if types is None:
        types = t.types if len(t.types) == n else [0] * n
        if max(types) >= len(tables.token_type):
            raise InputError(
                f"This model has {count(len(tables.token_type), 'token type')}: it"
                " takes one text, not a pair."
            )
    if positions is None:
        positions = range(n)
    return Inputs(
        tokens,
        own,
        _rows(positions, n, len(tables.position), "position", "position table"),
        _rows(types, n, len(tables.token_type), "token type", "token type table"),
        _rows(1 if mask is None else mask, n, 2, "mask value", None),
    )


def _rows(given, wanted, rows, what, table):
    """Return `given` as a list of `wanted` row numbers, each of them below `rows`."""
    try:
        array = np.asarray(list(given) if isinstance(given, Sequence) else given)
    except ValueError:  # lists of different lengths in a list
        array = np.empty((0, 0))
    if array.ndim == 0 and wanted is not None:
        array = np.full(wanted, array)
    if array.ndim == 1 and not len(array):
        array = array.astype(int)  # NumPy takes an empty list for floats
    if array.ndim != 1 or array.dtype.kind not in "iub":
        raise InputError(
            f"The {what}s must be whole numbers, one for each token, such as"
            f" [0, 1, 2], not {shown(given)}."
        )
    if wanted is not None and len(array) != wanted:
        raise InputError(
            f"There {'is' if wanted == 1 else 'are'} {count(wanted, 'token')}, special"
            f" ones included, and {count(len(array), what)} for them: give one for"
            " each token, or a single number for all."
        )
    outside = array[(array < 0) | (array >= rows)]
    if len(outside):
        last = f"0 to {rows - 1:,}" if rows > 1 else "0 alone"
        where = f"the {table} has the rows {last}" if table else "a mask has 0 and 1"
        raise InputError(f"There is no {what} {int(outside[0]):,}: {where}.")
    return array.astype(int).tolist()


def shown(value):
    """Return the beginning of how a value is written."""
    text = " ".join(repr(value).split())
    return shorten(text, 40)


# Interventions: what goes into the model changes, and nothing in the model does.


@dataclass(frozen=True)
class Change:
    """A changed input, and where the tokens of the original stand in it.

    Attributes
    ----------
    inputs : Inputs
        What goes into the model in the original's place: `bertlab.encoder.encode` takes
        it in a list.
    before, after : list of int
        Place ``before[k]`` of the original and place ``after[k]`` of `inputs` hold the
        same token. One that was replaced or taken out is in neither.
    """

    inputs: Inputs
    before: list[int]
    after: list[int]


def replace(bert, given, tokens) -> Change:
    """Put other tokens into places of a text.

    Parameters
    ----------
    bert : Bert
    given : Inputs
        From `bertlab.text.inputs.prepare`, or an `Encoding`.
    tokens : dict of int to int
        Token IDs by place. Places count from 0; negative ones count from the end.

    Returns
    -------
    Change

    Raises
    ------
    InputError
        If there is no such place or token ID.
    """
    n = len(given.ids)
    ids = list(given.ids)
    places = _places(tokens, n)
    for place, token in zip(places, tokens.values()):
        ids[place] = token
    kept = [place for place in range(n) if place not in places]
    return Change(_changed(bert, given, range(n), given.positions, ids), kept, kept)


def remove(bert, given, places, close=True) -> Change:
    """Take tokens out of a text.

    Parameters
    ----------
    bert : Bert
    given : Inputs
    places : sequence of int
    close : bool
        The tokens behind a gap move up, and each gets the position row of the place
        that it comes to. Without it, each token keeps its own position row.

    Returns
    -------
    Change

    Raises
    ------
    InputError
        If there is no such place, or if no token would be left.
    """
    gone = _places(places, len(given.ids))
    kept = [place for place in range(len(given.ids)) if place not in gone]
    return _arranged(bert, given, kept, close)


def move(bert, given, place, to, close=True) -> Change:
    """Take a token out and put it in again elsewhere.

    Parameters
    ----------
    bert : Bert
    given : Inputs
    place, to : int
        Where the token stands, and where it stands afterwards.
    close : bool
        Each place keeps its position row, so that a token gets that of its new place.
        Without it, each token keeps its own: then nothing but the order of the list
        changes, to which BERT is blind.

    Returns
    -------
    Change
        The moved token is among those that are compared.

    Raises
    ------
    InputError
        If there is no such place.
    """
    (place,), (to,) = (_places([where], len(given.ids)) for where in (place, to))
    order = [other for other in range(len(given.ids)) if other != place]
    order.insert(to, place)
    return _arranged(bert, given, order, close)


def unchanged(given, change):
    """Return whether a change leaves everything that goes into the model as it was."""
    new = change.inputs
    return (given.ids, given.positions, given.types, given.mask) == (
        new.ids,
        new.positions,
        new.types,
        new.mask,
    )


def give_row(bert, given, place, row):
    """Give one token another row of the position table; all others keep theirs.

    Parameters
    ----------
    bert : Bert
    given : Inputs
    place, row : int

    Returns
    -------
    Change
        The token is among those that are compared.

    Raises
    ------
    InputError
        If the table has no such row.
    """
    rows = list(given.positions)
    rows[place] = row
    about = {"types": given.types, "mask": given.mask}
    inputs = prepare(bert, "", ids=given.ids, positions=rows, **about)
    everywhere = list(range(len(given.ids)))
    return Change(inputs, everywhere, everywhere)


def _arranged(bert, given, order, close):
    """The tokens at the places of `order`, in this order."""
    if close:  # a place keeps its row, whoever comes to stand there
        positions = given.positions[: len(order)]
    else:
        positions = [given.positions[place] for place in order]
    return Change(
        _changed(bert, given, order, positions), list(order), list(range(len(order)))
    )


def _changed(bert, given, order, positions, ids=None):
    ids = given.ids if ids is None else ids
    return prepare(
        bert,
        "",
        ids=[ids[place] for place in order],
        positions=positions,
        types=[given.types[place] for place in order],
        mask=[given.mask[place] for place in order],
    )


def _places(places, n):
    """Places as numbers from 0 to n - 1."""
    for place in places:
        if not -n <= place < n:
            raise InputError(
                f"There is no place {place}: the text has {count(n, 'token')}, special"
                f" ones included, and their places are 0 to {n - 1}."
            )
    return [place % n for place in places]
