"""A table drawn as cells of colour, with or without the numbers, and its frame."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from .plot import INK

# Steps of the colours where the numbers are written, too: fewer bytes in a notebook.
_STEPS = 33


def framed_axes(size, ax, *, left, right, bottom, top):
    """Return `ax`, or the axes of a new figure with these margins, in inches.

    Nothing is measured, so that it is quick: `size` is width and height.
    """
    if ax is not None:
        return ax
    width, height = size
    frame = (left, bottom, width - left - right, height - bottom - top)
    scale = (width, height, width, height)
    return Figure(figsize=size).add_axes([a / b for a, b in zip(frame, scale)])


def shades(values, signed=False):
    """Return the colours for a picture of `values`, as arguments of ``imshow``.

    From 0 to the largest; on both sides of 0 if there are, or could be, negative ones.
    """
    most = max(float(np.abs(values).max()), 1e-9)
    if signed or values.min() < 0:
        return {"cmap": "RdBu_r", "vmin": -most, "vmax": most}
    return {"cmap": "cividis", "vmin": 0, "vmax": most}


def draw_cells(ax, values, colours, write=None):
    """Draw a table as cells of colour, with `write(value)` in each if that is given."""
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    if write is None:
        return ax.imshow(values, aspect="auto", interpolation="nearest", **colours)
    edges = [np.arange(n + 1) - 0.5 for n in values.shape[::-1]]
    steps = {**colours, "cmap": mpl.colormaps[colours["cmap"]].resampled(_STEPS)}
    image = ax.pcolormesh(*edges, values, **steps)
    ax.set_ylim(len(values) - 0.5, -0.5)
    # Letters are white on what is dark: the lower part of cividis, both ends of RdBu.
    share = np.abs(values) / colours["vmax"]
    dark = share > 0.6 if colours["vmin"] < 0 else share < 0.55
    for (y, x), value in np.ndenumerate(values):
        ax.text(
            x,
            y,
            write(value),
            ha="center",
            va="center",
            fontsize=10,
            color="white" if dark[y, x] else INK,
        )
    return image
