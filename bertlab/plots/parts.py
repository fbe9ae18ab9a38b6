"""What the embedding layer's output is made of: shares of the sum, ingredients."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..tokens import count, isolated, quoted, shorten
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
# Beyond this many not every token has a label, and bars would be lines: areas instead.
_MOST_LABELS = 60
# A figure of three characters is written in a piece of this share of the widest bar.
_ROOM = 0.08


@styled
def plot_parts(shares, *, tokens, parts, ax=None):
    """Draw, for each token, the share of each part in its sum.

    Parameters
    ----------
    shares : (tokens, parts) array_like
        Each row sums to 1; a share is negative where a part points against the sum,
        and is drawn to the left of 0.
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
    ax = new_axes(7.6, 1.5 + 0.31 * min(n, _NUMBERED), ax)
    positive, negative = np.clip(shares, 0, None), np.clip(shares, None, 0)
    low, high = negative.sum(axis=1).min(), positive.sum(axis=1).max()
    for m, (name, (colour, hatch)) in enumerate(zip(parts, _FILLS)):
        look = {
            "facecolor": colour,
            "alpha": 0.75,
            "edgecolor": "white",
            "hatch": hatch,
            "linewidth": 0.6,
        }
        for side in (positive, negative):
            left = side[:, :m].sum(axis=1)
            look["label"] = name if side is positive else None
            _draw_part(ax, left, side[:, m], look)
            if n <= _NUMBERED:
                _write_shares(ax, left, side[:, m], _ROOM * (high - low))
    step = -(-n // _MOST_LABELS)
    # Shortened last: what has no glyph becomes six letters for one.
    labels = [shorten(drawable(token), 18) for token in tokens]
    if step > 1:
        labels = [f"{i}  {label}" for i, label in enumerate(labels)]
    ax.set_yticks(range(0, n, step), labels[::step], parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(n - 0.4, -0.6)
    margin = 0.05 * ((high - low) or 1)
    ax.set_xlim(low - margin if low < 0 else 0, high + margin)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_xlabel("share of the sum")
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}".replace("-", "−"))
    ax.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
    mean = shares.mean(axis=0)
    means = [f"{name} {_percent(value)}" for name, value in zip(parts, mean)]
    over = f"mean over {count(n, 'token')}" if n > 1 else quoted(tokens[0])
    caption = f"Shares of the sum, {over}: {listed(means)}."
    if n == 1:
        return Plot(ax.figure, ax, caption)
    for m, name in enumerate(parts):
        top = shares[:, m].argmax()
        caption += (
            f" The {name} part is largest in {quoted(tokens[top])}, at place {top}:"
            f" {_percent(shares[top, m])}."
        )
    return Plot(ax.figure, ax, caption)


def _draw_part(ax, left, share, look):
    """Draw one part's share of every token, from `left` on."""
    n = len(share)
    if n <= _MOST_LABELS:
        ax.barh(range(n), share, left=left, height=0.74, **look)
        return
    # Thousands of bars would take seconds, and their white edges would hide them.
    edges = np.arange(n + 1) - 0.5
    first, last = (np.append(x, x[-1]) for x in (left, left + share))
    ax.fill_betweenx(edges, first, last, step="post", **look)


def _write_shares(ax, left, share, room):
    """Write each share into its piece of the bar, where there is room for it."""
    for row, (start, value) in enumerate(zip(left, share)):
        figure = _percent(value).replace("-", "−")
        if value and abs(value) >= room * len(figure) / 3:
            ax.text(
                start + value / 2,
                row,
                figure,
                ha="center",
                va="center",
                fontsize=10,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )


def _percent(value):
    """Return a share as "12%", and never as "-0%"."""
    return f"{round(float(value), 2) + 0:.0%}"


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
        figure = f"{value:.2f}" if value < 100 else f"{value:,.0f}"
        if cosines is not None:
            cosine = round(cosines[name], 2) + 0  # never -0.00
            figure += f"   cosine {cosine:.2f}".replace("-", "−")
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
    ax.set_xlim(0, most * (1.4 if cosines is not None else 1.14))
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
    if not still:
        return f"{caption} Nothing is in use."
    most = max(still, key=still.get)
    none = [n for n, d in still.items() if abs(d - present) < 0.0005]
    if still[most] - present >= 0.0005:
        caption += (
            f" Of those in use, the rest can least do without {most}: it would be"
            f" {still[most]:.2f} away."
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
    bar = figure.colorbar(
        image,
        cax=figure.add_axes((0.865, 0.74, 0.018, 0.185)),
        extend="both" if np.abs(rows).max() > limit else "neither",
    )
    bar.set_label("entry")
    ax = figure.add_axes((0.215, 0.115, 0.76, 0.5))
    _draw_ingredients(ax, distances, present, left_out, cosines)
    caption = ingredients_caption(distances, present, left_out, token)
    return Plot(figure, ax, caption)
