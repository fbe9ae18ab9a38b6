"""Checks for notebook 09: a batch padded by hand, attention that leaves pads out."""

from __future__ import annotations

import numpy as np

from .feedback import check


def pad_batch(texts, pad_id, side):
    """Return IDs, mask and positions of a padded batch: the answer expected."""
    longest = max(map(len, texts))
    ids = np.full((len(texts), longest), pad_id)
    mask, positions = np.zeros_like(ids), np.zeros_like(ids)
    for row, text in enumerate(texts):
        n = len(text)
        own = slice(longest - n, None) if side == "left" else slice(n)
        ids[row, own], mask[row, own], positions[row, own] = text, 1, range(n)
    return np.stack([ids, mask, positions])


def _other_side(texts, pad_id, side):
    return pad_batch(texts, pad_id, "right" if side == "left" else "left")


def _with(change):
    """Return the answer with `change(ids, mask, positions, pad_id)` in its place."""

    def mistake(texts, pad_id, side):
        return np.stack(change(*pad_batch(texts, pad_id, side), pad_id))

    return mistake


def _row_positions(mask):
    return np.broadcast_to(np.arange(mask.shape[1]), mask.shape)


def check_pad_batch(answer):
    """Check ``answer(texts, pad_id, side)``: IDs, mask and positions.

    `texts` is a list of lists of token IDs, and `side` is "right" or "left". Each of
    the three is (texts, longest); a pad has mask 0 and position 0.
    """
    cases = [
        ([[101, 7, 8, 102], [101, 102]], 0, "right"),
        ([[101, 7, 8, 102], [101, 102], [101, 9, 102]], 0, "left"),
        ([[2, 11, 3], [2, 11, 12, 13, 3]], 5, "left"),
        # A text may have the pads' own ID in it: [PAD] can be typed.
        ([[2, 5, 11, 3], [2, 3], [2, 5, 3]], 5, "right"),
    ]

    def padded(texts, pad_id, side):  # so that a tuple, a list and an array are alike
        found = answer(texts, pad_id, side)
        return found if found is None or found is ... else np.asarray(found)

    padded.__wrapped__ = answer
    return check(
        padded if callable(answer) else answer,
        pad_batch,
        cases,
        [
            (
                lambda texts, pad_id, side: pad_batch(texts, pad_id, "right"),
                "right for padding on the right; `side` is not used yet.",
            ),
            (
                lambda texts, pad_id, side: pad_batch(texts, pad_id, "left"),
                "right for padding on the left; `side` is not used yet.",
            ),
            (
                _other_side,
                "the sides have changed places: padding on the left puts the pads"
                " before the text.",
            ),
            (
                lambda texts, pad_id, side: pad_batch(texts, 0, side),
                "the pads' ID is `pad_id`, which is not 0 in every vocabulary.",
            ),
            (
                _with(lambda i, m, p, pad: (i, i != pad, np.where(i != pad, p, 0))),
                "the mask says where the padding is, not where the pads' ID is: a"
                " [PAD] that stands in the text itself is one of its tokens. Use the"
                " text's length.",
            ),
            (
                _with(lambda i, m, p, pad: (i, i != pad, p)),
                "the mask says where the padding is, not where the pads' ID is: a"
                " [PAD] that stands in the text itself is one of its tokens. Use the"
                " text's length.",
            ),
            (
                _with(lambda i, m, p, pad: (i, 1 - m, p)),
                "the mask is 1 for a token and 0 for a pad: yours does it the other"
                " way round.",
            ),
            (
                _with(lambda i, m, p, pad: (i, np.ones_like(m), p)),
                "your mask is 1 everywhere, so all would look at the pads.",
            ),
            (
                _with(lambda i, m, p, pad: (i, m, _row_positions(m))),
                "your positions are counted from the first place of the row: on the"
                " left that moves every token, and pads are to have 0.",
            ),
            (
                _with(lambda i, m, p, pad: (i, m, np.cumsum(m, axis=1) - 1)),
                "the tokens' positions are right, but not the pads', which are to have"
                " 0: on the left there would be a position -1.",
            ),
            (
                _with(lambda i, m, p, pad: (i, m, np.maximum(m.cumsum(axis=1) - 1, 0))),
                "the tokens' positions are right, but not those of pads on the right,"
                " which are to have 0 as well: the running sum goes on past the text.",
            ),
            (
                lambda texts, pad_id, side: pad_batch(texts, pad_id, side)[:2],
                "two tables are right, the IDs and the mask: the positions are wanted"
                " as the third.",
            ),
            (
                _with(lambda i, m, p, pad: (i, m, np.cumsum(m, axis=1) * m)),
                "positions begin at 0: the first token of each text has 0, not 1.",
            ),
            (
                _with(lambda i, m, p, pad: (i, p, m)),
                "mask and positions have changed places.",
            ),
        ],
    )


