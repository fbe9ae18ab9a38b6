"""Lines of attention: which are drawn, how they look, what is said of them."""

from __future__ import annotations

import numpy as np

from ..tokens import count, isolated
from .pairs import named, pair_named, written
from .plot import listed
from .style import CYCLE

# A line that carries less cannot be seen; of more lines than this the strongest count.
LEAST, MOST_LINES = 0.02, 800
# Dashes as SVG writes them. With seven colours they make 28 heads that differ.
_DASHES = ("", "6 2", "2 2", "7 2 2 2")


def head_look(number):
    """Return the colour and the dashes, as SVG writes them, of a head, from 1."""
    n = number - 1
    return CYCLE[n % len(CYCLE)], _DASHES[n % len(_DASHES)]


def lines_shown(weights):
    """Choose the lines that are worth drawing of weights, (heads, tokens, columns).

    Of more than `MOST_LINES` the strongest are taken; which ones of equals, chance
    decides, and decides the same each time.

    Returns
    -------
    (lines, 3) ndarray of int
        Head, attending and attended token, each from 0; the strongest comes last, so
        that it is drawn over the others.
    """
    found = np.argwhere(weights >= LEAST)
    found = np.random.default_rng(0).permutation(found)
    order = np.argsort(weights[tuple(found.T)], kind="stable")
    return found[order[max(len(order) - MOST_LINES, 0) :]]


def lines_caption(values, shown, tokens, columns, heads, side, special):
    """Say in words what a picture of attention lines shows."""
    attended = tokens if columns is None else columns
    total = values.sum()
    who = f"{count(len(heads), 'head')}" if len(heads) > 1 else called(heads[0])
    among = f"among {count(len(tokens), 'token')}"
    if columns is not None:
        among = f"from {count(len(tokens), 'token')} to {len(columns):,}"
    start = f"Attention {among}, {isolated(who)}."
    if not total:
        return f"{start} All weights are 0: there is no line to draw."
    head, i, j = np.unravel_index(values.argmax(), values.shape)
    which = f"{isolated(called(heads[head]))}, " if len(heads) > 1 else ""
    received = values.sum(axis=(0, 1)) / total  # (columns,)
    most = int(received.argmax())
    carried = values[tuple(shown.T)].sum() / total
    are, carry = ("is", "it carries") if len(shown) == 1 else ("are", "they carry")
    drawn = (
        f"Of {count(values.size, 'line')} {len(shown):,} {are} drawn; {carry}"
        f" {carried:.0%} of it."
    )
    if not len(shown):
        drawn = f"Of {count(values.size, 'line')} none is strong enough to be drawn."
    caption = (
        f"{start} Strongest line: {which}{pair_named(tokens, columns, i, j)},"
        f" {written(values[head, i, j])}. Most is received by {named(attended, most)}:"
        f" {received[most]:.0%} of all weight. {drawn}"
    )
    if special is not None and np.any(special):
        shares = {}
        for token, share, counts in zip(attended, received, special):
            if counts:
                shares[token] = shares.get(token, 0) + share
        told = [f"{isolated(token)} {share:.0%}" for token, share in shares.items()]
        caption += f" To special tokens: {listed(told)}."
    if side is not None:
        caption += _between_sides(values.sum(axis=0), np.asarray(side))
    return caption


def _between_sides(weights, side):
    parts = []
    for a, b in ((0, 0), (0, 1), (1, 0), (1, 1)):
        given = weights[side == a]
        if given.sum():
            share = given[:, side == b].sum() / given.sum()
            parts.append(f"{'AB'[a]} to {'AB'[b]} {share:.0%}")
    return f" Of what a text's tokens give: {', '.join(parts)}."


def called(head):
    """Return a head's name, or that of its number."""
    return head if isinstance(head, str) else f"head {head}"
