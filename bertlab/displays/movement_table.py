"""What moves when one token of a text is changed: tokens by layers, and the scale."""

import matplotlib as mpl
import numpy as np
from matplotlib.font_manager import findfont, get_font

from ..text.tokens import count, shorten
from .figure import Plot, drawable, framed_axes, styled
from .layer_curves import name_layers
from .movement_caption import MEAN, interventions_caption
from .named_rows import finite
from .style import GREY, INK, ON_WHITE, WRITE

# The row under another one; what stands in place of a new token's numbers.
CONTROL, NEW = "its control", "new here: nothing to compare with"
# Of so many tokens, and cells, each has its number; a name needs so many inches.
MOST_NUMBERS, MOST_CELLS, NAME_HEIGHT = 28, 280, 0.17
MOST_COLUMNS = 14
_STEPS = 33  # of the colours: fewer bytes in a notebook
# Inches: a row with numbers, most for all rows without, the gap; a column, the figure.
_ROW, _MOST, _GAP = 0.27, 7.9, 0.13
_COLUMN, _NARROW, _WIDE = 0.46, 3.4, 7.6
# Points: the names; and how much larger the title is.
_LETTERS, _TITLE = 10.5, 12 / 10.5
# What `isolated` puts around words that are written from right to left.
_MARKS = dict.fromkeys(map(ord, "\u2068\u2069"))


