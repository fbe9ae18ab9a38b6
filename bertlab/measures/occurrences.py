"""The occurrences of a word in sentences that somebody typed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..errors import InputError
from ..inputs import prepare
from ..tokens import check_text, isolated, quoted, tokenize
from ..words import find_word

# As many as can be told apart in a picture.
MOST = 30
# Tokens of all sentences together: a few seconds of computing.
MOST_TOKENS = 2048


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


def _around(bert, sentence, place, room=11):
    """The word where it stands, with what of its sentence has room on both sides."""
    offsets = tokenize(bert, sentence).offsets
    start, end = offsets[place[0]][0], offsets[place[-1]][1]
    left, right = sentence[:start], sentence[end:]
    if len(left) > room:
        left = left[-room:]
        left = "…" + (left.partition(" ")[2] if " " in left[:-1] else left)
    if len(right) > room:
        right = right[:room]
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
