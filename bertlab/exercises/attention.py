"""Checks for notebook 07: attention."""

from __future__ import annotations

import numpy as np

from .exercise import Exercise, combined


def attention_weights(query, key, *, divisor=None, axis=-1):
    """(tokens, tokens), from (tokens, size) of one head.

    Each row is the softmax of one token's scores.
    """
    scores = query @ key.T / (divisor or np.sqrt(query.shape[1]))
    return _softmax(scores, axis)


def _softmax(scores, axis=-1):
    powers = np.exp(scores)
    return powers / powers.sum(axis=axis, keepdims=True)


def _scores(query, key):
    return query @ key.T / np.sqrt(query.shape[1])


check_attention_weights = Exercise(
    attention_weights,
    [
        tuple(np.random.default_rng(seed).normal(size=(2, *shape)))
        for seed, shape in enumerate(((3, 5), (4, 4), (6, 2)))
    ],
    # Two or three of these at once are common.
    combined(
        attention_weights,
        """
        divisor=1 || the scores are not divided by the root of the size.
        divisor=query.shape[1]
            || divide the scores by the root of the size, not by the size itself.
        divisor=query.shape[1] ** -0.5
            || the scores are divided by the root of the size, not multiplied.
        divisor=len(query) ** 0.5
            || divide by the root of the head's size (how many numbers a query has), not
               of the number of tokens.
        divisor=32**0.5
            || the 32 is the head's size in one model alone: use query.shape[1].
        """,
        """
        axis=0
            || your columns sum to 1: softmax goes along each row, axis=-1 with
               keepdims=True.
        axis=None
            || all of your weights together sum to 1: softmax goes along each row by
               itself, axis=-1 with keepdims=True.
        """,
        """
        query=key, key=query
            || queries and keys have changed places: row i belongs to query i.
        """,
    ),
    """
    np.exp(_scores(query, key)) / np.exp(_scores(query, key)).sum(axis=-1)
        || each row's sum has divided a column: the sum needs keepdims=True, so that it
           stands beside its row.
    _scores(query, key) || those are the scores: now the softmax of each row.
    query @ key.T
        || those are dot products: divide them by the root of the size, then take the
           softmax of each row.
    np.exp(_scores(query, key))
        || the exponentials of each row have to be divided by their sum.
    _scores(query, key) / _scores(query, key).sum(axis=-1, keepdims=True)
        || without the exponential a weight can be negative: softmax divides
           np.exp(scores) by its sum.
    """,
)


def join_heads(weights, value):
    """(tokens, heads × size).

    From weights (heads, tokens, tokens) and values (heads, tokens, size).
    """
    return _joined(weights @ value)


def _joined(heads, order=(1, 0, 2)):
    return heads.transpose(order).reshape(heads.shape[1], -1)


def _turned(weights):
    return weights.transpose(0, 2, 1)


def _heads_case(seed, heads, tokens, size):
    random = np.random.default_rng(seed)
    weights = random.dirichlet(np.ones(tokens), size=(heads, tokens))
    return weights, random.normal(size=(heads, tokens, size))


check_join_heads = Exercise(
    join_heads,
    [_heads_case(0, 2, 3, 4), _heads_case(1, 3, 4, 2), _heads_case(2, 4, 4, 4)],
    """
    (weights @ value).reshape(value.shape[1], -1)
        || a reshape alone reads head after head, so that a row mixes tokens: first
           bring the tokens to the front with transpose(1, 0, 2).
    (_turned(weights) @ value).reshape(value.shape[1], -1)
        || the weights are transposed, and a reshape alone mixes tokens: row i of the
           weights belongs to token i, and transpose(1, 0, 2) comes before the reshape.
    join_heads(_turned(weights), value)
        || the weights are transposed: row i of the weights, times the values, is token
           i's result.
    _joined(weights @ value, order=(1, 2, 0))
        || the heads' numbers alternate: in the joined row all of head 1 comes first, so
           transpose to (tokens, heads, size).
    (weights @ value).sum(axis=0)
        || the heads are not added: they stand side by side.
    (weights @ value).mean(axis=0)
        || the heads are not averaged: they stand side by side.
    weights @ value
        || those are the heads' results one by one: now join them,
           (tokens, heads × size).
    (weights @ value).transpose(1, 0, 2)
        || nearly: one reshape makes (tokens, heads × size) of it.
    _joined(value) || those are the values, joined: average them with the weights first.
    """,
)


def masked_weights(query, key, mask, *, lowest=-np.inf):
    """(tokens, tokens).

    From query and key, (tokens, size), and a mask (tokens,) of 1 and, for padding, 0:
    padding gets no weight, and each row sums to 1.
    """
    return _softmax(np.where(mask, _scores(query, key), lowest))


def _masked_cases():
    for seed, mask in enumerate(([1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0], [0, 1, 1, 1])):
        random = np.random.default_rng(seed)
        yield *random.normal(size=(2, len(mask), 3)), np.array(mask)


