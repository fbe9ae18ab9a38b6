"""How the numbers of each token are spread, from one step to the next."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..tokens import count, shorten
from .plot import BLUE, GREY, INK, ORANGE, Plot, drawable, styled

# Beyond this many tokens every second label, or fewer, is written.
_MOST_LABELS = 40


@styled
def plot_spread(stages, *, tokens):
    """Draw every entry of every token as a tick, one panel for each stage.

    Parameters
    ----------
    stages : dict of str to (tokens, hidden) array_like
        A name for each stage, and its vectors. Each has its own scale.
    tokens : sequence of str

    Returns
    -------
    Plot
        Under the ticks lie each token's mean and one standard deviation to both sides.
    """
    n = len(tokens)
    height = 1.15 + max(0.34 * min(n, _MOST_LABELS), 0.7)
    figure = Figure(figsize=(8.4, height), layout="constrained")
    panels = figure.subplots(1, len(stages), sharey=True, squeeze=False)[0]
    y = np.arange(n)
    sentences = []
    for ax, (name, rows) in zip(panels, stages.items()):
        rows = np.asarray(rows)
        mean, deviation = rows.mean(axis=-1), rows.std(axis=-1)
        ax.plot(
            rows.ravel(),
            np.repeat(y - 0.14, rows.shape[-1]),
            linestyle="none",
            marker="|",
            markersize=min(11, 400 / n),
            color=BLUE,
            alpha=0.35,
        )
        below, width = y + 0.3, min(3.5, 130 / n)
        ax.hlines(
            below, mean - deviation, mean + deviation, color=ORANGE, linewidth=width
        )
        ax.plot(mean, below, "o", color=INK, markersize=min(4.5, 170 / n))
        ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)
        ax.set_title(name, parse_math=False)
        ax.locator_params(axis="x", nbins=5)
        ax.margins(x=0.06)
        sentences.append(
            f"{name}: means {_between(mean)}, standard deviations {_between(deviation)}"
        )
    step = -(-n // _MOST_LABELS)
    labels = [drawable(shorten(token, 14)) for token in tokens]
    panels[0].set_yticks(y[::step], labels[::step], parse_math=False)
    panels[0].set_ylim(n - 0.4, -0.6)
    for ax in panels:
        ax.tick_params(axis="y", length=0)
    figure.supxlabel(
        "value of an entry (dot: mean; bar: one standard deviation to both sides)",
        fontsize=11,
    )
    caption = f"All entries of {count(n, 'token')}. {'; '.join(sentences)}."
    return Plot(figure, panels[0], caption[0].upper() + caption[1:])


def _between(values):
    """Say in what range `values` lie, to two decimals."""
    low, high = f"{values.min():.2f}", f"{values.max():.2f}"
    low, high = (x.replace("-0.00", "0.00") for x in (low, high))
    return low if low == high else f"from {low} to {high}"
