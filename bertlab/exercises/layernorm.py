"""Checks for notebook 05: LayerNorm and the whole embedding layer."""

from __future__ import annotations

from itertools import product

import numpy as np

from ..model import Tables
from .feedback import check


def layer_norm(x, gamma, beta, eps, *, axis=-1, ddof=0, inside=True):
    """Normalise each token over its own numbers: the answer that the checks expect."""
    mean = x.mean(axis=axis, keepdims=True)
    variance = x.var(axis=axis, ddof=ddof, keepdims=True)
    deviation = np.sqrt(variance + eps) if inside else np.sqrt(variance) + eps
    return (x - mean) / deviation * gamma + beta


def _case(seed, tokens, hidden, eps):
    random = np.random.default_rng(seed)
    x = random.normal(1, 2, size=(tokens, hidden))
    gamma, beta = random.uniform(0.5, 2, hidden), random.normal(size=hidden)
    return x, gamma, beta, eps


# An epsilon that can be felt in two cases: with 1e-12 nobody could tell where it is.
CASES = (_case(0, 3, 5, 0.5), _case(1, 4, 4, 1e-12), _case(2, 2, 6, 0.5))

# What goes wrong, each with its hint. Two or three at once are common, so every
# combination is tried: one choice from each line.
_FAULTS = (
    {
        "": {},
        "your mean and variance run over the tokens (axis=0). Each token is normalised"
        " over its own numbers: axis=-1.": {"axis": 0},
        "your mean and variance are those of all tokens together: give axis=-1, and"
        " keepdims=True.": {"axis": None},
    },
    {
        "": {},
        "you divide by N − 1 in the variance (ddof=1). LayerNorm divides by N: it"
        " describes these numbers and estimates nothing.": {"ddof": 1},
    },
    {
        "": {},
        "epsilon stands under the root, beside the variance, not outside beside the"
        " standard deviation.": {"inside": False},
        "epsilon is left out; here it is large enough to be seen.": {"eps": 0},
    },
    {
        "": {},
        "gamma and beta are left out: multiply by the one, then add the other.": {
            "gamma": 1,
            "beta": 0,
        },
        "gamma is left out: multiply by it before beta is added.": {"gamma": 1},
        "beta is left out: add it at the end.": {"beta": 0},
    },
)


def _mistakes():
    """Every combination of faults, the fewest first, with the hints of each."""
    found = []
    for chosen in product(*(line.items() for line in _FAULTS)):
        hints = [hint for hint, _ in chosen if hint]
        changed = {key: value for _, change in chosen for key, value in change.items()}
        if hints:
            found.append((len(hints), changed, " Also: ".join(hints)))
    found.sort(key=lambda fault: fault[0])
    return [(_wrong(changed), hint) for _, changed, hint in found]


def _wrong(changed):
    def answer(x, gamma, beta, eps):
        given = {"gamma": gamma, "beta": beta, "eps": eps, **changed}
        return layer_norm(x, **given)

    return answer


def _deviation(x, eps):
    return np.sqrt(x.var(axis=-1, keepdims=True) + eps)


def check_layer_norm(answer):
    """Check ``answer(x, gamma, beta, eps)``: LayerNorm of (tokens, hidden) numbers."""
    return check(
        answer,
        layer_norm,
        CASES,
        [
            *_mistakes(),
            (
                lambda x, gamma, beta, eps: layer_norm(x, beta, gamma, eps),
                "gamma and beta have changed places: gamma multiplies, beta is added.",
            ),
            (
                lambda x, gamma, beta, eps: (layer_norm(x, 1, 0, eps) + beta) * gamma,
                "you add beta before gamma multiplies: first gamma, then beta.",
            ),
            (
                lambda x, gamma, beta, eps: (
                    layer_norm(x, 1, 0, eps) / _deviation(x, eps) * gamma + beta
                ),
                "you divide by the variance: its root is missing.",
            ),
            (
                lambda x, gamma, beta, eps: x / _deviation(x, eps) * gamma + beta,
                "the mean is not subtracted.",
            ),
            (
                lambda x, gamma, beta, eps: (
                    (x - x.mean(axis=-1, keepdims=True)) * gamma + beta
                ),
                "you do not divide by the standard deviation.",
            ),
            (
                lambda x, gamma, beta, eps: layer_norm(x, gamma, beta, eps)[0],
                "that is the first token alone: x has one row for each token.",
            ),
            (
                lambda x, gamma, beta, eps: layer_norm(x, gamma, beta, eps)[:1],
                "that is the first token alone: x has one row for each token.",
            ),
        ],
    )


