"""How numbers of several kinds are spread, and how many lie beyond a threshold."""

from textwrap import fill

import numpy as np
from matplotlib.colors import to_rgba

from ..text.tokens import isolated, shorten
from .captions import capital
from .figure import Plot, drawable, framed_axes, styled
from .style import CYCLE, GREY, INK

_BINS = 48
_HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---", "|||")
_LINE, _LONGEST = 20, 54  # characters of a name, on a line and in all
_COLUMN = 0.72  # width of a column of shares, in inches


@styled
def plot_distributions(groups, *, thresholds, label, of):
    """Draw each group's values as a histogram of its own, one under another.

    Parameters
    ----------
    groups : dict of str to (n,) array_like
        Values by name, each group with its own number of them. Each histogram is as
        high as the others, however many values it has.
    thresholds : sequence of float
        Drawn as lines, in rising order; beside each histogram stands the share of its
        values on each side, and between two.
    label : str
        Of the horizontal axis: what the values are.
    of : str
        What is counted, such as "pairs".

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        Where a group has no value, or one that is not finite, or thresholds do not
        rise.
    """
    groups = {name: _checked(values, name) for name, values in groups.items()}
    thresholds = np.atleast_1d(np.asarray(thresholds, float))
    if not (np.diff(thresholds) > 0).all():
        raise ValueError(f"Give thresholds that rise, not {thresholds.tolist()}.")
    low = min(thresholds[0], *(values.min() for values in groups.values()))
    high = max(thresholds[-1], *(values.max() for values in groups.values()))
    room = 0.02 * max(high - low, 1e-6)
    edges = np.linspace(low - room, high + room, _BINS + 1)
    n = len(groups)
    width, height = 8.2, 1.17 + 0.72 * max(n, 2)
    between = ["between"] * (len(thresholds) - 1)
    bands = [f"under {thresholds[0]:g}", *between, f"over {thresholds[-1]:g}"]
    right = 0.15 + _COLUMN * len(bands)
    ax = framed_axes(width, height, left=1.95, right=right, bottom=0.62, top=0.55)
    for row, values in enumerate(groups.values()):
        _draw_row(ax, values, edges, row)
    for threshold in thresholds:
        ax.axvline(threshold, color=INK, linestyle=":", linewidth=1.4)
    inches = width - 1.95 - right
    look = {"transform": ax.get_yaxis_transform(), "ha": "center", "fontsize": 10}
    for i, band in enumerate(bands):
        x = 1 + (i + 0.5) * _COLUMN / inches
        ax.text(x, -0.92, band.replace(" ", "\n"), va="bottom", **look)
        for row, values in enumerate(groups.values()):
            share = _shares(values, thresholds)[i]
            ax.text(x, row - 0.35, f"{share:.0%}", va="center", **look)
    names = [fill(shorten(drawable(name), _LONGEST), _LINE) for name in groups]
    ax.set_yticks(np.arange(n) - 0.35, names, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set(xlim=edges[[0, -1]], ylim=(max(n, 2) - 0.9, -0.9))
    ax.set_xlabel(f"{drawable(label)}; black line: median", parse_math=False)
    return Plot(ax.figure, ax, _caption(groups, thresholds, bands, label, of))


def _checked(values, name):
    values = np.asarray(values, float).ravel()
    if not values.size or not np.isfinite(values).all():
        raise ValueError(f"The group {name!r} has no values, or some not finite.")
    return values


def _draw_row(ax, values, edges, row):
    """Draw a histogram that stands on the line `row`."""
    counts, _ = np.histogram(values, edges)
    heights = 0.78 * counts / counts.max()
    colour = CYCLE[row % len(CYCLE)]
    ax.stairs(
        row - heights,
        edges,
        baseline=row,
        fill=True,
        facecolor=to_rgba(colour, 0.45),
        edgecolor=colour,
        hatch=_HATCHES[row % len(_HATCHES)],
        linewidth=0,
    )
    ax.stairs(row - heights, edges, baseline=None, color=colour, linewidth=1.6)
    ax.axhline(row, color=GREY, linewidth=0.8)
    ax.plot([np.median(values)] * 2, [row, row - 0.84], color=INK, linewidth=2.2)


def _shares(values, thresholds):
    """Share of the values below the first threshold, between two, from the last on."""
    place = np.searchsorted(thresholds, values, side="right")
    return np.bincount(place, minlength=len(thresholds) + 1) / len(values)


def _caption(groups, thresholds, bands, label, of):
    """Say in words what a picture of distributions shows."""
    told = []
    for name, values in groups.items():
        shares = zip(_shares(values, thresholds), bands)
        parts = ", ".join(f"{share:.0%} {band}" for share, band in shares)
        told.append(
            f"{isolated(name)} ({len(values):,} {of}) median {np.median(values):.2f},"
            f" {parts}"
        )
    return f"{capital(label)}: {'; '.join(told)}."
