"""What somebody asks of the intervention explorer: read, and told what is unusual."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from ..displays.figure import listed
from ..errors import InputError
from ..text import inputs
from ..text.inputs import give_row
from ..text.tokens import check_text, count, few, isolated, quoted, shorten
from ..text.words import look_up_word
from .attention.text_attention import find_token

REPLACE, REMOVE, MOVE, ROW = CHANGES = "replace", "remove", "move", "position row"
END = "end"


@dataclass(frozen=True)
class Asked:
    """A change that somebody asked for; `kind` alone tells it from another.

    Attributes
    ----------
    kind : tuple
    alter : callable
        From a place to the `Change` of the token there.
    title : str
        What is done to the token, as a participle: "removed".
    sentences : list of str
        What is unusual about what was typed.
    """

    kind: tuple
    alter: object = field(compare=False)
    title: str = field(compare=False)
    sentences: list = field(compare=False, default_factory=list)


def ask(bert, given, kind, *, by, to, row, keep):
    """Return what is asked for.

    Parameters
    ----------
    bert : Bert
    given : Inputs
    kind : str
        Of `CHANGES`.
    by, to, row : str
        As typed: what is put in, a place, a row of the position table.
    keep : bool
        Whether each token keeps its own position row.

    Returns
    -------
    Asked

    Raises
    ------
    InputError
        If what this change needs cannot be used.
    """
    if kind == REPLACE:
        token, name, sentences = read_replacement(bert, by)
        return Asked(
            (kind, token),
            lambda i: inputs.replace(bert, given, {i: token}),
            f"replaced by {name}",
            sentences,
        )
    if kind == ROW:
        number = read_number(row, "position row", len(bert.tables.position))
        return Asked(
            (kind, number),
            lambda i: give_row(bert, given, i, number),
            f"with position row {number}",
        )
    kept = ", position rows kept" if keep else ""
    if kind == REMOVE:
        return Asked(
            (kind, keep),
            lambda i: inputs.remove(bert, given, [i], close=not keep),
            f"removed{kept}",
        )
    place = read_number(to, "place", len(given.ids))
    return Asked(
        (kind, place, keep),
        lambda i: inputs.move(bert, given, i, place, close=not keep),
        f"moved to place {place}{kept}",
    )


def read_place(run, typed):
    """Return the place of the token that somebody typed, and what to say about it.

    Parameters
    ----------
    run : TextAttention
    typed : str
        By number or by name: of several with one name it is the first.

    Returns
    -------
    place : int
    sentences : list of str

    Raises
    ------
    InputError
        If there is no such token.
    """
    typed, last = typed.strip(), len(run.tokens) - 1
    if not typed:
        raise InputError(
            f"No token is named: type one, or its number from 0 to {last:,}."
        )
    place, sentence = find_token(run, typed)
    sentences = [sentence] if sentence else []
    same = [i for i, token in enumerate(run.tokens) if token == run.tokens[place]]
    if len(same) > 1 and not typed.lstrip("+").isdecimal():
        sentences.append(
            f"{isolated(run.tokens[place])} is there {len(same):,} times, as tokens"
            f" {listed(same)}: this is token {place}. Type a number for another."
        )
    return place, sentences


def read_replacement(bert, typed):
    """Return the token that somebody typed to be put in.

    Parameters
    ----------
    bert : Bert
    typed : str
        An entry of the vocabulary to the letter, or a word that is one token; special
        tokens by their names, in small letters too.

    Returns
    -------
    token : int
    name : str
    sentences : list of str
        What is unusual about it.

    Raises
    ------
    InputError
        If nothing is typed, or more than one token.
    """
    check_text(typed, "word")
    if not typed.strip():
        raise InputError(
            "There is nothing to put in: type a word, or a special token such as"
            " [MASK]."
        )
    number = [_not_the_id(bert, typed.strip())] if typed.strip().isdecimal() else []
    if typed.strip().upper() in bert.tokenizer.all_special_tokens:
        typed = typed.upper()
    word = look_up_word(bert, typed)
    if len(word.ids) > 1:
        raise InputError(
            f"{quoted(word.typed)} is {count(len(word.ids), 'token')},"
            f" {few(word.tokens)} One token is put in for one: type one of them, or"
            " another word." + "".join(f" {sentence}" for sentence in number)
        )
    (token,), (name,) = word.ids, word.tokens
    if token == bert.tokenizer.unk_token_id and word.typed != name:
        said = (
            f"{quoted(word.typed)} is not in the vocabulary and cannot be built from"
            f" its pieces, so what is put in is {name}."
        )
        return token, name, [said, *number]
    name = isolated(name)
    said = f"The tokenizer writes {quoted(word.typed)} as {name}."
    return token, name, [said] * bool(word.sentence) + number


def _not_the_id(bert, digits):
    """Say that digits are taken for a word, and which token has them for its ID."""
    known = len(digits) < 10 and int(digits) < len(bert.tokenizer)
    of = ""
    if known:
        of = f" ({isolated(bert.tokenizer.convert_ids_to_tokens(int(digits)))})"
    return (
        f"That is the word {shorten(digits)}, not token ID {shorten(digits)}{of}: a"
        " token is put in by its name."
    )


def read_number(typed, what, n):
    """Return the whole number below `n` that somebody typed; “end” is the last.

    Raises
    ------
    InputError
        If it is none.
    """
    typed = typed.strip()
    if typed.lower() == END:
        return n - 1
    with suppress(ValueError):  # of so many digits that Python does not read them
        if typed.isdecimal() and int(typed) < n:
            return int(typed)
    named = f"There is no {what} {quoted(typed)}" if typed else f"No {what} is given"
    raise InputError(f"{named}: type a whole number from 0 to {n - 1:,}, or end.")
