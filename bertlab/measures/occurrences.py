"""Where words occur: in a sample, and in sentences that somebody typed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..errors import InputError
from ..text.inputs import prepare
from ..text.samples import Occurrence
from ..text.tokens import check_text, isolated, quoted, tokenize
from ..text.words import find_word

# As many as can be told apart in a picture.
MOST = 30
# Tokens of all sentences together: a few seconds of computing.
MOST_TOKENS = 2048
# What English leaves of a word at an apostrophe ("don ' t") is no word.
APOSTROPHES = ("'", "’")
# An ambiguous word needs so many sentences of each of two senses; a verdict so many
# words.
EACH_SENSE, LEAST_WORDS = 4, 5
# Characters beside a word that are shown of its sentence, on each side.
ROOM = 11


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


def random_places(texts, leave_out=None):
    """Draw one whole word of each text, each a different word.

    Parameters
    ----------
    texts : sequence of Tokens, Inputs or Encoding
    leave_out : sequence of list of int, optional
        For each text, tokens that are not to be drawn.

    Returns
    -------
    list of (int, int)
        Which text and which token. A text whose words are all drawn already has none.
        Where this leaves fewer than two, as a very small vocabulary does, one token of
        each text, whatever it is.
    """
    random, used, found = np.random.default_rng(0), set(), []
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


@dataclass(frozen=True)
class Found:
    """Where a word occurs.

    Attributes
    ----------
    names : list of str
        For each occurrence, its sentence's number (and a letter, if the sentence has
        several) and the words around it.
    senses : list of str, or None
        The group of each, if the sentences were typed in groups.
    sentences : list of str
        The sentences that have the word.
    places : list of list of list of int
        For each of these, and each occurrence in it, its tokens.
    messages : list of str
        What there is to say, about sentences without the word for example.
    """

    names: list[str]
    senses: list[str] | None
    sentences: list[str]
    places: list[list[list[int]]]
    messages: list[str]


@lru_cache(maxsize=8)
def find_occurrences(bert, word, text):
    """Find a word in sentences that somebody typed, one on each line.

    Parameters
    ----------
    bert : Bert
    word : str
    text : str
        An empty line begins another group, for instance the word's other sense.

    Returns
    -------
    Found

    Raises
    ------
    InputError
        If there are not two occurrences; with what is wrong with single sentences.
    """
    check_text(word, "word")
    check_text(text, "list of sentences")
    word, groups = word.strip(), _groups(text)
    if not word:
        raise InputError("There is no word yet: type one that is in the sentences.")
    typed = tokenize(bert, word)
    if all(which is None for which in typed.source):
        raise InputError(
            f"The tokenizer keeps nothing of {quoted(word)}: type a word that is in the"
            " sentences."
        )
    tokenizer = bert.tokenizer
    if {tokenizer.cls_token_id, tokenizer.sep_token_id} & set(typed.ids[1:-1]):
        raise InputError(
            f"{quoted(word)} has a token that the tokenizer adds to each sentence"
            " itself: type a word that is in the sentences."
        )
    if not groups:
        raise InputError(
            "There is no sentence yet: type two or more that have the word, each on a"
            " line of its own."
        )
    names, senses, kept, places = [], [], [], []
    missing, refused, full, tokens = [], [], [], 0
    for number, (group, sentence) in enumerate(groups, 1):
        try:
            found = find_word(bert, sentence, word)
        except InputError:  # the word has been looked at: so it is not there
            missing.append(number)
            continue
        try:
            n = len(prepare(bert, sentence).ids)
        except InputError as error:
            refused.append(f"Sentence {number} is left out: {error}")
            continue
        fits = found[: MOST - len(names)] if tokens + n <= MOST_TOKENS else []
        if fits:
            tokens += n
            kept.append(sentence)
            places.append(fits)
            names += _names(bert, number, sentence, fits, len(found))
            senses += [f"sense {group}"] * len(fits)
        if len(fits) < len(found):
            full = [
                f"Up to {MOST} occurrences are shown, in sentences of up to"
                f" {MOST_TOKENS:,} tokens together: the last is {quoted(names[-1])}."
            ]
            break
    if len(refused) > 2:
        refused[2:] = [f"So are {len(refused) - 2} more."]
    messages = [*_without(missing, word), *refused, *full]
    if len(names) < 2:
        here = "one" if names else "none"
        messages.append(
            f"Two occurrences of {quoted(word)} are needed, and here is {here}: type"
            " sentences that have it."
        )
        raise InputError(" ".join(messages))
    grouped = senses if len(set(senses)) > 1 else None
    return Found(names, grouped, kept, places, messages + _about(bert, word))


def _groups(text):
    """The number of its group, from 1, and the text of each line that has one."""
    found, group, gap = [], 1, False
    for line in text.splitlines():
        if not line.strip():
            gap = bool(found)
            continue
        group, gap = group + gap, False
        found.append((group, line.strip()))
    return found


def _names(bert, number, sentence, places, of):
    """Its number, a letter where the sentence has several, and the words around."""
    return [
        f"{number}{chr(ord('a') + i % 26) * (1 + i // 26) if of > 1 else ''}"
        f" {_around(bert, sentence, place)}"
        for i, place in enumerate(places)
    ]


def _around(bert, sentence, place):
    """The word where it stands, with what of its sentence has room on both sides."""
    offsets = tokenize(bert, sentence).offsets
    start, end = offsets[place[0]][0], offsets[place[-1]][1]
    left, right = sentence[:start], sentence[end:]
    if len(left) > ROOM:
        left = left[-ROOM:]
        left = "…" + (left.partition(" ")[2] if " " in left[:-1] else left)
    if len(right) > ROOM:
        right = right[:ROOM]
        right = (right.rpartition(" ")[0] if " " in right[1:] else right) + "…"
    return f"{left}{sentence[start:end]}{right}"


def _without(numbers, word):
    """A sentence about the sentences that do not have the word."""
    if not numbers:
        return []
    if len(numbers) == 1:
        return [f"Sentence {numbers[0]} does not have {quoted(word)} and is left out."]
    listed = ", ".join(map(str, numbers[:8]))
    if len(numbers) > 8:
        listed += f" and {len(numbers) - 8} more"
    else:
        listed = " and ".join(listed.rsplit(", ", 1))
    return [f"Sentences {listed} do not have {quoted(word)} and are left out."]


def _about(bert, word):
    """What there is to say about a word that is not one token."""
    t = tokenize(bert, word)
    own = [i for i, which in enumerate(t.source) if which is not None]
    name = quoted(word)
    if all(t.ids[i] == t.unknown_id for i in own):
        return [
            f"The model has no token for {name}: what it gets is [UNK], as for any"
            " unknown word."
        ]
    if len(own) > 1:
        pieces = " ".join(isolated(t.tokens[i]) for i in own[:8])
        return [
            f"{name} is {len(own)} tokens ({pieces}): an occurrence's state is the mean"
            " of theirs."
        ]
    return []
