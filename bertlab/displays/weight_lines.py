"""Attention as lines: from each token on the left to those on the right."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D

from ..text.tokens import count, isolated
from .captions import named, pair_named, table, thinned, written
from .figure import Plot, beside, drawable, framed_axes, legend_above, listed, styled
from .style import BLUE, CYCLE, GREY

# A line that carries less cannot be seen; of more lines than this the strongest count.
LEAST, MOST_LINES = 0.02, 800
# Dashes as SVG writes them. With seven colours they make 28 heads that differ.
_DASHES = ("", "6 2", "2 2", "7 2 2 2")
_MOST_NAMES = 36
# Inches: a row with a name, a character of 10 points. Rows between two texts.
_ROW, _CHARACTER, _GAP = 0.235, 0.096, 0.9
# Heads in a line of the legend.
_IN_A_ROW = 6


@styled
def plot_attention_lines(
    weights,
    *,
    tokens,
    columns=None,
    numbers=None,
    heads,
    side=None,
    special=None,
    title="",
    ax=None,
):
    """Draw attention as lines from the tokens that attend to those attended to.

    Parameters
    ----------
    weights : (heads, tokens, columns) array_like
        Row i belongs to the token that attends. None is negative. A line's darkness and
        width are its weight; several heads have a colour and a line style each.
    tokens : sequence of str
        All have their lines; of more than 36 not every one has its name.
    columns : sequence of str, optional
        The attended tokens, where they are not the same as those that attend.
    numbers : pair of sequences of int, optional
        The places of both sides in their text, where these are a part of it.
    heads : sequence of int or str
        Their numbers, from 1, which choose colour and line style, or names.
    side : (tokens,) sequence of int, optional
        0 for the tokens of the first text, A, and 1 for those of the second, B.
    special : (columns,) sequence of bool, optional
        Which attended tokens are special: the caption says how much goes to them.
    title : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        Where there are no tokens, arrays do not fit them, or a weight is negative, NaN
        or infinite.
    """
    values = table(weights, tokens, columns, "weights", heads=True)
    if values.min() < 0:
        raise ValueError("A line cannot be drawn for a negative weight.")
    attended = tokens if columns is None else columns
    columns_of_names = [
        thinned(names, _MOST_NAMES, places)
        for names, places in zip((tokens, attended), numbers or (None, None))
    ]
    place = np.arange(max(values.shape[1:]))
    if side is not None:
        place = place + _GAP * np.asarray(side)
    longest = max(len(x) for names in columns_of_names for x in names.values())
    margin = 0.2 + _CHARACTER * max(9, longest)
    margin += 0.2 if side is not None else 0
    lines = -(-len(heads) // _IN_A_ROW) if len(heads) > 1 else 0  # of the legend
    above = 0.36 + (0.34 if title else 0) + 0.24 * lines
    rows = min(place[-1] + 1, _MOST_NAMES)
    width, height = 6.4, above + 0.12 + _ROW * max(rows, 2)
    frame = {"left": margin, "right": margin, "bottom": 0.12, "top": above}
    ax = ax or framed_axes(width, height, **frame)
    shown = lines_shown(values)
    _draw_lines(ax, values, shown, heads, place)
    ends = (0, -6, "right"), (1, 6, "left")
    for names, (x, to, align) in zip(columns_of_names, ends):
        for i, name in names.items():
            beside(ax, name, (x, place[i]), (to, 0), ha=align)
    if not len(shown):
        ax.text(0.5, place.mean(), f"no weight of {LEAST} or more", ha="center")
    ax.set(xlim=(0, 1), ylim=(place[-1] + 0.5, -0.5), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    _write_above(ax, heads, lines, title)
    if side is not None:
        _name_sides(ax, np.asarray(side), place, margin / (width - 2 * margin))
    caption = lines_caption(values, shown, tokens, columns, heads, side, special)
    return Plot(ax.figure, ax, caption)


def _draw_lines(ax, values, shown, heads, place):
    """Draw the lines; those of several heads start a little apart from each other."""
    weight = values[tuple(shown.T)]
    several = len(heads) > 1
    spread = np.linspace(-0.24, 0.24, len(heads)) if several else np.zeros(1)
    # One alone needs no colour of its own: the darkest shows the palest lines.
    looks = [_look(head, n) if several else (BLUE, "") for n, head in enumerate(heads)]
    colours = np.array([to_rgba(colour) for colour, _ in looks])[shown[:, 0]]
    colours[:, 3] = np.minimum(weight, 1) ** 0.6
    # Beside each other, rather than on each other, where they are many.
    thin = min(1, (24 / len(place)) ** 0.5) * (0.75 if several else 1)
    y = place[shown[:, 1:]] + spread[shown[:, 0]][:, None]  # (lines, 2)
    x = np.broadcast_to([0, 1], y.shape)
    styles = [_dashed(dash) for _, dash in looks]
    ax.add_collection(
        LineCollection(
            np.stack([x, y], axis=-1),
            colors=colours,
            linewidths=(0.7 + 2.6 * np.minimum(weight, 1)) * thin,
            linestyles=[styles[head] for head in shown[:, 0]] or "solid",
        ),
        autolim=False,
    )


def _write_above(ax, heads, lines, title):
    """Write what stands above the lines: column heads, the legend, the title."""
    look = {"va": "baseline", "color": "#555555", "xycoords": "axes fraction"}
    beside(ax, "attending", (0, 1), (-6, 8), ha="right", **look)
    beside(ax, "attended", (1, 1), (6, 8), ha="left", **look)
    if lines:
        # Legends are filled column by column; heads are read row by row.
        order = [n for c in range(_IN_A_ROW) for n in range(len(heads))[c::_IN_A_ROW]]
        looks = [_look(heads[n], n) for n in order]
        handles = [
            Line2D([], [], color=c, linestyle=_dashed(dash), lw=2) for c, dash in looks
        ]
        labels = [drawable(called(heads[n])) for n in order]
        box = legend_above(
            ax,
            handles=handles,
            labels=labels,
            ncols=min(_IN_A_ROW, len(heads)),
            fontsize=10,
            handlelength=2.2,
            handletextpad=0.4,
            columnspacing=0.8,
            borderaxespad=0,
            borderpad=0,
            labelspacing=0.3,
        )
        # In the middle of the figure: wider than the space between the names.
        box.set_loc("lower center")
        offset = 25 / 72 / (ax.get_position().height * ax.figure.get_figheight())
        box.set_bbox_to_anchor((0.5, 1 + offset), ax.transAxes)
    pad = 28 + 0.24 * 72 * lines
    ax.set_title(drawable(title), parse_math=False, pad=pad)


def _name_sides(ax, side, place, left):
    """Separate two texts by a line and write A and B beside them."""
    beyond = ax.get_yaxis_transform()  # shares of the width
    for number, name in enumerate("AB"):
        rows = place[side == number]
        if len(rows):
            look = {"va": "center", "weight": "bold", "transform": beyond}
            ax.text(-left + 0.02, rows.mean(), name, **look)
    if len(set(side.tolist())) > 1:
        between = (place[side == 0].max() + place[side == 1].min()) / 2
        look = {"color": GREY, "lw": 0.8, "linestyle": ":", "transform": beyond}
        ax.plot([-left, 1 + left], [between] * 2, clip_on=False, **look)


def _look(head, n):
    return head_look(n + 1 if isinstance(head, str) else int(head))


def _dashed(dash):
    return (0, tuple(map(float, dash.split()))) if dash else "solid"


def head_look(number):
    """Return the colour and the dashes, as SVG writes them, of a head, from 1."""
    n = number - 1
    return CYCLE[n % len(CYCLE)], _DASHES[n % len(_DASHES)]


def lines_shown(weights):
    """Choose the lines that are worth drawing of weights, (heads, tokens, columns).

    Of more than `MOST_LINES` the strongest are taken; which ones of equals, chance
    decides, and decides the same each time.

    Returns
    -------
    (lines, 3) ndarray of int
        Head, attending and attended token, each from 0; the strongest comes last, so
        that it is drawn over the others.
    """
    found = np.argwhere(weights >= LEAST)
    found = np.random.default_rng(0).permutation(found)
    order = np.argsort(weights[tuple(found.T)], kind="stable")
    return found[order[max(len(order) - MOST_LINES, 0) :]]


def lines_caption(values, shown, tokens, columns, heads, side, special):
    """Say in words what a picture of attention lines shows."""
    attended = tokens if columns is None else columns
    total = values.sum()
    who = f"{count(len(heads), 'head')}" if len(heads) > 1 else called(heads[0])
    among = f"among {count(len(tokens), 'token')}"
    if columns is not None:
        among = f"from {count(len(tokens), 'token')} to {len(columns):,}"
    start = f"Attention {among}, {isolated(who)}."
    if not total:
        return f"{start} All weights are 0: there is no line to draw."
    head, i, j = np.unravel_index(values.argmax(), values.shape)
    which = f"{isolated(called(heads[head]))}, " if len(heads) > 1 else ""
    received = values.sum(axis=(0, 1)) / total  # (columns,)
    most = int(received.argmax())
    carried = values[tuple(shown.T)].sum() / total
    are, carry = ("is", "it carries") if len(shown) == 1 else ("are", "they carry")
    drawn = (
        f"Of {count(values.size, 'line')} {len(shown):,} {are} drawn; {carry}"
        f" {carried:.0%} of it."
    )
    if not len(shown):
        drawn = f"Of {count(values.size, 'line')} none is strong enough to be drawn."
    caption = (
        f"{start} Strongest line: {which}{pair_named(tokens, columns, i, j)},"
        f" {written(values[head, i, j])}. Most is received by {named(attended, most)}:"
        f" {received[most]:.0%} of all weight. {drawn}"
    )
    if special is not None and np.any(special):
        shares = {}
        for token, share, counts in zip(attended, received, special):
            if counts:
                shares[token] = shares.get(token, 0) + share
        told = [f"{isolated(token)} {share:.0%}" for token, share in shares.items()]
        caption += f" To special tokens: {listed(told)}."
    if side is not None:
        caption += _between_sides(values.sum(axis=0), np.asarray(side))
    return caption


def _between_sides(weights, side):
    parts = []
    for a, b in ((0, 0), (0, 1), (1, 0), (1, 1)):
        given = weights[side == a]
        if given.sum():
            share = given[:, side == b].sum() / given.sum()
            parts.append(f"{'AB'[a]} to {'AB'[b]} {share:.0%}")
    return f" Of what a text's tokens give: {', '.join(parts)}."


def called(head):
    """Return a head's name, or that of its number."""
    return head if isinstance(head, str) else f"head {head}"
