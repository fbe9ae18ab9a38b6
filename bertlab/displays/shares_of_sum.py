"""What a token's sum is made of: the share of each part."""

import numpy as np

from ..text.tokens import count, quoted
from .figure import Plot, legend_above, listed, new_axes, styled
from .named_rows import drawn_rows, fill_rows, name_rows
from .style import BLUE, GREEN, INK, ON_WHITE, ORANGE, WRITE

_FILLS = ((BLUE, ""), (ORANGE, "////"), (GREEN, "...."))
# Beyond this many tokens the figures are left out of the bars, and the bars get thin.
_NUMBERED = 40
# Beyond this many not every token has a label, and bars would be lines: areas instead.
_MOST_LABELS = 60
# A figure of three characters is written in a piece of this share of the widest bar.
_ROOM = 0.08


@styled
def plot_parts(shares, *, tokens, parts):
    """Draw, for each token, the share of each part in its sum.

    Parameters
    ----------
    shares : (tokens, parts) array_like
        Each row sums to 1; a share is negative where a part points against the sum,
        and is drawn to the left of 0.
    tokens : sequence of str
    parts : sequence of str
        Their names, three at most.

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        If there are no tokens, or an entry is no finite number.
    """
    shares = drawn_rows(shares, len(tokens), "shares")
    n = len(tokens)
    ax = new_axes(7.6, 1.5 + 0.31 * min(n, _NUMBERED))
    positive, negative = np.clip(shares, 0, None), np.clip(shares, None, 0)
    low, high = negative.sum(axis=1).min(), positive.sum(axis=1).max()
    for m, (name, (colour, hatch)) in enumerate(zip(parts, _FILLS)):
        look = {
            "facecolor": colour,
            "alpha": 0.75,
            "edgecolor": "white",
            "hatch": hatch,
            "linewidth": 0.6,
        }
        for side in (positive, negative):
            left = side[:, :m].sum(axis=1)
            look["label"] = name if side is positive else None
            if n <= _MOST_LABELS:
                ax.barh(range(n), side[:, m], left=left, height=0.74, **look)
            else:
                # Thousands of bars would take seconds, and their white edges would
                # hide them.
                fill_rows(ax, left, left + side[:, m], **look)
            if n <= _NUMBERED:
                _write_shares(ax, left, side[:, m], _ROOM * (high - low))
    name_rows(ax, tokens, most=_MOST_LABELS, longest=18)
    margin = 0.05 * ((high - low) or 1)
    ax.set_xlim(low - margin if low < 0 else 0, high + margin)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_xlabel("share of the sum")
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}".replace("-", "−"))
    legend_above(ax, ncols=3)
    mean = shares.mean(axis=0)
    means = [f"{name} {_percent(value)}" for name, value in zip(parts, mean)]
    over = f"mean over {count(n, 'token')}" if n > 1 else quoted(tokens[0])
    caption = f"Shares of the sum, {over}: {listed(means)}."
    if n == 1:
        return Plot(ax.figure, ax, caption)
    for m, name in enumerate(parts):
        top = shares[:, m].argmax()
        caption += (
            f" The {name} part is largest in {quoted(tokens[top])}, at place {top}:"
            f" {_percent(shares[top, m])}."
        )
    return Plot(ax.figure, ax, caption)


def _write_shares(ax, left, share, room):
    """Write each share into its piece of the bar, where there is room for it."""
    for row, (start, value) in enumerate(zip(left, share)):
        figure = _percent(value).replace("-", "−")
        if value and abs(value) >= room * len(figure) / 3:
            ax.text(start + value / 2, row, figure, bbox=ON_WHITE, **WRITE)


def _percent(value):
    """Return a share as "12%", and never as "-0%"."""
    return f"{round(float(value), 2) + 0:.0%}"
