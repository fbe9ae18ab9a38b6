"""Points on a plane: words by their principal components, norms by rank."""

import numpy as np

from ..text.tokens import isolated
from .figure import (
    Plot,
    beside,
    draw_groups,
    drawable,
    label_components,
    legend_above,
    listed,
    new_axes,
    styled,
)
from .style import BLUE, INK, ON_WHITE, ORANGE

# The ranks at which groups begin; the last one has no end.
_EDGES = (1, 101, 501, 5001, 10001)


@styled
def plot_map(points, *, labels, groups=None, shares=None):
    """Draw labelled points on a plane.

    Parameters
    ----------
    points : (n, 2) array_like
    labels : sequence of str
    groups : sequence of str, optional
        The group of each point: a colour and a marker.
    shares : (2,) sequence of float, optional
        Share of the variance along each axis, from 0 to 1.

    Returns
    -------
    Plot
        The caption counts the points whose nearest neighbour on the map is of their
        own group, or without groups names the nearest pair.
    """
    points = np.asarray(points)
    groups = list(groups) if groups is not None else [""] * len(points)
    ax = new_axes(7.6, 5.4)
    names = draw_groups(ax, points, groups, markersize=7, alpha=0.75)
    _place_labels(ax, points, [drawable(label) for label in labels])
    ax.margins(0.12, 0.08)
    kept = label_components(ax, shares)
    distance = np.linalg.norm(points[:, None] - points[None], axis=-1)
    np.fill_diagonal(distance, np.inf)
    near = np.unravel_index(distance.argmin(), distance.shape)
    caption = (
        f"A map of {len(points)} words; the two nearest to each other are"
        f" {isolated(labels[near[0]])} and {isolated(labels[near[1]])}."
    )
    if len(names) > 1:
        legend_above(ax, ncols=5, columnspacing=1.2, handletextpad=0.2)
        own = sum(groups[i] == groups[j] for i, j in enumerate(distance.argmin(axis=1)))
        told = listed(map(isolated, names))
        caption = (
            f"A map of {len(points)} words in {len(names)} groups ({told})."
            f" For {own} of them the nearest word on the map is of the same group."
        )
    return Plot(ax.figure, ax, caption + kept)


def _place_labels(ax, points, labels):
    """Write each label beside its point, on the side where there is most room."""
    span = np.ptp(points, axis=0)
    span[span == 0] = 1
    scaled = (points - points.min(axis=0)) / span  # both axes from 0 to 1
    for i, label in enumerate(labels):
        others = np.delete(scaled, i, axis=0) - scaled[i]
        near = others[np.abs(others[:, 1]) < 0.035]
        right = near[near[:, 0] >= 0, 0].min(initial=1)
        left = -near[near[:, 0] < 0, 0].max(initial=-1)
        side = 1 if right >= left else -1
        align = "left" if side > 0 else "right"
        beside(ax, label, points[i], (7 * side, 0), ha=align, color=INK)


@styled
def plot_norms(rank, norm):
    """Draw the norms of rows against their rank, with the mean of each group of ranks.

    Parameters
    ----------
    rank : (n,) array_like
        Frequency rank of each row, 1 the most frequent.
    norm : (n,) array_like
        Length of each row.

    Returns
    -------
    Plot
    """
    rank, norm = np.asarray(rank), np.asarray(norm)
    ax = new_axes(7.6, 3.8)
    ax.plot(
        rank, norm, linestyle="none", marker=".", markersize=2, color=BLUE, alpha=0.3
    )
    part = np.searchsorted(_EDGES, rank, side="right") - 1
    found, before = [], 0
    for n in np.unique(part[part >= 0]):
        inside = part == n
        low, high, mean = rank[inside].min(), rank[inside].max(), norm[inside].mean()
        ax.plot([low, high], [mean, mean], color="white", linewidth=6)
        ax.plot([low, high], [mean, mean], color=ORANGE, linewidth=3)
        # Where the means fall, above the bar is where the one before it is.
        by, align = (8, "bottom") if mean > before else (-8, "top")
        look = {"va": align, "fontsize": 11, "fontweight": "bold"}
        look["bbox"] = ON_WHITE | {"alpha": 0.85}
        beside(ax, f"{mean:.2f}", (np.sqrt(low * high), mean), (0, by), **look)
        before = mean
        found.append(f"{mean:.2f} (ranks {low:,} to {high:,})")
    ax.set(xscale="log", ylabel="norm of the row")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel(
        "rank in the vocabulary, 1 the most frequent (logarithmic)"
        "\nbars: mean of a group of ranks"
    )
    caption = f"Norms of {len(norm):,} rows by rank. Mean norm: {', '.join(found)}."
    return Plot(ax.figure, ax, caption)
