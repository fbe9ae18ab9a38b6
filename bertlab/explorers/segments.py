"""The segment explorer: other token types in, how far each token moves out."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..displays.figure import listed
from ..displays.layer_curves import plot_shifts
from ..errors import InputError
from ..measures import apart
from ..network.encoder import encode
from ..text.tokens import tokenize
from .explorer import Explorer, radio, text_box

WIDE = {"width": "100%", "max_width": "640px"}
OWN = "the tokenizer's"
# What each choice makes of the tokenizer's own types.
CHOICES = {
    OWN: lambda types: types,
    "all 0": lambda types: 0 * types,
    "all 1": lambda types: 0 * types + 1,
    "swapped": lambda types: 1 - types,
}


def _read(bert, first, second):
    """Return the second text, None where it is blank, and the tokens of both."""
    if len(bert.tables.token_type) < 2:
        raise InputError(
            "This model has one token type, so there is no other to try: load"
            " another model to see what token types do."
        )
    pair = second if second.strip() else None
    if not first.strip():
        raise InputError("There is no first text yet: type a sentence there.")
    tokens = tokenize(bert, first, pair)
    if 0 not in tokens.source:
        raise InputError(tokenize(bert, first).sentences[0])
    return pair, tokens


def _title(choice):
    return "The tokenizer's types" if choice == OWN else f"Types {choice}, beside {OWN}"


def _named(types):
    kinds = sorted(set(types))
    return f"type {kinds[0]} throughout" if len(kinds) == 1 else "types 0 and 1"


def segment_explorer(bert, first="", second="", types="all 0"):
    """Let somebody change the token types of a text and see which tokens move, where.

    What is shown is, for each token at each layer, the distance between its state under
    the chosen types and under the tokenizer's, as a share of the latter's norm.

    Parameters
    ----------
    bert : Bert
    first, second : str
        What to begin with; without a second text the first is a single one.
    types : str
        Which types to begin with: "the tokenizer's", "all 0", "all 1" or "swapped".

    Returns
    -------
    Explorer
        With the controls `first`, `second` and `types`, and `caption`, `message` and
        `view`.

    Raises
    ------
    InputError
        If `types` is none of these four.
    """
    if types not in CHOICES:
        raise InputError(
            f"There is no choice {types!r} of types: take one of {listed(CHOICES)}."
        )
    controls = {
        "first": text_box(first, "First text:", "a sentence, then Enter", WIDE),
        "second": text_box(
            second, "Second text:", "none: type here to make a pair", WIDE
        ),
        "types": radio(CHOICES, types, "Types:"),
    }

    # At 512 tokens a run takes a second, and changing back should not.
    @lru_cache(maxsize=6)
    def states(first, pair, types):  # (layers + 1, tokens, hidden)
        run = encode(bert, first, pair, types=list(types), attentions=False)
        return run.hidden_states

    def draw(first, second, types):
        pair, tokens = _read(bert, first, second)
        own = np.array(tokens.types)
        chosen = CHOICES[types](own)
        reference = states(first, pair, tuple(own.tolist()))
        moved = states(first, pair, tuple(chosen.tolist()))
        norm = np.linalg.norm(reference, axis=-1)  # (layers + 1, tokens)
        plot = plot_shifts(
            np.linalg.norm(moved - reference, axis=-1) / norm,
            tokens=tokens.tokens,
            types=(own, chosen),
            control=apart(reference),
            title=_title(types),
        )
        sentences = []
        if pair is None:
            sentences.append(
                "There is no second text, so this is a single one, and the tokenizer"
                f" gives it {_named(tokens.types)}."
            )
        if np.array_equal(own, chosen):
            sentences.append(
                "These are the types that the tokenizer gives, so nothing moves: choose"
                " others."
            )
        return plot, sentences

    return Explorer(controls, draw)
