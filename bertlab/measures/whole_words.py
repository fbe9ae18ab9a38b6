"""Which words of a sample a model can be measured on, and random ones to compare."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..sample import Occurrence
from ..tokens import tokenize
from ..words import find_word

# What English leaves of a word at an apostrophe ("don ' t") is no word.
APOSTROPHES = ("'", "’")
# An ambiguous word needs so many sentences of each of two senses; a verdict so many
# words.
EACH_SENSE, LEAST_WORDS = 4, 5


def whole_words(given):
    """Return where whole words stand: letters only, one token each.

    Parameters
    ----------
    given : Tokens, Inputs or Encoding
        Anything that has a list of `tokens`.

    Returns
    -------
    list of int
        No special tokens, signs or numbers, no pieces of words and no first pieces,
        and nothing beside an apostrophe.
    """
    padded = ["", *given.tokens, ""]
    return [
        i
        for i, (before, token, after) in enumerate(
            zip(padded, given.tokens, padded[2:])
        )
        if token.isalpha()
        and not after.startswith("##")
        and before not in APOSTROPHES
        and after not in APOSTROPHES
    ]


def random_places(texts, leave_out=None, seed=0):
    """Draw one whole word of each text, each a different word.

    Parameters
    ----------
    texts : sequence of Tokens, Inputs or Encoding
    leave_out : sequence of list of int, optional
        For each text, tokens that are not to be drawn.
    seed : int

    Returns
    -------
    list of (int, int)
        Which text and which token. A text whose words are all drawn already has none.
        Where this leaves fewer than two, as a very small vocabulary does, one token of
        each text, whatever it is.
    """
    random, used, found = np.random.default_rng(seed), set(), []
    for n, given in enumerate(texts):
        taken = set() if leave_out is None else set(leave_out[n])
        new = [
            i
            for i in whole_words(given)
            if i not in taken and given.tokens[i] not in used
        ]
        if new:
            i = int(random.choice(new))
            used.add(given.tokens[i])
            found.append((n, i))
    if len(found) < 2:
        return [
            (n, int(random.integers(len(given.tokens))))
            for n, given in enumerate(texts)
        ]
    return found


def frequent_words(texts, least):
    """Find the whole words that are in many texts.

    Parameters
    ----------
    texts : sequence of Tokens, Inputs or Encoding
    least : int
        In how many texts a word has to be.

    Returns
    -------
    dict of str to list of (int, int)
        For each word, which text and which token: of each text the first.
    """
    found = {}
    for n, given in enumerate(texts):
        for i in whole_words(given):
            found.setdefault(given.tokens[i], {}).setdefault(n, i)
    return {
        word: list(places.items())
        for word, places in found.items()
        if len(places) >= least
    }


@dataclass(frozen=True)
class Usable:
    """Ambiguous words in sentences that a model can read.

    Attributes
    ----------
    occurrences : list of Occurrence
    places : list of list of int
        The word's tokens in each.
    enough : bool
        Whether there are words enough for a verdict.
    """

    occurrences: list[Occurrence]
    places: list[list[int]]
    enough: bool


def usable_occurrences(bert, occurrences):
    """Keep the words that a model knows, in sentences that fit.

    Parameters
    ----------
    bert : Bert
    occurrences : list of Occurrence

    Returns
    -------
    Usable
        Of each word two senses, with at least four sentences each. With fewer than five
        words `enough` is False, and unknown words are kept as well, as [UNK], so that
        there is something to look at.

    Raises
    ------
    InputError
        If there is not even that.
    """
    found, known = [], []
    for occurrence in occurrences:
        t = tokenize(bert, occurrence.text)
        try:
            place = find_word(bert, occurrence.text, occurrence.word)[0]
        except InputError:  # as for Bank where the vocabulary has bank alone
            continue
        if len(t.ids) <= t.limit:
            found.append((occurrence, place))
            known.append(all(t.ids[i] != t.unknown_id for i in place))
    good = _of_two_senses([pair for pair, knows in zip(found, known) if knows])
    enough = len({occurrence.word for occurrence, _ in good}) >= LEAST_WORDS
    kept = good if enough else _of_two_senses(found) or found
    if not kept:
        raise InputError(
            "Not one of these sentences has its word and fits into the model's"
            f" {len(bert.tables.position)} positions: give shorter ones."
        )
    return Usable(*map(list, zip(*kept)), enough)


def _of_two_senses(found):
    """Those words of which there are sentences enough of each of two senses."""
    often = Counter((one.word, one.sense) for one, _ in found)
    good = {pair for pair, n in often.items() if n >= EACH_SENSE}
    senses = Counter(word for word, _ in good)
    return [
        (one, place)
        for one, place in found
        if senses[one.word] >= 2 and (one.word, one.sense) in good
    ]
