"""The view inside one weight as inline SVG: a hundredth of matplotlib's time."""

from __future__ import annotations

import numpy as np

from ...displays.captions import written
from ...displays.style import BLUE, GREY, INK, VERMILION
from ...text.tokens import shorten
from .svg import NAME, opened, pixels, safe

# Up to so many dimensions each number is written; so many bars have names and figures.
FEW, MOST_BARS = 10, 24
# Dimensions that are named, of more.
_NAMED = 3
# Pixels: the whole, where the dimensions begin, how wide they are together; heights of
# a strip, of the products and of their sum; a row's height.
_WIDTH, _LEFT, _ACROSS = 560, 128, 420
_STRIP, _TALL, _SUM, _ROW = 22, 96, 80, 18
_PALE = "#A9C8DE"
_STYLE = f"""
.bertlab-weight path{{fill:none}}
.bertlab-weight .more{{display:none}}
.bertlab-weight .token:hover .frame,.bertlab-weight .token:focus .frame
{{fill:#E69F00;fill-opacity:.25}}
.bertlab-weight .token:hover .more,.bertlab-weight .token:focus .more{{display:inline}}
.bertlab-weight .bar{{fill:{_PALE}}}
.bertlab-weight .up,.bertlab-weight .own{{fill:{BLUE}}}
.bertlab-weight .down{{fill:{VERMILION}}}
.bertlab-weight .own{{stroke:{INK};stroke-width:1.2}}
.bertlab-weight .line{{stroke:{INK};stroke-width:1.6}}
.bertlab-weight .zero{{stroke:{GREY}}}
"""


def weight_svg(query, key, scores, weights, *, tokens, row, column, title):
    """Draw how one head comes to one weight as an ``<svg>`` element.

    Parameters
    ----------
    query, key : (size,) ndarray
        Of the token that attends, and of the attended one.
    scores, weights : (tokens,) ndarray
        The row of the token that attends.
    tokens : sequence of str
    row, column : int
        The two tokens, from 0.
    title : str
    """
    products = query * key  # (size,)
    top = 34 + 2 * _STRIP + 34  # of the products
    middle = top + _TALL + 14  # of their sum
    below = middle + _SUM + 56  # of the bars
    names = _row_names(tokens, column)
    height = below + _ROW * min(len(tokens), MOST_BARS) + 26
    half = (_ACROSS - 24) // 2
    return "".join(
        [
            opened(
                "bertlab-weight",
                (_WIDTH, height),
                letters=(13, 11),
                style=_STYLE,
                label=title,
                title=title,
            ),
            _strips(query, key, tokens[row], tokens[column]),
            _products(products, top),
            _sum(products, scores[column], middle),
            _dimensions(query, key, products, middle + _SUM, top),
            _bars(scores, column, names, (_LEFT, half), below, "score"),
            _bars(
                weights,
                column,
                {},
                (_LEFT + half + 24, half),
                below,
                "weight (softmax)",
            ),
            "</svg>",
        ]
    )


def _text(x, y, words, kind="small", more=""):
    return f"<text class='{kind}' x='{x}' y='{y}'{more}>{safe(words)}</text>"


def _middle(d, size):
    """Where dimension `d` is."""
    return round(_LEFT + _ACROSS * (d + 0.5) / size, 1)


def _strips(query, key, *tokens):
    """The query and the key as strips of colour, on one scale."""
    both = np.stack([query, key])
    most = np.abs(both).max() or 1
    levels = (both / most + 1) / 2
    parts = [pixels(levels, "RdBu_r", (_LEFT, 34), (_ACROSS, 2 * _STRIP))]
    for n, (what, token, values) in enumerate(zip(("query", "key"), tokens, both)):
        y = 34 + _STRIP * n + 15
        parts.append(_text(_LEFT - 6, y, f"{what} {shorten(token, 11)}", "end"))
        for d, value in enumerate(values if len(values) <= FEW else ()):
            dark = " style='fill:#fff'" if abs(value) > 0.6 * most else ""
            x = _middle(d, len(values))
            parts.append(_text(x, y, written(value), "small middle", dark))
    return "".join(parts)


