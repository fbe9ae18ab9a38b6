"""What an intervention on a text does to the tokens that stay, and what to hold it to.

The interventions themselves are in `bertlab.text.inputs`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..text.inputs import unchanged
from .movement import shifts
from .patterns import is_punctuation

SPECIAL = ("[CLS]", "[SEP]", "[PAD]", "[MASK]")


@dataclass(frozen=True, eq=False)
class Effect:
    """How far things move, at each layer, as a share of their norm before.

    Attributes
    ----------
    tokens : (layers + 1, kept) ndarray
        Each token that stays.
    words : (layers + 1,) ndarray
        The mean vector of the words that stay; NaN if none does.
    cls : (layers + 1,) ndarray
        [CLS]; NaN if it does not stay.
    """

    tokens: np.ndarray
    words: np.ndarray
    cls: np.ndarray


def word_places(tokens):
    """Return where words stand, pieces of words included.

    Parameters
    ----------
    tokens : sequence of str

    Returns
    -------
    list of int
        Neither special tokens nor punctuation; of a text without a word, all that is
        not special. [UNK] counts as a word: it stands in the place of one.
    """
    own = [i for i, token in enumerate(tokens) if token not in SPECIAL]
    return [i for i in own if not is_punctuation(tokens[i])] or own


def effect(before, after, change):
    """Measure what a change did.

    Parameters
    ----------
    before, after : Encoding
        Of the text, and of `change.inputs`.
    change : Change

    Returns
    -------
    Effect
    """
    old = before.hidden_states[:, change.before]  # (layers + 1, kept, hidden)
    new = after.hidden_states[:, change.after]
    places = {place: k for k, place in enumerate(change.before)}
    words = [places[i] for i in word_places(before.tokens) if i in places]
    first = [places[i] for i in (0,) if before.tokens[0] == "[CLS]" and i in places]
    return Effect(
        shifts(old, new), *(_mean_moved(old, new, those) for those in (words, first))
    )


def _mean_moved(old, new, those):
    """How far the mean vector of some tokens moves: (layers + 1,)."""
    if not those:
        return np.full(len(old), np.nan)
    old, new = (np.asarray(states[:, those], float) for states in (old, new))
    means = [states.mean(axis=1, keepdims=True) for states in (old, new)]
    return shifts(*means)[:, 0]


def controls(given, place, alter, *, most=6):
    """Do to other words of a text what was done to one of its tokens.

    Parameters
    ----------
    given : Inputs
    place : int
        The token that was changed: it is no control.
    alter : callable
        Takes a place, returns the `Change` of the token there.
    most : int
        So many, drawn at random if there are more words.

    Returns
    -------
    list of Change
        In the order of the text. Words to which `alter` does nothing, as where the new
        token stands there already, are left out: a control has to change.
    """
    others = [i for i in word_places(given.tokens) if i != place]
    found = []
    # All in one random order: who asks for fewer gets the first of the same.
    for other in np.random.default_rng(0).permutation(others):
        if len(found) == most:
            break
        change = alter(int(other))
        if not unchanged(given, change):
            found.append((int(other), change))
    return [change for _, change in sorted(found, key=lambda pair: pair[0])]
