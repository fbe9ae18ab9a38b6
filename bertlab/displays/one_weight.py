"""Inside one attention weight: from a query and a key to the score and the weight."""

import numpy as np
from matplotlib.figure import Figure

from ..text.tokens import count, shorten
from .captions import named, pair_named, written
from .cells import draw_cells, shades
from .figure import Plot, beside, drawable, listed, styled
from .named_rows import drawn_rows, fill_rows, name_rows
from .style import BLUE, GREY, INK, VERMILION, WRITE

# Up to so many dimensions each number is written; so many bars have names and figures.
_FEW, _MOST_BARS = 10, 24
# Dimensions that are named in the picture and in the caption.
_NAMED = 3
# Inches.
_WIDTH, _LEFT, _RIGHT = 6.4, 1.6, 0.2
_PALE = "#A9C8DE"


@styled
def plot_one_weight(query, key, scores, *, tokens, row, column, title=""):
    """Draw how one head comes to one weight, dimension by dimension.

    Parameters
    ----------
    query, key : (tokens, size) array_like
        One head's, for all tokens.
    scores : (tokens, tokens) array_like
        That head's: query times key, divided by the root of `size`.
    tokens : sequence of str
    row, column : int
        The token that attends and the attended one, from 0.
    title : str
        Without it: which pair of tokens is shown.

    Returns
    -------
    Plot
        Its axes are those of the products.

    Raises
    ------
    ValueError
        Where arrays do not fit the tokens, or the scores are not those of the queries
        and keys.
    """
    n = len(tokens)
    query, key = drawn_rows(query, n, "queries"), drawn_rows(key, n, "keys")
    products = query[row] * key[column]  # (size,)
    size = len(products)
    score, line = scores[row][column], np.asarray(scores[row])
    made = products.sum() / np.sqrt(size)
    if abs(made - score) > 1e-3 * (1 + np.abs(line).max()):
        raise ValueError(
            f"The score of tokens {row} and {column} is {score:.3f}, but their query"
            f" and key make {made:.3f}: are they of the same layer and head?"
        )
    powers = np.exp(line - line.max())
    weights = powers / powers.sum()

    bars = 0.23 * min(max(n, 2), _MOST_BARS)
    height = 5.3 + bars
    figure = Figure(figsize=(_WIDTH, height))

    def panel(top, tall, left=_LEFT, right=_RIGHT):
        place = (left, height - top - tall, _WIDTH - left - right, tall)
        scale = (_WIDTH, height, _WIDTH, height)
        return figure.add_axes([a / b for a, b in zip(place, scale)])

    strips, ax, total = panel(0.4, 0.62), panel(1.3, 1.25), panel(2.8, 1.05)
    half = (_WIDTH - _LEFT - _RIGHT - 0.25) / 2
    left = panel(4.75, bars, _LEFT, _RIGHT + half + 0.25)
    right = panel(4.75, bars, _LEFT + half + 0.25)

    _draw_strips(strips, query[row], key[column], [tokens[row], tokens[column]])
    top = np.argsort(-np.abs(products), kind="stable")[: min(_NAMED, size)]
    _draw_products(ax, products, top)
    _draw_sum(total, products, score)
    _draw_row(left, line, tokens, column, "score")
    _draw_row(right, weights, tokens, column, "weight (softmax)")
    right.set_yticks([])
    # The tokens are named beside the strips: letters written from right to left would
    # turn two names in one line around.
    pair = f"From token {row} to token {column}"
    look = WRITE | {"ha": "left", "fontsize": 12}
    figure.text(0.12 / _WIDTH, 1 - 0.2 / height, drawable(title or pair), **look)
    caption = one_weight_caption(
        query[row], key[column], score, weights, tokens, row, column
    )
    return Plot(figure, ax, caption)


def _draw_strips(ax, query, key, tokens):
    """Draw the query and the key as strips of colour, on one scale."""
    both = np.stack([query, key])
    write = written if len(query) <= _FEW else None
    draw_cells(ax, both, shades(both, signed=True), write)
    names = [shorten(drawable(token), 11) for token in tokens]
    labels = [f"{what} {name}" for what, name in zip(("query", "key"), names)]
    ax.set_yticks([0, 1], labels, fontsize=10, parse_math=False)
    ax.set_xticks([])


