"""Padding by hand: texts of different lengths as rows of one batch, and what it does.

What a row holds can be chosen here in every way that matters: how long it is, on which
side the pads stand, whether the mask hides them, and where positions are counted from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import index

import numpy as np

from .errors import InputError
from .inputs import Inputs, prepare, shown
from .measures.moves import apart, shifts
from .tokens import count

SIDES = ("right", "left")
POSITIONS = ("counted", "own")
# How one vector is made of a row's states: which of them, and what becomes of them.
POOLINGS = (
    "[CLS]",
    "first place",
    "mean of tokens",
    "mean of all",
    "max of tokens",
    "max of all",
)


@dataclass(frozen=True, kw_only=True)
class Padded(Inputs):
    """A text with pads on one side of it.

    Attributes
    ----------
    tokens, ids, positions, types, mask, vectors
        Of all places, pads included: see `bertlab.inputs.Inputs`.
    own : slice
        The places of the text's own tokens, special ones included. All others are pads,
        also where the mask does not say so.
    """

    own: slice


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What became of texts in a batch, beside the same texts alone, at one layer.

    Attributes
    ----------
    moved : list of (tokens,) ndarray
        For each text, the distance of each of its own tokens' states from the one that
        the token has in the text alone, as a share of that one's norm.
    apart : float
        To compare with: how far the states of two different tokens of the same text
        alone are from each other, on average, in the same unit; 0 where no text has
        two.
    alone, together : (texts, texts) ndarray
        Cosines between the texts' vectors, alone and in the batch.
    itself : (texts,) ndarray
        Cosine of each text's vector in the batch with its vector alone.
    pooling : str
    layer : int
    """

    moved: list[np.ndarray]
    apart: float
    alone: np.ndarray
    together: np.ndarray
    itself: np.ndarray
    pooling: str
    layer: int


def pad(
    bert, given, length=None, *, side="right", mask=True, positions="counted"
) -> list[Padded]:
    """Pad texts to one length.

    Parameters
    ----------
    bert : Bert
    given : list of str or Inputs
        Texts, or what `bertlab.inputs.prepare` returns.
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
        If there is no list of texts, or one of rows that are padded already; if the
        length is less than the longest text has or more
        than the model takes; if there is no such side or way to count; or if the model
        has no [PAD].
    """
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise InputError(
            "Give a list of one or more texts, such as ['my dog', 'cats']."
        )
    if any(isinstance(row, Padded) for row in given):
        raise InputError(
            "These rows are padded already: give the texts, or what `inputs.prepare`"
            " made of them."
        )
    for value, options, what in (
        (side, SIDES, "side"),
        (positions, POSITIONS, "way to count positions"),
    ):
        if value not in options:
            one, other = options
            raise InputError(
                f"There is no {what} {shown(value)}: take “{one}” or “{other}”."
            )
    rows = [x if isinstance(x, Inputs) else prepare(bert, x) for x in given]
    length = _length(bert, length, max(len(row.ids) for row in rows))
    pad_id = bert.tokenizer.pad_token_id
    if pad_id is None or pad_id >= len(bert.tables.token):
        raise InputError("This model has no row for [PAD] in its token table.")
    return [_padded(bert, row, length, side, mask, positions, pad_id) for row in rows]


def _length(bert, length, longest):
    """Return the length of the rows, checked."""
    if length is None:
        return longest
    try:
        if isinstance(length, bool):
            raise TypeError
        length = index(length)
    except TypeError:
        raise InputError(
            f"The length must be a whole number, such as {longest}, not"
            f" {shown(length)}."
        ) from None
    most = len(bert.tables.position)
    if length < longest:
        raise InputError(
            f"Padding makes nothing shorter, and the longest text has"
            f" {count(longest, 'token')}: the length must be from {longest:,} to"
            f" {most:,}, not {length:,}."
        )
    if length > most:
        raise InputError(
            f"The model takes {count(most, 'token')}: the length must be from"
            f" {longest:,} to {most:,}, not {length:,}."
        )
    return length


def _padded(bert, row, length, side, mask, positions, pad_id):
    n = len(row.ids)
    pads = length - n
    first = pads if side == "left" else 0

    def filled(values, more):
        more = list(more)
        return more + values if side == "left" else values + more

    places = range(length)
    if positions == "own":
        places = filled(row.positions, [0] * pads if first else range(n, length))
    elif row.positions != list(range(n)):
        raise InputError(
            "This text was prepared with positions of its own: pad it with"
            " positions='own'."
        )
    vectors = row.vectors
    if vectors is not None:
        more = np.tile(bert.tables.token[pad_id], (pads, 1))
        vectors = np.concatenate([more, vectors] if first else [vectors, more])
    found = prepare(
        bert,
        "",
        ids=filled(row.ids, [pad_id] * pads),
        positions=list(places),
        types=filled(row.types, [0] * pads),
        mask=filled(row.mask, [0 if mask else 1] * pads),
        vectors=vectors,
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

    Raises
    ------
    InputError
        If there is no such pooling.
    """
    if pooling not in POOLINGS:
        names = ", ".join(f"“{name}”" for name in POOLINGS)
        raise InputError(f"There is no pooling {shown(pooling)}: take one of {names}.")
    states = np.asarray(states)
    if pooling == "[CLS]":
        return states[..., own, :][..., 0, :]
    if pooling == "first place":
        return states[..., 0, :]
    if pooling.endswith("of tokens"):
        states = states[..., own, :]
    return states.mean(axis=-2) if pooling.startswith("mean") else states.max(axis=-2)


def compare(alone, together, batch, *, layer, pooling="mean of tokens") -> Compared:
    """Compare the states of texts in a batch with those of the same texts alone.

    Parameters
    ----------
    alone : list of Encoding
        From the texts as they are.
    together : list of Encoding
        From `batch`.
    batch : list of Padded
        From `pad`.
    layer : int
        0 is the embedding layer's output.
    pooling : str
        How a text's vector is made: see `pool`.

    Returns
    -------
    Compared

    Raises
    ------
    InputError
        If there is no such pooling.
    ValueError
        If the lists do not go together.
    """
    lengths = [
        [len(run.ids) for run in alone],
        [len(row.ids[row.own]) for row in batch],
    ]
    if lengths[0] != lengths[1] or len(together) != len(batch):
        raise ValueError("Give the runs of the same texts, alone and in the batch.")
    before = [run.hidden_states[layer] for run in alone]  # (tokens, hidden) each
    after = [run.hidden_states[layer] for run in together]
    moved = [
        shifts(b[None], a[None, row.own])[0] for a, b, row in zip(after, before, batch)
    ]
    between = [apart(states[None])[0] for states in before if len(states) > 1]
    own = np.stack([pool(states, slice(None), pooling) for states in before])
    found = np.stack([pool(a, row.own, pooling) for a, row in zip(after, batch)])
    own, found = _unit(own), _unit(found)
    return Compared(
        moved=moved,
        apart=float(np.mean(between)) if between else 0.0,
        alone=own @ own.T,
        together=found @ found.T,
        itself=(own * found).sum(axis=-1),
        pooling=pooling,
        layer=layer,
    )


def _unit(vectors):
    """Vectors of length 1; one that is all zeros stays so, and has cosine 0."""
    vectors = np.asarray(vectors, float)
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(norms > 0, norms, 1)
