"""Checks for notebook 05: the whole embedding layer, and finding a token from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..model import Tables
from .feedback import check
from .layernorm import MISTAKES, layer_norm


def toy_tables(seed, vocabulary=9, positions=12, hidden=6):
    """Tables of an embedding layer of no model, with an epsilon that can be felt."""
    random = np.random.default_rng(seed)
    rows = [random.normal(size=(n, hidden)) for n in (vocabulary, positions, 2)]
    gamma, beta = random.uniform(0.5, 2, hidden), random.normal(size=hidden)
    return Tables(*rows, gamma, beta, 0.1)


def _normalise(tables, total, how=layer_norm):
    return how(total, tables.gamma, tables.beta, tables.eps)


def embedding_layer(tables, ids, types, *, positions=None, scale=1, how=layer_norm):
    """Compute the embedding layer's output: the answer that the check expects.

    `scale` and `how` are for wrong ones: a factor of the sum, and another LayerNorm.
    """
    if positions is None:
        positions = range(len(ids))
    total = tables.token[list(ids)] + tables.position[list(positions)]
    total = total + tables.token_type[list(types)]
    return _normalise(tables, total * scale, how)


def check_embedding_layer(answer):
    """Check ``answer(tables, ids, types)``: the layer's output, (tokens, hidden)."""
    cases = [
        (toy_tables(0), [2, 5, 5, 3], [0, 0, 0, 0]),
        (toy_tables(1), [2, 7, 3, 6, 4, 3], [0, 0, 0, 1, 1, 1]),
        (toy_tables(2), [8, 8], [1, 0]),
    ]

    def wrong(**how):
        return lambda tables, ids, types: embedding_layer(tables, ids, types, **how)

    def without_type(tables, ids, types):
        return tables.token[ids] + tables.position[: len(ids)]

    def without_position(tables, ids, types):
        return tables.token[ids] + tables.token_type[types]

    def each_row(tables, ids, types):
        rows = (
            tables.token[ids],
            tables.position[: len(ids)],
            tables.token_type[types],
        )
        return sum(_normalise(tables, row) for row in rows)

    return check(
        answer,
        embedding_layer,
        cases,
        [
            (
                lambda tables, *given: _normalise(tables, without_type(tables, *given)),
                "the token type row is left out. There is one also where every type is"
                " 0.",
            ),
            (
                lambda tables, ids, types: embedding_layer(tables, ids, [0] * len(ids)),
                "you add row 0 of the token type table to every token: look up its own"
                " type.",
            ),
            (
                lambda tables, ids, types: embedding_layer(
                    tables, ids, types, positions=[0] * len(ids)
                ),
                "every token gets position row 0: the rows are 0, 1, 2, … in order.",
            ),
            (
                lambda tables, ids, types: embedding_layer(
                    tables, ids, types, positions=ids
                ),
                "you look up the position table with the token IDs: use 0, 1, 2, ….",
            ),
            (
                lambda tables, ids, types: embedding_layer(
                    tables, ids, types, positions=range(1, len(ids) + 1)
                ),
                "your positions begin with 1: they begin with 0.",
            ),
            (
                lambda tables, *given: _normalise(
                    tables, without_position(tables, *given)
                ),
                "the position rows are left out.",
            ),
            (without_position, "the position rows are left out, and the LayerNorm."),
            (without_type, "the token type rows are left out, and the LayerNorm."),
            (wrong(how=_only_sum), "that is the sum. LayerNorm comes after it."),
            (
                wrong(how=_only_sum, scale=1 / 3),
                "that is the mean of the three rows: add the rows, don't average them."
                " LayerNorm comes after it.",
            ),
            (wrong(scale=1 / 3), "add the rows, don't average them."),
            (
                each_row,
                "you put each of the three rows through LayerNorm: add them first, and"
                " put the sum through it, once.",
            ),
            *((wrong(how=how), hint) for how, hint in MISTAKES),
        ],
        atol=1e-4,
    )


def _only_sum(total, *_):
    return total


