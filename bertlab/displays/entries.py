"""How the numbers of each token are spread, from one step to the next."""

import numpy as np
from matplotlib.figure import Figure

from ..text.tokens import count, isolated, shorten
from .captions import rounded
from .figure import Plot, drawable, styled
from .named_rows import drawn_rows, fill_rows, name_rows
from .style import BLUE, GREY, INK, ORANGE

# Beyond this many tokens the ticks of one would run into those of the next.
_MOST_TICKS = 24
# Beyond this many tokens every second label, or fewer, is written.
_MOST_LABELS = 40


@styled
def plot_spread(stages, *, tokens):
    """Draw how the entries of every token are spread, one panel for each stage.

    Parameters
    ----------
    stages : dict of str to (tokens, hidden) array_like
        A name for each stage, and its vectors. Each has its own scale.
    tokens : sequence of str

    Returns
    -------
    Plot
        Every entry is a tick, and under the ticks lie each token's mean and one
        standard deviation to both sides. For more than 24 tokens there are areas and
        lines in place of ticks: where the middle 90 % of a token's entries lie, one
        standard deviation, mean, lowest and highest entry.

    Raises
    ------
    ValueError
        If there are no tokens, or an entry is no finite number.
    """
    n = len(tokens)
    stages = {name: drawn_rows(rows, n, name) for name, rows in stages.items()}
    height = 1.15 + max(0.34 * min(n, _MOST_TICKS), 0.7)
    figure = Figure(figsize=(8.4, height), layout="constrained")
    panels = figure.subplots(1, len(stages), sharey=True, squeeze=False)[0]
    sentences = []
    for ax, (name, rows) in zip(panels, stages.items()):
        (_draw_ticks if n <= _MOST_TICKS else _draw_areas)(ax, rows)
        ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)
        ax.set_title(shorten(drawable(name), 72 // len(stages)), parse_math=False)
        ax.locator_params(axis="x", nbins=5)
        ax.margins(x=0.06)
        ax.tick_params(axis="y", length=0)
        sentences.append(
            f"{isolated(name)}: means {_between(rows.mean(axis=1))}, standard"
            f" deviations {_between(rows.std(axis=1))}, entries {_between(rows)}"
        )
    step = name_rows(panels[0], tokens, most=_MOST_LABELS, longest=14)
    if n <= _MOST_TICKS:
        key = "value of an entry (dot: mean; bar: one standard deviation to both sides)"
        how = f"All entries of {count(n, 'token')}."
    else:
        key = (
            "value of an entry (dark line: mean; hatched: one standard deviation to\n"
            "both sides; pale: middle 90 %; thin lines: lowest and highest entry)"
        )
        how = (
            f"The entries of {count(n, 'token')}, too many for each entry to be drawn:"
            " the middle 90 % of each token's as an area, its lowest and highest as"
            " lines."
        )
        if step > 1:
            how += f" One token in {step} is named."
    figure.supxlabel(key, fontsize=11)
    body = "; ".join(sentences)
    return Plot(figure, panels[0], f"{how} {body[0].upper()}{body[1:]}.")


def _draw_ticks(ax, rows):
    """Draw each entry as a tick, and under them the mean and the deviation."""
    y = np.arange(len(rows))
    mean, deviation = rows.mean(axis=1), rows.std(axis=1)
    look = {"linestyle": "none", "marker": "|", "markersize": 11}
    at = np.repeat(y - 0.14, rows.shape[1])
    ax.plot(rows.ravel(), at, color=BLUE, alpha=0.35, **look)
    ax.hlines(y + 0.3, mean - deviation, mean + deviation, color=ORANGE, linewidth=3.5)
    ax.plot(mean, y + 0.3, "o", color=INK, markersize=4.5)


def _draw_areas(ax, rows):
    """Draw where the entries of many tokens lie as areas, each token a step of 1."""
    edges = np.arange(len(rows) + 1) - 0.5
    mean, deviation = rows.mean(axis=1), rows.std(axis=1)
    low, high = np.quantile(rows, [0.05, 0.95], axis=1)
    fill_rows(ax, low, high, color=BLUE, alpha=0.3, linewidth=0)
    look = {"facecolor": "none", "edgecolor": ORANGE, "hatch": "////", "linewidth": 0.8}
    fill_rows(ax, mean - deviation, mean + deviation, **look)
    look = {"orientation": "horizontal", "baseline": None}
    for values in (rows.min(axis=1), rows.max(axis=1)):
        ax.stairs(values, edges, color=BLUE, linewidth=0.8, **look)
    ax.stairs(mean, edges, color=INK, linewidth=1.8, **look)


def _between(values):
    """Say in what range `values` lie, to two decimals."""
    low, high = rounded(values.min()), rounded(values.max())
    return low if low == high else f"from {low} to {high}"
