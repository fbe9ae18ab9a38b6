"""Every head of every layer at once, each as a thumbnail of its matrix."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import PowerNorm
from matplotlib.patches import Rectangle

from ..tokens import count, isolated
from .cells import ROOT_MARKS, framed_axes
from .pairs import named, written
from .plot import VERMILION, Plot, drawable, styled
from .token_rows import finite

# White pixels between thumbnails.
_EDGE = 2


def heads_sprite(attentions, cell=32):
    """Assemble thumbnails of all heads into one picture.

    The colour is the square root of the weight, on one scale from 0 to 1 for all heads,
    so that small weights can be seen, too. Where there are more tokens than pixels, a
    pixel has the largest weight of those that fall on it: a narrow line stays.

    Parameters
    ----------
    attentions : (layers, heads, tokens, tokens) array_like
    cell : int
        Pixels of a thumbnail's side, its white edge included.

    Returns
    -------
    (layers * cell, heads * cell, 3) ndarray of uint8

    Raises
    ------
    ValueError
        If the array has another shape, a weight below 0 or above 1, or NaN.
    """
    weights = _checked(attentions)
    layers, heads, n, _ = weights.shape
    inner = cell - _EDGE
    if inner < 1:
        raise ValueError(f"A thumbnail needs at least {_EDGE + 1} pixels, not {cell}.")
    small = weights
    if n > inner:
        starts = np.arange(inner) * n // inner
        small = np.maximum.reduceat(weights, starts, axis=2)
        small = np.maximum.reduceat(small, starts, axis=3)
    elif n < inner:
        # Cells as wide as each other within a pixel.
        which = np.arange(inner) * n // inner
        small = weights[:, :, which][..., which]
    levels = np.rint(255 * np.sqrt(small)).astype(np.uint8)
    colours = np.rint(255 * mpl.colormaps["cividis"](np.arange(256))[:, :3])
    sprite = np.full((layers, cell, heads, cell, 3), 255, np.uint8)
    sprite[:, :inner, :, :inner] = colours.astype(np.uint8)[
        levels.transpose(0, 2, 1, 3)
    ]
    return sprite.reshape(layers * cell, heads * cell, 3)


@styled
def plot_heads(
    attentions, *, tokens=None, picked=None, names=None, cell=32, title="", ax=None
):
    """Draw every head of every layer as a thumbnail: rows are layers, columns heads.

    Parameters
    ----------
    attentions : (layers, heads, tokens, tokens) array_like
    tokens : sequence of str, optional
        For the caption, which otherwise has their numbers.
    picked : pair of int, optional
        Layer and head, from 1, that get a frame.
    names : dict of str to (layers, heads) array_like, optional
        Measures, each with one value for each head: the caption says where each is
        highest.
    cell : int
        Pixels of a thumbnail's side.
    title : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        As `heads_sprite`; also for a picked head that the array does not have.
    """
    weights = _checked(attentions)
    layers, heads, n, _ = weights.shape
    if tokens is not None and len(tokens) != n:
        raise ValueError(f"There are {count(n, 'token')} and {len(tokens)} names.")
    sprite = heads_sprite(weights, cell)
    # Square, unless there are very many; beside them is the scale.
    side = min(5.1 / heads, 1.1)
    width = max(0.75 + 0.3 + side * heads / 0.83, 4)
    tall = max(min(side * layers, 7), 0.8)
    height = tall + 0.36 + 0.6
    frame = {"left": 0.75, "right": 0.3, "bottom": 0.6, "top": 0.36}
    ax = framed_axes((width, height), ax, **frame)
    edges = (0.5, heads + 0.5, layers + 0.5, 0.5)
    ax.imshow(sprite, extent=edges, interpolation="nearest", aspect="auto")
    ax.set_xticks(range(1, heads + 1, -(-heads // 24)))
    ax.set_yticks(range(1, layers + 1, -(-layers // 24)))
    ax.set(xlabel="head", ylabel="layer")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(drawable(title), parse_math=False)
    scale = ScalarMappable(PowerNorm(0.5, 0, 1), "cividis")
    bar = ax.figure.colorbar(scale, ax=ax, pad=0.02, aspect=25)
    bar.set_label("attention weight")
    ticks = [0, 0.1, 0.5, 1] if tall < 2 else ROOT_MARKS
    bar.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    if picked is not None:
        layer, head = picked
        if not (1 <= layer <= layers and 1 <= head <= heads):
            raise ValueError(
                f"There is no layer {layer}, head {head}: layers go to {layers}, heads"
                f" to {heads}."
            )
        # The white edge is at the right and the bottom of a thumbnail.
        inner = 1 - _EDGE / cell
        ax.add_patch(
            Rectangle(
                (head - 0.5, layer - 0.5),
                inner,
                inner,
                fill=False,
                edgecolor=VERMILION,
                linewidth=3,
                clip_on=False,
            )
        )
    return Plot(ax.figure, ax, heads_caption(weights, tokens, picked, names))


def heads_caption(attentions, tokens=None, picked=None, names=None):
    """Say in words what a picture of all heads shows."""
    weights = _checked(attentions)
    layers, heads, n, _ = weights.shape
    columns = weights.mean(axis=2)  # (layers, heads, tokens)
    caption = (
        f"The attention weights of {count(layers, 'layer')} (rows) with"
        f" {count(heads, 'head')} each (columns); a thumbnail has a row for each"
        f" attending token and a column for each attended one ({n:,})."
    )
    if n > 1 and columns.any():
        where = np.unravel_index(columns.argmax(), columns.shape)
        target = _target(columns, where, tokens)
        caption += f" Most on one token: {_place(where)}, {target}."
    if picked is not None:
        layer, head = picked
        where = layer - 1, head - 1, columns[layer - 1, head - 1].argmax()
        caption += f" Framed: {_place(where)}"
        caption += f", mostly {_target(columns, where, tokens)}." if n > 1 else "."
    for name, values in (names or {}).items():
        values = np.asarray(values, float)
        if values.shape != (layers, heads):
            raise ValueError(
                f"{name!r} needs shape ({layers}, {heads}), not {values.shape}."
            )
        where = np.unravel_index(finite(values, name).argmax(), values.shape)
        caption += (
            f" Highest for {isolated(name)}: {_place(where)}, {written(values[where])}."
        )
    return caption


def _place(where):
    return f"layer {where[0] + 1}, head {where[1] + 1}"


def _target(columns, where, tokens):
    token = int(where[2])
    name = f"token {token}" if tokens is None else named(tokens, token)
    return f"to {name}, {columns[where]:.0%} on average"


def _checked(attentions):
    weights = np.asarray(attentions)
    if weights.ndim != 4 or weights.shape[2] != weights.shape[3] or not weights.size:
        raise ValueError(
            "All heads need an array of shape (layers, heads, tokens, tokens), not"
            f" {weights.shape}."
        )
    if bad := int((~np.isfinite(weights)).sum()):
        finite(weights, "attention weights")
    low, high = (weights.min(), weights.max()) if not bad else (0, 1)
    if low < 0 or high > 1 + 1e-5:
        raise ValueError(
            f"Attention weights lie between 0 and 1; these go from {low:.3g} to"
            f" {high:.3g}."
        )
    return weights
