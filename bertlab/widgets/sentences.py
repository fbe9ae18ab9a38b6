"""Sentences that somebody typed, one on each line: checked, and what is odd in them."""

from __future__ import annotations

from ..errors import InputError
from ..plots.plot import listed
from ..tokens import check_text, isolated, quoted, tokenize


def typed_sentences(bert, typed, most, most_tokens):
    """Return the sentences of a text area.

    Parameters
    ----------
    bert : Bert
    typed : str
        One sentence on each line; empty lines count for nothing.
    most : int
        How many sentences there may be.
    most_tokens : int
        How many tokens each may have, special ones included.

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        If there is none, or more than `most`; or if one is too long, or is nothing that
        a tokenizer keeps.
    """
    check_text(typed, "list of sentences")
    texts = tuple(line.strip() for line in typed.splitlines() if line.strip())
    if not texts:
        raise InputError(
            "There is no sentence yet: type two or more, each on a line of its own."
        )
    if len(texts) > most:
        raise InputError(
            f"Up to {most} sentences can be compared in one picture, and here are"
            f" {len(texts):,}: take some out."
        )
    for number, text in enumerate(texts, 1):
        tokens = tokenize(bert, text)
        if all(which is None for which in tokens.source):
            raise InputError(
                f"The tokenizer keeps nothing of sentence {number}, {quoted(text)}:"
                " type words."
            )
        if len(tokens.ids) > most_tokens:
            raise InputError(
                f"Sentence {number} has {len(tokens.ids):,} tokens, special ones"
                f" included, and a row here has up to {most_tokens}: shorten it."
            )
    return texts


def about_tokens(bert, texts):
    """Say which words became [UNK], and which were taken for special tokens.

    Parameters
    ----------
    bert : Bert
    texts : sequence of str

    Returns
    -------
    list of str
        No sentence, or up to two.
    """
    unknown, special = {}, {}
    for text in texts:
        tokens = tokenize(bert, text)
        for i, kind in enumerate(tokens.kinds):
            if tokens.source[i] is None:
                continue
            typed = kind == "unknown" and tokens.span(i) == tokens.tokens[i]
            if kind == "special" or typed:
                special[isolated(tokens.tokens[i])] = None
            elif kind == "unknown":
                unknown[quoted(tokens.span(i))] = None
    found = []
    if unknown:
        one = len(unknown) == 1
        found.append(
            f"{listed(unknown, 4)} {'is' if one else 'are'} not in the vocabulary and"
            " cannot be built from its pieces: the model gets [UNK] for"
            f" {'it' if one else 'each'}."
        )
    if special:
        found.append(
            f"You typed {listed(special)}: the tokenizer takes that for the special"
            " token, and here it counts as the sentence's own, not as a pad."
        )
    return found
