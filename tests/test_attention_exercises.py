"""Checks of notebook 07: right answers, the stub, and what goes wrong."""

import numpy as np
import pytest

from bertlab.exercises import (
    check_attention_weights,
    check_find_head,
    check_join_heads,
    check_mean_distance,
)
from bertlab.exercises.heads import _texts, previous_head

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


def mean_distance(weights):
    total = 0
    for i, row in enumerate(weights):
        for j, weight in enumerate(row):
            total += weight * abs(i - j)
    return total / len(weights)


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
    "mean_distance": (check_mean_distance, mean_distance),
    "find_head": (check_find_head, find_head),
}


def softmax(scores, axis=-1):
    powers = np.exp(scores)
    return powers / powers.sum(axis=axis, keepdims=True)


def dots(query, key):
    return np.einsum("id,jd->ij", query, key)


def scaled(query, key):
    return dots(query, key) / query.shape[1] ** 0.5


def places(weights):
    return np.subtract.outer(np.arange(len(weights)), np.arange(len(weights)))


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
    "left minus right": (
        "mean_distance",
        lambda w: (w * places(w)).sum(1).mean(),
        "a distance has no sign",
    ),
    "right minus left": (
        "mean_distance",
        lambda w: (w * -places(w)).sum(1).mean(),
        "a distance has no sign",
    ),
    "each token": (
        "mean_distance",
        lambda w: (w * abs(places(w))).sum(1),
        "now the mean over the tokens",
    ),
    "sum": (
        "mean_distance",
        lambda w: (w * abs(places(w))).sum(),
        "divide it by their number",
    ),
    "all pairs": (
        "mean_distance",
        lambda w: (w * abs(places(w))).mean(),
        "divides once too often",
    ),
    "columns summed": (
        "mean_distance",
        lambda w: (w * abs(places(w))).sum(0),
        "sums over who attends",
    ),
    "equal weights": (
        "mean_distance",
        lambda w: abs(places(w)).mean(),
        "the weights are not used",
    ),
    "strongest": (
        "mean_distance",
        lambda w: np.mean([abs(i - row.argmax()) for i, row in enumerate(w)]),
        "the strongest weight alone",
    ),
    "squared": (
        "mean_distance",
        lambda w: (w * places(w) ** 2).sum(1).mean(),
        "the squared distance",
    ),
    "counted from 1": (
        "mean_distance",
        lambda w: mean_distance(w) + 1,
        "0 places away from itself",
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


def test_planted_heads_are_what_they_are_planted_as():
    planted = {
        "previous": (1, 2),
        "following": (0, 1),
        "itself": (2, 0),
        "single": (2, 3),
        "first": (0, 3),
    }
    texts = _texts(0, *planted.values())
    assert [a.shape for a in texts] == [(3, 4, n, n) for n in (9, 6, 12)]
    for a in texts:
        assert np.allclose(a.sum(axis=-1), 1)
    assert previous_head(texts) == (2, 3)
    assert previous_head(texts[:1]) == (1, 4)
    assert previous_head(texts, offset=1) == (1, 2)
    assert previous_head(texts, offset=0) == (3, 1)
    assert previous_head(texts, summary=np.max) == (3, 4)
