"""Attention as a matrix: rows attend, columns are attended to."""

import numpy as np
from matplotlib.colors import PowerNorm

from ..text.tokens import count
from .captions import capital, named, pair_named, table, thinned, written
from .cells import ROOT, attention_shades, colour_bar, draw_cells, writer
from .figure import Plot, drawable, framed_axes, framed_panels, styled

# Up to so many tokens the numbers are written into the cells of one matrix, of two
# side by side; beyond `_SHORT` they are written shorter.
MOST_NUMBERS, _MOST_BESIDE, _SHORT = 12, 10, 8
# Inches of a character of 10 points, of a line, of a matrix with many rows.
_CHARACTER, _LINE, _TALLEST = 0.096, 0.175, 5.6
# Inches: width of a figure with one matrix, with two; what is right of a matrix, of its
# scale; what the scale takes of its place.
_WIDTH, _WIDTH_BESIDE, _RIGHT, _RIGHT_OF_SCALE, _SCALE = 6.4, 7.6, 0.15, 0.35, 1
# Titles of two matrices beside each other.
_LABELS = "attention weight", "contribution"


@styled
def plot_attention(
    weights,
    *,
    tokens,
    columns=None,
    numbers=None,
    label="attention weight",
    title="",
):
    """Draw who attends to whom as a map of colours, with numbers where they are few.

    Parameters
    ----------
    weights : (tokens, columns) array_like
        Row i belongs to the token that attends, column j to the attended one. Weights
        have colours by their square root. Scores can be drawn, too: where there are
        negative entries, 0 is the scale's middle.
    tokens : sequence of str
        Of more than fit not every one has its name beside it.
    columns : sequence of str, optional
        The attended tokens, where they are not the same as those that attend.
    numbers : pair of sequences of int, optional
        The places of rows and columns in their text, where these are a part of it.
    label : str
        What the entries are.
    title : str

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        Where there are no tokens, not a row and a column for each, or NaN.
    """
    values = table(weights, tokens, columns, f"{label} entries")
    few = max(values.shape) <= MOST_NUMBERS
    names = _Names(tokens, columns, numbers, few, (_WIDTH, 1))
    right = _RIGHT if few else _RIGHT_OF_SCALE
    frame = {"left": names.left, "right": right, "bottom": names.bottom}
    ax = framed_axes(_WIDTH, names.height, **frame)
    short = values.shape[1] > _SHORT and values.min() < 0  # a minus more in each cell
    write = writer(values, 1 if short else 2) if few else None
    image = draw_cells(ax, values, attention_shades(values), write)
    if not few:
        colour_bar(image, ax, drawable(label), pad=0.02)
    names.put(ax)
    ax.set_title(drawable(title), parse_math=False)
    caption = attention_caption(values, tokens, columns, label)
    return Plot(ax.figure, ax, caption + _root_told(image))


@styled
def plot_weight_and_contribution(
    weights,
    contributions,
    *,
    tokens,
    columns=None,
    numbers=None,
    title="",
):
    """Draw two matrices of the same tokens beside each other.

    Parameters
    ----------
    weights, contributions : (tokens, columns) array_like
        Drawn as they are. If every row of both sums to 1 they share one scale of
        colours; otherwise each has its own.
    tokens : sequence of str
    columns, numbers : optional
        As in `plot_attention`.
    title : str
        Over both.

    Returns
    -------
    Plot
        Its axes are those of the first matrix.

    Raises
    ------
    ValueError
        As `plot_attention`.
    """
    pair = [
        table(values, tokens, columns, f"{label} entries")
        for values, label in zip((weights, contributions), _LABELS)
    ]
    shares = all(np.allclose(v.sum(axis=1), 1, atol=1e-3) for v in pair)
    few = max(pair[0].shape) <= _MOST_BESIDE
    names = _Names(tokens, columns, numbers, few, (_WIDTH_BESIDE, 2))
    above = 0.66 if title else 0.36
    width, height = _WIDTH_BESIDE, names.height + above - 0.36
    right = _RIGHT if few else _RIGHT_OF_SCALE
    frame = {"left": names.left, "right": right, "bottom": names.bottom, "top": above}
    axes = framed_panels(1, 2, width, height, wspace=0.08, **frame)[0]
    figure = axes[0].figure
    for ax, values, label in zip(axes, pair, _LABELS):
        write = writer(values, 2, values.shape[1] > _SHORT) if few else None
        scale = attention_shades(np.array(pair) if shares else values)
        image = draw_cells(ax, values, scale, write)
        if not few:
            colour_bar(image, ax, pad=0.03)
        names.put(ax)
        ax.set_title(drawable(label), parse_math=False)
    axes[1].set(yticks=[], ylabel="")
    if title:
        x, y = names.left / width, 1 - 0.2 / height
        figure.text(x, y, drawable(title), va="center", fontsize=12, parse_math=False)
    caption = " ".join(
        attention_caption(values, tokens, columns, label)
        for values, label in zip(pair, _LABELS)
    )
    changes = pair[1] - pair[0]
    if shares and np.abs(changes).max() >= 0.005:
        i, j = np.unravel_index(np.abs(changes).argmax(), changes.shape)
        caption += (
            f" They differ most {pair_named(tokens, columns, i, j)}:"
            f" {written(pair[0][i, j])} and {written(pair[1][i, j])}."
        )
    return Plot(figure, axes[0], caption + _root_told(image))


