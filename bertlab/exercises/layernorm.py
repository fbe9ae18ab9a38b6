"""The check of a LayerNorm, for notebook 05, and what goes wrong in one."""

from __future__ import annotations

from itertools import product

import numpy as np

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


def _combined():
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


# Mistakes that are not a change of one number in the right answer.
_OTHERS = (
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
        lambda x, gamma, beta, eps: (x - x.mean(axis=-1, keepdims=True)) * gamma + beta,
        "you do not divide by the standard deviation.",
    ),
)
# (wrong LayerNorm, hint) each; the check of the whole layer tries them too.
MISTAKES = (*_combined(), *_OTHERS)


def check_layer_norm(answer):
    """Check ``answer(x, gamma, beta, eps)``: LayerNorm of (tokens, hidden) numbers."""
    only_first = "that is the first token alone: x has one row for each token."
    return check(
        answer,
        layer_norm,
        CASES,
        [
            *MISTAKES,
            (lambda *given: layer_norm(*given)[0], only_first),
            (lambda *given: layer_norm(*given)[:1], only_first),
        ],
    )
