"""Checks for notebook 01: tokens and IDs."""

from __future__ import annotations

from ..errors import InputError
from ..text.tokens import count, tokenize
from .exercise import Exercise
from .feedback import Feedback, not_yet

WORDS = ("play", "playing", "unplayable", "zzz", "ing", "p", "playzzz", "unplay")
TOY_VOCABULARY = frozenset(
    ("[UNK]", "play", "un", "p", "##play", "##able", "##ing", "##s", "##a")
)


def wordpiece(
    word, vocabulary, *, longest=True, mark="##", unknown=lambda pieces: ["[UNK]"]
):
    """The word's pieces, the longest first that fits, or ``["[UNK]"]``."""
    pieces, start = [], 0
    while start < len(word):
        ends = (
            range(len(word), start, -1) if longest else range(start + 1, len(word) + 1)
        )
        for end in ends:
            piece = (mark if start else "") + word[start:end]
            if piece in vocabulary:
                break
        else:
            return unknown(pieces)
        pieces.append(piece)
        start = end
    return pieces


check_wordpiece = Exercise(
    wordpiece,
    [(word, TOY_VOCABULARY) for word in WORDS],
    """
    wordpiece(word, vocabulary, longest=False)
        || you take the shortest piece that fits; WordPiece takes the longest.
    wordpiece(word, vocabulary, mark="")
        || only the first piece is looked up as it is; the others begin with ##.
    wordpiece(word, vocabulary, unknown=lambda pieces: pieces)
    wordpiece(word, vocabulary, unknown=lambda pieces: [*pieces, "[UNK]"])
        || where no piece fits, the whole word becomes ['[UNK]'], and what was found of
           it before is dropped.
    [word] if word in vocabulary else ["[UNK]"]
        || a word that is not an entry itself can still be made of pieces.
    """,
)


def _ids_and_sep(bert, *texts):
    sep = bert.tokenizer.sep_token_id
    return [(tokenize(bert, *pair).ids, sep) for pair in texts]


def separators(ids, sep_id):
    """The positions at which [SEP] stands."""
    return [i for i, token_id in enumerate(ids) if token_id == sep_id]


check_separators = Exercise(
    separators,
    lambda bert: _ids_and_sep(
        bert, ["this is a sentence."], ["one", "two words"], ["embeddings!", "[SEP]?"]
    ),
    """
    [len(ids) - 1]
        || the last position is one of them, but a pair has a [SEP] between its texts as
           well.
    right[:1] || that is only the first one.
    """,
)


def token_types(ids, sep_id, *, switch=1):
    """The token type ID of each token."""
    first = ids.index(sep_id)
    return [0 if i < first + switch else 1 for i in range(len(ids))]


check_token_types = Exercise(
    token_types,
    lambda bert: _ids_and_sep(
        bert, ["this is a sentence."], ["one", "two words"], ["yes?", "no!"]
    ),
    """
    [1] * len(ids)
        || a first text has type 0, also where there is no second one. Ones for a single
           sentence are a popular mistake; 04 measures its cost.
    [0] * len(ids) || the second text of a pair has type 1.
    token_types(ids, sep_id, switch=0)
        || the first [SEP] still belongs to the first text.
    """,
)


def check_costly_text(text, bert, *, most=10, least=20):
    """Check that `text` has few characters and becomes many tokens."""
    if text is ... or text is None:
        return Feedback(False, "Not started: put a text between the quotation marks.")
    try:
        tokens = tokenize(bert, text)
    except InputError as error:
        return not_yet(error)
    if not text.strip():
        return Feedback(False, "Not started: put a text between the quotation marks.")
    own = len(tokens.tokens) - bert.tokenizer.num_special_tokens_to_add()
    got = f"{count(len(text), 'character')} became {count(own, 'token')}"
    if len(text) > most:
        return not_yet(f"{got}; use at most {most} characters.")
    if own < least:
        return not_yet(
            f"{got}; {least} are wanted. Try other scripts: which of them does the"
            " tokenizer take apart below the character?"
        )
    return Feedback(True, f"Right: {got}.")
