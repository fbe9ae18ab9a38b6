"""Checks for notebook 01: tokens and IDs."""

from __future__ import annotations

from ..errors import InputError
from ..tokens import count, tokenize
from .feedback import Feedback, check

WORDS = ("play", "playing", "unplayable", "zzz", "ing", "p", "playzzz", "unz")
TOY_VOCABULARY = frozenset(
    ("[UNK]", "play", "un", "p", "##play", "##able", "##ing", "##s", "##a")
)
KEEPS_PIECES = (
    "where no piece fits, the whole word becomes ['[UNK]'], and what was found of it"
    " before is dropped."
)


def wordpiece(
    word, vocabulary, *, longest=True, mark="##", unknown=lambda pieces: ["[UNK]"]
):
    """Split a word greedily, longest piece first: the answer that the checks expect."""
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


def check_wordpiece(answer):
    """Check ``answer(word, vocabulary)``: the word's pieces, or ``["[UNK]"]``."""
    return check(
        answer,
        wordpiece,
        [(word, TOY_VOCABULARY) for word in WORDS],
        [
            (
                lambda w, v: wordpiece(w, v, longest=False),
                "you take the shortest piece that fits; WordPiece takes the longest.",
            ),
            (
                lambda w, v: wordpiece(w, v, mark=""),
                "only the first piece is looked up as it is; the others begin with ##.",
            ),
            (
                lambda w, v: wordpiece(w, v, unknown=lambda pieces: pieces),
                KEEPS_PIECES,
            ),
            (
                lambda w, v: wordpiece(w, v, unknown=lambda found: [*found, "[UNK]"]),
                KEEPS_PIECES,
            ),
            (
                lambda w, v: [w] if w in v else ["[UNK]"],
                "a word that is not an entry itself can still be made of pieces.",
            ),
        ],
    )


def separators(ids, sep_id):
    """Find [SEP] by its ID: the answer that the check expects."""
    return [i for i, token_id in enumerate(ids) if token_id == sep_id]


def _example_ids(bert):
    texts = [
        ("this is a sentence.", None),
        ("one", "two words"),
        ("embeddings!", "[SEP]?"),
    ]
    return [(tokenize(bert, *pair).ids, bert.tokenizer.sep_token_id) for pair in texts]


def check_separators(answer, bert):
    """Check ``answer(ids, sep_id)``: the positions at which [SEP] stands."""
    return check(
        answer,
        separators,
        _example_ids(bert),
        [
            (
                lambda ids, sep_id: [len(ids) - 1],
                "the last position is one of them, but a pair has a [SEP] between its"
                " texts as well.",
            ),
            (
                lambda ids, sep_id: separators(ids, sep_id)[:1],
                "that is only the first one.",
            ),
        ],
    )


def token_types(ids, sep_id, *, switch=1):
    """Build token type IDs from IDs: the answer that the check expects."""
    first = ids.index(sep_id)
    return [0 if i < first + switch else 1 for i in range(len(ids))]


def check_token_types(answer, bert):
    """Check ``answer(ids, sep_id)``: the token type ID of each token."""
    texts = [("this is a sentence.", None), ("one", "two words"), ("yes?", "no!")]
    cases = [(tokenize(bert, *pair).ids, bert.tokenizer.sep_token_id) for pair in texts]
    return check(
        answer,
        token_types,
        cases,
        [
            (
                lambda ids, sep_id: [1] * len(ids),
                "a first text has type 0, also where there is no second one. Ones for a"
                " single sentence are a popular mistake; 04 measures its cost.",
            ),
            (
                lambda ids, sep_id: [0] * len(ids),
                "the second text of a pair has type 1.",
            ),
            (
                lambda ids, sep_id: token_types(ids, sep_id, switch=0),
                "the first [SEP] still belongs to the first text.",
            ),
        ],
    )


def check_costly_text(text, bert, *, most=10, least=20):
    """Check that `text` has few characters and becomes many tokens."""
    if text is ... or text is None:
        return Feedback(False, "Not started: put a text between the quotation marks.")
    try:
        tokens = tokenize(bert, text)
    except InputError as error:
        return Feedback(False, f"Not yet: {error}")
    if not text.strip():
        return Feedback(False, "Not started: put a text between the quotation marks.")
    own = len(tokens.tokens) - bert.tokenizer.num_special_tokens_to_add()
    got = f"{count(len(text), 'character')} became {count(own, 'token')}"
    if len(text) > most:
        return Feedback(False, f"Not yet: {got}; use at most {most} characters.")
    if own < least:
        return Feedback(
            False,
            f"Not yet: {got}; {least} are wanted. Try other scripts: which of them does"
            " the tokenizer take apart below the character?",
        )
    return Feedback(True, f"Right: {got}.")
