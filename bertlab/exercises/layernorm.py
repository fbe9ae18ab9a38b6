"""Checks for notebook 05: LayerNorm, the embedding layer, a token found from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..model import Tables
from .exercise import Exercise, combined, entries


def layer_norm(x, gamma, beta, eps, *, axis=-1, ddof=0, inside=True):
    """LayerNorm of (tokens, hidden) numbers."""
    mean = x.mean(axis=axis, keepdims=True)
    variance = x.var(axis=axis, ddof=ddof, keepdims=True)
    deviation = np.sqrt(variance + eps) if inside else np.sqrt(variance) + eps
    return (x - mean) / deviation * gamma + beta


def _case(seed, tokens, hidden, eps):
    random = np.random.default_rng(seed)
    x = random.normal(1, 2, size=(tokens, hidden))
    gamma, beta = random.uniform(0.5, 2, hidden), random.normal(size=hidden)
    return x, gamma, beta, eps


def _deviation(x, eps):
    return np.sqrt(x.var(axis=-1, keepdims=True) + eps)


# What goes wrong in a LayerNorm; two or three of the first ones at once are common.
LAYER_NORM = (
    combined(
        layer_norm,
        """
        axis=0
            || your mean and variance run over the tokens (axis=0). Each token is
               normalised over its own numbers: axis=-1.
        axis=None
            || your mean and variance are those of all tokens together: give axis=-1,
               and keepdims=True.
        """,
        """
        ddof=1
            || you divide by N − 1 in the variance (ddof=1). LayerNorm divides by N: it
               describes these numbers and estimates nothing.
        """,
        """
        inside=False
            || epsilon stands under the root, beside the variance, not outside beside
               the standard deviation.
        eps=0 || epsilon is left out; here it is large enough to be seen.
        """,
        """
        gamma=1, beta=0
            || gamma and beta are left out: multiply by the one, then add the other.
        gamma=1 || gamma is left out: multiply by it before beta is added.
        beta=0 || beta is left out: add it at the end.
        """,
    ),
    """
    layer_norm(x, beta, gamma, eps)
        || gamma and beta have changed places: gamma multiplies, beta is added.
    (layer_norm(x, 1, 0, eps) + beta) * gamma
        || you add beta before gamma multiplies: first gamma, then beta.
    layer_norm(x, gamma, 0, eps) / _deviation(x, eps) + beta
        || you divide by the variance: its root is missing.
    x / _deviation(x, eps) * gamma + beta || the mean is not subtracted.
    (x - x.mean(axis=-1, keepdims=True)) * gamma + beta
        || you do not divide by the standard deviation.
    """,
)

check_layer_norm = Exercise(
    layer_norm,
    # Two with an epsilon that can be felt: of 1e-12 nobody could tell where it is.
    [_case(0, 3, 5, 0.5), _case(1, 4, 4, 1e-12), _case(2, 2, 6, 0.5)],
    *LAYER_NORM,
    """
    right[0]
    right[:1] || that is the first token alone: x has one row for each token.
    """,
)


def _toy_tables(seed, vocabulary=9, positions=12, hidden=6):
    """Tables of an embedding layer of no model, with an epsilon that can be felt."""
    random = np.random.default_rng(seed)
    rows = [random.normal(size=(n, hidden)) for n in (vocabulary, positions, 2)]
    gamma, beta = random.uniform(0.5, 2, hidden), random.normal(size=hidden)
    return Tables(*rows, gamma, beta, 0.1)


def _normalise(tables, total, how=layer_norm):
    return how(total, tables.gamma, tables.beta, tables.eps)


def embedding_layer(tables, ids, types):
    """The layer's output, (tokens, hidden)."""
    return _normalise(tables, _sum(tables, ids, types, np.arange(len(ids))))


def _sum(tables, ids, types, positions):
    return tables.token[ids] + tables.position[positions] + tables.token_type[types]


