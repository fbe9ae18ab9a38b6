"""From text to token IDs: what the tokenizer makes of whatever a person types."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ..errors import InputError

# A WordPiece word longer than this becomes [UNK] as a whole (Devlin's own constant).
LONGEST_WORD = 100
# About eight times what 512 tokens hold: enough to see truncation, and still quick.
LONGEST_TEXT = 20_000

# What nobody sees, or what turns the letters after it around. Not the two joiners:
# emoji and some scripts are built with them.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb]"
)
_RIGHT_TO_LEFT = {"R", "AL", "AN"}


@dataclass(frozen=True)
class Tokens:
    """A text, or a pair, as BERT gets it. All lists have one entry per token.

    Attributes
    ----------
    text, pair : str or None
        What was typed.
    tokens : list of str
        WordPiece tokens, the special ones included.
    ids : list of int
        Row of each token in the token table.
    types : list of int
        Token type IDs: 0 for the first text and its special tokens, 1 for the second.
    offsets : list of (int, int)
        Where the token stands in its text, in characters; ``(0, 0)`` for special ones.
    source : list of int or None
        0 for a token of `text`, 1 for one of `pair`, None for a special token.
    words : list of int or None
        Number of the word that the token is a part of.
    kept : list of bool
        False for what truncation to `limit` tokens loses.
    limit : int
        Most tokens that the model takes.
    unknown_id : int
        The ID of [UNK].
    special_ids : tuple of int
        The IDs of all special tokens, [UNK] among them.
    """

    text: str
    pair: str | None
    tokens: list[str]
    ids: list[int]
    types: list[int]
    offsets: list[tuple[int, int]]
    source: list[int | None]
    words: list[int | None]
    kept: list[bool]
    limit: int
    unknown_id: int
    special_ids: tuple[int, ...]

    def span(self, i):
        """Return the characters of the learner's own text that token `i` stands for."""
        text = self.pair if self.source[i] == 1 else self.text
        start, end = self.offsets[i]
        return text[start:end]

    @cached_property
    def kinds(self):
        """List of str: what each token is.

        "special", also where somebody typed it; "unknown" for [UNK]; "piece" for one
        that continues a word; otherwise "word", which is a whole one or its beginning.
        """
        found = []
        for token, row, which in zip(self.tokens, self.ids, self.source):
            if row == self.unknown_id:
                found.append("unknown")
            elif which is None or row in self.special_ids:
                found.append("special")
            else:
                found.append("piece" if token.startswith("##") else "word")
        return found

    @cached_property
    def lost(self):
        """List of int: the tokens that truncation would lose."""
        return [i for i, kept in enumerate(self.kept) if not kept]

    @property
    def sentences(self):
        """List of str: what there is to say about this text, one fact each."""
        return list(_sentences(self))


def check_text(text, what="text"):
    """Raise `InputError` where `text` cannot be given to a tokenizer."""
    if not isinstance(text, str):
        raise InputError(
            f"The {what} must be a string, such as 'my dog', not {type(text).__name__}."
        )
    if len(text) > LONGEST_TEXT:
        raise InputError(
            f"The {what} has {len(text):,} characters. Up to {LONGEST_TEXT:,} are shown"
            " here, far more than the model can take: try a shorter part of it."
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"Character {error.start + 1} of the {what} is half of a character (a lone"
            " surrogate), left over from a broken copy: delete it and type it again."
        ) from None


def tokenize(bert, text, pair=None):
    """Tokenize a text, or a pair of texts, and lose nothing on the way.

    Parameters
    ----------
    bert : Bert
        A loaded model.
    text : str
        The text, or the first text of a pair.
    pair : str, optional
        The second text.

    Returns
    -------
    Tokens
        Every token, also those beyond what the model takes: `kept` marks these False.

    Raises
    ------
    InputError
        If the text cannot be encoded, or is far too long to show.
    """
    check_text(text)
    if pair is not None:
        check_text(pair, "second text")
    limit = bert.config.max_position_embeddings
    encoding = bert.tokenizer(text, pair, return_offsets_mapping=True, verbose=False)
    source = encoding.sequence_ids(0)
    kept = [True] * len(source)
    if len(source) > limit:
        cut = bert.tokenizer(
            text, pair, truncation=True, max_length=limit, verbose=False
        ).sequence_ids(0)
        room = {which: cut.count(which) for which in (0, 1)}
        for i, which in enumerate(source):
            if which is not None:
                kept[i] = room[which] > 0
                room[which] -= 1
    return Tokens(
        text=text,
        pair=pair,
        tokens=encoding.tokens(0),
        ids=encoding["input_ids"],
        types=encoding.get("token_type_ids", [0] * len(source)),
        offsets=encoding["offset_mapping"],
        source=source,
        words=encoding.word_ids(0),
        kept=kept,
        limit=limit,
        unknown_id=bert.tokenizer.unk_token_id,
        special_ids=tuple(bert.tokenizer.all_special_ids),
    )


