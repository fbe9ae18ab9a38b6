"""The matrix view as inline SVG: a picture of few bytes, with its names and numbers.

matplotlib needs a tenth of a second for the same, which is too much for a change of
head; its picture is what is saved as PNG.
"""

from __future__ import annotations

import base64
from io import BytesIO

import matplotlib as mpl
import numpy as np
from PIL import Image

from ...tokens import shorten
from .lines import FAMILY, NAME, called, safe

# Up to so many columns all numbers stand in the cells; up to so many those of the row
# that is pointed at.
ALWAYS, AT_HOVER = 12, 26
# Pixels: from the left to the cells, and a cell's least and largest side.
_LEFT, _LEAST, _LARGEST = 132, 11, 34
_STYLE = f"""
.bertlab-cells{{background:#fff;font-family:{FAMILY}}}
.bertlab-cells text{{fill:#222;unicode-bidi:isolate;pointer-events:none}}
.bertlab-cells .end{{text-anchor:end}}
.bertlab-cells rect{{fill:transparent}}
.bertlab-cells .paper{{fill:#fff}}
.bertlab-cells .token{{outline:none;cursor:default}}
.bertlab-cells .token:hover rect,.bertlab-cells .token:focus rect
{{stroke:#D55E00;stroke-width:2}}
.bertlab-cells .more{{display:none;pointer-events:none}}
.bertlab-cells .token:hover .more,.bertlab-cells .token:focus .more{{display:inline}}
.bertlab-cells .numbers text{{text-anchor:middle;font-size:10px}}
.bertlab-cells .numbers .dark{{fill:#fff}}
"""


def cells_svg(matrix, *, left, right, top=None, label, title=""):
    """Draw the matrix view.

    Parameters
    ----------
    matrix : (rows, columns) ndarray
    left, right : Side
        Names of the rows, which attend, and of the columns.
    top : float, optional
        What the brightest colour stands for; otherwise the largest entry.
    label : str
        What the picture shows, for those who cannot see it.
    title : str
        Above it.

    Returns
    -------
    str
        An ``<svg>`` element that is also a file of its own.
    """
    rows, columns = matrix.shape
    top = float(matrix.max()) if top is None else top
    cell = min(max(400 // max(columns, rows), _LEAST), _LARGEST)
    width = max(_LEFT + cell * columns + 16, 520)
    above = 62 + 8 * max(len(shorten(name, NAME)) for name in right.names)
    height = above + cell * rows + 34
    levels = matrix / (top or 1)
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' class='bertlab-cells' role='group'"
        f" viewBox='0 0 {width} {height}' width='{width}' height='{height}'"
        f" font-size='{11 if cell < 14 else 13}' aria-label='{safe(label)}'"
        f" style='max-width:100%;height:auto;flex:0 1 auto;min-width:0'>"
        f"<style>{_STYLE}</style>"
        f"<rect class='paper' width='{width}' height='{height}'/>"
        f"<text x='4' y='18' font-size='14' font-weight='bold'>{safe(title)}</text>"
        f"<text class='end' x='{_LEFT - 8}' y='{above - 8}'>attending ↓ to →</text>",
        f"<image x='{_LEFT}' y='{above}' width='{cell * columns}'"
        f" height='{cell * rows}' preserveAspectRatio='none'"
        f" style='image-rendering:pixelated' href='{_picture(levels)}'/>",
    ]
    for n, name in enumerate(right.names):
        x = _LEFT + cell * n + cell // 2 + 4
        parts.append(
            f"<text transform='translate({x} {above - 6}) rotate(-90)'>"
            f"{safe(shorten(name, NAME))}</text>"
        )
    for n, row in enumerate(matrix):
        parts.append(_row(n, row, levels[n], cell, above, left, right))
    return "".join(parts) + _scale(top, height) + "</svg>"


def _picture(levels):
    """A PNG of one pixel for each cell, as an address."""
    colours = mpl.colormaps["cividis"](np.clip(levels, 0, 1), bytes=True)[..., :3]
    file = BytesIO()
    Image.fromarray(np.ascontiguousarray(colours)).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _row(n, row, levels, cell, above, left, right):
    """A row's name, the frame that shows it is pointed at, and its numbers."""
    y = above + cell * n
    best = int(row.argmax())
    said = f"{called(left, n)}: most to {called(right, best)}, {row[best]:.2f}"
    numbers = ""
    if len(row) <= AT_HOVER:
        body = "".join(
            _number(value, level, _LEFT + cell * j + cell // 2, y + cell // 2 + 4, cell)
            for j, (value, level) in enumerate(zip(row, levels))
        )
        more = "" if len(row) <= ALWAYS else " more"
        numbers = f"<g class='numbers{more}'>{body}</g>"
    name = safe(shorten(left.names[n], NAME))
    return (
        f"<g class='token' tabindex='0' role='img' aria-label='{safe(said)}'>"
        f"<rect x='2' y='{y}' width='{_LEFT + cell * len(row) - 2}' height='{cell}'/>"
        f"<text class='end' x='{_LEFT - 6}' y='{y + cell // 2 + 4}'>{name}</text>"
        f"{numbers}<g class='more'><text x='4' y='38'>{safe(said)}</text></g></g>"
    )


def _number(value, level, x, y, cell):
    """One number: white on the darker part of cividis, without its 0 where narrow."""
    look = " class='dark'" if level < 0.55 else ""
    written = f"{value:.2f}"
    if cell < 27:
        written = written.removeprefix("0")
    return f"<text{look} x='{x}' y='{y}'>{written}</text>"


def _scale(top, height):
    """What the colours stand for."""
    steps = np.linspace(0, 1, 64)[None]
    y = height - 24
    return (
        f"<image x='{_LEFT}' y='{y}' width='160' height='12' preserveAspectRatio='none'"
        f" href='{_picture(steps)}'/>"
        f"<text class='end' x='{_LEFT - 6}' y='{y + 11}'>0</text>"
        f"<text x='{_LEFT + 166}' y='{y + 11}'>{top:.2f}</text>"
    )
