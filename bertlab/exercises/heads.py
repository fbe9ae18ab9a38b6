"""Checks for notebook 07: padding that nobody looks at, the head that looks back."""

from __future__ import annotations

import numpy as np

from .attention import attention_weights
from .feedback import check


def masked_weights(query, key, mask, *, lowest=-np.inf, scale=True):
    """Return one head's weights, none of them to padding: the answer expected."""
    scores = query @ key.T / (np.sqrt(query.shape[1]) if scale else 1)
    powers = np.exp(np.where(mask, scores, lowest))
    return powers / powers.sum(axis=-1, keepdims=True)


def check_masked_weights(answer):
    """Check ``answer(query, key, mask)``: (tokens, tokens).

    From query and key, (tokens, size), and a mask (tokens,) of 1 and, for padding, 0:
    padding gets no weight, and each row sums to 1.
    """
    cases = []
    for seed, mask in enumerate(([1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0], [0, 1, 1, 1])):
        random = np.random.default_rng(seed)
        cases.append((*random.normal(size=(2, len(mask), 3)), np.array(mask)))
    return check(
        answer,
        masked_weights,
        cases,
        [
            (
                lambda q, k, mask: attention_weights(q, k) * mask,
                "padding gets 0, but the rows no longer sum to 1: make the scores very"
                " small before softmax, or divide each row by its new sum.",
            ),
            (
                lambda q, k, mask: attention_weights(q, k) * mask[:, None],
                "you have masked the rows: those are the tokens that look. Padding may"
                " not be looked at, and stands in the columns.",
            ),
            (
                lambda q, k, mask: attention_weights(q, k) * mask * mask[:, None],
                "you have masked rows and columns, after softmax: mask the columns"
                " alone, before it.",
            ),
            (
                lambda q, k, mask: masked_weights(q, k, mask) * mask[:, None],
                "the padding's own rows have to sum to 1 too: mask the columns alone.",
            ),
            (
                lambda q, k, mask: masked_weights(q, k, mask, lowest=0),
                "a score of 0 makes no weight of 0, since np.exp(0) is 1: use a very"
                " small score, such as -10_000.",
            ),
            (
                lambda q, k, mask: masked_weights(q, k, 1 - mask),
                "the mask is 1 for a real token and 0 for padding: yours does it the"
                " other way round.",
            ),
            (
                lambda q, k, mask: attention_weights(q, k),
                "the mask is not used yet: padding still gets some weight.",
            ),
            (
                lambda q, k, mask: masked_weights(q, k, mask, scale=False),
                "the scores are not divided by the root of the size.",
            ),
        ],
    )


def previous_head(attentions, *, offset=-1, summary=np.mean, over=np.mean):
    """Return the head that looks back by one: the answer that the check expects."""
    given = [
        summary(np.diagonal(a, offset=offset, axis1=-2, axis2=-1), axis=-1)
        for a in attentions
    ]  # (layers, heads) each
    mean = over(given, axis=0)
    layer, head = np.unravel_index(mean.argmax(), mean.shape)
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


def check_find_head(answer):
    """Check ``answer(attentions)``: layer and head, from 1, that look back by one most.

    `attentions` is a list with one (layers, heads, tokens, tokens) for each text.
    """
    cases = [(_texts(seed)[0],) for seed in range(3)]

    def changed(change):
        return lambda attentions: change(*previous_head(attentions))

    def pooled(means, axis):
        return np.average(means, axis=axis, weights=[n - 1 for n in _LENGTHS])

    def by_tokens(given, axis):
        return given.sum(axis=axis) / (given.shape[axis] + 1)

    return check(
        answer,
        previous_head,
        cases,
        [
            (
                changed(lambda layer, head: (layer - 1, head - 1)),
                "the right one, counted from 0: layers and heads count from 1 here.",
            ),
            (
                changed(lambda layer, head: (layer - 1, head)),
                "layers count from 1 too.",
            ),
            (
                changed(lambda layer, head: (layer, head - 1)),
                "heads count from 1 too.",
            ),
            (
                changed(lambda layer, head: (head, layer)),
                "layer and head have changed places: the layer comes first.",
            ),
            (
                changed(lambda layer, head: (layer - 1) * 4 + head - 1),
                "that is the place in a flat list: np.unravel_index makes layer and"
                " head of it.",
            ),
            (
                lambda attentions: previous_head(attentions, offset=1),
                "that one looks at the next token: the token before i is in column"
                " i - 1.",
            ),
            (
                lambda attentions: previous_head(attentions, offset=0),
                "that one looks at itself: the token before i is in column i - 1.",
            ),
            (
                lambda attentions: previous_head(attentions, summary=np.max),
                "that one has the largest single weight: take the mean over the"
                " tokens.",
            ),
            (
                lambda attentions: previous_head(attentions[:1]),
                "in the first text, yes: take the mean over all texts.",
            ),
            (
                lambda attentions: previous_head(attentions, over=np.max),
                "that one is the best of any single text: take the mean over the"
                " texts, not the largest.",
            ),
            (
                lambda attentions: previous_head(attentions, over=pooled),
                "there each token counts the same, so that a long text counts more:"
                " the mean within each text first, then over the texts.",
            ),
            (
                lambda attentions: previous_head(attentions, summary=by_tokens),
                "the first token has none before it: the mean is over one token fewer"
                " than the text has.",
            ),
        ],
    )