def _sentences(t):
    own = [i for i, which in enumerate(t.source) if which is not None]
    special = len(t.tokens) - len(own)
    if not own:
        typed = bool((t.text + (t.pair or "")).strip())
        yield (
            "The tokenizer keeps nothing of what you typed (invisible or control"
            " characters only): type a sentence."
            if typed
            else "There is nothing to tokenize yet: type a sentence."
        )
        tokens = f"{len(t.tokens)} tokens: {' '.join(t.tokens)}"
        yield f"Even an empty text becomes {tokens}."
        return
    yield (
        f"{count(len(t.tokens), 'token')}: {len(own):,} for what you typed and"
        f" {special:,} special."
    )
    if t.lost:
        ends = [
            f"{count(sum(t.source[i] == which for i in t.lost), 'token')} of {name}"
            for which, name in ((0, "the first text"), (1, "the second text"))
            if t.pair is not None and any(t.source[i] == which for i in t.lost)
        ]
        what = " and ".join(ends) or count(len(t.lost), "token")
        where = "" if ends else f", from “{isolated(around(t, t.lost[0]))}” on"
        yield (
            f"The model takes {t.limit:,}. Truncation would lose {what}{where}: crossed"
            " out here."
        )
    pieces = {}
    for i in own:
        pieces.setdefault((t.source[i], t.words[i]), []).append(t.tokens[i])
    split = [p for p in pieces.values() if len(p) > 1]
    if split:
        longest = max(split, key=len)
        words = count(len(split), "word")
        yield f"{words} split into pieces, for instance {few(longest)}"
    unknown = [i for i in own if t.kinds[i] == "unknown"]
    typed = {i for i in unknown if t.span(i) == t.tokens[i]}
    special = dict.fromkeys(
        t.tokens[i] for i in own if t.kinds[i] == "special" or i in typed
    )
    if special:
        yield (
            f"You typed {' and '.join(special)}: the tokenizer takes that for the"
            " special token, not for text."
        )
    unknown = list(dict.fromkeys(t.span(i) for i in unknown if i not in typed))
    long = [s for s in unknown if len(s) > LONGEST_WORD]
    unknown = [s for s in unknown if len(s) <= LONGEST_WORD]
    if unknown:
        some = ", ".join(map(quoted, unknown[:5]))
        verb = "is" if len(unknown) == 1 else "are"
        yield (
            f"{some}{' and more' if len(unknown) > 5 else ''} {verb} not in the"
            " vocabulary and cannot be built from its pieces: each becomes [UNK], and"
            " the model cannot tell one [UNK] from another."
        )
    if long:
        yield (
            f"{quoted(long[0])} has over {LONGEST_WORD} characters: such a word"
            " always becomes [UNK], whatever its pieces."
        )


def count(n, noun):
    """Return "1 word", "2 words", "1,024 words"."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def shorten(text, most=24):
    """Return `text`, or its beginning and an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def isolated(text):
    """Return `text` as it can stand in a sentence without disturbing the rest of it.

    Text with letters that are written from right to left is put between U+2068 and
    U+2069 (Unicode's isolates, UAX #9), or the numbers after it would change places.
    Characters that are invisible or reorder others are named, such as ``U+202E``; line
    breaks and tabs become spaces. Any other text is returned as it is.
    """
    text = _HIDDEN.sub(
        lambda c: " " if c[0].isspace() else f"U+{ord(c[0]):04X}",
        text,
    )
    if any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in text):
        return f"\u2068{text}\u2069"
    return text


def quoted(text):
    """Return what somebody typed, shortened, in quotation marks, for a sentence."""
    return f"“{isolated(shorten(text))}”"


def few(tokens):
    """Return the end of a sentence that names tokens, the first of them if many."""
    end = " …" if len(tokens) > 8 else "."
    return " ".join(map(isolated, tokens[:8])) + end


def around(t, i):
    """Return the learner's own text from the word of token `i` on, shortened."""
    text = t.pair if t.source[i] == 1 else t.text
    word = t.source[i], t.words[i]
    while i and (t.source[i - 1], t.words[i - 1]) == word:
        i -= 1
    return shorten(text[t.offsets[i][0] :])


@lru_cache(maxsize=4)
def vocabulary(bert):
    """Return the vocabulary as a tuple of str, in the order of the table's rows.

    A table may have more rows than the tokenizer has entries (some checkpoints are
    padded to a round number); such a row is called ``[row 30530]``.
    """
    entries = bert.tokenizer.convert_ids_to_tokens(list(range(len(bert.tokenizer))))
    rows = len(bert.tables.token)
    names = [name or f"[row {i}]" for i, name in enumerate(entries[:rows])]
    return tuple(names + [f"[row {i}]" for i in range(len(names), rows)])
