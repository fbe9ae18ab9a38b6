"""Checks for notebook 08: where texts begin and end, tokens moved with their rows."""

from __future__ import annotations

from .feedback import check

# IDs of [CLS] and [SEP] in the cases: any two numbers would do.
_CLS, _SEP = 101, 102


def text_spans(ids, sep_id, *, first=1, gap=1, end=0):
    """Return where each text begins and ends: the answer that the check expects."""
    spans, start = [], first
    for place, token in enumerate(ids):
        if token == sep_id:
            spans.append((start, place + end))
            start = place + gap
    return spans


def check_text_spans(answer):
    """Check ``answer(ids, sep_id)``: (start, end) of each text, no special tokens.

    ``ids[start:end]`` are then the tokens of a text, and no others.
    """
    texts = [
        ([7, 8, 9],),
        ([7, 8], [9, 7, 5]),
        ([4], [4]),
        ([7, 7, 7, 7], [8]),
        ([5, 6], [7], [8, 9, 4]),  # [SEP] typed into a text
    ]
    cases = []
    for parts in texts:
        ids = [_CLS]
        for part in parts:
            ids += [*part, _SEP]
        cases.append((ids, _SEP))
    return check(
        answer,
        text_spans,
        cases,
        [
            (
                lambda ids, sep_id: text_spans(ids, sep_id, first=0),
                "the first text begins after [CLS], so at 1.",
            ),
            (
                lambda ids, sep_id: text_spans(ids, sep_id, first=0, gap=0),
                "a span begins after [CLS] or [SEP]: yours take them along.",
            ),
            (
                lambda ids, sep_id: text_spans(ids, sep_id, end=1),
                "ids[start:end] stops before end, so end is the place of [SEP] itself:"
                " yours takes [SEP] along.",
            ),
            (
                lambda ids, sep_id: text_spans(ids, sep_id, end=-1),
                "ids[start:end] stops before end already: yours loses the last token.",
            ),
            (
                lambda ids, sep_id: text_spans(ids, sep_id, gap=2),
                "there is one [CLS] only, at the very beginning: the second text begins"
                " right after the first [SEP].",
            ),
            (
                lambda ids, sep_id: text_spans(ids, sep_id, gap=0),
                "a [SEP] belongs to no text: the next one begins one place further on.",
            ),
            (
                lambda ids, sep_id: text_spans(ids, sep_id)[:1],
                "that is the first text only: each [SEP] closes one.",
            ),
            (
                lambda ids, sep_id: [(1, len(ids) - 1)],
                "a pair has a [SEP] in its middle as well: each [SEP] closes a text.",
            ),
            (
                lambda ids, sep_id: [i for i, t in enumerate(ids) if t == sep_id],
                "those are the places of [SEP]: give, for each text, where it begins"
                " and where it ends.",
            ),
            (
                lambda ids, sep_id: [ids[a:b] for a, b in text_spans(ids, sep_id)],
                "those are the tokens themselves: give the two places, (start, end).",
            ),
            (
                lambda ids, sep_id: [slice(*span) for span in text_spans(ids, sep_id)],
                "those are slices: give the two places as a pair, (start, end).",
            ),
        ],
    )


def move_token(ids, place, to, *, rows="kept"):
    """Return IDs and position rows with a token moved: the answer expected."""
    ids, positions = list(ids), list(range(len(ids)))
    ids.insert(to, ids.pop(place))
    if rows == "kept":
        positions.insert(to, positions.pop(place))
    if rows == "moved back":
        positions.insert(place, positions.pop(to))
    return ids, positions


def _swapped(ids, place, to):
    """Two tokens, and their rows, change places: a typical wrong answer."""
    ids, positions = list(ids), list(range(len(ids)))
    for row in (ids, positions):
        row[place], row[to] = row[to], row[place]
    return ids, positions


def _copied(ids, place, to):
    """The token is put in and not taken out: a typical wrong answer."""
    ids, positions = list(ids), list(range(len(ids)))
    for row in (ids, positions):
        row.insert(to, row[place])
    return ids, positions


def _put_in_first(ids, place, to):
    """The token is put in before it is taken out: a typical wrong answer."""
    ids, positions = list(ids), list(range(len(ids)))
    for row in (ids, positions):
        row.insert(to, row[place])
        row.pop(place)
    return ids, positions


def check_move_token(answer):
    """Check ``answer(ids, place, to)``: IDs and position rows, two lists.

    The token at `place` stands at `to` afterwards, and each token keeps its own
    position row.
    """
    ids = [_CLS, 7, 8, 7, 9, _SEP]
    cases = [(ids, 0, 5), (ids, 0, 3), (ids, 4, 1), (ids, 3, 0), (ids, 1, 4)]
    return check(
        answer,
        move_token,
        cases,
        [
            (
                lambda ids, place, to: move_token(ids, place, to, rows="anew"),
                "the position rows are given out anew, 0, 1, 2, …: each token has to"
                " keep its own, so they move with the tokens.",
            ),
            (
                lambda ids, place, to: move_token(ids, place, to, rows="moved back"),
                "the rows move the other way: what is done to the IDs has to be done to"
                " the rows too.",
            ),
            (
                _swapped,
                "you let two tokens change places: the others have to close up where"
                " the token was, and make room where it goes.",
            ),
            (
                _put_in_first,
                "you put the token in before you take it out: then all places behind it"
                " have moved. First take it out, then put it in.",
            ),
            (
                _copied,
                "the token is in the text twice now: take it out of its old place.",
            ),
            (
                lambda ids, place, to: move_token(ids, place, to)[0],
                "those are the IDs alone: return the position rows with them.",
            ),
            (
                lambda ids, place, to: move_token(ids, place, to)[::-1],
                "the right lists, but the IDs come first.",
            ),
        ],
    )
