"""How a small model learns: curves that grow, and what it is like at one time."""

import numpy as np
from matplotlib.figure import Figure

from ..text.tokens import isolated
from .curves import checked_curves, draw_lines
from .figure import (
    Plot,
    draw_groups,
    drawable,
    framed_axes,
    legend_above,
    listed,
    styled,
)
from .named_rows import finite
from .style import VERMILION, WRITE


@styled
def plot_learning(curves, *, steps, chance=None, end=None):
    """Draw what changes while a model learns, a line for each measure.

    Parameters
    ----------
    curves : dict of str to (times,) array_like
        Shares from 0 to 1.
    steps : (times,) sequence of int
        How many steps of training had been done at each time.
    chance : dict of str to float, optional
        What to compare with: dotted across.
    end : int, optional
        Steps in all, where the training has not come to its end yet.

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        If there is no curve, or one has not a value for each time.
    """
    curves = _checked(curves, steps)
    # The legend stands above.
    ax = framed_axes(7.6, 3.9, left=0.75, bottom=0.14 * 3.9, top=0.18 * 3.9)
    _draw_curves(ax, curves, steps, chance, end or steps[-1])
    return Plot(ax.figure, ax, _curves_told(curves, steps, chance))


def _checked(curves, steps):
    curves = checked_curves(curves)
    for name, values in curves.items():
        if values.shape != (1, len(steps)):
            raise ValueError(
                f"The curve {name!r} has shape {values.shape[1:]}, and there are"
                f" {len(steps)} times."
            )
        finite(values, f"values of {name}")
    return curves


def _draw_curves(ax, curves, steps, chance, end):
    draw_lines(ax, curves, chance or {}, 100, steps, markersize=5, thin=1.1)
    ax.set(ylim=(-3, 103), ylabel="share (%)", xlabel="steps of training")
    low, high = -0.02 * end - 1, 1.02 * end + 1
    ax.set_xlim(low, high)
    ax.set_xticks([tick for tick in ax.get_xticks() if low <= tick <= high])
    ax.set_xlim(low, high)
    ax.set_yticks([0, 25, 50, 75, 100])
    legend_above(ax, ncols=3, fontsize=10, columnspacing=1.0)


def _curves_told(curves, steps, chance):
    """Say in words what a picture of learning shows."""
    times = sorted({0, len(steps) // 2, len(steps) - 1})
    told = "; ".join(
        f"{isolated(name)} {', '.join(f'{values[0, t]:.0%}' for t in times)}"
        for name, values in curves.items()
    )
    after = listed([f"{steps[t]:,}" for t in times])
    dotted = "; ".join(f"{isolated(n)} {v:.0%}" for n, v in (chance or {}).items())
    return f"After {after} steps: {told}." + (
        f" To compare: {dotted}." if dotted else ""
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
    curves, steps, chance
        As in `plot_learning`.
    at : int
        Which one of the times is shown, and marked on the curves.
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
    """
    at, curves = range(len(steps))[at], _checked(curves, steps)
    figure = Figure(figsize=(8.2, 6.6))
    ax = figure.add_axes((0.03, 0.56, 0.52, 0.38))
    _draw_weights(ax, weights, tokens, answers)
    scatter = figure.add_axes((0.64, 0.56, 0.34, 0.38))
    _draw_points(scatter, points, [classes[label] for label in labels], classes)
    lines = figure.add_axes((0.09, 0.09, 0.88, 0.29))
    lines.axvline(steps[at], color=VERMILION, linewidth=1.4, zorder=2.1)
    _draw_curves(lines, curves, steps, chance, steps[-1])
    ax.set_title(f"Attention after {steps[at]:,} steps")
    scatter.set_title("States of the pooled token")
    own = [weights[n, place] for n, place in enumerate(answers)]
    caption = (
        f"After {steps[at]:,} of {steps[-1]:,} steps. Attention to the framed answer,"
        f" in {len(tokens)} sequences: {listed(f'{w:.0%}' for w in own)}. Of all: "
        + listed(f"{isolated(name)} {v[0, at]:.0%}" for name, v in curves.items())
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
            look = WRITE | {"color": "white" if weight < 0.5 else "black"}
            up = 0.2 if weight >= 0.1 else 0
            ax.text(place, row - up, drawable(name.strip("[]")), **look)
            if up:
                ax.text(place, row + up + 0.04, f"{100 * weight:.0f}", **look)
    for row, place in enumerate(answers):
        x = np.array([-0.5, 0.5, 0.5, -0.5, -0.5]) + place
        y = np.array([-0.46, -0.46, 0.46, 0.46, -0.46]) + row
        ax.plot(x, y, color=VERMILION, linewidth=2.4)
    ax.set(xticks=[], yticks=[])
    ax.set_xlabel("numbers: weight in % (from 10 on); framed: the answer", fontsize=10)


def _draw_points(ax, points, groups, classes):
    draw_groups(ax, points, groups, classes, markersize=5)
    ax.set(xticks=[], yticks=[])
    ax.set_ylabel("second component", fontsize=10, labelpad=3)
    ax.set_xlabel("first component", fontsize=10, labelpad=3)
    legend_above(
        ax,
        ncols=len(classes),
        fontsize=10,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.08),
        handletextpad=0.1,
        columnspacing=0.8,
    )
