"""Padding by hand: texts of different lengths as rows of one batch, and pooling.

What a row holds can be chosen here in every way that matters: how long it is, on which
side the pads stand, whether the mask hides them, and where positions are counted from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..text.inputs import Inputs, prepare
from ..text.tokens import count

SIDES = ("right", "left")
POSITIONS = ("counted", "own")
# How one vector is made of a row's states, (..., tokens, hidden), the text's own tokens
# being at the places `own`.
POOLINGS = {
    "[CLS]": lambda states, own: states[..., own, :][..., 0, :],
    "first place": lambda states, own: states[..., 0, :],
    "mean of tokens": lambda states, own: states[..., own, :].mean(axis=-2),
    "mean of all": lambda states, own: states.mean(axis=-2),
    "max of tokens": lambda states, own: states[..., own, :].max(axis=-2),
    "max of all": lambda states, own: states.max(axis=-2),
}


@dataclass(frozen=True, kw_only=True)
class Padded(Inputs):
    """A text with pads on one side of it.

    Attributes
    ----------
    tokens, ids, positions, types, mask
        Of all places, pads included: see `bertlab.text.inputs.Inputs`.
    own : slice
        The places of the text's own tokens, special ones included. All others are pads,
        also where the mask does not say so.
    """

    own: slice


def pad(
    bert, given, length=None, *, side="right", mask=True, positions="counted"
) -> list[Padded]:
    """Pad texts to one length.

    Parameters
    ----------
    bert : Bert
    given : list of str or Inputs
        Texts, or what `bertlab.text.inputs.prepare` returns.
    length : int, optional
        Tokens in each row, pads included; without it, as many as the longest text has.
    side : str
        "right" or "left": where the pads stand.
    mask : bool
        The attention mask is 0 at pads. Without it, it is 1 there as everywhere. Of a
        text that has been prepared with a mask of nothing but 0 the model attends to
        all places, pads included, as `bertlab.encoder.encode` does: 0 everywhere hides
        nobody.
    positions : str
        "counted": from the first place of the row, which is what the model does by
        itself; with pads on the left, a text then no longer begins at position 0.
        "own": each token keeps the position that it has in the text alone. Pads on the
        left all have position 0; on the right they have those that come after the text,
        so there the two ways are the same.

    Returns
    -------
    list of Padded
        `bertlab.encoder.encode` takes it.

    Raises
    ------
    InputError
        If `given` is a single text, if the length is less than the longest text has or
        more than the model takes, or if there is no such side or way to count.
    """
    if isinstance(given, str):
        raise InputError("Give a list of texts, such as ['my dog', 'cats'].")
    if side not in SIDES or positions not in POSITIONS:
        raise InputError(
            "The side is 'right' or 'left', and positions are 'counted' or 'own'."
        )
    rows = [x if isinstance(x, Inputs) else prepare(bert, x) for x in given]
    longest, most = max(len(row.ids) for row in rows), len(bert.tables.position)
    length = longest if length is None else length
    if not longest <= length <= most:
        raise InputError(
            f"The longest text has {count(longest, 'token')} and the model takes"
            f" {most:,}: the length must be from {longest:,} to {most:,}, not"
            f" {length:,}."
        )
    return [_padded(bert, row, length, side, mask, positions) for row in rows]


def _padded(bert, row, length, side, mask, positions):
    n, pad_id = len(row.ids), bert.tokenizer.pad_token_id
    pads = length - n
    first = pads if side == "left" else 0

    def filled(values, more):
        more = list(more)
        return more + values if side == "left" else values + more

    places = range(length)
    if positions == "own":
        places = filled(row.positions, [0] * pads if first else range(n, length))
    found = prepare(
        bert,
        "",
        ids=filled(row.ids, [pad_id] * pads),
        positions=list(places),
        types=filled(row.types, [0] * pads),
        mask=filled(row.mask, [0 if mask else 1] * pads),
    )
    return Padded(**vars(found), own=slice(first, first + n))


def pool(states, own, pooling):
    """Make one vector of the states of a row.

    Parameters
    ----------
    states : (..., tokens, hidden) array_like
        Of all places of the row, pads included.
    own : slice
        The places of the text's own tokens: see `Padded`.
    pooling : str
        "[CLS]": the state of the text's first token, wherever it stands. "first place":
        that of the row's first place, whatever stands there. "mean of tokens", "max of
        tokens": over the text's own tokens. "mean of all", "max of all": pads too.

    Returns
    -------
    (..., hidden) ndarray
    """
    return POOLINGS[pooling](np.asarray(states), own)
