"""Checks of notebook 07: right answers, the stub, and what goes wrong."""

import numpy as np
import pytest

from bertlab.exercises import (
    check_attention_weights,
    check_find_head,
    check_join_heads,
    check_masked_weights,
)
from bertlab.exercises.heads import _texts

# Right answers, written as a learner would: not the package's own.


def attention_weights(query, key):
    rows = []
    for q in query:
        scores = [float(sum(q * k)) / len(q) ** 0.5 for k in key]
        powers = [2.718281828459045**score for score in scores]
        rows.append([power / sum(powers) for power in powers])
    return rows


def join_heads(weights, value):
    return np.concatenate([w @ v for w, v in zip(weights, value)], axis=1)


def masked_weights(query, key, mask):
    weights = np.zeros((len(query), len(key)))
    real = [i for i, one in enumerate(mask) if one]
    weights[:, real] = softmax((query @ key.T / query.shape[1] ** 0.5)[:, real])
    return weights


def find_head(attentions):
    best, found = -1, None
    layers, heads = attentions[0].shape[:2]
    for layer in range(layers):
        for head in range(heads):
            means = []
            for a in attentions:
                own = a[layer, head]
                means.append(np.mean([own[i, i - 1] for i in range(1, len(own))]))
            if np.mean(means) > best:
                best, found = np.mean(means), [layer + 1, head + 1]
    return found


CHECKS = {
    "attention_weights": (check_attention_weights, attention_weights),
    "join_heads": (check_join_heads, join_heads),
    "masked_weights": (check_masked_weights, masked_weights),
    "find_head": (check_find_head, find_head),
}


def softmax(scores, axis=-1):
    powers = np.exp(scores)
    return powers / powers.sum(axis=axis, keepdims=True)


def dots(query, key):
    return np.einsum("id,jd->ij", query, key)


def scaled(query, key):
    return dots(query, key) / query.shape[1] ** 0.5


def best(attentions, value_of, over_texts=np.mean):
    """Name the head for which `value_of` one head's weights is largest."""
    shape = attentions[0].shape[:2]
    values = [
        [over_texts([value_of(a[n, m]) for a in attentions]) for m in range(shape[1])]
        for n in range(shape[0])
    ]
    n, m = np.unravel_index(np.argmax(values), shape)
    return n + 1, m + 1


def then(change):
    return lambda attentions: change(*find_head(attentions))


