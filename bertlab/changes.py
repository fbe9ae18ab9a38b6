"""Interventions on a text's tokens: one replaced, taken out, or put elsewhere.

What goes into the model changes, and nothing in the model does. A `Change` says which
tokens are still the same, so that their states before and after can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import InputError
from .inputs import Inputs, prepare
from .tokens import count


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
        From `bertlab.inputs.prepare`, or an `Encoding`.
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
