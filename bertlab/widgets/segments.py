"""The segment explorer: other token types in, how far each token moves out."""

from __future__ import annotations

from functools import lru_cache

import ipywidgets
import numpy as np

from ..encoder import encode
from ..errors import InputError
from ..measures import apart
from ..plots.layers import plot_shifts
from ..plots.plot import listed
from ..tokens import tokenize
from .explorer import Explorer, text_box

WIDE = {"width": "100%", "max_width": "640px"}
OWN = "the tokenizer's"
# What each choice makes of the tokenizer's own types.
CHOICES = {
    OWN: lambda types: types,
    "all 0": lambda types: 0 * types,
    "all 1": lambda types: 0 * types + 1,
    "swapped": lambda types: 1 - types,
}


class SegmentExplorer(Explorer):
    """See `segment_explorer`."""

    def __init__(self, bert, first, second, types):
        self._bert = bert
        # At 512 tokens a run takes a second, and changing back should not.
        self._run = lru_cache(maxsize=6)(self._states)
        super().__init__(
            {
                "first": text_box(first, "First text:", "a sentence, then Enter", WIDE),
                "second": text_box(
                    second, "Second text:", "none: type here to make a pair", WIDE
                ),
                # Not a drop-down list: JupyterLab takes its arrow keys for itself.
                "types": ipywidgets.RadioButtons(
                    options=list(CHOICES),
                    value=types,
                    description="Types:",
                    orientation="horizontal",
                    style={"description_width": "90px"},
                    layout={"width": "auto"},
                ),
            }
        )

    def _states(self, first, second, types):
        run = encode(self._bert, first, second, types=list(types), attentions=False)
        return run.hidden_states  # (layers + 1, tokens, hidden)

    def _texts(self):
        """The two texts, None for a second that is blank, and their tokens."""
        if len(self._bert.tables.token_type) < 2:
            raise InputError(
                "This model has one token type, so there is no other to try: load"
                " another model to see what token types do."
            )
        first, second = self.first.value, self.second.value
        pair = second if second.strip() else None
        if not first.strip():
            raise InputError("There is no first text yet: type a sentence there.")
        tokens = tokenize(self._bert, first, pair)
        if 0 not in tokens.source:
            raise InputError(tokenize(self._bert, first).sentences[0])
        return first, pair, tokens

    def plot(self):
        """Return how far each token moves under the present types as a `Plot`."""
        return self._drawn(*self._texts())

    def _drawn(self, first, pair, tokens):
        own = np.array(tokens.types)
        chosen = CHOICES[self.types.value](own)
        reference = self._run(first, pair, tuple(own.tolist()))
        moved = self._run(first, pair, tuple(chosen.tolist()))
        norm = np.linalg.norm(reference, axis=-1)  # (layers + 1, tokens)
        shift = np.linalg.norm(moved - reference, axis=-1) / norm
        return plot_shifts(
            shift,
            tokens=tokens.tokens,
            types=(own, chosen),
            control=apart(reference),
            title=_title(self.types.value),
        )

    def draw(self):
        """Run the model under the tokenizer's types and the chosen ones, and draw."""
        first, pair, tokens = self._texts()
        plot = self._drawn(first, pair, tokens)
        same = np.array_equal(
            CHOICES[self.types.value](np.array(tokens.types)), tokens.types
        )
        sentences = []
        if pair is None:
            sentences.append(
                "There is no second text, so this is a single one, and the tokenizer"
                f" gives it {_named(tokens.types)}."
            )
        if same:
            sentences.append(
                "These are the types that the tokenizer gives, so nothing moves: choose"
                " others."
            )
        return plot.html(), plot.caption, sentences


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
    SegmentExplorer
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
    return SegmentExplorer(bert, first, second, types)