def _outputs(tables, kind=0):
    """The output of every token at every position, (tokens, positions, hidden)."""
    return _normalise(tables, _sums(tables, kind))


def _sums(tables, kind=0):
    total = tables.token[:, None] + tables.position[None]
    return total if kind is None else total + tables.token_type[kind]


def _nearest(every, vector, pick=np.argmin):
    """Say where in `every` the entry that is nearest to `vector` stands."""
    away = np.linalg.norm(every - vector, axis=-1)
    return np.array(np.unravel_index(pick(away), away.shape))


def find_token(tables, output):
    """Find the token ID and the position: the answer that the check expects."""
    return _nearest(_outputs(tables), output)


def find_cases():
    """Tables and one output each; no other pair of rows leads near that output.

    The type's row is long, so that whoever leaves it out finds another pair.
    """
    cases = []
    for seed in range(8):
        tables = toy_tables(seed, positions=30, hidden=12)
        tables = replace(tables, token_type=3 * tables.token_type)
        token_id, place = (4 * seed + 1) % 9, (7 * seed + 3) % 30
        cases.append((tables, _outputs(tables)[token_id, place]))
    return cases


def check_find_token(answer):
    """Check ``answer(tables, output)``: (token ID, position) of a token of type 0."""
    one_number = (
        "argmin counts through all the pairs one after the other, and returns that"
        " one number: np.unravel_index(number, shape) turns it into two."
    )
    from_0 = "one too many: rows and positions are counted from 0."
    arrays = (
        "the numbers are right, and stand in arrays of their own: return two whole"
        " numbers, (token_id, position)."
    )
    shape = (9, 30)

    def changed(change):
        return lambda tables, output: change(*find_token(tables, output))

    return check(
        answer,
        find_token,
        find_cases(),
        [
            (
                lambda tables, output: _nearest(_sums(tables), output),
                "you compare with the sums. The output has been through LayerNorm: put"
                " each sum through it before you compare.",
            ),
            (
                lambda tables, output: _nearest(
                    _sums(tables), (output - tables.beta) / tables.gamma
                ),
                "you undo beta and gamma, and then compare with the sums. The mean and"
                " the length are lost all the same: put each sum through LayerNorm"
                " before you compare.",
            ),
            (
                lambda tables, output: np.append(
                    _nearest(tables.token, output), _nearest(tables.position, output)
                ),
                "you look for the token and the position one after the other. The"
                " output is of both rows together: try the pairs.",
            ),
            (
                lambda tables, output: _nearest(
                    _normalise(tables, _sums(tables, None)), output
                ),
                "the token type row is left out. There is one also where the type is"
                " 0.",
            ),
            (
                lambda tables, output: _nearest(_outputs(tables, 1), output),
                "you add row 1 of the token type table: the token is of type 0.",
            ),
            (
                lambda tables, output: _nearest(_outputs(tables), output, np.argmax),
                "that is the pair that is farthest away: argmin, not argmax, of a"
                " distance.",
            ),
            (
                lambda tables, output: 0.0,
                "that is how far away the nearest pair is: .argmin() says which it is,"
                " .min() does not.",
            ),
            (changed(lambda i, j: np.ravel_multi_index((i, j), shape)), one_number),
            (
                changed(lambda i, j: np.ravel_multi_index((j, i), shape[::-1])),
                one_number,
            ),
            (changed(lambda i, j: j), "that is the position alone: the token ID too."),
            (changed(lambda i, j: i), "that is the token ID alone: the position too."),
            (
                changed(lambda i, j: (j, i)),
                "the two stand in the wrong order: first the token ID, then the"
                " position.",
            ),
            (changed(lambda i, j: (i, j + 1)), from_0),
            (changed(lambda i, j: (i + 1, j)), from_0),
            (changed(lambda i, j: (i + 1, j + 1)), from_0),
            (changed(lambda i, j: [(i, j)]), arrays),
            (changed(lambda i, j: [[i], [j]]), arrays),
        ],
    )
