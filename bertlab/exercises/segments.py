"""Checks for notebook 04: token type embeddings."""

from __future__ import annotations

import numpy as np

from .feedback import check

PAIRS = (
    ([7592, 2088], [3899], 101, 102),
    ([5], [6, 7, 8], 1, 2),
    ([9, 8, 7, 6], [5, 4], 11, 12),
)


def pair_input(
    first, second, cls, sep, *, closed=True, type_of_first_sep=0, restart=False
):
    """Build a pair's three lists: the answer that the check expects."""
    ids = [cls, *first, sep, *second, *([sep] if closed else [])]
    beginning = len(first) + 2
    types = [0 if i < beginning else 1 for i in range(len(ids))]
    types[beginning - 1] = type_of_first_sep
    positions = list(range(len(ids)))
    if restart:
        positions[beginning:] = range(len(ids) - beginning)
    return ids, types, positions


def check_build_pair(answer):
    """Check ``answer(first_ids, second_ids, cls_id, sep_id)``: IDs, types, positions.

    Three lists of one length, in this order.
    """

    def varied(**how):
        return lambda *case: pair_input(*case, **how)

    def changed(change):
        return lambda *case: change(*pair_input(*case), len(case[0]) + 2)

    return check(
        answer,
        pair_input,
        PAIRS,
        [
            (
                varied(closed=False),
                "the second text is closed by a [SEP] of its own, of type 1.",
            ),
            (
                varied(type_of_first_sep=1),
                "the first [SEP] closes the first text, so it has type 0.",
            ),
            (
                varied(restart=True),
                "positions do not begin again at the second text: they count through.",
            ),
            (
                changed(lambda ids, types, at, n: (ids, types, [p + 1 for p in at])),
                "positions begin at 0: [CLS] stands there.",
            ),
            (
                changed(
                    lambda ids, types, at, n: (ids, [*types[:-1], 0], at),
                ),
                "the last [SEP] closes the second text, so it has type 1.",
            ),
            (
                changed(lambda ids, types, at, n: (ids, [0] * len(ids), at)),
                "the second text and its [SEP] have type 1.",
            ),
            (
                changed(lambda ids, types, at, n: (ids, [1 - t for t in types], at)),
                "the other way round: the first text has type 0.",
            ),
            (
                changed(
                    lambda ids, types, at, n: (
                        [*ids[:n], ids[0], *ids[n:]],
                        [*types, 1],
                        [*at, len(at)],
                    )
                ),
                "there is one [CLS], at the beginning: the second text has none.",
            ),
            (
                changed(lambda ids, types, at, n: (ids[1:], types[1:], at[:-1])),
                "there is no [CLS]: it stands first, at position 0, with type 0.",
            ),
            (
                changed(lambda ids, types, at, n: (ids, [t + 1 for t in types], at)),
                "the types are 0 and 1, the rows of the table, not 1 and 2.",
            ),
            (
                changed(lambda ids, types, at, n: (ids, at, types)),
                "the right lists in another order: IDs, types, positions.",
            ),
        ],
    )


def relative_shift(before, after):
    """Return the mean relative distance by layer: the answer that the check expects."""
    distance = np.linalg.norm(after - before, axis=-1)  # (layers, tokens)
    return (distance / np.linalg.norm(before, axis=-1)).mean(axis=-1)