def _draw_products(ax, products, top):
    """Draw what each dimension adds, and number those that add or take most."""
    size = len(products)
    colours = np.where(products < 0, VERMILION, BLUE)
    ax.bar(
        range(size),
        products,
        width=0.8,
        color=colours,
        hatch=["//" if v < 0 else "" for v in products],
        edgecolor="white",
        linewidth=0,
    )
    few = size <= _FEW
    for d in range(size) if few else top:
        text = written(products[d]) if few else f"{d}"
        by, align = (2, "bottom") if products[d] >= 0 else (-2, "top")
        beside(ax, text, (d, products[d]), (0, by), va=align)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.margins(y=0.22)
    if not products.any():
        ax.set_ylim(-1, 1)
    ax.set_xlim(-0.5, size - 0.5)
    ax.set_xticks([])
    ax.set_ylabel("query × key", fontsize=10)


def _draw_sum(ax, products, score):
    """Draw the running sum of the products, from 0 to the dot product."""
    size = len(products)
    running = np.cumsum(products)
    ax.step(range(size), running, where="mid", color=INK, linewidth=1.6)
    ax.plot(size - 1, running[-1], marker="o", color=INK, clip_on=False)
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.margins(y=0.15)
    ax.set_xlim(-0.5, size - 0.5)
    ax.set_xticks(range(0, size, 1 if size <= 16 else 8))
    ax.set_ylabel("running sum", fontsize=10)
    ax.set_xlabel(
        f"dimension of the head\nsum {written(running[-1])}, divided by √{size}:"
        f" score {written(score)}",
    )


def _draw_row(ax, values, tokens, column, label):
    """Draw the row's value for each token as bars, that of `column` marked."""
    n = len(tokens)
    if n <= _MOST_BARS:
        colours = [BLUE if i == column else _PALE for i in range(n)]
        ax.barh(range(n), values, height=0.74, color=colours)
        which = range(n)
    else:  # hundreds of bars take too long
        fill_rows(ax, np.zeros(n), values, facecolor=_PALE, lw=0)
        which = [column]
    # The marked one has a frame as well as a colour.
    ax.barh(column, values[column], height=0.74, color=BLUE, edgecolor=INK, lw=1.2)
    low, high = min(values.min(), 0), max(values.max(), 0)
    # Room for a figure at the bars' ends.
    room = 0.42 * ((high - low) or 1)
    ax.set_xlim(low - room * (low < 0), high + room)
    for i in which:
        by, align = (-3, "right") if values[i] < 0 else (3, "left")
        weight = "bold" if i == column else "normal"
        text, point = written(values[i]), (values[i], i)
        beside(ax, text, point, (by, 0), ha=align, weight=weight)
    ax.axvline(0, color=INK, linewidth=0.8)
    name_rows(ax, tokens, most=_MOST_BARS, longest=14)
    ax.tick_params(axis="y", labelsize=10)
    ax.set_xticks([])
    ax.set_xlabel(label)


def one_weight_caption(query, key, score, weights, tokens, row, column):
    """Say in words, and with the arithmetic, what a picture of one weight shows.

    `query` and `key` are (size,) each, `weights` (tokens,).
    """
    products, entries = query * key, np.concatenate([query, key])
    size, n = len(products), len(tokens)
    order = np.argsort(-np.abs(products), kind="stable")[:_NAMED]
    signs = ["" if round(float(products[d]), 2) <= 0 else "+" for d in order]
    parts = [f"{d} ({s}{written(products[d])})" for d, s in zip(order, signs)]
    start = pair_named(tokens, None, row, column)
    verb = "Dimension" if len(parts) == 1 else "Dimensions"
    most = int(weights.argmax())
    caption = (
        f"{start[0].upper()}{start[1:]}: q·k ="
        f" {written(products.sum(), 3)}, / √{size} = {written(score, 3)}, softmax over"
        f" {count(n, 'token')}: {written(weights[column], 3)}. {verb} that"
        f" {'counts' if len(parts) == 1 else 'count'} most: {listed(parts)}."
    )
    if n > 1 and most == column:
        caption += " It is the row's largest weight."
    elif n > 1:
        caption += (
            f" The row's largest weight goes to {named(tokens, most)}:"
            f" {written(weights[most], 3)}."
        )
    return (
        f"{caption} Entries of query and key: {written(entries.min())} to"
        f" {written(entries.max())}; blue is below 0, red above."
    )
