"""Rows of the position table: by distance, by position, as a path and as waves."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection

from .plot import (
    BLUE,
    CYCLE,
    GREY,
    INK,
    VERMILION,
    Plot,
    listed,
    new_axes,
    styled,
)

_LINES = ("-", "--", ":", "-.")
_ON_LINES = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8}


@styled
def plot_by_distance(curves, *, peaks=(), ax=None):
    """Draw mean similarity against the distance between two positions.

    Parameters
    ----------
    curves : dict of str to (distances,) array_like
        What was compared, and its mean cosine at distance 0, 1, 2, …; distance 0 is
        not drawn. The first is the one that the caption describes.
    peaks : sequence of int
        Distances to mark on the first curve.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot
    """
    curves = {name: np.asarray(values) for name, values in curves.items()}
    ax = new_axes(7.6, 4.2, ax)
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
        ax.annotate(
            f"{distance}",
            (distance, first[distance]),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=10,
        )
    ax.margins(y=0.1)
    ax.set(xlabel="distance between the two positions", ylabel="mean cosine similarity")
    _legend_above(ax)
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
            f" {name[:1].upper()}{name[1:]}: {values[1]:.2f} at distance 1, from"
            f" {values[1:].min():.2f} to {values[1:].max():.2f}."
        )
    return Plot(ax.figure, ax, caption)


@styled
def plot_by_position(values, *, label, first=0, named=5, lowest=False, ax=None):
    """Draw one number for each position, and name the most extreme.

    Parameters
    ----------
    values : (positions,) array_like
    label : str
        What the numbers are.
    first : int
        The position of the first of them.
    named : int
        How many to name.
    lowest : bool
        Name the lowest in place of the highest.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot
    """
    values = np.asarray(values)
    ax = new_axes(7.6, 3.4, ax)
    ax.plot(first + np.arange(len(values)), values, color=BLUE, linewidth=1.2)
    extreme = np.argsort(values if lowest else -values, kind="stable")[:named]
    ax.plot(
        first + extreme,
        values[extreme],
        linestyle="none",
        marker="D",
        color=VERMILION,
        markersize=5,
    )
    _name(ax, extreme, values, first, below=lowest)
    ax.margins(x=0.04, y=0.12)
    ax.set(xlabel="position", ylabel=label)
    low, high = np.quantile(values, [0.05, 0.95])
    found = [f"{values[i]:.2f} at {first + i}" for i in extreme]
    caption = (
        f"{label[:1].upper()}{label[1:]}, at {len(values):,} positions: median"
        f" {np.median(values):.2f}, 90 % between {low:.2f} and {high:.2f}."
        f" {'Lowest' if lowest else 'Highest'}: {listed(found)}."
    )
    return Plot(ax.figure, ax, caption)


def _name(ax, extreme, values, first, below):
    """Write the positions beside their points, neighbours on one label."""
    room = max(2, len(values) // 40)
    groups = []
    for i in sorted(extreme.tolist()):
        if groups and i - groups[-1][-1] <= room:
            groups[-1].append(i)
        else:
            groups.append([i])
    for group in groups:
        i = (min if below else max)(group, key=lambda i: values[i])
        right = i > len(values) / 2
        ax.annotate(
            ", ".join(str(first + i) for i in group),
            (first + i, values[i]),
            xytext=(-7 if right else 7, 0),
            textcoords="offset points",
            ha="right" if right else "left",
            va="center",
            fontsize=10,
            bbox=_ON_LINES,
        )


@styled
def plot_path(points, *, numbered=24, shares=None, ax=None):
    """Draw rows as points on a plane, the first of them joined in their order.

    Parameters
    ----------
    points : (positions, 2) array_like
    numbered : int
        How many from the beginning to join and to number.
    shares : (2,) sequence of float, optional
        Share of the variance along each axis, from 0 to 1.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot
        The colour is the position, from dark to light.
    """
    points = np.asarray(points)
    numbered = min(numbered, len(points))
    ax = new_axes(7, 5.6, ax)
    dots = ax.scatter(
        *points.T, c=np.arange(len(points)), cmap="cividis", s=12, zorder=2
    )
    first = points[:numbered]
    ax.add_collection(
        LineCollection(
            np.stack([first[:-1], first[1:]], axis=1),
            colors=VERMILION,
            linewidths=1.3,
            zorder=3,
        )
    )
    centre = points.mean(axis=0)
    for i, point in enumerate(first):
        outwards = point - centre
        outwards = outwards / (np.linalg.norm(outwards) or 1)
        ax.annotate(
            f"{i}",
            point,
            xytext=9 * outwards,
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=10,
            color=INK,
            bbox=_ON_LINES,
            zorder=4,
        )
    ax.set_aspect("equal", adjustable="datalim")
    ax.figure.colorbar(dots, ax=ax, pad=0.02, label="position")
    ax.set(xlabel="first principal component", ylabel="second principal component")
    step = np.linalg.norm(np.diff(points, axis=0), axis=1).mean()
    apart = np.linalg.norm(points[:, None] - points[None], axis=-1)
    apart = apart[np.triu_indices(len(points), 1)].mean()
    caption = (
        f"{len(points):,} rows on a plane, the first {numbered} joined and numbered."
        f" A step from one position to the next is {step:.2f} long on average, two"
        f" positions at random are {apart:.2f} apart."
    )
    if shares is not None:
        ax.set_xlabel(f"first principal component ({shares[0]:.0%} of the variance)")
        ax.set_ylabel(f"second principal component ({shares[1]:.0%})")
        caption += f" The two axes keep {sum(shares):.0%} of the variance."
    return Plot(ax.figure, ax, caption)


@styled
def plot_waves(components, *, shares, periods, ax=None):
    """Draw principal components against position, one below the other.

    Parameters
    ----------
    components : (positions, n) array_like
    shares : (n,) sequence of float
        Share of the variance along each, from 0 to 1.
    periods : (n,) sequence of float
        Positions from one crest to the next, of each one's strongest wave.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot
    """
    components = np.asarray(components)
    count = components.shape[1]
    ax = new_axes(7.6, 0.9 + 0.72 * count, ax)
    reach = np.abs(components).max() or 1
    for n, values in enumerate(components.T):
        ax.axhline(-n, color=GREY, linewidth=0.6)
        ax.plot(0.46 * values / reach - n, color=CYCLE[n % 2], linewidth=0.9)
    ax.set_yticks(
        -np.arange(count),
        [f"{n + 1}: {share:.0%}" for n, share in enumerate(shares)],
    )
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.01)
    ax.set_ylim(0.6 - count, 0.6)
    ax.set(xlabel="position", ylabel="component: share of the variance")
    named = [f"{n + 1} {period:.1f}" for n, period in enumerate(periods)]
    caption = (
        f"The first {count} principal components against position, {sum(shares):.0%} of"
        f" the variance. Positions from crest to crest in each one's strongest wave:"
        f" component {listed(named, 12)}."
    )
    return Plot(ax.figure, ax, caption)


def _legend_above(ax):
    ax.legend(
        frameon=False,
        ncols=2,
        columnspacing=1.2,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        fontsize=10,
    )
