"""From a word that somebody typed to its row, or rows, of the token table."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InputError
from .tokens import LONGEST_WORD, check_text, few, isolated, quoted, tokenize


@dataclass(frozen=True)
class Word:
    """The rows of the token table that a typed word leads to.

    Attributes
    ----------
    typed : str
        What was typed, without spaces around it.
    tokens : list of str
        The tokens it becomes; more than one if the word has no row of its own.
    ids : list of int
        Their IDs.
    sentence : str
        Empty for a plain word; otherwise what is unusual about it.
    """

    typed: str
    tokens: list[str]
    ids: list[int]
    sentence: str


def look_up_word(bert, word):
    """Find the row, or rows, for a word as somebody typed it.

    An entry of the vocabulary typed to the letter (``dog``, ``##ing``, ``[MASK]``) is
    its own row. Anything else goes through the tokenizer.

    Raises
    ------
    InputError
        If nothing is left to look up.
    """
    check_text(word, "word")
    typed = word.strip()
    if not typed:
        raise InputError("Type a word, for instance dog, and press Enter.")
    row = bert.tokenizer.convert_tokens_to_ids(typed)
    if row != bert.tokenizer.unk_token_id or typed == bert.tokenizer.unk_token:
        return Word(typed, [typed], [row], "")
    t = tokenize(bert, typed)
    own = [i for i, source in enumerate(t.source) if source is not None]
    tokens, ids = [t.tokens[i] for i in own], [t.ids[i] for i in own]
    name = quoted(typed)
    if not tokens:
        raise InputError(
            f"The tokenizer keeps nothing of {name} (invisible or control characters"
            " only): type a word, for instance dog."
        )
    if len(tokens) > t.limit:
        raise InputError(
            f"That is {len(tokens):,} tokens, a text rather than a word: type one word,"
            " for instance dog."
        )
    known = [token for token, row in zip(tokens, ids) if row != t.unknown_id]
    if not known and len(ids) > 1:
        sentence = (
            f"{name} is {len(ids):,} tokens, each of them [UNK], so this is the row of"
            " [UNK], the same for every unknown word."
        )
    elif not known and len(typed) > LONGEST_WORD:
        sentence = (
            f"{name} has over {LONGEST_WORD} characters: such a word always becomes"
            " [UNK], so this is the row of [UNK]."
        )
    elif not known:
        sentence = (
            f"{name} is not in the vocabulary and cannot be built from its pieces: it"
            " becomes [UNK], so this is the row of [UNK], the same for every unknown"
            " word."
        )
    elif len(tokens) > 1:
        longest = max(known, key=lambda token: len(token.removeprefix("##")))
        sentence = (
            f"{name} has no row of its own: it is {len(tokens):,} tokens, {few(tokens)}"
            f"{_unknown(t)} Shown are the neighbours of the average of their rows; type"
            f" one of them, such as {isolated(longest)}, to see its own."
        )
        if typed.upper() in bert.tokenizer.all_special_tokens:
            sentence += f" The special token is written {typed.upper()}."
        elif set(tokens) & {"+", "-"}:
            sentence += " Signs are read as text; for sums of rows see section 4 of 02."
    else:
        sentence = (
            f"The tokenizer writes {name} as {isolated(tokens[0])}: this is its row."
        )
    return Word(typed, tokens, ids, sentence)


def find_word(bert, text, word):
    """Find the tokens of a word, or of several in a row, in a text.

    Parameters
    ----------
    bert : Bert
    text : str
    word : str
        Found as a whole word: not "bank" in "banker". Capital letters matter only to a
        model whose vocabulary has them.

    Returns
    -------
    list of list of int
        For each occurrence, where its tokens stand in the encoded text; more than one
        if the word is split into pieces. No token is in two occurrences.

    Raises
    ------
    InputError
        If there is no word, or it does not occur in the text.
    """
    check_text(word, "word")
    fold = getattr(bert.tokenizer, "do_lower_case", True)
    typed = tokenize(bert, word.strip())
    wanted = [
        _known_as(typed, i, fold)
        for i, source in enumerate(typed.source)
        if source is not None
    ]
    if not wanted:
        raise InputError("Type a word that occurs in the sentences, for instance dog.")
    t = tokenize(bert, text)
    there = [_known_as(t, i, fold) for i in range(len(t.ids))]
    inside = [token.startswith("##") for token in t.tokens] + [False]
    found, start = [], 0
    while start + len(wanted) <= len(there):
        end = start + len(wanted)
        if there[start:end] == wanted and not inside[end]:
            found.append(list(range(start, end)))
            start = end
        else:
            start += 1
    if not found:
        raise InputError(f"{quoted(word.strip())} does not occur in {quoted(text)}.")
    return found


def _known_as(t, i, fold):
    """What tells token `i` from others: its ID, or its letters if that is [UNK]'s."""
    if t.ids[i] != t.unknown_id:
        return t.ids[i]
    return t.span(i).casefold() if fold else t.span(i)


def _unknown(t):
    """Say which parts of a typed word are unknown; those typed as [UNK] are not."""
    unknown = [i for i, kind in enumerate(t.kinds) if kind == "unknown"]
    spans = [t.span(i) for i in unknown if t.span(i) != t.tokens[i]]
    names = list(dict.fromkeys(spans))
    if not names:
        return ""
    more = " and more" if len(names) > 3 else ""
    verb = "is unknown and becomes" if len(names) == 1 else "are unknown and become"
    return f" {', '.join(map(quoted, names[:3]))}{more} {verb} [UNK]."
