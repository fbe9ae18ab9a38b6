"""What the embedding layer's output is made of: shares of the sum, ingredients."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..tokens import isolated, shorten
from .plot import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    VERMILION,
    Plot,
    drawable,
    listed,
    new_axes,
    styled,
)

_FILLS = ((BLUE, ""), (ORANGE, "////"), (GREEN, "...."))
# Beyond this many tokens the figures are left out of the bars, and the bars get thin.
_NUMBERED = 40
_MOST_LABELS = 60


@styled
def plot_parts(shares, *, tokens, parts, ax=None):
    """Draw, for each token, the share of each part in its sum.

    Parameters
    ----------
    shares : (tokens, parts) array_like
        Each row sums to 1; a share is negative where a part points against the sum.
    tokens : sequence of str
    parts : sequence of str
        Their names, three at most.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot
    """
    shares = np.asarray(shares)
    n = len(tokens)
    room = 0.31 if n <= _NUMBERED else max(0.31 * _NUMBERED / n, 0.045)
    ax = new_axes(7.6, 1.5 + room * n, ax)
    y = np.arange(n)
    for m, (name, (colour, hatch)) in enumerate(zip(parts, _FILLS)):
        positive, negative = np.clip(shares, 0, None), np.clip(shares, None, 0)
        for side in (positive, negative):
            ax.barh(
                y,
                side[:, m],
                left=side[:, :m].sum(axis=1),
                height=0.74,
                facecolor=colour,
                alpha=0.75,
                edgecolor="white",
                hatch=hatch,
                linewidth=0.6,
                label=name if side is positive else None,
            )
        if n <= _NUMBERED:
            _write_shares(ax, shares[:, m], positive, m)
    step = -(-n // _MOST_LABELS)
    labels = [drawable(shorten(token, 16)) for token in tokens]
    ax.set_yticks(y[::step], labels[::step], parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(n - 0.4, -0.6)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_xlabel("share of the sum")
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}".replace("-", "−"))
    ax.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
    mean = shares.mean(axis=0)
    means = [f"{name} {value:.0%}" for name, value in zip(parts, mean)]
    caption = f"Shares of the sum, mean over {n:,} tokens: {listed(means)}."
    for m, name in enumerate(parts):
        top = shares[:, m].argmax()
        caption += (
            f" The {name} part is largest in {isolated(tokens[top])}, at place {top}:"
            f" {shares[top, m]:.0%}."
        )
    return Plot(ax.figure, ax, caption)


def _write_shares(ax, share, positive, m):
    """Write each share into its piece of the bar, where there is room for it."""
    for row, value in enumerate(share):
        if value >= 0.075:
            ax.text(
                positive[row, :m].sum() + value / 2,
                row,
                f"{value:.0%}",
                ha="center",
                va="center",
                fontsize=10,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )


@styled
def plot_ingredients(
    distances, *, present=0.0, left_out=(), cosines=None, token=None, ax=None
):
    """Draw how far an output is from the true one with one ingredient switched.

    Parameters
    ----------
    distances : dict of str to float
        Ingredient, and the distance to the true output, as a share of its norm, when
        this one is left out too (or is put back, if it is in `left_out`).
    present : float
        The distance with none of them switched.
    left_out : collection of str
        The ingredients that are left out at present.
    cosines : dict of str to float, optional
        Cosine similarity with the true output in each case, to be printed.
    token : str, optional
        What the output is of.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot
    """
    ax = new_axes(7.6, 1.1 + 0.3 * len(distances), ax)
    _draw_ingredients(ax, distances, present, left_out, cosines)
    caption = ingredients_caption(distances, present, left_out, token)
    return Plot(ax.figure, ax, caption)


def _draw_ingredients(ax, distances, present, left_out, cosines):
    names = list(distances)
    values = np.array([distances[name] for name in names])
    most = max(*values, present, 1e-9)
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
        figure = f"{value:.2f}"
        if cosines is not None:
            figure += f"   cosine {cosines[name]:.2f}".replace("-", "−")
        ax.text(
            value + 0.012 * most,
            row,
            figure,
            va="center",
            fontsize=10,
            # Over the dashed line.
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            zorder=3,
        )
    labels = [f"put back {n}" if n in left_out else f"without {n}" for n in names]
    ax.set_yticks(range(len(names)), labels)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(0, most * (1.32 if cosines is not None else 1.14))
    ax.set_xlabel("distance to the true output, as a share of its norm")
    if left_out:
        ax.axvline(present, color=INK, linestyle="--", linewidth=1.3)
        ax.set_xlabel(f"{ax.get_xlabel()}; dashed: now")


def ingredients_caption(distances, present, left_out, token=None):
    """Say in words what a picture of ingredients shows."""
    of = f" of {isolated(token)}" if token is not None else ""
    still = {n: d for n, d in distances.items() if n not in left_out}
    if left_out:
        caption = (
            f"Without {listed(left_out)} the output{of} is {present:.2f} of its norm"
            " away from the true one."
        )
    else:
        caption = f"With all ingredients the output{of} is the true one."
        if present > 5e-6:
            caption = (
                f"With all ingredients the output{of} is still {present:.2g} of its"
                " norm away from the true one."
            )
    if still:
        most = max(still, key=still.get)
        caption += (
            f" Of those in use, the rest can least do without {most}: it would be"
            f" {still[most]:.2f} away."
        )
        none = [n for n, d in still.items() if abs(d - present) < 0.0005]
        if none:
            caption += f" Leaving out {listed(none)} changes nothing to three decimals."
    else:
        caption += " Nothing is in use."
    return caption


@styled
def plot_reconstruction(
    rebuilt, true, *, distances, cosines, present, left_out=(), token=""
):
    """Draw a rebuilt vector over the true one, and what each ingredient would change.

    Parameters
    ----------
    rebuilt, true : (hidden,) array_like
        The embedding layer's output for one token, as rebuilt and as it is.
    distances, cosines, present, left_out, token
        As in `plot_ingredients`.

    Returns
    -------
    Plot
    """
    rows = np.stack([rebuilt, true, np.subtract(rebuilt, true)])
    figure = Figure(figsize=(7.6, 5.0))
    strips = figure.add_axes((0.215, 0.74, 0.635, 0.185))
    # A vector with a huge entry or two would be a white strip: the scale ends where
    # the true one does, and what is beyond it has the strongest colour.
    limit = np.abs(true).max() or 1.0
    image = strips.imshow(
        rows,
        aspect="auto",
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
        interpolation="nearest",
    )
    strips.set_yticks(range(3), ["rebuilt", "true output", "difference"])
    strips.tick_params(axis="y", length=0)
    strips.set_xlabel("dimension", labelpad=1)
    strips.set_title(f"{shorten(drawable(token), 30)}", parse_math=False)
    for side in strips.spines.values():
        side.set_visible(True)
        side.set_color(GREY)
    beyond = "max" if np.abs(rows).max() > limit else "neither"
    bar = figure.colorbar(
        image,
        cax=figure.add_axes((0.865, 0.74, 0.018, 0.185)),
        extend="both" if beyond == "max" else "neither",
    )
    bar.set_label("entry")
    ax = figure.add_axes((0.215, 0.115, 0.76, 0.5))
    _draw_ingredients(ax, distances, present, left_out, cosines)
    caption = ingredients_caption(distances, present, left_out, token)
    return Plot(figure, ax, caption)
