"""The matrix view as inline SVG: a picture of few bytes, with its names and numbers.

matplotlib needs a tenth of a second for the same, which is too much for a change of
head; its picture is what is saved as PNG.
"""

from __future__ import annotations

import numpy as np

from ...displays.cells import root_marks
from ...text.tokens import shorten
from .svg import NAME, called, opened, pixels, safe

# Up to so many columns all numbers stand in the cells; up to so many those of the row
# that is pointed at.
ALWAYS, AT_HOVER = 12, 26
# Pixels: from the left to the cells, a cell's least and largest side, the scale.
_LEFT, _LEAST, _LARGEST, _SCALE = 132, 11, 34, 240
_STYLE = """
.bertlab-cells .token:hover rect,.bertlab-cells .token:focus rect
{stroke:#D55E00;stroke-width:2}
.bertlab-cells .more{display:none;pointer-events:none}
.bertlab-cells .token:hover .more,.bertlab-cells .token:focus .more{display:inline}
.bertlab-cells .numbers text{text-anchor:middle;font-size:10px}
.bertlab-cells .numbers .dark{fill:#fff}
"""


def cells_svg(matrix, *, norm, left, right, outside=None, label, title=""):
    """Draw the matrix view as an ``<svg>`` element.

    Parameters
    ----------
    matrix : (rows, columns) ndarray
    norm : matplotlib.colors.Normalize
        From an entry to its colour, 0 to 1.
    left, right : Side
        Names of the rows, which attend, and of the columns.
    outside : (rows,) ndarray, optional
        What goes to tokens that have no column.
    label, title : str
        As in `opened`.
    """
    rows, columns = matrix.shape
    cell = min(max(400 // max(columns, rows), _LEAST), _LARGEST)
    width = max(_LEFT + cell * columns + 16, 520)
    above = 62 + 8 * max(len(shorten(name, NAME)) for name in right.names)
    height = above + cell * rows + 50
    letters = 11 if cell < 14 else 13, 10 if columns <= AT_HOVER else 11
    levels = np.asarray(norm(matrix))
    size = cell * columns, cell * rows
    parts = [
        opened(
            "bertlab-cells",
            (width, height),
            letters=letters,
            style=_STYLE,
            label=label,
            title=title,
        ),
        f"<text class='end' x='{_LEFT - 8}' y='{above - 8}'>attending ↓ to →</text>",
        pixels(levels, "cividis", (_LEFT, above), size),
    ]
    for n, name in enumerate(right.names):
        x = _LEFT + cell * n + cell // 2 + 4
        parts.append(
            f"<text transform='translate({x} {above - 6}) rotate(-90)'>"
            f"{safe(shorten(name, NAME))}</text>"
        )
    for n, row in enumerate(matrix):
        said = _said(n, row, left, right, None if outside is None else outside[n])
        name = safe(shorten(left.names[n], NAME))
        parts.append(_row(name, said, row, levels[n], cell, above + cell * n))
    return "".join(parts) + _scale(norm, above + size[1] + 14) + "</svg>"


def _said(n, row, left, right, beyond):
    """Where most of a row goes, in words."""
    best = int(row.argmax())
    said = f"{called(left, n)}: most to {called(right, best)}, {row[best]:.2f}"
    return said if beyond is None else f"{said}; to tokens beyond {beyond:.2f}"


def _row(name, said, row, levels, cell, y):
    """A row's name, the frame that shows it is pointed at, and its numbers."""
    numbers = ""
    if len(row) <= AT_HOVER:
        body = "".join(
            _number(value, level, _LEFT + cell * j + cell // 2, y + cell // 2 + 4, cell)
            for j, (value, level) in enumerate(zip(row, levels))
        )
        more = "" if len(row) <= ALWAYS else " more"
        numbers = f"<g class='numbers{more}'>{body}</g>"
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


def _scale(norm, y):
    """What the colours stand for."""
    marks = "".join(
        f"<text class='small middle' x='{_LEFT + int(_SCALE * norm(mark))}'"
        f" y='{y + 25}'>{written}</text>"
        for mark, written in zip(*root_marks(norm))
    )
    steps = np.linspace(0, 1, 64)[None]
    return pixels(steps, "cividis", (_LEFT, y), (_SCALE, 12)) + marks
