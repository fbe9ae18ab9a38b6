"""Checks for notebook 08: where texts begin and end, tokens moved with their rows."""

from __future__ import annotations

from .exercise import Exercise

# IDs of [CLS] and [SEP] in the cases: any two numbers would do.
_CLS, _SEP = 101, 102


def text_spans(ids, sep_id):
    """(start, end) of each text, no special tokens.

    ``ids[start:end]`` are then the tokens of a text, and no others.
    """
    ends = [place for place, token in enumerate(ids) if token == sep_id]
    return list(zip([1, *(end + 1 for end in ends)], ends))


def _moved(spans, start=0, end=0, first=0):
    """Spans with other starts and ends; `first` is for the start of the first."""
    (a, b), *others = spans
    return [(a + first, b + end), *((a + start, b + end) for a, b in others)]


check_text_spans = Exercise(
    text_spans,
    [
        ([_CLS, 7, 8, 9, _SEP], _SEP),
        ([_CLS, 7, 8, _SEP, 9, 7, 5, _SEP], _SEP),
        ([_CLS, 4, _SEP, 4, _SEP], _SEP),
        ([_CLS, 7, 7, 7, 7, _SEP, 8, _SEP], _SEP),
        ([_CLS, 5, 6, _SEP, 7, _SEP, 8, 9, 4, _SEP], _SEP),  # [SEP] typed into a text
    ],
    """
    _moved(right, first=-1) || the first text begins after [CLS], so at 1.
    _moved(right, first=-1, start=-1)
        || a span begins after [CLS] or [SEP]: yours take them along.
    _moved(right, end=1)
        || ids[start:end] stops before end, so end is the place of [SEP] itself: yours
           takes [SEP] along.
    _moved(right, end=-1)
        || ids[start:end] stops before end already: yours loses the last token.
    _moved(right, start=1)
        || there is one [CLS] only, at the very beginning: the second text begins right
           after the first [SEP].
    _moved(right, start=-1)
        || a [SEP] belongs to no text: the next one begins one place further on.
    right[:1] || that is the first text only: each [SEP] closes one.
    [(1, len(ids) - 1)]
        || a pair has a [SEP] in its middle as well: each [SEP] closes a text.
    [end for _, end in right]
        || those are the places of [SEP]: give, for each text, where it begins and where
           it ends.
    [ids[start:end] for start, end in right]
        || those are the tokens themselves: give the two places, (start, end).
    [slice(*span) for span in right]
        || those are slices: give the two places as a pair, (start, end).
    """,
)


def move_token(ids, place, to):
    """IDs and position rows, two lists.

    The token at `place` stands at `to` afterwards, and each token keeps its own
    position row.
    """
    return _moved_in(ids, place, to), _moved_in(range(len(ids)), place, to)


def _moved_in(row, place, to):
    row = list(row)
    row.insert(to, row.pop(place))
    return row


def _swapped(row, place, to):
    row = list(row)
    row[place], row[to] = row[to], row[place]
    return row


def _copied(row, place, to, out=False):
    """Put a token in, and after that take it out, or not."""
    row = list(row)
    row.insert(to, row[place])
    if out:
        row.pop(place)
    return row


_IDS = [_CLS, 7, 8, 7, 9, _SEP]

check_move_token = Exercise(
    move_token,
    [(_IDS, place, to) for place, to in ((0, 5), (0, 3), (4, 1), (3, 0), (1, 4))],
    """
    (right[0], list(range(len(ids))))
        || the position rows are given out anew, 0, 1, 2, …: each token has to keep its
           own, so they move with the tokens.
    (right[0], _moved_in(range(len(ids)), to, place))
        || the rows move the other way: what is done to the IDs has to be done to the
           rows too.
    [_swapped(row, place, to) for row in (ids, range(len(ids)))]
        || you let two tokens change places: the others have to close up where the token
           was, and make room where it goes.
    [_copied(row, place, to, out=True) for row in (ids, range(len(ids)))]
        || you put the token in before you take it out: then all places behind it have
           moved. First take it out, then put it in.
    [_copied(row, place, to) for row in (ids, range(len(ids)))]
        || the token is in the text twice now: take it out of its old place.
    right[0] || those are the IDs alone: return the position rows with them.
    right[::-1] || the right lists, but the IDs come first.
    """,
)