check_embedding_layer = Exercise(
    embedding_layer,
    [
        (_toy_tables(0), [2, 5, 5, 3], [0, 0, 0, 0]),
        (_toy_tables(1), [2, 7, 3, 6, 4, 3], [0, 0, 0, 1, 1, 1]),
        (_toy_tables(2), [8, 8], [1, 0]),
    ],
    """
    _normalise(tables, tables.token[ids] + tables.position[: len(ids)])
        || the token type row is left out. There is one also where every type is 0.
    embedding_layer(tables, ids, [0] * len(ids))
        || you add row 0 of the token type table to every token: look up its own type.
    _normalise(tables, _sum(tables, ids, types, [0] * len(ids)))
        || every token gets position row 0: the rows are 0, 1, 2, … in order.
    _normalise(tables, _sum(tables, ids, types, ids))
        || you look up the position table with the token IDs: use 0, 1, 2, ….
    _normalise(tables, _sum(tables, ids, types, np.arange(len(ids)) + 1))
        || your positions begin with 1: they begin with 0.
    _normalise(tables, tables.token[ids] + tables.token_type[types])
        || the position rows are left out.
    tables.token[ids] + tables.token_type[types]
        || the position rows are left out, and the LayerNorm.
    tables.token[ids] + tables.position[: len(ids)]
        || the token type rows are left out, and the LayerNorm.
    _sum(tables, ids, types, np.arange(len(ids)))
        || that is the sum. LayerNorm comes after it.
    _sum(tables, ids, types, np.arange(len(ids))) / 3
        || that is the mean of the three rows: add the rows, don't average them.
           LayerNorm comes after it.
    _normalise(tables, _sum(tables, ids, types, np.arange(len(ids))) / 3)
        || add the rows, don't average them.
    _normalise(tables, tables.token[ids])
        + _normalise(tables, tables.position[: len(ids)])
        + _normalise(tables, tables.token_type[types])
        || you put each of the three rows through LayerNorm: add them first, and put the
           sum through it, once.
    """,
    "\n".join(
        "_normalise(tables, _sum(tables, ids, types, np.arange(len(ids))),"
        f" how=lambda x, gamma, beta, eps: {wrong}) || {hint}"
        for wrong, hint in entries(*LAYER_NORM)
    ),
    atol=1e-4,
)


def _outputs(tables, kind=0):
    """The output of every token at every position, (tokens, positions, hidden)."""
    return _normalise(tables, _sums(tables) + tables.token_type[kind])


def _sums(tables):
    return tables.token[:, None] + tables.position


def _nearest(every, vector, pick=np.argmin):
    """Say where in `every` the entry that is nearest to `vector` stands."""
    away = np.linalg.norm(every - vector, axis=-1)
    return np.array(np.unravel_index(pick(away), away.shape))


def find_token(tables, output):
    """(token ID, position) of a token of type 0."""
    return _nearest(_outputs(tables), output)


def find_cases():
    """Tables and one output each; no other pair of rows leads near that output.

    The type's row is long, so that whoever leaves it out finds another pair.
    """
    cases = []
    for seed in range(8):
        tables = _toy_tables(seed, positions=30, hidden=12)
        tables = replace(tables, token_type=3 * tables.token_type)
        token_id, place = (4 * seed + 1) % 9, (7 * seed + 3) % 30
        cases.append((tables, _outputs(tables)[token_id, place]))
    return cases


check_find_token = Exercise(
    find_token,
    find_cases,
    """
    _nearest(_sums(tables) + tables.token_type[0], output)
        || you compare with the sums. The output has been through LayerNorm: put each
           sum through it before you compare.
    _nearest(
        _sums(tables) + tables.token_type[0], (output - tables.beta) / tables.gamma
        )
        || you undo beta and gamma, and then compare with the sums. The mean and the
           length are lost all the same: put each sum through LayerNorm before you
           compare.
    [*_nearest(tables.token, output), *_nearest(tables.position, output)]
        || you look for the token and the position one after the other. The output is of
           both rows together: try the pairs.
    _nearest(_normalise(tables, _sums(tables)), output)
        || the token type row is left out. There is one also where the type is 0.
    _nearest(_outputs(tables, 1), output)
        || you add row 1 of the token type table: the token is of type 0.
    _nearest(_outputs(tables), output, np.argmax)
        || that is the pair that is farthest away: argmin, not argmax, of a distance.
    0.0
        || that is how far away the nearest pair is: .argmin() says which it is, .min()
           does not.
    np.ravel_multi_index(right, (9, 30))
    np.ravel_multi_index(right[::-1], (30, 9))
        || argmin counts through all the pairs one after the other, and returns that one
           number: np.unravel_index(number, shape) turns it into two.
    right[1] || that is the position alone: the token ID too.
    right[0] || that is the token ID alone: the position too.
    right[::-1]
        || the two stand in the wrong order: first the token ID, then the position.
    right + [0, 1]
    right + [1, 0]
    right + [1, 1] || one too many: rows and positions are counted from 0.
    right[None]
    right[:, None]
        || the numbers are right, and stand in arrays of their own: return two whole
           numbers, (token_id, position).
    """,
)
