"""Rows of the position table: by distance and by position."""

import numpy as np

from .captions import capital
from .figure import Plot, beside, legend_above, listed, new_axes, styled
from .style import BLUE, CYCLE, ON_LINES, VERMILION

_LINES = ("-", "--", ":", "-.")
# The most extreme positions that are named.
_NAMED = 5


@styled
def plot_by_distance(curves, *, peaks=()):
    """Draw mean similarity against the distance between two positions.

    Parameters
    ----------
    curves : dict of str to (distances,) array_like
        What was compared, and its mean cosine at distance 0, 1, 2, …; distance 0 is
        not drawn. The first is the one that the caption describes.
    peaks : sequence of int
        Distances to mark on the first curve.

    Returns
    -------
    Plot
    """
    curves = {name: np.asarray(values) for name, values in curves.items()}
    ax = new_axes(7.6, 4.2)
    for n, (name, values) in enumerate(curves.items()):
        ax.plot(
            np.arange(1, len(values)),
            values[1:],
            color=CYCLE[n % len(CYCLE)],
            linestyle=_LINES[n % len(_LINES)],
            linewidth=2.2 if n == 0 else 1.5,
            label=name,
            zorder=3 - 0.1 * n,
        )
    (name, first), *others = curves.items()
    for distance in peaks:
        ax.plot(distance, first[distance], marker="v", color=VERMILION, zorder=4)
        point = distance, first[distance]
        beside(ax, f"{distance}", point, (0, 6), va="baseline")
    ax.margins(y=0.1)
    ax.set(xlabel="distance between the two positions", ylabel="mean cosine similarity")
    legend_above(ax, ncols=2, columnspacing=1.2, fontsize=10)
    low = 1 + int(first[1:].argmin())
    caption = (
        f"Mean cosine of {name} by distance: {first[1]:.2f} at distance 1, lowest"
        f" {first[low]:.2f} at {low}."
    )
    if len(peaks):
        marked = [f"{distance} ({first[distance]:.2f})" for distance in peaks]
        caption += f" Marked, peaks at distance {listed(marked, 12)}."
    for name, values in others:
        caption += (
            f" {capital(name)}: {values[1]:.2f} at distance 1, from"
            f" {values[1:].min():.2f} to {values[1:].max():.2f}."
        )
    return Plot(ax.figure, ax, caption)


@styled
def plot_by_position(values, *, label, lowest=False):
    """Draw one number for each position, and name the most extreme.

    Parameters
    ----------
    values : (positions,) array_like
    label : str
        What the numbers are.
    lowest : bool
        Name the lowest in place of the highest.

    Returns
    -------
    Plot
        A highest value of over 1.5 times the next is drawn as a triangle at the upper
        edge with its value: it would press all others flat.
    """
    values = np.asarray(values)
    ax = new_axes(7.6, 3.4)
    ax.plot(values, color=BLUE, linewidth=1.2)
    extreme = np.argsort(values if lowest else -values, kind="stable")[:_NAMED]
    look = {"color": VERMILION, "linestyle": "none"}
    ax.plot(extreme, values[extreme], marker="D", markersize=5, **look)
    ax.margins(x=0.04, y=0.12)
    off = None if lowest else _far_out(values)
    if off is not None:
        rest = np.delete(values, off)
        room = 0.12 * np.ptp(rest)
        ax.set_ylim(rest.min() - room, rest.max() + room)
        top = ax.get_xaxis_transform()
        look |= {"marker": "^", "markersize": 9, "transform": top, "clip_on": False}
        ax.plot(off, 1, **look)
        _beside(ax, f"{off}: {values[off]:.2f}", off, 1, len(values), 10, xycoords=top)
    _name(ax, [i for i in extreme if i != off], values, below=lowest)
    ax.set(xlabel="position", ylabel=label)
    low, high = np.quantile(values, [0.05, 0.95])
    found = [f"{values[i]:.2f} at {i}" for i in extreme]
    caption = (
        f"{capital(label)}, at {len(values):,} positions: median"
        f" {np.median(values):.2f}, 90 % between {low:.2f} and {high:.2f}."
        f" {'Lowest' if lowest else 'Highest'}: {listed(found)}."
    )
    if off is not None:
        caption += f" Position {off} is beyond the upper edge."
    return Plot(ax.figure, ax, caption)


def _far_out(values):
    """Return the place of a lone highest value that is far above the next, or None."""
    if len(values) < 3:
        return None
    next_to, highest = np.argsort(values, kind="stable")[-2:]
    return int(highest) if values[highest] > 1.5 * values[next_to] > 0 else None


def _name(ax, extreme, values, below):
    """Write the positions beside their points, neighbours on one label."""
    room = max(2, len(values) // 40)
    groups = []
    for i in sorted(map(int, extreme)):
        if groups and i - groups[-1][-1] <= room:
            groups[-1].append(i)
        else:
            groups.append([i])
    for group in groups:
        i = (min if below else max)(group, key=lambda i: values[i])
        _beside(ax, ", ".join(map(str, group)), i, values[i], len(values), 7)


def _beside(ax, text, x, y, places, away, **look):
    """Write beside a point, on the side where there is more room."""
    by, align = (-away, "right") if x > places / 2 else (away, "left")
    beside(ax, text, (x, y), (by, 0), ha=align, bbox=ON_LINES, **look)
