"""How a small model learns: curves that grow, and what it is like at one time."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..tokens import isolated
from .plot import (
    CYCLE,
    INK,
    MARKERS,
    VERMILION,
    Plot,
    drawable,
    legend_above,
    listed,
    new_axes,
    styled,
)
from .token_rows import finite

_STYLES = ("-", "--", "-.", ":")
_LEFT = 0.75  # inches, for the labels of the vertical axis


@styled
def plot_learning(curves, *, steps, chance=None, at=None, end=None, ax=None):
    """Draw what changes while a model learns, a line for each measure.

    Parameters
    ----------
    curves : dict of str to (times,) array_like
        Shares from 0 to 1.
    steps : (times,) sequence of int
        How many steps of training had been done at each time.
    chance : dict of str to float, optional
        What to compare with: dotted across.
    at : int, optional
        Mark this one of the times.
    end : int, optional
        Steps in all, where the training has not come to its end yet.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        If there is no curve, or one has not a value for each time.
    """
    curves = _checked(curves, steps)
    ax = new_axes(7.6, 3.9, ax, left=_LEFT)
    if ax.figure.subplotpars.top > 0.85:  # the legend stands above
        ax.figure.subplots_adjust(top=0.82, bottom=0.14)
    _draw_curves(ax, curves, steps, chance or {}, at, end)
    return Plot(ax.figure, ax, _curves_told(curves, steps, chance or {}, at))


def _checked(curves, steps):
    if not curves:
        raise ValueError("There is no curve to draw: give at least one.")
    curves = {
        name: finite(values, f"values of {name}") for name, values in curves.items()
    }
    for name, values in curves.items():
        if values.shape != (len(steps),) or not len(steps):
            raise ValueError(
                f"The curve {name!r} has shape {values.shape}, and there are"
                f" {len(steps)} times."
            )
    return curves


def _draw_curves(ax, curves, steps, chance, at, end):
    for n, (name, values) in enumerate(curves.items()):
        ax.plot(
            steps,
            100 * values,
            color=CYCLE[n % len(CYCLE)],
            marker=MARKERS[n % len(MARKERS)],
            linestyle=_STYLES[n % len(_STYLES)],
            linewidth=1.8,
            markersize=5,
            label=drawable(name),
        )
    for n, (name, level) in enumerate(chance.items()):
        look = {"color": INK, "linestyle": (":", (0, (6, 3)))[n % 2], "linewidth": 1.1}
        ax.axhline(100 * level, label=drawable(name), **look)
    if at is not None:
        ax.axvline(steps[at], color=VERMILION, linewidth=1.4)
    ax.set(ylim=(-3, 103), ylabel="share (%)", xlabel="steps of training")
    ax.set_xlim(-0.02 * (end or steps[-1]) - 1, 1.02 * (end or steps[-1]) + 1)
    low, high = ax.get_xlim()
    ax.set_xticks([tick for tick in ax.get_xticks() if low <= tick <= high])
    ax.set_xlim(low, high)
    ax.set_yticks([0, 25, 50, 75, 100])
    legend = legend_above(ax, ncols=3, fontsize=10, columnspacing=1.0)
    for text in legend.get_texts():
        text.set_parse_math(False)


def _curves_told(curves, steps, chance, at):
    """Say in words what a picture of learning shows."""
    time = (0, len(steps) // 2, len(steps) - 1)
    times = sorted({*time, *(() if at is None else (range(len(steps))[at],))})
    told = "; ".join(
        f"{isolated(name)} {', '.join(f'{values[t]:.0%}' for t in times)}"
        for name, values in curves.items()
    )
    after = listed([f"{steps[t]:,}" for t in times])
    dotted = [f"{isolated(name)} {level:.0%}" for name, level in chance.items()]
    return f"After {after} steps: {told}." + (
        f" To compare: {'; '.join(dotted)}." if dotted else ""
    )


@styled
def plot_learned(
    weights, points, curves, *, tokens, answers, classes, labels, steps, at, chance=None
):
    """Draw what a model is like at one time of its training.

    Parameters
    ----------
    weights : (texts, tokens) array_like
        Attention from the pooled token to each token of some texts.
    points : (n, 2) array_like
        The pooled states of texts, on a plane that stays the same over time.
    curves, steps, chance, at
        As in `plot_learning`.
    tokens : list of list of str
        Of those texts.
    answers : sequence of int
        At which place of each of those texts the answer stands: it is framed.
    classes : sequence of str
        Names of the classes.
    labels : (n,) sequence of int
        The class of each point.

    Returns
    -------
    Plot
        Its axes are those of the attention.

    Raises
    ------
    ValueError
        If there are not as many weights as tokens, or points as labels.
    """
    weights, points = finite(weights, "weights"), finite(points, "points")
    labels, at = np.asarray(labels), range(len(steps))[at]
    if weights.shape != (len(tokens), len(tokens[0])):
        raise ValueError(f"{weights.shape} weights for {len(tokens)} texts of tokens.")
    if points.shape != (len(labels), 2):
        raise ValueError(f"{points.shape} points for {len(labels)} labels.")
    curves = _checked(curves, steps)
    figure = Figure(figsize=(8.2, 6.6))
    ax = figure.add_axes((0.03, 0.56, 0.52, 0.38))
    _draw_weights(ax, weights, tokens, answers)
    scatter = figure.add_axes((0.64, 0.56, 0.34, 0.38))
    _draw_points(scatter, points, labels, classes)
    lines = figure.add_axes((0.09, 0.09, 0.88, 0.29))
    _draw_curves(lines, curves, steps, chance or {}, at, None)
    ax.set_title(f"Attention after {steps[at]:,} steps")
    scatter.set_title("States of the pooled token")
    own = [weights[n, place] for n, place in enumerate(answers)]
    caption = (
        f"After {steps[at]:,} of {steps[-1]:,} steps. Attention to the framed answer,"
        f" in {len(tokens)} sequences: {listed(f'{w:.0%}' for w in own)}. Of all: "
        + listed(f"{isolated(name)} {v[at]:.0%}" for name, v in curves.items())
        + "."
    )
    return Plot(figure, ax, caption)


def _draw_weights(ax, weights, tokens, answers):
    """A row for each text: its tokens, on the shade of the weight they get."""
    # As cells, not as an image: such a picture is saved in a quarter of the bytes.
    edges = [np.arange(size + 1) - 0.5 for size in weights.shape[::-1]]
    ax.pcolormesh(*edges, weights, cmap="cividis", vmin=0, vmax=1)
    ax.invert_yaxis()
    for row, names in enumerate(tokens):
        for place, name in enumerate(names):
            weight = weights[row, place]
            how = {"ha": "center", "color": "white" if weight < 0.5 else "black"}
            letter, told = drawable(name.strip("[]")), weight >= 0.1
            up = 0.2 if told else 0
            how |= {"va": "center", "fontsize": 10, "parse_math": False}
            ax.text(place, row - up, letter, **how)
            if told:
                ax.text(place, row + up + 0.04, f"{100 * weight:.0f}", **how)
    for row, place in enumerate(answers):
        x = np.array([-0.5, 0.5, 0.5, -0.5, -0.5]) + place
        y = np.array([-0.46, -0.46, 0.46, 0.46, -0.46]) + row
        ax.plot(x, y, color=VERMILION, linewidth=2.4)
    ax.set(xticks=[], yticks=[])
    ax.set_xlabel("numbers: weight in % (from 10 on); framed: the answer", fontsize=10)


def _draw_points(ax, points, labels, classes):
    for n, name in enumerate(classes):
        those = labels == n
        ax.plot(
            *points[those].T,
            linestyle="none",
            marker=MARKERS[n % len(MARKERS)],
            color=CYCLE[n % len(CYCLE)],
            markersize=5,
            label=drawable(name),
        )
    ax.set(xticks=[], yticks=[])
    ax.set_ylabel("second component", fontsize=10, labelpad=3)
    ax.set_xlabel("first component", fontsize=10, labelpad=3)
    ax.legend(
        frameon=False,
        ncols=len(classes),
        fontsize=10,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.08),
        handletextpad=0.1,
        columnspacing=0.8,
    )
