"""Run the whole model on one text or many: hidden states and attention, by layer."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from ..checkpoint import release_pages
from ..errors import InputError
from ..model import import_tensorflow, return_free_memory
from ..progress import steps
from ..text.inputs import Inputs, prepare, shown
from ..text.tokens import count

# Most tokens in a batch, padding included: with fewer, texts take longer. A long text
# runs alone: memory for attention weights grows with the square of its length.
BATCH_TOKENS = 2048
LONG = 256
# From so many texts on somebody has to wait.
MANY = 100


@dataclass(frozen=True, kw_only=True)
class Encoding(Inputs):
    """What went into the model, and what came out of each of its layers.

    Attributes
    ----------
    tokens, ids, positions, types, mask
        What went in: see `bertlab.text.inputs.Inputs`.
    hidden_states : (layers + 1, tokens, hidden) ndarray
        The embedding layer's output, then that of each layer.
    attentions : (layers, heads, tokens, tokens) ndarray or None
        Row i holds the weights with which token i attends to each token, and sums to 1.
    """

    hidden_states: np.ndarray
    attentions: np.ndarray | None


def encode(
    bert,
    text,
    pair=None,
    *,
    ids=None,
    positions=None,
    types=None,
    mask=None,
    attentions=True,
    progress=None,
):
    """Run the model on a text, or many, and return every layer's output.

    Parameters
    ----------
    bert : Bert
    text : str, or list
        A text; or a list, which is run in batches. Each of its entries is a text, a
        tuple of a text and its second text, or what `bertlab.text.inputs.prepare` or
        this function returns, which can hold other IDs, positions and so on.
    pair : str, optional
        The second text of a single one.
    ids, positions, types, mask : optional
        Put in place of what a single text leads to: see `bertlab.text.inputs.prepare`.
    attentions : bool
        False leaves the attention weights out: of long texts they are most of the
        memory.
    progress : bool, optional
        Show, in a notebook, how far a list has come; without it, that of more than
        `MANY` texts.

    Returns
    -------
    Encoding, or list of Encoding
        One for each entry of a list, in its order, without padding.

    Raises
    ------
    InputError
        If a text is longer than the model takes, if a number has no row in its table,
        if the lengths differ, or if a list comes with numbers for a single text. An
        entry of a list is named by its number, counted from 0 as in Python.
    ModelError
        If TensorFlow cannot be imported here.
    """
    own = {"ids": ids, "positions": positions, "types": types, "mask": mask}
    if isinstance(text, tuple):
        raise InputError(
            "A tuple is a text and its second text: give them as encode(bert, text,"
            " pair), or put the tuple into a list."
        )
    if not isinstance(text, list):
        return _run(bert, [prepare(bert, text, pair, **own)], attentions)[0]
    if pair is not None or any(value is not None for value in own.values()):
        raise InputError(
            "A list of texts takes no second text and no numbers beside it: put a tuple"
            " of two texts, or prepare(bert, text, ids=…), into the list."
        )
    given = [_prepared(bert, entry, n) for n, entry in enumerate(text)]
    found = [None] * len(given)
    batches = list(_batches(given))
    what = f"Running {count(len(given), 'text')} through {bert.name}"
    if progress is None:
        progress = len(given) > MANY
    for batch in steps(batches, what) if progress else batches:
        encodings = _run(bert, [given[n] for n in batch], attentions)
        for n, encoding in zip(batch, encodings):
            found[n] = encoding
    if len(given) > MANY:
        return_free_memory()
    return found


def _prepared(bert, entry, n):
    """One entry of a list as `Inputs`, or an InputError that says which entry it is."""
    pair = entry if isinstance(entry, tuple) else (entry,)
    if not 1 <= len(pair) <= 2:
        raise InputError(
            f"Entry {n} of the list must be a text or a tuple of two texts, not"
            f" {shown(entry)}."
        )
    try:
        if isinstance(entry, Inputs):
            # Again, as it may have been prepared for another model.
            names = ("ids", "positions", "types", "mask")
            return prepare(bert, "", **{name: getattr(entry, name) for name in names})
        return prepare(bert, *pair)
    except InputError as error:
        raise InputError(f"Entry {n} of the list: {error}") from None


def _batches(given):
    """Lists of indices: texts of about the same length go together."""
    groups = {}
    for n, one in enumerate(given):
        # A text of masked tokens alone would attend to padding as well: it gets none.
        kind = 0 if any(one.mask) else len(one.ids)
        groups.setdefault(kind, []).append(n)
    for group in groups.values():
        group.sort(key=lambda n: len(given[n].ids), reverse=True)
        while group:
            longest = len(given[group[0]].ids)
            size = BATCH_TOKENS // longest if longest <= LONG else 1
            yield group[:size]
            group = group[size:]


def padded(given):
    """Return what goes in of texts of any lengths, as arrays of one length.

    Padding is row 0 of each table, and 0 in the mask: it makes no difference.

    Parameters
    ----------
    given : list of Inputs

    Returns
    -------
    (4, texts, tokens) ndarray of int32
        IDs, positions, types and mask.
    """
    longest = max(len(one.ids) for one in given)
    numbers = np.zeros((4, len(given), longest), np.int32)
    for n, one in enumerate(given):
        numbers[:, n, : len(one.ids)] = one.ids, one.positions, one.types, one.mask
    return numbers


def network(bert):
    """Return the `Network` of a BERT's weights, which is read once.

    Raises
    ------
    ModelError
        If TensorFlow cannot be imported here.
    """
    if bert not in _networks:
        import_tensorflow()
        from .bert import read

        _networks[bert] = read(bert.folder, bert.config)
        release_pages(bert.tables.token)
        return_free_memory()
    return _networks[bert]


# Gone with their BERT.
_networks = WeakKeyDictionary()


def _run(bert, batch, attentions):
    """Run the network once on `Inputs` of any lengths; return an `Encoding` of each."""
    states, weights = network(bert).run(*padded(batch), attentions=attentions)
    found = []
    for n, given in enumerate(batch):
        size = len(given.ids)  # padding is cut off, into memory of its own
        found.append(
            Encoding(
                **vars(given),
                hidden_states=np.stack([layer[n, :size] for layer in states]),
                attentions=np.stack([layer[n, :, :size, :size] for layer in weights])
                if attentions
                else None,
            )
        )
    return found