def _root_told(image):
    return f" {ROOT}" if isinstance(image.norm, PowerNorm) else ""


def attention_caption(values, tokens, columns, label):
    """Say in words what a matrix of attention shows."""
    start = capital(label)
    attended = tokens if columns is None else columns
    if len(tokens) == 1 and columns is None:
        only = named(tokens, 0)
        return f"{start} of the only token, {only}, to itself: {written(values[0, 0])}."
    i, j = np.unravel_index(values.argmax(), values.shape)
    mean = values.mean(axis=0)
    most = int(mean.argmax())
    every = "each" if columns is None else f"each of {len(columns):,}"
    start = f"{start} from each of {count(len(tokens), 'token')} (rows) to {every}"
    if np.ptp(values) < 0.005:
        return f"{start} (columns): {written(values.mean())} everywhere."
    return (
        f"{start} (columns): {written(values.min())} to {written(values.max())}."
        f" Largest: {pair_named(tokens, columns, i, j)}. Highest column:"
        f" {named(attended, most)}, {written(mean[most])} on average."
    )


class _Names:
    """Names of rows and columns, and the room that they need, in inches.

    Parameters
    ----------
    tokens : sequence of str
    columns : sequence of str or None
    numbers : pair of sequences of int or None
        As in `plot_attention`.
    large : bool
        Whether cells are large, with a number in each.
    share : (float, int)
        Width of the figure, and how many matrices share it.
    """

    def __init__(self, tokens, columns, numbers, large, share):
        n = len(tokens)
        rows, others = numbers or (None, None)
        tall = 0.34 * n if large else max(min(_LINE * n, _TALLEST), 3.6)
        self.slanted = large
        self.rows = thinned(tokens, int(_TALLEST / _LINE), rows)
        self.left = 0.5 + _CHARACTER * max([4, *map(len, self.rows.values())])
        across = (share[0] - self.left - _RIGHT) / share[1] - _SCALE
        room = MOST_NUMBERS if large else int(across / _LINE)
        columns = tokens if columns is None else columns
        self.columns = thinned(columns, max(room, 1), others)
        # A slanted name is lower by the sine of its angle, 45°.
        longest = max(map(len, self.columns.values()))
        turned = longest * (0.72 if self.slanted else 1)
        self.bottom = 0.5 + _CHARACTER * max(turned, 3)
        self.height = 0.36 + max(tall, 1.2) + self.bottom

    def put(self, ax):
        # The end of a slanted name is under its column.
        turn = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        turn = turn if self.slanted else {"rotation": 90}
        for axis, names, what, more in (
            (ax.yaxis, self.rows, "attending", {}),
            (ax.xaxis, self.columns, "attended", turn),
        ):
            places, write = list(names), {"parse_math": False, "fontsize": 10}
            axis.set_ticks(places, list(names.values()), **write, **more)
            step = places[1] if len(places) > 1 else 1
            few = f" (named: 1 in {step})" if step > 1 else ""
            axis.set_label_text(f"{what} token{few}")
