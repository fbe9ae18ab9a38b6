"""Run the whole model on one text or many: hidden states and attention, by layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import InputError
from .inputs import Inputs, prepare, shown
from .model import return_free_memory
from .progress import steps
from .tokens import count

# Most tokens in a batch, padding included: with fewer, texts take longer. A long text
# runs alone: memory for attention weights grows with the square of its length.
BATCH_TOKENS = 1024
LONG = 256
# From so many texts on somebody has to wait.
MANY = 100
# To compile the model takes as long as some ten calls, and each call is then two to ten
# times as fast: so it is done for those who go on after this many.
COMPILED_AFTER = 8


@dataclass(frozen=True, kw_only=True)
class Encoding(Inputs):
    """What went into the model, and what came out of each of its layers.

    Attributes
    ----------
    tokens, ids, positions, types, mask
        What went in: see `bertlab.inputs.Inputs`.
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
    """Run the TensorFlow model on a text, or many, and return every layer's output.

    Parameters
    ----------
    bert : Bert
    text : str, or list
        A text; or a list, which is run in batches. Each of its entries is a text, a
        tuple of a text and its second text, or what `bertlab.inputs.prepare` or this
        function returns, which can hold other IDs, positions and so on.
    pair : str, optional
        The second text of a single one.
    ids, positions, types, mask : optional
        Put in place of what a single text leads to: see `bertlab.inputs.prepare`.
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
    own = {
        "ids": ids,
        "positions": positions,
        "types": types,
        "mask": mask,
    }
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
    for done, batch in enumerate(steps(batches, what) if progress else batches):
        those = [given[n] for n in batch]
        for n, encoding in zip(
            batch, _run(bert, those, attentions, len(batches) - done)
        ):
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
        # A text of masked tokens alone would attend to padding too, so it gets none.
        kind = 0 if any(one.mask) else len(one.ids)
        groups.setdefault(kind, []).append(n)
    for group in groups.values():
        group.sort(key=lambda n: len(given[n].ids), reverse=True)
        while group:
            longest = len(given[group[0]].ids)
            size = BATCH_TOKENS // longest if longest <= LONG else 1
            yield group[:size]
            group = group[size:]


def _run(bert, batch, attentions, coming=1):
    """Run the model once on `Inputs` of any lengths; return an `Encoding` of each.

    This call and those that are sure to follow it are `coming`.
    """
    longest = max(len(given.ids) for given in batch)

    def padded(name):  # with row 0, and a mask of 0: it makes no difference
        rows = [getattr(given, name) for given in batch]
        return np.array([row + [0] * (longest - len(row)) for row in rows])

    tokens = {"input_ids": padded("ids")}
    tokens["position_ids"] = padded("positions")
    tokens["token_type_ids"] = padded("types")
    tokens["attention_mask"] = padded("mask")
    states, weights = _runner(bert, tokens, attentions, coming)(**tokens)
    states = np.stack([state.numpy() for state in states], axis=1)
    if weights is None:
        weights = [None] * len(batch)
    else:
        weights = np.stack([layer.numpy() for layer in weights], axis=1)
    return [_cut(*parts) for parts in zip(batch, states, weights)]


def _runner(bert, tokens, attentions, coming):
    """The function that runs the model: compiled, for those who call it often."""

    def run(**given):
        out = bert.model(
            given.pop("input_ids"),
            **given,
            output_hidden_states=True,
            output_attentions=attentions,
            training=False,
        )
        return out.hidden_states, out.attentions

    # What was used and how often, or compiled: kept with the model, and gone with it.
    # Somebody may give the model a larger token table, which a function that was
    # compiled before does not know of.
    used = vars(bert).setdefault("_used", {})
    kind = attentions, *tokens, id(bert.model.get_input_embeddings().weight)
    known = used.get(kind, 0)
    if callable(known):
        return known
    if known + coming <= COMPILED_AFTER:
        used[kind] = known + 1
        return run

    import tensorflow

    sizes = {
        name: tensorflow.TensorSpec([None] * array.ndim, array.dtype, name)
        for name, array in tokens.items()
    }
    # Nothing in the model hangs on a tensor's value: without AutoGraph, which rewrites
    # every layer's code to see to that, it is compiled in half the time.
    compiled = tensorflow.function(run, autograph=False)
    used[kind] = compiled.get_concrete_function(**sizes)
    return used[kind]


def _cut(given, states, weights):
    """The `Encoding` of one text out of a batch: padding cut off, memory of its own."""
    n = len(given.ids)
    return Encoding(
        **vars(given),
        hidden_states=states[:, :n].copy(),  # (layers + 1, tokens, hidden)
        attentions=None if weights is None else weights[..., :n, :n].copy(),
    )
