"""Checks of notebook 08, special tokens: right answers, the stub, what goes wrong."""

import numpy as np
import pytest

from bertlab.exercises import check_move_token, check_text_spans

# Right answers, written as a learner would: not the package's own.


def text_spans(ids, sep_id):
    closing = [i for i in range(len(ids)) if ids[i] == sep_id]
    starts = [1] + [place + 1 for place in closing[:-1]]
    return [[start, end] for start, end in zip(starts, closing)]


def move_token(ids, place, to):
    order = [i for i in range(len(ids)) if i != place]
    order = [*order[:to], place, *order[to:]]
    return np.array(ids)[order], order


CHECKS = {
    "text_spans": (check_text_spans, text_spans),
    "move_token": (check_move_token, move_token),
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_right_answer_is_right(name):
    check, answer = CHECKS[name]
    feedback = check(answer)
    assert feedback.right
    assert "all 5 cases" in feedback.text


def test_the_untouched_stubs_are_not_started():
    def text_spans(ids, sep_id): ...

    def move_token(ids, place, to): ...

    for check, stub in ((check_text_spans, text_spans), (check_move_token, move_token)):
        feedback = check(stub)
        assert not feedback.right
        assert feedback.text.startswith("Not started")


SPANS = {
    "after [CLS]": lambda ids, sep: [(0, ids.index(sep)), *text_spans(ids, sep)[1:]],
    "begins after [CLS] or [SEP]": lambda ids, sep: [
        (a - 1, b) for a, b in text_spans(ids, sep)
    ],
    "takes [SEP] along": lambda ids, sep: [(a, b + 1) for a, b in text_spans(ids, sep)],
    "loses the last": lambda ids, sep: [(a, b - 1) for a, b in text_spans(ids, sep)],
    "one [CLS] only": lambda ids, sep: [
        (a + (n > 0), b) for n, (a, b) in enumerate(text_spans(ids, sep))
    ],
    "belongs to no text": lambda ids, sep: [
        (a - (n > 0), b) for n, (a, b) in enumerate(text_spans(ids, sep))
    ],
    "the first text only": lambda ids, sep: [(1, ids.index(sep))],
    "in its middle as well": lambda ids, sep: [(1, len(ids) - 1)],
    "the places of [SEP]": lambda ids, sep: [
        i for i, token in enumerate(ids) if token == sep
    ],
    "the tokens themselves": lambda ids, sep: [
        ids[a:b] for a, b in text_spans(ids, sep)
    ],
    "those are slices": lambda ids, sep: [slice(a, b) for a, b in text_spans(ids, sep)],
    "wanted": lambda ids, sep: [(1, 2)],
    "stopped with": lambda ids, sep: ids.index("[SEP]"),
}


@pytest.mark.parametrize("hint", SPANS)
def test_what_goes_wrong_with_spans_is_named(hint):
    feedback = check_text_spans(SPANS[hint])
    assert not feedback.right
    assert hint in feedback.text


def ids_moved(ids, place, to):
    return [int(i) for i in move_token(ids, place, to)[0]]


def swapped(ids, place, to):
    order = list(range(len(ids)))
    order[place], order[to] = to, place
    return [ids[i] for i in order], order


def copied(ids, place, to):
    order = list(range(len(ids)))
    order.insert(to, place)
    return [ids[i] for i in order], order


def put_in_first(ids, place, to):
    order = list(range(len(ids)))
    order.insert(to, place)
    del order[place]
    return [ids[i] for i in order], order


MOVES = {
    "before you take it out": put_in_first,
    "given out anew": lambda ids, place, to: (
        ids_moved(ids, place, to),
        list(range(len(ids))),
    ),
    "the other way": lambda ids, place, to: (
        ids_moved(ids, place, to),
        move_token(ids, to, place)[1],
    ),
    "change places": swapped,
    "twice now": copied,
    "the IDs alone": ids_moved,
    "IDs come first": lambda ids, place, to: (
        move_token(ids, place, to)[1],
        ids_moved(ids, place, to),
    ),
    "wanted": lambda ids, place, to: (ids, list(range(len(ids)))),
    "stopped with": lambda ids, place, to: ids[None],
}


@pytest.mark.parametrize("hint", MOVES)
def test_what_goes_wrong_with_a_move_is_named(hint):
    feedback = check_move_token(MOVES[hint])
    assert not feedback.right
    assert hint in feedback.text


def test_an_answer_that_changes_its_list_is_right():
    def in_place(ids, place, to):
        rows = list(range(len(ids)))
        for row in (ids, rows):
            row.insert(to, row.pop(place))
        return ids, rows

    assert check_move_token(in_place)
