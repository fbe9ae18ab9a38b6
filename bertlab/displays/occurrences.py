"""One word's occurrences on a plane, layer by layer, told apart by their senses."""

import numpy as np

from ..text.tokens import isolated, quoted
from .figure import (
    Plot,
    beside,
    draw_groups,
    drawable,
    framed_panels,
    legend_above,
    listed,
    styled,
)
from .style import INK

# Where a label can stand, as seen from its point: to the right, above, left, below and
# between.
_SIDES = np.array(
    [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
)
# Points nearer than this share of the map's width count as one.
_NEAR = 0.012


@styled
def plot_occurrences(points, *, senses, word, numbers, titles, shares):
    """Draw one word's occurrences as points, its senses by colour and marker.

    Parameters
    ----------
    points : (n, 2) array_like, or (panels, n, 2) array_like
        With several panels, for instance one for each of three layers, they are drawn
        one below the other, each on its own scale.
    senses : (n,) sequence of str
    word : str
    numbers : (n,) sequence of str or int
        Written beside the points.
    titles : sequence of str
        One for each panel.
    shares : (2,) or (panels, 2) array_like
        Share of the variance along each axis, from 0 to 1.

    Returns
    -------
    Plot
        With the axes of the first panel. The caption counts the points whose nearest
        neighbour on the map is of their own sense.

    Raises
    ------
    ValueError
        If the numbers of points, senses, numbers, titles and shares do not go together.
    """
    points = np.asarray(points, float)
    points = points[None] if points.ndim == 2 else points  # (panels, n, 2)
    panels, n = points.shape[:2]
    senses, numbers, titles = list(senses), list(map(str, numbers)), list(titles)
    shares = np.asarray(shares, float).reshape(-1, 2)  # (panels, 2)
    counts = (len(senses), len(numbers), len(titles), len(shares))
    if counts != (n, n, panels, panels):
        raise ValueError(
            f"For {n} points on {panels} panels give {n} senses, {n} numbers, and one"
            " title and two shares for each panel."
        )
    all_axes = _panels(panels, any(titles))
    for ax, some, title, kept in zip(all_axes, points, titles, shares):
        draw_groups(ax, some, senses, markersize=8, alpha=0.7)
        ax.margins(0.1, 0.14)
        ax.locator_params(nbins=5)
        _label(ax, some, [drawable(number) for number in numbers])
        ax.set_title(drawable(title), parse_math=False)
        ax.set_xlabel(f"first component ({kept[0]:.0%})")
        ax.set_ylabel(f"second component ({kept[1]:.0%})")
    if len(set(senses)) > 1:
        first = all_axes[0]
        title = first.get_title(loc="left")
        legend_above(first, ncols=4, columnspacing=1.2, handletextpad=0.2)
        # Under the legend there is no room for the first panel's title.
        if title:
            first.set_title(title, pad=26, parse_math=False)
    caption = occurrences_caption(points, senses, word, numbers, titles, shares)
    return Plot(all_axes[0].figure, all_axes[0], caption)


def _panels(count, titled):
    """New axes below each other, with room for the labels at fixed places."""
    one, top, bottom, gap = 2.5, 0.72 if titled else 0.45, 0.62, 1.0
    height = top + count * one + (count - 1) * gap + bottom
    frame = {"left": 0.14 * 6, "right": 0.02 * 6, "bottom": bottom, "top": top}
    return framed_panels(count, 1, 6, height, hspace=gap / one, **frame)[:, 0]


def _label(ax, points, numbers):
    """Write the numbers where there is room; one label for points in one place."""
    width, height = ax.figure.get_size_inches() * ax.get_position().size
    low = np.array([ax.get_xlim()[0], ax.get_ylim()[0]])
    span = np.array([np.ptp(ax.get_xlim()), np.ptp(ax.get_ylim())])
    at = (points - low) / span * [width, height]  # in inches
    labels = {}
    for i, number in enumerate(numbers):
        near = [j for j in labels if np.linalg.norm(at[i] - at[j]) < _NEAR * width]
        labels.setdefault(near[0] if near else i, []).append(number)
    taken = at
    for i, names in labels.items():
        text = ", ".join(names[:6]) + (" …" if len(names) > 6 else "")
        half = np.array([0.04 * len(text) + 0.09, 0.15])  # from the point to the middle
        places = at[i] + half * _SIDES  # (8, 2)
        best = int(
            _room(places, half, np.delete(taken, i, 0), (width, height)).argmax()
        )
        taken = np.vstack([taken, places[best]])
        beside(ax, text, points[i], 72 * half * _SIDES[best], color=INK)


def _room(places, half, others, size):
    """How far from what else is drawn each place is; little beyond the edge.

    More room than a letter needs is no better: then the first place is taken.
    """
    inside = ((places > half - 0.05) & (places < size - half + 0.05)).all(axis=1)
    away = (places[:, None] - others) / [1.4, 1]  # (places, others, 2)
    far = np.linalg.norm(away, axis=-1).min(axis=1, initial=0.22)
    return far - ~inside


def occurrences_caption(points, senses, word, numbers, titles, shares):
    """Say in words what a map of occurrences shows."""
    n, names = len(senses), list(dict.fromkeys(senses))
    told = f"{n} occurrences of {quoted(word)} on their first two principal components"
    if len(names) > 1:
        groups = []
        for name in names:
            own = [number for number, sense in zip(numbers, senses) if sense == name]
            groups.append(f"{isolated(name)} ({listed(own, 12)})")
        told += f", numbered; by sense: {'; '.join(groups)}"
    told += "."
    where = [f"{title}: " if title and len(titles) > 1 else "" for title in titles]
    if 1 < len(names) < n:
        own = [f"{w}{_written(own_nearest(p, senses))}" for w, p in zip(where, points)]
        chance = sum((senses.count(s) - 1) / (n - 1) for s in senses)
        told += (
            f" Nearest on the map is an occurrence of the same sense for: {listed(own)}"
            f" of {n}; a random other one would be for {_written(chance)}."
        )
    kept = [f"{w}{sum(s):.0%}" for w, s in zip(where, shares)]
    return f"{told} Variance that the two components keep: {listed(kept)}."


def own_nearest(points, senses):
    """Count the points whose nearest neighbour is of their own sense.

    Of neighbours that are equally near, as occurrences at the same position of a
    sentence are at layer 0, each counts for its part.
    """
    points = np.asarray(points)
    distance = np.linalg.norm(points[:, None] - points[None], axis=-1)
    slack = 1e-3 * distance.max()
    np.fill_diagonal(distance, np.inf)
    nearest = distance <= distance.min(axis=1, keepdims=True) + slack
    same = np.array([[a == b for b in senses] for a in senses])
    return float(((nearest & same).sum(axis=1) / nearest.sum(axis=1)).sum())


def _written(value):
    return f"{value:.1f}".removesuffix(".0")
