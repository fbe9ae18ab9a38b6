"""Every head of every layer at once, each as a thumbnail of its matrix."""

import matplotlib as mpl
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import PowerNorm
from matplotlib.patches import Rectangle

from ..text.tokens import count
from .captions import named
from .cells import ROOT_MARKS
from .figure import Plot, framed_axes, styled
from .style import VERMILION

# Pixels: a thumbnail's side, and the white between two.
CELL, _EDGE = 32, 2


def heads_sprite(attentions, cell=CELL):
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

    """
    weights = np.asarray(attentions)
    layers, heads, n, _ = weights.shape
    inner = cell - _EDGE
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
def plot_heads(attentions, *, tokens, picked):
    """Draw every head of every layer as a thumbnail: rows are layers, columns heads.

    Parameters
    ----------
    attentions : (layers, heads, tokens, tokens) array_like
    tokens : sequence of str
        For the caption.
    picked : pair of int
        Layer and head, from 1, that get a frame.

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        If the array has another shape, a weight below 0 or above 1, or NaN.
    """
    weights = np.asarray(attentions)
    if weights.ndim != 4 or weights.shape[2:] != (len(tokens), len(tokens)):
        raise ValueError(
            "All heads need an array of shape (layers, heads, tokens, tokens) with"
            f" {count(len(tokens), 'token')}, not {weights.shape}."
        )
    if not 0 <= weights.min() <= weights.max() <= 1 + 1e-5:
        raise ValueError(
            "Attention weights lie between 0 and 1; these go from"
            f" {weights.min():.3g} to {weights.max():.3g}."
        )
    layers, heads = weights.shape[:2]
    # Square, unless there are very many; beside them is the scale.
    side = min(5.1 / heads, 1.1)
    width = max(0.75 + 0.3 + side * heads / 0.83, 4)
    tall = max(min(side * layers, 7), 0.8)
    height = tall + 0.36 + 0.6
    ax = framed_axes(width, height, left=0.75, right=0.3, bottom=0.6)
    edges = (0.5, heads + 0.5, layers + 0.5, 0.5)
    ax.imshow(
        heads_sprite(weights), extent=edges, interpolation="nearest", aspect="auto"
    )
    ax.set_xticks(range(1, heads + 1, -(-heads // 24)))
    ax.set_yticks(range(1, layers + 1, -(-layers // 24)))
    ax.set(xlabel="head", ylabel="layer")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    scale = ScalarMappable(PowerNorm(0.5, 0, 1), "cividis")
    bar = ax.figure.colorbar(scale, ax=ax, pad=0.02, aspect=25)
    bar.set_label("attention weight")
    ticks = [0, 0.1, 0.5, 1] if tall < 2 else ROOT_MARKS
    bar.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    layer, head = picked
    corner = head - 0.5, layer - 0.5
    # The white edge is at the right and the bottom of a thumbnail.
    inner = 1 - _EDGE / CELL
    look = {"edgecolor": VERMILION, "linewidth": 3, "clip_on": False}
    ax.add_patch(Rectangle(corner, inner, inner, fill=False, **look))
    return Plot(ax.figure, ax, heads_caption(weights, tokens, picked))


def heads_caption(weights, tokens, picked):
    """Say in words what a picture of all heads shows."""
    layers, heads, n, _ = weights.shape
    columns = weights.mean(axis=2)  # (layers, heads, tokens)
    caption = (
        f"The attention weights of {count(layers, 'layer')} (rows) with"
        f" {count(heads, 'head')} each (columns); a thumbnail has a row for each"
        f" attending token and a column for each attended one ({n:,})."
    )
    place = f"layer {picked[0]}, head {picked[1]}"
    if n == 1:
        return f"{caption} Framed: {place}."
    if columns.any():
        layer, head, most = np.unravel_index(columns.argmax(), columns.shape)
        caption += (
            f" Most on one token: layer {layer + 1}, head {head + 1},"
            f" {_target(columns[layer, head], most, tokens)}."
        )
    framed = columns[picked[0] - 1, picked[1] - 1]
    return (
        f"{caption} Framed: {place}, mostly {_target(framed, framed.argmax(), tokens)}."
    )


def _target(columns, token, tokens):
    return f"to {named(tokens, token)}, {columns[token]:.0%} on average"
