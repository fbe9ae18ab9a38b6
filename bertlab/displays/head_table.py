"""A measure of every head: a table with a row for each layer."""

import numpy as np
from matplotlib.patches import Rectangle

from ..text.tokens import count
from .captions import capital, written
from .cells import draw_cells, shades, writer
from .figure import Plot, drawable, framed_axes, styled
from .named_rows import finite
from .style import VERMILION

# Numbers can be read in a table of so many columns and rows.
_MOST_COLUMNS, _MOST_ROWS = 16, 24


@styled
def plot_patterns(values, *, label, expected, percent=False):
    """Draw one number for each head of each layer, as an annotated map of colours.

    Parameters
    ----------
    values : (layers, heads) array_like
    label : str
        What was measured.
    expected : float
        What to compare with, for example with all weights equal: the caption says how
        many heads are above it.
    percent : bool
        Write the values, which are shares, in per cent.

    Returns
    -------
    Plot
        A frame is around the highest.

    Raises
    ------
    ValueError
        If there are no values, or NaN.
    """
    values = finite(values, "values")
    if values.ndim != 2 or not values.size:
        raise ValueError(
            f"The table needs shape (layers, heads), at least one, not {values.shape}."
        )
    rows, columns = values.shape
    tall = max(0.36 * rows, 0.5) if rows <= _MOST_ROWS else 6
    ax = framed_axes(7.2, tall + 0.36 + 0.75, left=0.8, bottom=0.75)
    numbers = rows <= _MOST_ROWS and columns <= _MOST_COLUMNS
    by, decimals = (100, 0) if percent else (1, 2)
    write = writer(by * values, decimals) if numbers else None
    image = draw_cells(ax, by * values, shades(by * values), write)
    named = f"{label}, %" if percent else label
    if not numbers:
        ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=30)
    for axis, n in ((ax.yaxis, rows), (ax.xaxis, columns)):
        step = -(-n // _MOST_ROWS)
        axis.set_ticks(range(0, n, step), range(1, n + 1, step))
    ax.set_ylabel("layer")
    ax.set_xlabel(f"head\n{drawable(named)}", parse_math=False)
    y, x = np.unravel_index(values.argmax(), values.shape)
    if np.ptp(values):
        frame = {"fill": False, "edgecolor": VERMILION, "linewidth": 2.5}
        ax.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, clip_on=False, **frame))
    return Plot(ax.figure, ax, patterns_caption(values, label, expected, percent))


def patterns_caption(values, label, expected, percent):
    """Say in words what a table of heads shows."""

    def figure(value):
        return f"{value:.1%}".replace("-", "−") if percent else written(value)

    start = capital(label)
    if values.size == 1:
        return f"{start}: {figure(values[0, 0])}, one layer with one head."
    if not np.ptp(values):
        same = f"{start} is the same, {figure(values[0, 0])}, in all"
        return f"{same} {count(values.size, 'head')}."
    parts = []
    for name, where in (("Highest", values.argmax()), ("lowest", values.argmin())):
        y, x = np.unravel_index(where, values.shape)
        parts.append(f"{name}: layer {y + 1}, head {x + 1}, {figure(values[y, x])}")
    caption = (
        f"{start} of {count(values.size, 'head')}, {figure(values.mean())} on average."
        f" {'; '.join(parts)}."
    )
    if len(values) > 1:
        means = ", ".join(figure(value) for value in values.mean(axis=1))
        caption += f" Mean of each layer: {means}."
    above = int((values > expected).sum())
    return (
        f"{caption} To compare: {figure(expected)}; {above} of the"
        f" {count(values.size, 'head')} {'is' if above == 1 else 'are'} above it."
    )