def batch_weights(scores, mask, *, axes=(0, 3), axis=-1):
    """Return attention weights of a batch, none of them to pads: the answer expected.

    `axes` are those of the scores that the mask's two belong to.
    """
    shape = [scores.shape[i] if i in axes else 1 for i in range(4)]
    scores = scores + (1 - mask.reshape(shape)) * -10_000.0
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def check_batch_weights(answer):
    """Check ``answer(scores, mask)``: (texts, heads, tokens, tokens).

    `scores` are (texts, heads, tokens, tokens), `mask` is (texts, tokens) of 1 and, for
    pads, 0. Pads get no weight, and each row sums to 1.
    """
    cases = []
    # As many texts as tokens: a mask without the axes that it needs then broadcasts,
    # and is wrong in silence. Each has a pad: a mask the wrong way round hides not all.
    for seed, lengths in enumerate(([2, 2, 1], [3, 2, 1, 3], [1, 2, 2])):
        random = np.random.default_rng(seed)
        n = len(lengths)
        mask = (np.arange(n) < np.array(lengths)[:, None]).astype(int)
        cases.append((random.normal(size=(n, 2, n, n)), mask))
    cases[2] = (cases[2][0], cases[2][1][:, ::-1].copy())  # padded on the left

    def softmax(scores):
        return batch_weights(scores, np.ones(scores.shape[::3]))

    return check(
        answer,
        batch_weights,
        cases,
        [
            (
                lambda scores, mask: batch_weights(scores, mask, axes=(2, 3)),
                "your mask was spread over (tokens, tokens), as if its rows were"
                " tokens that look. There is no error, as there are as many texts as"
                " tokens here. It needs two axes more: mask[:, None, None, :].",
            ),
            (
                lambda scores, mask: batch_weights(scores, 1 - mask),
                "the mask is 1 for a token and 0 for a pad: yours does it the other"
                " way round.",
            ),
            (
                lambda scores, mask: softmax(scores) * mask[:, None, None, :],
                "pads get 0, but the rows no longer sum to 1: make the scores very"
                " small before softmax.",
            ),
            (
                lambda scores, mask: softmax(scores * mask[:, None, None, :]),
                "a score of 0 makes no weight of 0, since np.exp(0) is 1: add a very"
                " small number, such as -10_000, to the pads' scores.",
            ),
            (
                lambda scores, mask: softmax(scores),
                "pads still get some weight. Is the mask used? And does it stand on the"
                " last axis, that of the tokens that are looked at? A number that is"
                " added to a whole row changes nothing.",
            ),
            (
                lambda scores, mask: batch_weights(scores, mask, axis=-2),
                "the sum goes over the tokens that look; it has to go over those that"
                " are looked at, the last axis.",
            ),
            (
                lambda scores, mask: (
                    batch_weights(scores, mask) * mask[:, None, :, None]
                ),
                "the pads' own rows have to sum to 1 too: mask the columns alone.",
            ),
        ],
    )
