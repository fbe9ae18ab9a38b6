"""What the live pictures, which are inline SVG, have in common."""

from __future__ import annotations

import base64
import html
import math
import re
from dataclasses import dataclass
from io import BytesIO

import matplotlib as mpl
import numpy as np
from PIL import Image

from ...text.tokens import isolated

FAMILY = "Verdana,'DejaVu Sans',sans-serif"
# Characters of a name; what is narrower than the picture scrolls, rather than to make
# its letters smaller than so many pixels.
NAME, _READABLE = 14, 9
# What XML 1.0 has no place for.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Side:
    """The tokens of one side of the picture, from above.

    Attributes
    ----------
    names : list of str
    numbers : list of int or None
        Their place in the text; None for what stands for several tokens.
    texts : list of int
        0 for a token of text A, 1 for one of text B.
    """

    names: list[str]
    numbers: list[int | None]
    texts: list[int]


def safe(text):
    """Return `text` as it can stand in HTML and XML, between tags or in quotes."""
    text = _NO_XML.sub(lambda c: f"U+{ord(c[0]):04X}", isolated(text))
    return html.escape(text)


def called(side, n):
    """Return a token of a side with its number, for a sentence."""
    number = side.numbers[n]
    return side.names[n] if number is None else f"{side.names[n]} ({number})"


def opened(name, size, *, letters, style, label, title=""):
    """Return the beginning of a picture, which is also a file of its own.

    Parameters
    ----------
    name : str
        Its class, to which its style belongs.
    size : (int, int)
        Width and height in pixels.
    letters : (int, int)
        Size of most letters, and of the smallest.
    style : str
        CSS, besides what all pictures have.
    label : str
        What the picture shows, for those who cannot see it.
    title : str
        Above it.
    """
    width, height = size
    own = f".{name}"
    common = (
        f"{own}{{background:#fff;font-family:{FAMILY}}}"
        f"{own} text{{fill:#222;unicode-bidi:isolate;pointer-events:none}}"
        f"{own} .end{{text-anchor:end}}{own} .middle{{text-anchor:middle}}"
        f"{own} .small{{font-size:11px}}"
        f"{own} rect{{fill:transparent}}{own} .paper{{fill:#fff}}"
        f"{own} .token{{outline:none;cursor:default}}"
    )
    least = math.ceil(width * _READABLE / letters[1])
    heading = (
        f"<text x='4' y='18' font-size='14' font-weight='bold'>{safe(title)}</text>"
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' class='{name}' role='group'"
        f" viewBox='0 0 {width} {height}' width='{width}' height='{height}'"
        f" font-size='{letters[0]}' aria-label='{safe(label)}'"
        f" style='max-width:100%;height:auto;flex:0 1 auto;min-width:{least}px'>"
        f"<style>{common}{style}</style>"
        f"<rect class='paper' width='{width}' height='{height}'/>"
        f"{heading if title else ''}"
    )


def pixels(levels, colours, place, size):
    """Return a picture of one pixel for each of `levels`, (rows, columns) from 0 to 1.

    Parameters
    ----------
    levels : (rows, columns) ndarray
    colours : str
        Name of a map of colours.
    place, size : (int, int)
        Left and upper edge, width and height.
    """
    shades = mpl.colormaps[colours](np.clip(levels, 0, 1), bytes=True)[..., :3]
    file = BytesIO()
    Image.fromarray(np.ascontiguousarray(shades)).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    return (
        f"<image x='{place[0]}' y='{place[1]}' width='{size[0]}' height='{size[1]}'"
        " preserveAspectRatio='none' style='image-rendering:pixelated'"
        f" href='data:image/png;base64,{data}'/>"
    )
