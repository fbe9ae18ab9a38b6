"""A measure of every head: a table with a row for each layer."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle

from ..tokens import count, isolated, shorten
from .cells import draw_cells, framed_axes, shades
from .pairs import written
from .plot import VERMILION, Plot, drawable, styled
from .token_rows import finite

# Numbers can be read in a table of so many columns and rows.
_MOST_COLUMNS, _MOST_ROWS = 16, 24


@styled
def plot_patterns(
    values,
    *,
    label,
    layers=None,
    heads=None,
    percent=False,
    expected=None,
    title="",
    ax=None,
):
    """Draw one number for each head of each layer, as an annotated map of colours.

    Parameters
    ----------
    values : (layers, heads) array_like
    label : str
        What was measured.
    layers, heads : sequence of int or str, optional
        Names of rows and columns; without them 1, 2, …
    percent : bool
        Write the values, which are shares, in per cent.
    expected : float, optional
        What to compare with, for example with all weights equal: the caption says how
        many heads are above it.
    title : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot
        A frame is around the highest.

    Raises
    ------
    ValueError
        If there are no values, not a name for each row and column, or NaN.
    """
    values = np.asarray(values, float)
    if values.ndim != 2 or not values.size:
        raise ValueError(
            f"The table needs shape (layers, heads), at least one, not {values.shape}."
        )
    values = finite(values, "values")
    names = [
        list(range(1, n + 1)) if given is None else list(given)
        for n, given in zip(values.shape, (layers, heads))
    ]
    if (found := tuple(map(len, names))) != values.shape:
        raise ValueError(f"{found} names do not fit a table of shape {values.shape}.")
    rows, columns = values.shape
    width = 7.2
    tall = 0.36 * rows if rows <= _MOST_ROWS else 6
    height = max(tall, 0.5) + 0.36 + 0.75
    frame = {"left": 0.8, "right": 0.12, "bottom": 0.75, "top": 0.36}
    ax = framed_axes((width, height), ax, **frame)
    numbers = rows <= _MOST_ROWS and columns <= _MOST_COLUMNS
    write = _writer(values, percent) if numbers else None
    image = draw_cells(ax, values, shades(values), write)
    named = f"{label}, %" if percent else label
    if not numbers:
        bar = ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=30)
        if percent:
            bar.formatter = lambda value, _: f"{100 * value:.0f}"
            bar.update_ticks()
    for axis, these in ((ax.yaxis, names[0]), (ax.xaxis, names[1])):
        step = -(-len(these) // _MOST_ROWS)
        texts = [shorten(drawable(str(name)), 9) for name in these[::step]]
        axis.set_ticks(range(0, len(these), step), texts, parse_math=False)
    ax.set_ylabel("layer")
    ax.set_xlabel(f"head\n{drawable(named)}", parse_math=False)
    ax.set_title(drawable(title), parse_math=False)
    y, x = np.unravel_index(values.argmax(), values.shape)
    if np.ptp(values):
        frame = {"fill": False, "edgecolor": VERMILION, "linewidth": 2.5}
        ax.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, clip_on=False, **frame))
    return Plot(
        ax.figure, ax, patterns_caption(values, label, names, percent, expected)
    )


def patterns_caption(values, label, names, percent=False, expected=None):
    """Say in words what a table of heads shows."""

    def figure(value):
        return f"{value:.1%}".replace("-", "−") if percent else written(value)

    start = label[:1].upper() + label[1:]
    if values.size == 1:
        return f"{start}: {figure(values[0, 0])}, one layer with one head."
    if not np.ptp(values):
        same = f"{start} is the same, {figure(values[0, 0])}, in all"
        return f"{same} {count(values.size, 'head')}."
    parts = []
    for name, where in (("Highest", values.argmax()), ("lowest", values.argmin())):
        y, x = np.unravel_index(where, values.shape)
        parts.append(
            f"{name}: layer {isolated(str(names[0][y]))}, head"
            f" {isolated(str(names[1][x]))}, {figure(values[y, x])}"
        )
    caption = (
        f"{start} of {count(values.size, 'head')}, {figure(values.mean())} on average."
        f" {'; '.join(parts)}."
    )
    if len(values) > 1:
        means = ", ".join(figure(value) for value in values.mean(axis=1))
        caption += f" Mean of each layer: {means}."
    if expected is not None:
        above = int((values > expected).sum())
        caption += (
            f" To compare: {figure(expected)}; {above} of the"
            f" {count(values.size, 'head')} {'is' if above == 1 else 'are'} above it."
        )
    return caption


def _writer(values, percent):
    if percent:
        return lambda value: written(100 * value, 0)
    most = np.abs(values).max()
    decimals = 2 if most < 9.995 else 1 if most < 999.5 else 0
    return lambda value: written(value, decimals)
