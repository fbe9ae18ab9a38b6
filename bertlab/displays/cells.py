"""A table drawn as cells of colour, with or without the numbers, and its scale."""

import matplotlib as mpl
import numpy as np
from matplotlib.colors import PowerNorm

from .captions import written
from .style import INK, WRITE

# Steps of the colours where the numbers are written, too: fewer bytes in a notebook.
_STEPS = 33
# Where the scale of a square root is marked, as shares of its top.
ROOT_MARKS = (0, 0.01, 0.1, 0.25, 0.5, 1)
ROOT = "Colours follow the square root, so that small values can be seen."


def shades(values, signed=False):
    """Return the colours for a picture of `values`, as arguments of ``imshow``.

    From 0 to the largest; on both sides of 0 if there are, or could be, negative ones.
    """
    most = max(float(np.abs(values).max()), 1e-9)
    if signed or values.min() < 0:
        return {"cmap": "RdBu_r", "vmin": -most, "vmax": most}
    return {"cmap": "cividis", "vmin": 0, "vmax": most}


def attention_shades(values):
    """Return the colours for attention: by the square root, as in all thumbnails.

    To 1 where each row is whole, so that a head looks the same everywhere; to the
    largest where a part of the columns is shown. What is no share has `shades`.

    Parameters
    ----------
    values : (..., tokens) ndarray
    """
    most = float(values.max())
    if values.min() < 0 or most > 1 + 1e-5:
        return shades(values)
    whole = np.allclose(values.sum(axis=-1), 1, atol=1e-3)
    return {"cmap": "cividis", "norm": PowerNorm(0.5, 0, 1 if whole else most or 1)}


def root_marks(norm):
    """Return where a scale of `attention_shades` is marked, and what is written."""
    marks = ROOT_MARKS
    if norm.vmax != 1:
        rounded = [float(f"{share * norm.vmax:.1g}") for share in ROOT_MARKS[:-1]]
        marks = [*rounded, norm.vmax]
    return marks, [f"{mark:.2g}" for mark in marks]


def colour_bar(image, ax, label="", **look):
    """Put the scale of colours beside a table."""
    bar = ax.figure.colorbar(image, ax=ax, aspect=30, label=label, **look)
    bar.ax.tick_params(labelsize=10)
    if isinstance(image.norm, PowerNorm):
        marks, written = root_marks(image.norm)
        bar.set_ticks(marks, labels=written)
        bar.minorticks_off()


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
    signed = image.norm.vmin < 0
    share = np.abs(values) / image.norm.vmax if signed else image.norm(values)
    dark = share > 0.6 if signed else share < 0.55
    write_cells(ax, values, write, dark)
    return image


def write_cells(ax, values, write, dark, **look):
    """Write each number that is not masked into its cell, white where that is dark."""
    for y, x in np.argwhere(~np.ma.getmaskarray(values)):
        colour = "white" if dark[y, x] else INK
        ax.text(x, y, write(values[y, x]), color=colour, **(WRITE | look))


def writer(values, decimals=2, short=False):
    """Return the function that writes an entry into its cell, in few characters."""
    most = np.abs(values).max()
    decimals = min(decimals, 2 if most < 9.995 else 1 if most < 99.95 else 0)
    if not short:
        return lambda value: written(value, decimals)

    def write(value):  # ".25" in place of "0.25", where there is room for three
        text = written(value, min(decimals, 2 if most < 0.995 else 1))
        return text[1:] if text.startswith("0.") else text

    return write


def draw_strips(ax, rows, limit):
    """Draw vectors as strips of colour, from -limit to limit, 0 in the middle."""
    look = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit}
    ax.tick_params(axis="y", length=0)
    return ax.imshow(rows, aspect="auto", interpolation="nearest", **look)
