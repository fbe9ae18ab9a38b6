"""Similarities beside what two random rows would have."""

import numpy as np

from ..text.tokens import isolated, shorten
from .figure import (
    Plot,
    draw_groups,
    drawable,
    framed_axes,
    legend_above,
    listed,
    new_axes,
    styled,
)
from .style import BLUE, HATCHED, INK, ON_WHITE, VERMILION, WRITE


@styled
def plot_neighbours(neighbours, baseline, *, chance, word, space="raw"):
    """Draw a word's nearest tokens as bars, beside what chance alone would give.

    Parameters
    ----------
    neighbours : list of (str, float)
        Token and cosine similarity, nearest first.
    baseline : (pairs,) array_like
        Cosine similarities of random pairs in the same space.
    chance : (rows,) array_like
        Similarity of the nearest token to each of some shuffled rows.
    word : str
        What the neighbours are of.
    space : str
        Name of the space, for the title.

    Returns
    -------
    Plot
    """
    labels = [drawable(token) for token, _ in neighbours]
    left = 0.3 + 0.1 * max([8, *map(len, labels)])
    ax = framed_axes(7.6, 1.3 + 0.27 * max(len(neighbours), 2), left=left)
    low = _draw_baseline(ax, baseline)
    best = np.quantile(chance, 0.95)
    ax.axvline(best, color=VERMILION, linestyle="--", linewidth=1.6)
    y = np.arange(len(neighbours))
    values = np.array([value for _, value in neighbours])
    ax.barh(y, values, height=0.62, color=BLUE)
    for row, value in zip(y, values):
        ax.text(max(value, 0) + 0.014, row, f"{value:.2f}", va="center", fontsize=10)
    ax.set_yticks(y, labels, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(max(len(neighbours), 2) - 0.4, -0.6)
    ax.set_xlim(
        min(low, values.min(initial=0)) - 0.04, max(1.02, values.max(initial=0))
    )
    ax.set_xlabel(
        "cosine similarity\nhatched: 90 % of random pairs; dotted: their mean; dashed:"
        " best by chance"
    )
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])  # few: each costs a millisecond or two
    # A character without a glyph is six in the picture, so it is cut to fit only here.
    title = f"Nearest to {shorten(drawable(word), 20)}, {space} space"
    ax.set_title(title, parse_math=False)
    caption = neighbours_caption(neighbours, baseline, chance, word, space)
    return Plot(ax.figure, ax, caption)


def _draw_baseline(ax, baseline):
    """Draw the spread of random pairs; return its lower end."""
    low, high = np.quantile(baseline, [0.05, 0.95])
    ax.axvspan(low, high, **HATCHED)
    ax.axvline(np.mean(baseline), color=INK, linestyle=":", linewidth=1.2)
    return low


def neighbours_caption(neighbours, baseline, chance, word, space):
    """Say in words what a picture of neighbours shows."""
    low, high = np.quantile(baseline, [0.05, 0.95])
    best = np.quantile(chance, 0.95)
    named = [f"{isolated(token)} {value:.2f}" for token, value in neighbours]
    above = sum(value > best for _, value in neighbours)
    return (
        f"Nearest to {isolated(word)} in the {space} space, by cosine:"
        f" {listed(named, 10)}. Of {len(baseline):,} random pairs 90 % lie"
        f" between {low:.2f} and {high:.2f}; their mean is {np.mean(baseline):.2f}. The"
        f" best match of a row with shuffled entries is above {best:.2f} once in 20"
        f" times: of the {len(neighbours)} neighbours shown, {above} lie above that."
    )


@styled
def plot_similarities(groups, baseline, *, compared):
    """Draw groups of similarities as points, over the spread of random pairs.

    Parameters
    ----------
    groups : dict of str to dict of str to float
        Group, and in it the label and cosine similarity of each pair.
    baseline : (pairs,) array_like
        Cosine similarities of pairs to compare with.
    compared : str
        What those pairs are.

    Returns
    -------
    Plot
    """
    low, high = np.quantile(baseline, [0.05, 0.95])
    pairs = [(g, label, v) for g, group in groups.items() for label, v in group.items()]
    ax = new_axes(7.6, 1.2 + 0.27 * len(pairs))
    _draw_baseline(ax, baseline)
    points = np.array([(value, y) for y, (_, _, value) in enumerate(pairs)])
    draw_groups(ax, points, [group for group, _, _ in pairs], markersize=8)
    for value, y in points:
        look = WRITE | {"ha": "left", "bbox": ON_WHITE}
        ax.text(value + 0.022, y, f"{value:.2f}", **look)
    labels = [drawable(label) for _, label, _ in pairs]
    ax.set_yticks(range(len(pairs)), labels, parse_math=False)
    ax.set_ylim(len(pairs) - 0.4, -0.6)
    ax.set_xlim(min(low, *(v for *_, v in pairs)) - 0.04, 1.02)
    ax.set_xlabel(f"cosine similarity\nhatched: 90 % of {compared}; dotted: their mean")
    where = {"loc": "lower right", "bbox_to_anchor": None}
    legend_above(ax, frameon=True, fontsize=10, **where)
    means = [
        f"{isolated(name)} {np.mean(list(group.values())):.2f}"
        for name, group in groups.items()
    ]
    above = sum(value > high for *_, value in pairs)
    caption = (
        f"Mean cosine similarity: {listed(means)}; {compared}"
        f" {np.mean(baseline):.2f}, 90 % of them between {low:.2f} and {high:.2f}."
        f" {above} of {len(pairs)} pairs lie above that band."
    )
    return Plot(ax.figure, ax, caption)
