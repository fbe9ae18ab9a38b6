"""Checks for notebook 07: attention."""

from __future__ import annotations

from itertools import product

import numpy as np

from .feedback import check


def attention_weights(query, key, *, scale="root", axis=-1, swapped=False):
    """Return one head's weights: the answer that the check expects."""
    if swapped:
        query, key = key, query
    tokens, size = query.shape
    divisor = {
        "root": np.sqrt(size),
        "none": 1,
        "size": size,
        "times": 1 / np.sqrt(size),
        "tokens": np.sqrt(tokens),
        "32": np.sqrt(32),
    }
    powers = np.exp(query @ key.T / divisor[scale])
    return powers / powers.sum(axis=axis, keepdims=True)


# What goes wrong, each with its hint; two at once are common, so all are combined.
_FAULTS = (
    {
        "": {},
        "the scores are not divided by the root of the size.": {"scale": "none"},
        "divide the scores by the root of the size, not by the size itself.": {
            "scale": "size"
        },
        "the scores are divided by the root of the size, not multiplied.": {
            "scale": "times"
        },
        "divide by the root of the head's size (how many numbers a query has), not of"
        " the number of tokens.": {"scale": "tokens"},
        "the 32 is the head's size in one model alone: use query.shape[1].": {
            "scale": "32"
        },
    },
    {
        "": {},
        "your columns sum to 1: softmax goes along each row, axis=-1 with"
        " keepdims=True.": {"axis": 0},
        "all of your weights together sum to 1: softmax goes along each row by itself,"
        " axis=-1 with keepdims=True.": {"axis": None},
    },
    {
        "": {},
        "queries and keys have changed places: row i belongs to query i.": {
            "swapped": True
        },
    },
)


def _combined():
    """Every combination of faults, the fewest first, with the hints of each."""
    found = []
    for chosen in product(*(line.items() for line in _FAULTS)):
        hints = [hint for hint, _ in chosen if hint]
        changed = {key: value for _, change in chosen for key, value in change.items()}
        if hints:
            found.append((len(hints), changed, " Also: ".join(hints)))
    found.sort(key=lambda fault: fault[0])
    return [(_weights_with(changed), hint) for _, changed, hint in found]


def _weights_with(changed):
    return lambda query, key: attention_weights(query, key, **changed)


def _scores(query, key):
    return query @ key.T / np.sqrt(query.shape[1])


def _without_keepdims(query, key):
    powers = np.exp(_scores(query, key))
    return powers / powers.sum(axis=-1)


def check_attention_weights(answer):
    """Check ``answer(query, key)``: (tokens, tokens), from (tokens, size) of one head.

    Each row is the softmax of one token's scores.
    """
    draws = map(np.random.default_rng, range(3))
    shapes = ((3, 5), (4, 4), (6, 2))
    return check(
        answer,
        attention_weights,
        [tuple(r.normal(size=(2, *shape))) for r, shape in zip(draws, shapes)],
        [
            *_combined(),
            (
                _without_keepdims,
                "each row's sum has divided a column: the sum needs keepdims=True, so"
                " that it stands beside its row.",
            ),
            (
                _scores,
                "those are the scores: now the softmax of each row.",
            ),
            (
                lambda query, key: query @ key.T,
                "those are dot products: divide them by the root of the size, then take"
                " the softmax of each row.",
            ),
            (
                lambda query, key: np.exp(_scores(query, key)),
                "the exponentials of each row have to be divided by their sum.",
            ),
            (
                lambda query, key: (
                    _scores(query, key)
                    / _scores(query, key).sum(axis=-1, keepdims=True)
                ),
                "without the exponential a weight can be negative: softmax divides"
                " np.exp(scores) by its sum.",
            ),
        ],
    )


def join_heads(weights, value):
    """Return all heads' results side by side: the answer that the check expects."""
    mixed = weights @ value  # (heads, tokens, size)
    return mixed.transpose(1, 0, 2).reshape(value.shape[1], -1)


def _heads_case(seed, heads, tokens, size):
    random = np.random.default_rng(seed)
    weights = random.dirichlet(np.ones(tokens), size=(heads, tokens))
    return weights, random.normal(size=(heads, tokens, size))


def check_join_heads(answer):
    """Check ``answer(weights, value)``: (tokens, heads × size).

    From weights (heads, tokens, tokens) and values (heads, tokens, size).
    """

    def turned(weights):
        return weights.transpose(0, 2, 1)

    return check(
        answer,
        join_heads,
        [
            _heads_case(seed, *shape)
            for seed, shape in enumerate([(2, 3, 4), (3, 4, 2), (4, 4, 4)])
        ],
        [
            (
                lambda w, v: (w @ v).reshape(v.shape[1], -1),
                "a reshape alone reads head after head, so that a row mixes tokens:"
                " first bring the tokens to the front with transpose(1, 0, 2).",
            ),
            (
                lambda w, v: (turned(w) @ v).reshape(v.shape[1], -1),
                "the weights are transposed, and a reshape alone mixes tokens: row i of"
                " the weights belongs to token i, and transpose(1, 0, 2) comes before"
                " the reshape.",
            ),
            (
                lambda w, v: join_heads(turned(w), v),
                "the weights are transposed: row i of the weights, times the values, is"
                " token i's result.",
            ),
            (
                lambda w, v: (w @ v).transpose(1, 2, 0).reshape(v.shape[1], -1),
                "the heads' numbers alternate: in the joined row all of head 1 comes"
                " first, so transpose to (tokens, heads, size).",
            ),
            (
                lambda w, v: (w @ v).sum(axis=0),
                "the heads are not added: they stand side by side.",
            ),
            (
                lambda w, v: (w @ v).mean(axis=0),
                "the heads are not averaged: they stand side by side.",
            ),
            (
                lambda w, v: w @ v,
                "those are the heads' results one by one: now join them,"
                " (tokens, heads × size).",
            ),
            (
                lambda w, v: (w @ v).transpose(1, 0, 2),
                "nearly: one reshape makes (tokens, heads × size) of it.",
            ),
            (
                lambda w, v: v.transpose(1, 0, 2).reshape(v.shape[1], -1),
                "those are the values, joined: average them with the weights first.",
            ),
        ],
    )
