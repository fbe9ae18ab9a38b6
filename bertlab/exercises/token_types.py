"""Checks for notebook 04: token type embeddings."""

from __future__ import annotations

import numpy as np

from .exercise import Exercise

norm = np.linalg.norm


def pair_input(first_ids, second_ids, cls_id, sep_id):
    """IDs, types, positions: three lists of one length, in this order."""
    ids = [cls_id, *first_ids, sep_id, *second_ids, sep_id]
    beginning = len(first_ids) + 2
    return ids, [int(i >= beginning) for i in range(len(ids))], list(range(len(ids)))


check_build_pair = Exercise(
    pair_input,
    [
        ([7592, 2088], [3899], 101, 102),
        ([5], [6, 7, 8], 1, 2),
        ([9, 8, 7, 6], [5, 4], 11, 12),
    ],
    """
    tuple(part[:-1] for part in right)
        || the second text is closed by a [SEP] of its own, of type 1.
    right[0], [int(i > len(first_ids)) for i in right[2]], right[2]
        || the first [SEP] closes the first text, so it has type 0.
    right[0], right[1], [*range(len(first_ids) + 2), *range(len(second_ids) + 1)]
        || positions do not begin again at the second text: they count through.
    right[0], right[1], [p + 1 for p in right[2]]
        || positions begin at 0: [CLS] stands there.
    right[0], [*right[1][:-1], 0], right[2]
        || the last [SEP] closes the second text, so it has type 1.
    right[0], [0] * len(right[1]), right[2]
        || the second text and its [SEP] have type 1.
    right[0], [1 - t for t in right[1]], right[2]
        || the other way round: the first text has type 0.
    pair_input(first_ids, [cls_id, *second_ids], cls_id, sep_id)
        || there is one [CLS], at the beginning: the second text has none.
    right[0][1:], right[1][1:], right[2][:-1]
        || there is no [CLS]: it stands first, at position 0, with type 0.
    right[0], [t + 1 for t in right[1]], right[2]
        || the types are 0 and 1, the rows of the table, not 1 and 2.
    right[0], right[2], right[1]
        || the right lists in another order: IDs, types, positions.
    """,
)


def relative_shift(before, after):
    """(layers,), from two (layers, tokens, hidden).

    The mean over tokens of how far each moves, relative to its norm before.
    """
    return _shifts(before, after).mean(axis=-1)


def _shifts(before, after, axis=-1):
    return norm(after - before, axis=axis) / norm(before, axis=axis)


def _states(seed, *shape):
    random = np.random.default_rng(seed)
    before = random.normal(2, 1, size=shape)
    before *= random.uniform(1, 4, size=shape[:-1])[..., None]
    return before, before + random.normal(size=shape)


check_relative_shift = Exercise(
    relative_shift,
    [_states(seed, 3, 4, 5) for seed in range(3)],
    """
    norm(after - before, axis=-1).mean(axis=-1)
        || that is the distance itself: divide each by the norm of the state before.
    _shifts(before, after).mean(axis=0)
        || one figure for each layer is wanted: the mean goes over the tokens, axis 1 of
           what is left.
    _shifts(before, after).mean()
        || one figure for each layer is wanted: the mean goes over the tokens alone.
    _shifts(before, after)
        || the relative distance of each token: now take the mean over tokens.
    _shifts(after, before).mean(axis=-1)
        || divide by the norm of the state before, not after.
    norm((after - before).mean(axis=1), axis=-1) / norm(before, axis=-1).mean(axis=-1)
    _shifts(before.mean(axis=1), after.mean(axis=1))
        || the norm of the mean difference lets tokens that move in opposite directions
           cancel out: take each token's norm first.
    norm(after - before, axis=-1).mean(axis=-1) / norm(before, axis=-1).mean(axis=-1)
        || divide for each token first and take the mean after that; the mean of ratios
           is not the ratio of means.
    _shifts(before, after, axis=1).mean(axis=-1)
        || that is a norm over the tokens, axis 1: the hidden axis is the last, axis=-1.
    _shifts(before, after, axis=None)
        || without an axis the norm takes all numbers at once: give axis=-1, for one
           norm for each token.
    _shifts(before, after, axis=(1, 2))
        || that is the norm over all tokens at once: give axis=-1, for one norm for each
           token.
    (norm(after, axis=-1) / norm(before, axis=-1) - 1).mean(axis=-1)
        || that is how much the norm grows: a state can move far and keep its norm.
           Subtract the states first.
    """,
)


def _distance(states, mean):
    return norm(states - mean, axis=-1)


def nearer_mean(before, after, new_before, new_after, *, measure=_distance):
    """A share from 0 to 1.

    Each argument is (tokens, hidden). The first two give the means, the last two are
    told apart by which of the means is nearer.
    """
    means = before.mean(axis=0), after.mean(axis=0)
    found = [
        measure(states, means[own]) < measure(states, means[1 - own])
        for own, states in enumerate((new_before, new_after))
    ]
    return np.concatenate(found).mean()


def _angle(states, mean):
    return -(states @ mean) / norm(mean)  # smaller where the cosine is larger


def _share_cases():
    for seed in range(4):
        before, noise = _states(seed, 50, 4)
        after = before + [1.5, -1.0, 0.5, 0.0] + 0.2 * noise
        yield before[:20], after[:20], before[20:], after[25:]


check_nearer_mean = Exercise(
    nearer_mean,
    list(_share_cases()),
    """
    nearer_mean(new_before, new_after, new_before, new_after)
        || the means come from the first two alone: taken from the new states, they have
           seen the answers.
    nearer_mean(before, after, before, after)
        || you judge the states that the means came from: use the new ones.
    1 - right
        || the other way round: count a state as after where the mean of the states
           after is the nearer one.
    nearer_mean(before, after, new_before[:0], new_after)
        || you count the states after alone: those before can be wrong too.
    nearer_mean(before, after, new_before, new_after[:0])
        || you count the states before alone: those after can be wrong too.
    nearer_mean(before, after, new_before, new_after, measure=_angle)
        || that is the mean with the larger cosine: use the distance.
    nearer_mean(before, after, new_before[:0], new_after) / 2
        + nearer_mean(before, after, new_before, new_after[:0]) / 2
        || you take the mean of two shares; with unequal numbers of states that is not
           the share of all of them.
    """,
    atol=1e-6,
)
