"""Rows of the position table along principal components: as a path and as waves."""

import numpy as np
from matplotlib.collections import LineCollection

from .figure import Plot, beside, label_components, listed, new_axes, styled
from .style import CYCLE, GREY, INK, ON_LINES, VERMILION


@styled
def plot_path(points, *, numbered, shares):
    """Draw rows as points on a plane, the first of them joined in their order.

    Parameters
    ----------
    points : (positions, 2) array_like
    numbered : int
        How many from the beginning to join and to number.
    shares : (2,) sequence of float
        Share of the variance along each axis, from 0 to 1.

    Returns
    -------
    Plot
        The colour is the position, from dark to light.
    """
    points = np.asarray(points)
    numbered = min(numbered, len(points))
    ax = new_axes(7, 5.6)
    dots = ax.scatter(
        *points.T, c=np.arange(len(points)), cmap="cividis", s=12, zorder=2
    )
    first = points[:numbered]
    steps = np.stack([first[:-1], first[1:]], axis=1)
    look = {"colors": VERMILION, "linewidths": 1.3, "zorder": 3}
    ax.add_collection(LineCollection(steps, **look))
    centre = points.mean(axis=0)
    for i, point in enumerate(first):
        outwards = point - centre
        outwards = outwards / (np.linalg.norm(outwards) or 1)
        beside(ax, f"{i}", point, 9 * outwards, color=INK, bbox=ON_LINES, zorder=4)
    ax.set_aspect("equal", adjustable="datalim")
    ax.figure.colorbar(dots, ax=ax, pad=0.02, label="position")
    kept = label_components(ax, shares)
    step = np.linalg.norm(np.diff(points, axis=0), axis=1).mean()
    apart = np.linalg.norm(points[:, None] - points[None], axis=-1)
    apart = apart[np.triu_indices(len(points), 1)].mean()
    caption = (
        f"{len(points):,} rows on a plane, the first {numbered} joined and numbered."
        f" A step from one position to the next is {step:.2f} long on average, two"
        f" positions at random are {apart:.2f} apart."
    )
    return Plot(ax.figure, ax, caption + kept)


@styled
def plot_waves(components, *, periods, shares=None, mark=None):
    """Draw columns, such as principal components, against position.

    Parameters
    ----------
    components : (positions, n) array_like
    periods : (n,) sequence of float
        Positions from one crest to the next, of each one's strongest wave.
    shares : (n,) sequence of float, optional
        Share of the variance along each principal component, from 0 to 1.
    mark : int, optional
        A position to mark with a line, if it is there.

    Returns
    -------
    Plot
    """
    components = np.asarray(components)
    count = components.shape[1]
    ax = new_axes(7.6, 0.9 + 0.72 * count)
    reach = np.abs(components).max() or 1
    for n, values in enumerate(components.T):
        ax.axhline(-n, color=GREY, linewidth=0.6)
        ax.plot(0.46 * values / reach - n, color=CYCLE[n % 2], linewidth=0.9)
    written = [f"period {_period(period)}" for period in periods]
    if shares is not None:
        written = [f"{share:.0%}, {text}" for share, text in zip(shares, written)]
    labels = [f"{n + 1}: {text}" for n, text in enumerate(written)]
    ax.set_yticks(-np.arange(count), labels)
    if mark is not None and 0 <= mark < len(components):
        ax.axvline(mark, color=VERMILION, linestyle="--", linewidth=1)
        look = {"xycoords": ax.get_xaxis_transform(), "color": VERMILION}
        beside(ax, f"{mark}", (mark, 1), (4, 0), ha="left", **look)
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.01)
    ax.set_ylim(0.5 - count, 0.6)
    ax.set_xlabel("position")
    named = [f"{n + 1}: {_period(period)}" for n, period in enumerate(periods)]
    what = f"{count} columns against position."
    if shares is not None:
        what = (
            f"The first {count} principal components against position,"
            f" {sum(shares):.0%} of the variance."
        )
    caption = (
        f"{what} Positions from crest to crest in each one's strongest wave:"
        f" {listed(named, 12)}."
    )
    return Plot(ax.figure, ax, caption)


def _period(period):
    """Write a period; a slow wave's is known to a whole number at best."""
    return f"{period:.1f}" if period < 30 else f"{period:.0f}"
