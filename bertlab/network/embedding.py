"""The embedding layer in NumPy: look-up, sum, LayerNorm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..text.inputs import prepare, shown

# The ingredients of the layer, in the order in which they come in.
INGREDIENTS = (
    "token",
    "position",
    "token type",
    "mean",
    "variance",
    "epsilon",
    "gamma",
    "beta",
)


@dataclass(frozen=True)
class Breakdown:
    """The embedding layer's output for one input, with every step on the way to it.

    Attributes
    ----------
    tokens : list of str
    ids, positions, types : list of int
        The row of each token in each of the three tables.
    token, position, token_type : (tokens, hidden) ndarray
        The three rows that are summed for each token.
    total : (tokens, hidden) ndarray
        Their sum.
    mean, variance : (tokens, 1) ndarray
        Of each token's sum, over the hidden axis (variance with N, not N - 1).
    normalised : (tokens, hidden) ndarray
        ``(total - mean) / sqrt(variance + eps)``.
    output : (tokens, hidden) ndarray
        ``normalised * gamma + beta``: hidden state 0.
    """

    tokens: list[str]
    ids: list[int]
    positions: list[int]
    types: list[int]
    token: np.ndarray
    position: np.ndarray
    token_type: np.ndarray
    total: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    normalised: np.ndarray
    output: np.ndarray


def embed(bert, text, pair=None, *, ids=None, positions=None, types=None):
    """Run the embedding layer by hand on a text or a pair.

    Parameters
    ----------
    bert : Bert
    text : str
    pair : str, optional
    ids, positions, types : sequence of int, optional
        Other rows of the three tables than those that the text leads to, as in
        `bertlab.encoder.encode`; a single position or type goes for all tokens.

    Returns
    -------
    Breakdown

    Raises
    ------
    InputError
        If the text is longer than the model takes, if a number has no row in its
        table, or if a pair needs more token types than the model has.
    """
    given = prepare(bert, text, pair, ids=ids, positions=positions, types=types)
    tables = bert.tables
    token = tables.token[given.ids]
    position = tables.position[given.positions]
    token_type = tables.token_type[given.types]
    total = token + position + token_type
    mean = total.mean(axis=-1, keepdims=True)
    variance = total.var(axis=-1, keepdims=True)
    normalised = (total - mean) / np.sqrt(variance + tables.eps)
    output = normalised * tables.gamma + tables.beta
    return Breakdown(
        given.tokens,
        given.ids,
        given.positions,
        given.types,
        token,
        position,
        token_type,
        total,
        mean,
        variance,
        normalised,
        output,
    )


def rebuild(bert, breakdown, without=()):
    """Compute the layer's output again, with some of its ingredients left out.

    Parameters
    ----------
    bert : Bert
    breakdown : Breakdown
        Of the text, from `embed`.
    without : collection of str, or str
        Which of `INGREDIENTS` to leave out, or a single one: a row counts as zeros, the
        mean is not subtracted, the division by the standard deviation is not done,
        epsilon is 0, gamma is 1, beta is 0.

    Returns
    -------
    (tokens, hidden) ndarray

    Raises
    ------
    InputError
        If there is no such ingredient.
    """
    without = [without] if isinstance(without, str) else without
    for name in without:
        if name not in INGREDIENTS:
            raise InputError(
                f"There is no ingredient {shown(name)}: choose from"
                f" {', '.join(INGREDIENTS)}."
            )
    tables = bert.tables
    rows = {
        "token": breakdown.token,
        "position": breakdown.position,
        "token type": breakdown.token_type,
    }
    value = sum(
        (row for name, row in rows.items() if name not in without),
        start=np.zeros_like(breakdown.total),
    )
    variance = value.var(axis=-1, keepdims=True)
    if "mean" not in without:
        value = value - value.mean(axis=-1, keepdims=True)
    if "variance" not in without:
        eps = 0 if "epsilon" in without else tables.eps
        deviation = np.sqrt(variance + eps)
        # Zeros stay zeros, where there is nothing left to divide.
        value = value / np.where(deviation == 0, 1, deviation)
    if "gamma" not in without:
        value = value * tables.gamma
    if "beta" not in without:
        value = value + tables.beta
    return value