WRONG = {
    "unscaled": (
        "attention_weights",
        lambda q, k: softmax(dots(q, k)),
        "not divided by the root",
    ),
    "by the size": (
        "attention_weights",
        lambda q, k: softmax(dots(q, k) / q.shape[1]),
        "not by the size itself",
    ),
    "multiplied": (
        "attention_weights",
        lambda q, k: softmax(dots(q, k) * q.shape[1] ** 0.5),
        "not multiplied",
    ),
    "root of the tokens": (
        "attention_weights",
        lambda q, k: softmax(dots(q, k) / len(q) ** 0.5),
        "not of the number of tokens",
    ),
    "columns": (
        "attention_weights",
        lambda q, k: softmax(scaled(q, k), axis=0),
        "your columns sum to 1",
    ),
    "all at once": (
        "attention_weights",
        lambda q, k: softmax(scaled(q, k), axis=None),
        "all of your weights together sum to 1",
    ),
    "without keepdims": (
        "attention_weights",
        lambda q, k: np.exp(scaled(q, k)) / np.exp(scaled(q, k)).sum(-1),
        "keepdims=True, so that it stands",
    ),
    "size written out": (
        "attention_weights",
        lambda q, k: softmax(dots(q, k) / 32**0.5),
        "the 32 is the head's size",
    ),
    "transposed": (
        "attention_weights",
        lambda q, k: softmax(scaled(k, q)),
        "have changed places",
    ),
    "unscaled columns": (
        "attention_weights",
        lambda q, k: softmax(dots(q, k), axis=0),
        "are not divided by the root of the size. Also: your columns sum to 1",
    ),
    "scores": ("attention_weights", scaled, "those are the scores"),
    "dot products": ("attention_weights", dots, "those are dot products"),
    "no sum": (
        "attention_weights",
        lambda q, k: np.exp(scaled(q, k)),
        "divided by their sum",
    ),
    "no exponential": (
        "attention_weights",
        lambda q, k: scaled(q, k) / scaled(q, k).sum(axis=1, keepdims=True),
        "without the exponential a weight can be negative",
    ),
    "reshaped only": (
        "join_heads",
        lambda w, v: np.matmul(w, v).reshape(len(v[0]), -1),
        "a reshape alone",
    ),
    "weights transposed": (
        "join_heads",
        lambda w, v: join_heads(np.swapaxes(w, 1, 2), v),
        "the weights are transposed: row i",
    ),
    "both": (
        "join_heads",
        lambda w, v: (np.swapaxes(w, 1, 2) @ v).reshape(len(v[0]), -1),
        "transposed, and a reshape alone",
    ),
    "alternating": (
        "join_heads",
        lambda w, v: np.stack([a @ b for a, b in zip(w, v)], -1).reshape(len(v[0]), -1),
        "the heads' numbers alternate",
    ),
    "added": ("join_heads", lambda w, v: sum(w @ v), "the heads are not added"),
    "averaged": (
        "join_heads",
        lambda w, v: sum(w @ v) / len(v),
        "the heads are not averaged",
    ),
    "not joined": ("join_heads", lambda w, v: w @ v, "one by one: now join them"),
    "three axes": (
        "join_heads",
        lambda w, v: np.swapaxes(w @ v, 0, 1),
        "nearly: one reshape",
    ),
    "values": ("join_heads", lambda w, v: np.concatenate(v, 1), "those are the values"),
    "masked afterwards": (
        "masked_weights",
        lambda q, k, m: softmax(scaled(q, k)) * m,
        "the rows no longer sum to 1",
    ),
    "rows masked": (
        "masked_weights",
        lambda q, k, m: softmax(scaled(q, k)) * m[:, None],
        "you have masked the rows",
    ),
    "rows and columns": (
        "masked_weights",
        lambda q, k, m: softmax(scaled(q, k)) * np.outer(m, m),
        "you have masked rows and columns",
    ),
    "rows of padding": (
        "masked_weights",
        lambda q, k, m: softmax(scaled(q, k) - 1e4 * (1 - m)) * m[:, None],
        "the padding's own rows",
    ),
    "scores of 0": (
        "masked_weights",
        lambda q, k, m: softmax(scaled(q, k) * m),
        "a score of 0 makes no weight of 0",
    ),
    "the other way round": (
        "masked_weights",
        lambda q, k, m: softmax(scaled(q, k) - 1e4 * m),
        "the other way round",
    ),
    "no mask": (
        "masked_weights",
        lambda q, k, m: softmax(scaled(q, k)),
        "the mask is not used",
    ),
    "masked, unscaled": (
        "masked_weights",
        lambda q, k, m: softmax(dots(q, k) - 1e4 * (1 - m)),
        "not divided by the root",
    ),
    "both from 0": (
        "find_head",
        then(lambda n, m: (n - 1, m - 1)),
        "the right one, counted from 0",
    ),
    "layer from 0": ("find_head", then(lambda n, m: (n - 1, m)), "layers count from 1"),
    "head from 0": ("find_head", then(lambda n, m: (n, m - 1)), "heads count from 1"),
    "head first": ("find_head", then(lambda n, m: (m, n)), "the layer comes first"),
    "flat": ("find_head", then(lambda n, m: 4 * n + m - 5), "the place in a flat list"),
    "next": (
        "find_head",
        lambda given: best(given, lambda w: np.mean([*map(w.item, *after(w))])),
        "looks at the next token",
    ),
    "itself": (
        "find_head",
        lambda given: best(given, lambda w: np.trace(w) / len(w)),
        "looks at itself",
    ),
    "largest weight": (
        "find_head",
        lambda given: best(given, lambda w: max(np.diagonal(w, -1))),
        "the largest single weight",
    ),
    "best of any text": (
        "find_head",
        lambda given: best(given, lambda w: np.diagonal(w, -1).mean(), np.max),
        "the best of any single text",
    ),
    "all tokens alike": (
        "find_head",
        lambda given: best(
            given,
            lambda w: np.diagonal(w, -1).sum(),
            np.sum,
        ),
        "a long text counts more",
    ),
    "one token too many": (
        "find_head",
        lambda given: best(given, lambda w: np.trace(w, -1) / len(w)),
        "one token fewer",
    ),
    "first text": (
        "find_head",
        lambda given: find_head(given[:1]),
        "take the mean over all texts",
    ),
}


