"""Checks of notebook 09, sections 1 and 2: right answers, stubs, what goes wrong."""

import numpy as np
import pytest

from bertlab.exercises import check_batch_weights, check_pad_batch

# Right answers, written as a learner would: not the package's own.


def pad_batch(texts, pad_id, side):
    longest = max(len(text) for text in texts)
    ids, mask, positions = [], [], []
    for text in texts:
        gap = longest - len(text)
        pads, ones, places = [pad_id] * gap, [1] * len(text), list(range(len(text)))
        if side == "left":
            ids.append(pads + text)
            mask.append([0] * gap + ones)
            positions.append([0] * gap + places)
        else:
            ids.append(text + pads)
            mask.append(ones + [0] * gap)
            positions.append(places + [0] * gap)
    return ids, mask, positions


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def batch_weights(scores, mask):
    found = np.zeros_like(scores)
    for row, real in enumerate(mask):
        keep = np.flatnonzero(real)
        found[row][:, :, keep] = softmax(scores[row][:, :, keep])
    return found


def not_started(texts, pad_id, side): ...


def not_started_either(scores, mask): ...


CHECKS = {
    "pad_batch": (check_pad_batch, pad_batch, not_started),
    "batch_weights": (check_batch_weights, batch_weights, not_started_either),
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_right_answer(name):
    check, answer, _ = CHECKS[name]
    feedback = check(answer)
    assert feedback.right, feedback
    assert "all" in feedback.text


@pytest.mark.parametrize("name", CHECKS)
def test_the_stub(name):
    check, _, stub = CHECKS[name]
    assert "Not started" in repr(check(stub))


@pytest.mark.parametrize("name", CHECKS)
def test_an_error_inside_is_told(name):
    check = CHECKS[name][0]

    def stops(*case):
        raise KeyError("no such row")

    assert "stopped with KeyError" in repr(check(stops))
    assert "a function is needed" in repr(check(None))


def test_other_forms_of_the_same_answer():
    assert check_pad_batch(lambda *case: np.array(pad_batch(*case)))
    assert check_pad_batch(lambda *case: [np.array(x) for x in pad_batch(*case)])


def with_mask(make):
    def answer(texts, pad_id, side):
        ids, mask, positions = (np.array(x) for x in pad_batch(texts, pad_id, side))
        return make(ids, mask, positions, pad_id)

    return answer


def wide(mask):
    return mask[:, None, None, :]


WRONG = {
    "always right": (
        "pad_batch",
        lambda t, p, s: pad_batch(t, p, "right"),
        "right for padding on the right",
    ),
    "running sum": (
        "pad_batch",
        with_mask(lambda i, m, p, pad: (i, m, np.maximum(np.cumsum(m, axis=1) - 1, 0))),
        "those of pads on the right",
    ),
    "two tables": (
        "pad_batch",
        lambda t, p, s: pad_batch(t, p, s)[:2],
        "positions are wanted",
    ),
    "always left": (
        "pad_batch",
        lambda t, p, s: pad_batch(t, p, "left"),
        "right for padding on the left",
    ),
    "sides exchanged": (
        "pad_batch",
        lambda t, p, s: pad_batch(t, p, "left" if s == "right" else "right"),
        "sides have changed places",
    ),
    "pads are 0": ("pad_batch", lambda t, p, s: pad_batch(t, 0, s), "`pad_id`"),
    "mask from the IDs": (
        "pad_batch",
        with_mask(lambda i, m, pos, pad: (i, i != pad, pos)),
        "where the padding is, not where the pads' ID is",
    ),
    "mask from the IDs, positions too": (
        "pad_batch",
        with_mask(lambda i, m, pos, pad: (i, i != pad, pos * (i != pad))),
        "where the padding is, not where the pads' ID is",
    ),
    "mask inverted": (
        "pad_batch",
        with_mask(lambda i, m, pos, pad: (i, 1 - m, pos)),
        "the other way round",
    ),
    "mask of ones": (
        "pad_batch",
        with_mask(lambda i, m, pos, pad: (i, m**0, pos)),
        "1 everywhere",
    ),
    "the row's positions": (
        "pad_batch",
        with_mask(lambda i, m, pos, pad: (i, m, [list(range(len(r))) for r in m])),
        "from the first place of the row",
    ),
    "position -1": (
        "pad_batch",
        with_mask(lambda i, m, pos, pad: (i, m, np.cumsum(m, 1) - 1)),
        "position -1",
    ),
    "positions from 1": (
        "pad_batch",
        with_mask(lambda i, m, pos, pad: (i, m, (pos + 1) * m)),
        "begin at 0",
    ),
    "wrong order": (
        "pad_batch",
        with_mask(lambda i, m, pos, pad: (i, pos, m)),
        "mask and positions have changed places",
    ),
    "too short": (
        "pad_batch",
        with_mask(lambda i, m, pos, pad: (i[:, :-1], m[:, :-1], pos[:, :-1])),
        "shape",
    ),
    "broadcast in silence": (
        "batch_weights",
        lambda s, m: softmax(s + (1 - m) * -10_000.0),
        "mask[:, None, None, :]",
    ),
    "rows masked": (
        "batch_weights",
        lambda s, m: softmax(s + (1 - m[:, None, :, None]) * -10_000.0),
        "added to a whole row changes nothing",
    ),
    "mask inverted, weights": (
        "batch_weights",
        lambda s, m: softmax(s + wide(m) * -10_000.0),
        "the other way round",
    ),
    "masked afterwards": (
        "batch_weights",
        lambda s, m: softmax(s) * wide(m),
        "no longer sum to 1",
    ),
    "scores of 0": (
        "batch_weights",
        lambda s, m: softmax(s * wide(m)),
        "np.exp(0) is 1",
    ),
    "no mask": ("batch_weights", lambda s, m: softmax(s), "Is the mask used?"),
    "columns": (
        "batch_weights",
        lambda s, m: softmax(s + (1 - wide(m)) * -10_000.0, axis=-2),
        "over the tokens that look",
    ),
    "no rows for pads": (
        "batch_weights",
        lambda s, m: batch_weights(s, m) * m[:, None, :, None],
        "own rows have to sum to 1",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_typical_mistake_gets_its_hint(name):
    exercise, answer, hint = WRONG[name]
    feedback = CHECKS[exercise][0](answer)
    assert not feedback
    assert hint in feedback.text


def test_what_is_given_is_not_changed():
    def greedy(texts, pad_id, side):
        longest = max(map(len, texts))
        found = pad_batch(texts, pad_id, side)
        for text in texts:
            text += [pad_id] * (longest - len(text))
        return found

    assert check_pad_batch(greedy)


def test_an_answer_for_padding_on_the_right_alone_is_not_enough():
    def first_tokens(scores, mask):
        ends = np.arange(mask.shape[1]) < mask.sum(axis=1, keepdims=True)
        return batch_weights(scores, ends)

    assert not check_batch_weights(first_tokens)