def check_relative_shift(answer):
    """Check ``answer(before, after)``: (layers,), from two (layers, tokens, hidden)."""
    norm = np.linalg.norm
    return check(
        answer,
        relative_shift,
        [_states(seed, 3, 4, 5) for seed in range(3)],
        [
            (
                lambda b, a: norm(a - b, axis=-1).mean(axis=-1),
                "that is the distance itself: divide each by the norm of the state"
                " before.",
            ),
            (
                lambda b, a: (norm(a - b, axis=-1) / norm(b, axis=-1)).mean(axis=0),
                "one figure for each layer is wanted: the mean goes over the tokens,"
                " axis 1 of what is left.",
            ),
            (
                lambda b, a: (norm(a - b, axis=-1) / norm(b, axis=-1)).mean(),
                "one figure for each layer is wanted: the mean goes over the tokens"
                " alone.",
            ),
            (
                lambda b, a: norm(a - b, axis=-1) / norm(b, axis=-1),
                "the relative distance of each token: now take the mean over tokens.",
            ),
            (
                lambda b, a: (norm(a - b, axis=-1) / norm(a, axis=-1)).mean(axis=-1),
                "divide by the norm of the state before, not after.",
            ),
            (
                lambda b, a: (
                    norm((a - b).mean(axis=1), axis=-1) / norm(b, axis=-1).mean(axis=-1)
                ),
                "the norm of the mean difference lets tokens that move in opposite"
                " directions cancel out: take each token's norm first.",
            ),
            (
                lambda b, a: (
                    norm((a - b).mean(axis=1), axis=-1) / norm(b.mean(axis=1), axis=-1)
                ),
                "the norm of the mean difference lets tokens that move in opposite"
                " directions cancel out: take each token's norm first.",
            ),
            (
                lambda b, a: (
                    norm(a - b, axis=-1).mean(axis=-1) / norm(b, axis=-1).mean(axis=-1)
                ),
                "divide for each token first and take the mean after that; the mean of"
                " ratios is not the ratio of means.",
            ),
            (
                lambda b, a: (norm(a - b, axis=1) / norm(b, axis=1)).mean(axis=-1),
                "that is a norm over the tokens, axis 1: the hidden axis is the last,"
                " axis=-1.",
            ),
            (
                lambda b, a: norm(a - b) / norm(b),
                "without an axis the norm takes all numbers at once: give axis=-1, for"
                " one norm for each token.",
            ),
            (
                lambda b, a: norm(a - b, axis=(1, 2)) / norm(b, axis=(1, 2)),
                "that is the norm over all tokens at once: give axis=-1, for one norm"
                " for each token.",
            ),
            (
                lambda b, a: (
                    (norm(a, axis=-1) - norm(b, axis=-1)) / norm(b, axis=-1)
                ).mean(axis=-1),
                "that is how much the norm grows: a state can move far and keep its"
                " norm. Subtract the states first.",
            ),
        ],
    )


def nearer_mean(before, after, new_before, new_after, *, measure=None):
    """Return the share taken for what it is: the answer that the check expects."""
    measure = measure or (lambda rows, mean: np.linalg.norm(rows - mean, axis=-1))
    means = before.mean(axis=0), after.mean(axis=0)
    right = [
        measure(rows, means[own]) < measure(rows, means[1 - own])
        for own, rows in enumerate((new_before, new_after))
    ]
    return np.concatenate(right).mean()


def _angle(rows, mean):
    norms = np.linalg.norm(rows, axis=-1) * np.linalg.norm(mean)
    return -(rows @ mean) / norms


def check_nearer_mean(answer):
    """Check ``answer(before, after, new_before, new_after)``: a share from 0 to 1.

    Each argument is (tokens, hidden). The first two give the means, the last two are
    told apart by which of the means is nearer.
    """
    cases = []
    for seed in range(4):
        before, noise = _states(seed, 50, 4)
        after = before + [1.5, -1.0, 0.5, 0.0] + 0.2 * noise
        cases.append((before[:20], after[:20], before[20:], after[25:]))
    return check(
        answer,
        nearer_mean,
        cases,
        [
            (
                lambda b, a, c, d: nearer_mean(c, d, c, d),
                "the means come from the first two alone: taken from the new states,"
                " they have seen the answers.",
            ),
            (
                lambda b, a, c, d: nearer_mean(b, a, b, a),
                "you judge the states that the means came from: use the new ones.",
            ),
            (
                lambda b, a, c, d: 1 - nearer_mean(b, a, c, d),
                "the other way round: count a state as after where the mean of the"
                " states after is the nearer one.",
            ),
            (
                lambda b, a, c, d: nearer_mean(b, a, c[:0], d),
                "you count the states after alone: those before can be wrong too.",
            ),
            (
                lambda b, a, c, d: nearer_mean(b, a, c, d[:0]),
                "you count the states before alone: those after can be wrong too.",
            ),
            (
                lambda b, a, c, d: nearer_mean(b, a, c, d, measure=_angle),
                "that is the mean with the larger cosine: use the distance.",
            ),
            (
                lambda b, a, c, d: (
                    (nearer_mean(b, a, c[:0], d) + nearer_mean(b, a, c, d[:0])) / 2
                ),
                "you take the mean of two shares; with unequal numbers of states that"
                " is not the share of all of them.",
            ),
        ],
        atol=1e-6,
    )


def _states(seed, *shape):
    random = np.random.default_rng(seed)
    before = (
        random.normal(2, 1, size=shape)
        * random.uniform(1, 4, size=shape[:-1])[..., None]
    )
    return before, before + random.normal(size=shape)