@styled
def plot_interventions(
    moved,
    *,
    tokens,
    places=None,
    numbers=None,
    vectors=None,
    control=None,
    ratio=True,
    title="",
):
    """Draw how far each token that stays moves, layer by layer, and beside it a scale.

    Parameters
    ----------
    moved : (layers + 1, kept) array_like
        How far each token moves that is in both texts, as a share of its state's norm
        before: see `bertlab.measures.shifts`.
    tokens : sequence of str
        All tokens after the change, one row each. Of many the rows are colours alone,
        with a scale; none is left out.
    places : (kept,) sequence of int, optional
        Which of `tokens` the columns of `moved` are. A token that is not among them is
        new. All of them without it.
    numbers : (tokens,) sequence, optional
        What is written before the names; 0, 1, 2, … without it.
    vectors : dict of str to (layers + 1,) array_like, optional
        What else moved, a row each below the tokens. One without any value, NaN
        throughout, has no row.
    control : dict of str to (runs, layers + 1) array_like, or such an array, optional
        The same figures of other words, changed in the same way. The median over the
        runs is a row under that of the same name; "tokens, on average" is the row that
        stands there anyway, and the one that an array belongs to.
    ratio : bool
        The caption says how many times as far as in the control the tokens move. Not
        for a control of something else.
    title : str
        Above the picture; the caption begins with it, so somebody's own words in it
        are to be `bertlab.text.tokens.isolated`.

    Returns
    -------
    Plot
        Its colours reach as far as the tokens move, so that they are the same with a
        control and without; in the rows below, what is beyond is written as a number.

    Raises
    ------
    ValueError
        If nothing stays, or the places are not as many as the columns.
    """
    moved = finite(moved, "shifts")
    tokens = list(tokens)
    places = list(range(len(tokens)) if places is None else places)
    if moved.ndim != 2 or moved.shape[1] != len(places) or not moved.size:
        raise ValueError(
            f"The shifts have shape {moved.shape}, and there are"
            f" {count(len(places), 'token')} that stay: give (layers + 1, tokens that"
            " stay), one at least."
        )
    numbers = range(len(tokens)) if numbers is None else numbers
    below = _rows_below(moved, vectors, control)
    table = np.full((len(tokens), len(moved)), np.nan)
    table[places] = moved.T
    numbered = len(tokens) <= min(MOST_NUMBERS, MOST_CELLS // len(moved))
    tall = _ROW if numbered else min(NAME_HEIGHT, _MOST / len(tokens))  # a token's row
    start = tall * len(tokens) + _GAP  # of the rows below
    depth = start + _ROW * len(below)
    # Names are shortened last: what has no glyph becomes six letters for one.
    names = [f"{n}  {shorten(drawable(t), 14)}" for n, t in zip(numbers, tokens)]
    left = 0.18 + max(_width(name) for name in [*names, *(row[0] for row in below)])
    right = 0.12 if numbered else 0.95
    wide = min(left + right + max(_COLUMN * len(moved), _NARROW), _WIDE)
    step = 1 if numbered else int(-(-NAME_HEIGHT // tall))
    bottom = 0.78 if step == 1 else 0.98
    # The name of a row that is a hair's breadth tall reaches above it.
    above = 0.47 if step == 1 else 0.58
    frame = {"left": left, "right": right, "bottom": bottom, "top": above}
    ax = framed_axes(wide, bottom + depth + above, **frame)
    rows = np.array([row for _, row, _ in below])
    # A scale that ended below 1 % would give rounding errors the full range of colour.
    top = max(np.nanmax(table), 0.01)
    # Thousands of cells are one picture, or an SVG would be a megabyte.
    mesh = _cells(ax, table, 0, tall, top, rasterized=not numbered)
    _cells(ax, rows, start, _ROW, top)
    if numbered:
        _write(ax, table, 0, top)
    _write(ax, rows, start, top)
    new = np.setdiff1d(range(len(tokens)), places)
    _mark_new(ax, new, len(moved), tall)
    named = _named(len(tokens), step, new)
    _name(
        ax,
        [tall * (i + 0.5) for i in named]
        + [start + _ROW * (k + 0.5) for k in range(len(below))],
        [names[i] for i in named] + [name for name, _, _ in below],
    )
    if not numbered:
        _scale(ax, mesh, (start - _GAP) / depth, (rows > top).any())
    ax.set_ylim(depth, 0)
    more = f"\n(named: one token in {step})" if step > 1 else ""
    name_layers(ax, len(moved), f"\nmoved by so many % of the norm before{more}")
    name = _fitting(drawable(title.translate(_MARKS)), (wide - 0.3) / _TITLE)
    # From the figure's edge on: on a phone's screen there is no other room.
    edge = -(left - 0.15) / (wide - left - right)
    ax.set_title(name, parse_math=False, x=edge, pad=6 if step == 1 else 14)
    told = interventions_caption(
        moved,
        [tokens[i] for i in places],
        numbers=[numbers[i] for i in places],
        new=len(tokens) - len(places),
        below=below,
        title=title,
        ratio=ratio,
    )
    return Plot(ax.figure, ax, told)


def _width(text):
    """Return how wide a name is, in inches: no drawing is needed for it."""
    font = get_font(findfont("DejaVu Sans"))
    font.set_size(100, 72)  # of small letters the widths are whole pixels
    font.set_text(text)
    return 1.03 * _LETTERS / 100 * font.get_width_height()[0] / 64 / 72


def _fitting(text, room):
    """Shorten a text until it has room."""
    while _width(text) > room:
        text = shorten(text, len(text) - 1)
    return text


def _rows_below(moved, vectors, control):
    """Name, values (layers + 1,) and, of a control, all runs, for each row below."""
    if not isinstance(control, dict):
        control = {} if control is None else {MEAN: control}
    found = []
    for name, row in {MEAN: moved.mean(axis=1), **(vectors or {})}.items():
        row = np.asarray(row, float)
        if not np.isfinite(row).any():
            continue
        found.append((name, row, None))
        runs = np.asarray(control.get(name, []), float).reshape(-1, len(moved))
        runs = runs[np.isfinite(runs).all(axis=1)]
        if len(runs):
            found.append((CONTROL, np.median(runs, axis=0), runs))
    return found


def _cells(ax, table, start, tall, top, **more):
    """Draw a table from a height on; what is NaN stays white."""
    return ax.pcolormesh(
        np.arange(table.shape[1] + 1) - 0.5,
        start + tall * np.arange(len(table) + 1),
        np.ma.masked_invalid(table),
        cmap=mpl.colormaps["cividis"].resampled(_STEPS),
        vmin=0,
        vmax=top,
        **more,
    )


def _write(ax, table, start, top):
    """Write a number into each cell of a table, of many columns into every second."""
    every = 1 if table.shape[1] <= MOST_COLUMNS else 2
    for (y, x), value in np.ndenumerate(table):
        if np.isfinite(value) and x % every == 0:
            look = WRITE | {"color": "white" if value < 0.55 * top else INK}
            ax.text(x, start + _ROW * (y + 0.5), f"{100 * value:.0f}", **look)


def _mark_new(ax, new, layers, tall):
    """Say in the row of each token that has no state before why it is empty."""
    for i in new:
        y = tall * (i + 0.5)
        ax.plot([-0.5, layers - 0.5], [y, y], color=GREY, linewidth=1, linestyle=":")
        if tall == _ROW:
            text = NEW if layers > 4 else "new"
            ax.text((layers - 1) / 2, y, text, bbox=ON_WHITE | {"pad": 1.5}, **WRITE)


def _named(n, step, new):
    """Return which tokens have names: one in `step`, and those that are new."""
    near = {i + d for i in new for d in range(1 - step, step)}
    return sorted({i for i in range(0, n, step) if i not in near} | {*map(int, new)})


def _name(ax, places, names):
    ax.set_yticks(places, names, parse_math=False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    for label in ax.get_yticklabels():
        label.set_fontsize(_LETTERS)
        if label.get_text() == CONTROL:
            label.set_fontstyle("italic")


def _scale(ax, mesh, share, beyond):
    """Put the scale of colours beside the tokens; an arrow if a row is beyond it."""
    box = ax.inset_axes([1.02, 1 - share, 0.03, share])
    extend = "max" if beyond else "neither"
    bar = ax.figure.colorbar(mesh, cax=box, extend=extend)
    bar.formatter = lambda value, _: f"{100 * value:.0f}"
    bar.update_ticks()
    bar.ax.tick_params(labelsize=10)
    bar.ax.set_title("%", fontsize=10)
