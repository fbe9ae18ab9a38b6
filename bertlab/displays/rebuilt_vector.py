"""What each ingredient of the embedding layer is worth to its output."""

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from ..text.tokens import quoted, shorten
from .captions import rounded
from .cells import draw_strips
from .figure import Plot, drawable, inches, listed, styled
from .style import BLUE, GREY, INK, ON_WHITE, VERMILION, WRITE

# Up to here a distance is rounding.
_SAME = 5e-6
# The width that a title over the strips has, in inches, from them to the right edge;
# on a screen letters are set up to 2 % wider.
_ROOM = 7.6 * (1 - 0.215) * 0.97


def _draw_ingredients(ax, distances, present, left_out, cosines):
    names = list(distances)
    values = np.array([distances[name] for name in names])
    most = max(*values, present, 0.01)  # the figures have two decimals
    for row, (name, value) in enumerate(zip(names, values)):
        out = name in left_out
        ax.barh(
            row,
            value,
            height=0.66,
            facecolor="white" if out else BLUE,
            edgecolor=VERMILION if out else BLUE,
            hatch="////" if out else "",
        )
        figure = f"{_figure(value)}   {_cosine(cosines[name])}".replace("-", "−")
        # Over the dashed line.
        look = WRITE | {"ha": "left", "bbox": ON_WHITE | {"pad": 0.5}, "zorder": 3}
        ax.text(value + 0.012 * most, row, figure, **look)
    labels = [f"put back {n}" if n in left_out else f"without {n}" for n in names]
    ax.set_yticks(range(len(names)), labels)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(0, most * 1.4)
    ax.set_xlabel("distance to the true output, as a share of its norm")
    if left_out:
        ax.axvline(present, color=INK, linestyle="--", linewidth=1.3)
        ax.set_xlabel(f"{ax.get_xlabel()}; dashed: now")


def _figure(value):
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def _cosine(value):
    return f"cosine {rounded(value)}"


def _caption(distances, present, left_out, name, cosine):
    """Say in words what a picture of ingredients shows, of what is called `name`."""
    still = {n: d for n, d in distances.items() if n not in left_out}
    away = f"of its norm away from the true one, {_cosine(cosine)}."
    caption = f"With all ingredients the output of {name} is the true one."
    if left_out:
        without = f"Without {listed(left_out)} the output of {name}"
        caption = f"{without} is {_figure(present)} {away}"
    elif present > _SAME:
        caption = (
            f"With all ingredients the output of {name} is still {present:.2g} {away}"
        )
    if not still:
        return f"{caption} Nothing is in use."
    most = max(still, key=still.get)
    none = [n for n, d in still.items() if abs(d - present) < 0.0005]
    if still[most] - present >= 0.0005:
        caption += (
            f" Of those in use, the rest can least do without {most}: it would be"
            f" {_figure(still[most])} away."
        )
    elif len(none) < len(still):
        caption += " Leaving out another would take it no further away."
    if none:
        distance = "that distance" if left_out else "the distance"
        caption += (
            f" Leaving out {listed(none)} does not change {distance}, to three"
            " decimals."
        )
    return caption


@styled
def plot_reconstruction(
    rebuilt, true, *, distances, cosines, present, token, place, left_out=()
):
    """Draw a rebuilt vector over the true one, and what each ingredient would change.

    Parameters
    ----------
    rebuilt, true : (hidden,) array_like
        The embedding layer's output for one token, as rebuilt and as it is.
    distances : dict of str to float
        Ingredient, and the distance to the true output, as a share of its norm, when
        this one is left out too (or is put back, if it is in `left_out`).
    cosines : dict of str to float
        Cosine similarity with the true output in each case. The present one is computed
        here; with a vector of zeros it counts as 0.
    present : float
        The distance with none of them switched.
    left_out : collection of str
        The ingredients that are left out at present.
    token : str
        What the output is of.
    place : int
        Where that token stands.

    Returns
    -------
    Plot
    """
    rebuilt, true = np.asarray(rebuilt), np.asarray(true)
    rows = np.stack([rebuilt, true, rebuilt - true])
    lengths = np.linalg.norm(rebuilt) * np.linalg.norm(true)
    cosine = rebuilt @ true / (lengths or 1)
    figure = Figure(figsize=(7.6, 5.0))
    strips = figure.add_axes((0.215, 0.74, 0.635, 0.185))
    # A vector with a huge entry or two would be a white strip: the scale ends where
    # the true one does, and what is beyond it has the strongest colour.
    limit = np.abs(true).max() or 1.0
    image = draw_strips(strips, rows, limit)
    strips.set_yticks(range(3), ["rebuilt", "true output", "difference"])
    strips.set_xlabel("dimension", labelpad=1)
    end = ": the true output"
    if left_out or present > _SAME:
        end = f": distance {_figure(present)}, {_cosine(cosine)}".replace("-", "−")
    strips.set_title(_fitting(token, place, end), parse_math=False)
    strips.spines[:].set(visible=True, color=GREY)
    bar = figure.colorbar(
        image,
        cax=figure.add_axes((0.865, 0.74, 0.018, 0.185)),
        extend="both" if np.abs(rows).max() > limit else "neither",
    )
    bar.set_label("entry")
    ax = figure.add_axes((0.215, 0.115, 0.76, 0.5))
    _draw_ingredients(ax, distances, present, left_out, cosines)
    name = f"{quoted(token)} (token {place})"
    caption = _caption(distances, present, left_out, name, cosine)
    return Plot(figure, ax, caption)


def _fitting(token, place, end):
    """Return the title, its token shortened (never a figure) until there is room."""
    size = mpl.rcParams["axes.titlesize"]
    for most in range(30, 0, -1):
        title = f"{shorten(drawable(token), most)} (token {place}){end}"
        if inches(title, size) < _ROOM:
            break
    return title