def toy_tables(seed, vocabulary=9, positions=12, hidden=6):
    """Tables of an embedding layer of no model, for trying an answer on."""
    random = np.random.default_rng(seed)
    rows = [random.normal(size=(n, hidden)) for n in (vocabulary, positions, 2)]
    gamma, beta = random.uniform(0.5, 2, hidden), random.normal(size=hidden)
    return Tables(*rows, gamma, beta, 1e-12)


def embedding_layer(
    tables, ids, types, *, positions=None, with_type=True, normalise=layer_norm
):
    """Compute the embedding layer's output: the answer that the checks expect."""
    if positions is None:
        positions = range(len(ids))
    total = tables.token[list(ids)] + tables.position[list(positions)]
    if with_type:
        total = total + tables.token_type[list(types)]
    return normalise(total, tables.gamma, tables.beta, tables.eps)


def check_embedding_layer(answer):
    """Check ``answer(tables, ids, types)``: the layer's output, (tokens, hidden)."""
    cases = [
        (toy_tables(0), [2, 5, 5, 3], [0, 0, 0, 0]),
        (toy_tables(1), [2, 7, 3, 6, 4, 3], [0, 0, 0, 1, 1, 1]),
        (toy_tables(2), [8], [1]),
    ]

    def wrong(**how):
        return lambda tables, ids, types: embedding_layer(tables, ids, types, **how)

    return check(
        answer,
        embedding_layer,
        cases,
        [
            (
                wrong(with_type=False),
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
                lambda tables, ids, types: tables.token[ids] + tables.token_type[types],
                "the position rows are left out, and the LayerNorm.",
            ),
            (
                wrong(normalise=lambda total, *_: total),
                "that is the sum. LayerNorm comes after it.",
            ),
            (
                wrong(
                    normalise=lambda total, gamma, beta, eps: layer_norm(
                        total, 1, 0, eps
                    )
                ),
                "gamma and beta are left out.",
            ),
            (
                wrong(
                    normalise=lambda total, gamma, beta, eps: layer_norm(
                        total, gamma, beta, eps, axis=0
                    )
                ),
                "you normalise over the tokens (axis=0) in place of each token's own"
                " numbers (axis=-1).",
            ),
            (
                lambda tables, ids, types: layer_norm(
                    tables.token[ids] + tables.token_type[types],
                    tables.gamma,
                    tables.beta,
                    tables.eps,
                ),
                "the position rows are left out.",
            ),
        ],
        atol=1e-4,
    )


def find_position(tables, token_id, output, *, types=0, raw=False):
    """Find the position whose output is nearest: the answer that the check expects."""
    total = tables.token[token_id] + tables.position + tables.token_type[types]
    if raw:
        return int(np.linalg.norm(total - output, axis=1).argmin())
    every = layer_norm(total, tables.gamma, tables.beta, tables.eps)
    return int(np.linalg.norm(every - output, axis=1).argmin())


def check_find_position(answer):
    """Check ``answer(tables, token_id, output)``: the position of a token of type 0."""
    cases = []
    for seed in range(8):
        tables = toy_tables(seed, positions=30)
        token_id, place = seed, (7 * seed + 3) % 30
        total = tables.token[token_id] + tables.position[place] + tables.token_type[0]
        output = layer_norm(total, tables.gamma, tables.beta, tables.eps)
        cases.append((tables, token_id, output))
    return check(
        answer,
        find_position,
        cases,
        [
            (
                lambda tables, token_id, output: find_position(
                    tables, token_id, output, raw=True
                ),
                "you compare with the sums. The output has been through LayerNorm: put"
                " each sum through it before you compare.",
            ),
            (
                lambda tables, token_id, output: int(
                    np.linalg.norm(tables.position - output, axis=1).argmin()
                ),
                "you compare with the position rows alone. The output holds the token's"
                " row and the type's too, and LayerNorm is over it all.",
            ),
            (
                lambda tables, token_id, output: find_position(
                    tables, token_id, output, types=1
                ),
                "you add row 1 of the token type table: the token is of type 0.",
            ),
            (
                lambda tables, token_id, output: (
                    find_position(tables, token_id, output) + 1
                ),
                "one too many: positions begin with 0.",
            ),
        ],
    )