check_masked_weights = Exercise(
    masked_weights,
    list(_masked_cases()),
    """
    attention_weights(query, key) * mask
        || padding gets 0, but the rows no longer sum to 1: make the scores very small
           before softmax, or divide each row by its new sum.
    attention_weights(query, key) * mask[:, None]
        || you have masked the rows: those are the tokens that look. Padding may not be
           looked at, and stands in the columns.
    attention_weights(query, key) * mask * mask[:, None]
        || you have masked rows and columns, after softmax: mask the columns alone,
           before it.
    right * mask[:, None]
        || the padding's own rows have to sum to 1 too: mask the columns alone.
    masked_weights(query, key, mask, lowest=0)
        || a score of 0 makes no weight of 0, since np.exp(0) is 1: use a very small
           score, such as -10_000.
    masked_weights(query, key, 1 - mask)
        || the mask is 1 for a real token and 0 for padding: yours does it the other way
           round.
    attention_weights(query, key)
        || the mask is not used yet: padding still gets some weight.
    masked_weights(query * query.shape[1] ** 0.5, key, mask)
        || the scores are not divided by the root of the size.
    """,
)


def find_head(attentions):
    """Layer and head, from 1, that look back by one most.

    `attentions` is a list with one (layers, heads, tokens, tokens) for each text.
    """
    return _best(attentions, lambda a: _diagonal(a).mean(axis=-1))


def _diagonal(attention, offset=-1):
    return np.diagonal(attention, offset=offset, axis1=-2, axis2=-1)


def _best(attentions, value_of, over=np.mean):
    """Name the head with the largest of (layers, heads) values, over all texts."""
    values = over([value_of(a) for a in attentions], axis=0)
    layer, head = np.unravel_index(values.argmax(), values.shape)
    return int(layer) + 1, int(head) + 1


_LENGTHS = 5, 6, 24
# Heads that are made to look somewhere: how far, and how much of it in each text. What
# these three do not give that way they give to the token itself.
_EXACT = {"previous": (0.8, 0.5, 0.5), "rival": (0.5, 0.5, 0.775)}
_ROUGH = {
    "following": (1, (0.7, 0.7, 0.7)),
    "itself": (0, (0.8, 0.8, 0.8)),
    "first": (-1, (0.9, 0, 0)),
    "second": (-1, (0, 0.99, 0)),
    "long": (-1, (0, 0, 0.97)),
}


def _texts(seed):
    """Attention in three texts, and which head (from 1) was made to do what."""
    random = np.random.default_rng(seed)
    names = [*_EXACT, *_ROUGH, "single"]
    places = {name: divmod(int(n), 4) for name, n in zip(names, random.permutation(12))}
    found = []
    for text, tokens in enumerate(_LENGTHS):
        a = random.dirichlet(np.ones(tokens), size=(3, 4, tokens))
        for name, shares in _EXACT.items():
            a[places[name]] = np.eye(tokens) * (1 - shares[text])
            a[places[name]] += np.eye(tokens, k=-1) * shares[text]
        for name, (offset, shares) in _ROUGH.items():
            looks = np.eye(tokens, k=offset) * shares[text]
            a[places[name]] = (1 - shares[text]) * a[places[name]] + looks
        a[places["single"]][3] = np.eye(tokens)[2]  # one token of it does nothing else
        found.append(a / a.sum(axis=-1, keepdims=True))
    return found, {name: (n + 1, m + 1) for name, (n, m) in places.items()}


check_find_head = Exercise(
    find_head,
    lambda: [(_texts(seed)[0],) for seed in range(3)],
    """
    (right[0] - 1, right[1] - 1)
        || the right one, counted from 0: layers and heads count from 1 here.
    (right[0] - 1, right[1]) || layers count from 1 too.
    (right[0], right[1] - 1) || heads count from 1 too.
    right[::-1] || layer and head have changed places: the layer comes first.
    (right[0] - 1) * 4 + right[1] - 1
        || that is the place in a flat list: np.unravel_index makes layer and head of
           it.
    _best(attentions, lambda a: _diagonal(a, 1).mean(axis=-1))
        || that one looks at the next token: the token before i is in column i - 1.
    _best(attentions, lambda a: _diagonal(a, 0).mean(axis=-1))
        || that one looks at itself: the token before i is in column i - 1.
    _best(attentions, lambda a: _diagonal(a).max(axis=-1))
        || that one has the largest single weight: take the mean over the tokens.
    find_head(attentions[:1])
        || in the first text, yes: take the mean over all texts.
    _best(attentions, lambda a: _diagonal(a).mean(axis=-1), over=np.max)
        || that one is the best of any single text: take the mean over the texts, not
           the largest.
    _best(attentions, lambda a: _diagonal(a).sum(axis=-1), over=np.sum)
        || there each token counts the same, so that a long text counts more: the mean
           within each text first, then over the texts.
    _best(attentions, lambda a: _diagonal(a).sum(axis=-1) / a.shape[-1])
        || the first token has none before it: the mean is over one token fewer than the
           text has.
    """,
)