def _products(products, top):
    """What each dimension adds, the largest numbered."""
    size = len(products)
    low, high = min(products.min(), 0), max(products.max(), 0)
    # Room for a number at both ends.
    scale = (_TALL - 28) / ((high - low) or 1)
    zero = top + 14 + scale * high
    wide = 0.8 * _ACROSS / size
    parts = [_text(_LEFT - 6, top + _TALL // 2, "query × key", "end")]
    for d, product in enumerate(products):
        x, tall = _middle(d, size) - wide / 2, abs(product) * scale
        y = zero - tall if product > 0 else zero
        parts.append(
            f"<rect class='{'down' if product < 0 else 'up'}' x='{x:.1f}' y='{y:.1f}'"
            f" width='{wide:.1f}' height='{tall:.1f}'/>"
        )
    largest = np.argsort(-np.abs(products), kind="stable")[:_NAMED]
    for d in range(size) if size <= FEW else largest:
        y = zero - scale * products[d] + (-3 if products[d] >= 0 else 11)
        words = written(products[d]) if size <= FEW else f"{d}"
        parts.append(_text(_middle(d, size), round(y), words, "small middle"))
    parts.append(f"<path class='zero' d='M{_LEFT} {zero:.1f}h{_ACROSS}'/>")
    return "".join(parts)


def _sum(products, score, top):
    """The running sum of the products, from 0 to the dot product."""
    size = len(products)
    running = np.cumsum(products)
    low, high = min(running.min(), 0), max(running.max(), 0)
    scale = (_SUM - 8) / ((high - low) or 1)
    heights = [round(top + 4 + scale * (high - value), 1) for value in running]
    zero = round(top + 4 + scale * high, 1)
    step = _ACROSS / size
    path = f"M{_LEFT} {heights[0]}" + "".join(f"V{y}h{step:.2f}" for y in heights)
    foot = top + _SUM
    marks = "".join(
        _text(_middle(d, size), foot + 13, f"{d}", "small middle")
        for d in range(0, size, 1 if size <= 16 else 8)
    )
    words = f"sum {written(running[-1])}, divided by √{size}: score {written(score)}"
    return (
        f"<path class='zero' d='M{_LEFT} {zero}h{_ACROSS}'/>"
        f"<path class='line' d='{path}'/>"
        f"<circle cx='{_LEFT + _ACROSS}' cy='{heights[-1]}' r='4' fill='{INK}'/>"
        + _text(_LEFT - 6, top + _SUM // 2, "running sum", "end")
        + marks
        + _text(_LEFT - 6, foot + 13, "dimension", "small end")
        + _text(_LEFT + _ACROSS, foot + 32, words, "end")
    )


def _dimensions(query, key, products, bottom, top):
    """What is read of a dimension that is pointed at."""
    size, parts = len(products), []
    wide = _ACROSS / size
    for d in range(size):
        said = (
            f"dimension {d}: query {written(query[d])} × key {written(key[d])} ="
            f" {written(products[d])}"
        )
        parts.append(
            f"<g class='token' tabindex='0' role='img' aria-label='{safe(said)}'>"
            f"<rect class='frame' x='{_LEFT + wide * d:.1f}' y='34'"
            f" width='{wide:.1f}' height='{bottom - 34}'/>"
            f"<g class='more'>{_text(_LEFT, top - 14, said)}</g></g>"
        )
    return "".join(parts)


def _row_names(tokens, column):
    """Names of the bars by their places; of many tokens not all, and numbered."""
    n = len(tokens)
    if n <= MOST_BARS:
        return {i: shorten(token, NAME) for i, token in enumerate(tokens)}
    step = -(-n // MOST_BARS)
    shown = {column, *(i for i in range(0, n, step) if abs(i - column) >= step)}
    return {i: f"{i}  {shorten(tokens[i], NAME - 4)}" for i in sorted(shown)}


def _bars(values, column, names, place, top, label):
    """The row's value for each token as bars, that of `column` marked."""
    n, (left, wide) = len(values), place
    tall = _ROW * min(n, MOST_BARS)
    each = tall / n
    low, high = min(values.min(), 0), max(values.max(), 0)
    # Room for a number at the bars' ends.
    before, after = (44 if low < 0 else 0), 44
    scale = (wide - before - after) / ((high - low) or 1)
    zero = left + before - scale * low
    parts = []

    def bar(i, kind, least=0.0):
        x, across = zero + scale * min(values[i], 0), scale * abs(values[i])
        high = max(0.74 * each, least)
        y = top + each * (i + 0.5) - high / 2
        return (
            f"<rect class='{kind}' x='{x:.1f}' y='{y:.1f}'"
            f" width='{across:.1f}' height='{high:.1f}'/>"
        )

    if n > MOST_BARS:  # hundreds of them are one path
        path = "".join(f"H{zero + scale * value:.1f}v{each:.2f}" for value in values)
        parts.append(
            f"<path style='fill:{_PALE}' d='M{zero:.1f} {top}{path}H{zero:.1f}Z'/>"
        )
    for i in range(n) if n <= MOST_BARS else (column,):
        parts.append(bar(i, "own" if i == column else "bar", 3.0))
        below = values[i] < 0
        x = zero + scale * values[i] + (-4 if below else 4)
        bold = " font-weight='bold'" if i == column else ""
        y = round(top + each * (i + 0.5) + 4)
        kind = "small end" if below else "small"
        parts.append(_text(round(x, 1), y, written(values[i]), kind, bold))
    for i, name in names.items():
        bold = " font-weight='bold'" if i == column else ""
        y = round(top + each * (i + 0.5) + 4)
        parts.append(_text(_LEFT - 6, y, name, "small end", bold))
    parts.append(f"<path class='line' d='M{zero:.1f} {top}v{tall}'/>")
    parts.append(_text(left + wide // 2, top + tall + 18, label, "middle"))
    return "".join(parts)
