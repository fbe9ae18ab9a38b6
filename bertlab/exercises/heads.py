"""Checks for notebook 07: how far attention goes, and the head that looks back."""

from __future__ import annotations

import numpy as np

from .feedback import check


def mean_distance(weights):
    """Return how many places away attention goes: the answer that the check expects."""
    return (weights * _away(weights)).sum(axis=-1).mean()


def _away(weights):
    places = np.arange(len(weights))
    return np.abs(places[:, None] - places)


def _signed(weights):
    places = np.arange(len(weights))
    return (weights * (places - places[:, None])).sum(axis=-1).mean()


def check_mean_distance(answer):
    """Check ``answer(weights)``: one number, in tokens, from (tokens, tokens).

    For each attending token the mean distance of what it attends to, by weight; then
    the mean over the attending tokens.
    """
    cases = []
    for seed, tokens in enumerate((3, 5, 8)):
        random = np.random.default_rng(seed)
        cases.append((random.dirichlet(np.full(tokens, 0.5), size=tokens),))
    return check(
        answer,
        mean_distance,
        cases,
        [
            (
                _signed,
                "to the left and to the right cancel out: a distance has no sign, take"
                " np.abs.",
            ),
            (
                lambda w: -_signed(w),
                "to the left and to the right cancel out: a distance has no sign, take"
                " np.abs.",
            ),
            (
                lambda w: (w * _away(w)).sum(axis=-1),
                "that is each token's own mean distance: now the mean over the tokens.",
            ),
            (
                lambda w: (w * _away(w)).sum(),
                "that is the sum over the tokens: divide it by their number.",
            ),
            (
                lambda w: (w * _away(w)).mean(),
                "the mean over all pairs divides once too often: each row's weights sum"
                " to 1 already, so sum along the row, then take the mean of the rows.",
            ),
            (
                lambda w: (w * _away(w)).sum(axis=0),
                "that sums over who attends: sum along each row, axis=-1, then take the"
                " mean.",
            ),
            (
                lambda w: _away(w).mean(),
                "the weights are not used: that is the distance under equal attention.",
            ),
            (
                lambda w: np.abs(w.argmax(axis=-1) - np.arange(len(w))).mean(),
                "that is the distance of the strongest weight alone: all of them"
                " count, each by its weight.",
            ),
            (
                lambda w: (w * _away(w) ** 2).sum(axis=-1).mean(),
                "that is the mean of the squared distance.",
            ),
            (
                lambda w: (w * (_away(w) + 1)).sum(axis=-1).mean(),
                "a token is 0 places away from itself, its neighbour 1.",
            ),
        ],
    )


def previous_head(attentions, *, offset=-1, summary=np.mean):
    """Return the head that looks back by one: the answer that the check expects."""
    given = [
        summary(np.diagonal(a, offset=offset, axis1=-2, axis2=-1), axis=-1)
        for a in attentions
    ]  # (layers, heads) each
    mean = np.mean(given, axis=0)
    layer, head = np.unravel_index(mean.argmax(), mean.shape)
    return int(layer) + 1, int(head) + 1


def _texts(seed, previous, following, itself, single, first):
    """Attention in three texts, with heads (from 0) that are made to look somewhere."""
    random = np.random.default_rng(seed)
    found = []
    for n, tokens in enumerate((9, 6, 12)):
        a = random.dirichlet(np.ones(tokens), size=(3, 4, tokens))
        looks = {previous: (-1, 0.5), following: (1, 0.7), itself: (0, 0.8)}
        if n == 0:  # in the first text alone another one looks back still more
            looks[first] = (-1, 0.9)
        for which, (offset, share) in looks.items():
            a[which] = (1 - share) * a[which] + share * np.eye(tokens, k=offset)
        a[single][3] = np.eye(tokens)[2]  # one token of it does nothing else
        found.append(a / a.sum(axis=-1, keepdims=True))
    return found


def check_find_head(answer):
    """Check ``answer(attentions)``: layer and head, from 1, that look back by one most.

    `attentions` is a list with one (layers, heads, tokens, tokens) for each text.
    """
    cases = [
        (_texts(0, (1, 2), (0, 1), (2, 0), (2, 3), (0, 3)),),
        (_texts(1, (0, 3), (2, 2), (1, 0), (1, 1), (2, 1)),),
        (_texts(2, (2, 1), (1, 3), (0, 0), (1, 2), (0, 2)),),
    ]

    def changed(change):
        return lambda attentions: change(*previous_head(attentions))

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
        ],
    )