def after(w):
    """Rows and columns of each token and the one that follows it."""
    return range(len(w) - 1), range(1, len(w))


@pytest.mark.parametrize("name", CHECKS)
def test_the_right_answer(name):
    check, right = CHECKS[name]
    feedback = check(right)
    assert feedback, feedback
    assert repr(feedback) == "Right, on all 3 cases."


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("stub", [lambda *_: None, lambda *_: ...])
def test_the_untouched_stub(name, stub):
    feedback = CHECKS[name][0](stub)
    assert not feedback
    assert feedback.text == "Not started: the function returns nothing yet. Fill it in."


@pytest.mark.parametrize("mistake", WRONG)
def test_a_typical_mistake_has_its_hint(mistake):
    name, answer, hint = WRONG[mistake]
    feedback = CHECKS[name][0](answer)
    assert not feedback
    assert feedback.text.startswith("Not yet: ")
    assert hint in feedback.text


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_has_its_mistakes(name):
    assert sum(which == name for which, *_ in WRONG.values()) >= 2


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("value", ["dog", [], [[1], [1, 2]], np.ones(3), float("nan")])
def test_an_answer_of_another_kind(name, value):
    feedback = CHECKS[name][0](lambda *_: value)
    assert not feedback
    assert feedback.text.endswith(" is wanted.")


@pytest.mark.parametrize("name", CHECKS)
def test_an_answer_that_stops(name):
    feedback = CHECKS[name][0](lambda *_: 1 / 0)
    assert not feedback
    assert "it stopped with ZeroDivisionError" in feedback.text


@pytest.mark.parametrize("name", CHECKS)
def test_an_answer_almost_right(name):
    check, right = CHECKS[name]
    assert not check(lambda *given: np.asarray(right(*given)) + 0.01)


def test_scores_less_their_largest_are_right_too():
    def safe(query, key):
        scores = scaled(query, key)
        return softmax(scores - scores.max(axis=-1, keepdims=True))

    assert check_attention_weights(safe)


def test_an_answer_may_change_what_it_is_given():
    def spoils(weights, value):
        joined = join_heads(weights, value)
        weights *= 0
        return joined

    assert check_join_heads(spoils)


@pytest.mark.parametrize("seed", range(3))
def test_planted_heads_are_what_they_are_planted_as(seed):
    texts, planted = _texts(seed)
    assert [a.shape for a in texts] == [(3, 4, n, n) for n in (5, 6, 24)]
    for a in texts:
        assert np.allclose(a.sum(axis=-1), 1)
    answers = {
        name: WRONG[name][1](texts)
        for name, mistake in WRONG.items()
        if mistake[0] == "find_head"
    }
    for name, as_planted in {
        "next": "following",
        "itself": "itself",
        "largest weight": "single",
        "first text": "first",
        "best of any text": "second",
        "all tokens alike": "long",
        "one token too many": "rival",
    }.items():
        assert tuple(answers[name]) == planted[as_planted]
    assert tuple(find_head(texts)) == planted["previous"]
    assert len(set(planted["previous"])) == 2  # or "head first" would be right


def test_padding_may_be_masked_with_a_large_number_too():
    assert check_masked_weights(
        lambda q, k, m: softmax(scaled(q, k) + np.where(m, 0, -10_000))
    )
