"""What every plot function returns, and what they all draw with."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass
from functools import lru_cache, wraps
from io import BytesIO, StringIO

import matplotlib as mpl
import numpy as np
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import text_to_path
from PIL import Image

from ..text.tokens import shorten
from .style import GREY, WRITE, group_look

# Twice the pixels of an ordinary screen, shown at half their size: sharp when enlarged.
DPI, DISPLAY_DPI = 160, 80

_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.edgecolor": GREY,
    "figure.facecolor": "white",
}
# Red, green and blue as one number.
_PLACES = np.array([256**2, 256, 1], np.int32)
_SVG = {"svg.fonttype": "none", "svg.hashsalt": "bertlab"}


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure, and the sentence that says what it shows.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    axes : matplotlib.axes.Axes
    caption : str
        Built from the data that were drawn, so that it is true on any model.
    """

    figure: Figure
    axes: mpl.axes.Axes
    caption: str

    def picture(self):
        """Return the figure as a PIL image."""
        file = BytesIO()
        with house_style():
            self.figure.savefig(file, format="rgba", dpi=DPI)
        width = int(self.figure.bbox_inches.width * DPI)
        height = len(file.getbuffer()) // (4 * width)
        image = Image.frombytes("RGBA", (width, height), file.getvalue())
        return image.convert("RGB")

    def svg(self):
        """Return the figure as SVG, its letters left as text: a third of the time."""
        file = StringIO()
        with house_style(), mpl.rc_context(_SVG):
            self.figure.savefig(file, format="svg", metadata={"Date": None})
        # Verdana is as wide, where DejaVu Sans is not installed.
        return file.getvalue().replace(
            "'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif"
        )

    @property
    def shades(self):
        """Whether colours stand for numbers, so that a palette would change them."""
        return any(axes.images for axes in self.figure.axes)

    @property
    def size(self):
        """Width and height on the page, in CSS pixels."""
        return tuple(
            round(inches * DISPLAY_DPI) for inches in self.figure.bbox_inches.size
        )

    def image(self):
        """Return the output's data and metadata: PNG, caption, alternative text."""
        width, height = self.size
        png = encoded(self.picture(), shades=self.shades)
        return (
            {"image/png": png, "text/plain": self.caption},
            {"image/png": {"width": width, "height": height, "alt": self.caption}},
        )

    def html(self):
        """Return an HTML figure: the image, its alternative text, and the caption."""
        width, _ = self.size
        caption = html.escape(self.caption)
        data = base64.b64encode(self.svg().encode()).decode()
        # The caption is the alternative text; said once is enough for a screen reader.
        return (
            '<figure class="bertlab-figure" style="margin:0">'
            f'<img alt="{caption}" src="data:image/svg+xml;base64,{data}"'
            f' style="width:{width}px;max-width:100%;height:auto">'
            f'<figcaption aria-hidden="true" style="max-width:48em;line-height:1.4">'
            f"{caption}</figcaption></figure>"
        )

    def _ipython_display_(self):
        # JupyterLab shows one representation of an output, and gives a PNG no
        # alternative text; so the caption is a second output, visible to everybody.
        from IPython.display import display

        data, metadata = self.image()
        display(data, metadata=metadata, raw=True)
        display(caption_output(self.caption), raw=True)


def encoded(picture, shades=False):
    """Return a PIL image as a PNG small enough to be saved in a notebook, in base64.

    A palette is enough for lines, letters and points; `shades` of colour need more.
    """
    file = BytesIO()
    (picture if shades else _with_palette(picture)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _with_palette(picture, most=128):
    """Reduce a picture to its commonest colours, which stay exactly as they are.

    Pillow's own ways to choose a palette give a pale area, such as a band about a
    curve, the colour of another one; here only the edges of letters and lines change.
    """
    counted = picture.getcolors(picture.width * picture.height)
    ordered = sorted(counted, key=lambda pair: -pair[0])
    colours = np.array([colour for _, colour in ordered])  # (colours, 3)
    palette = colours[:most]
    products = colours @ palette.T  # (colours, palette)
    nearest = ((palette**2).sum(axis=1) - 2 * products).argmin(axis=1)
    place = np.zeros(256**3, np.uint8)  # in the palette, of each colour there can be
    place[colours @ _PLACES] = nearest
    found = Image.fromarray(place[np.asarray(picture, np.int32) @ _PLACES])
    found.putpalette(palette.astype(np.uint8).tobytes())
    return found


def caption_output(caption):
    """Return the output that shows `caption` under a picture."""
    return {
        "text/html": '<p style="max-width:48em;margin:0;line-height:1.4">'
        f"{html.escape(caption)}</p>",
        "text/plain": caption,
    }


def new_axes(width, height):
    """Return the axes of a new figure of so many inches, with margins as needed."""
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def framed_axes(width, height, **frame):
    """Return the axes of a new figure, as `framed_panels`."""
    return framed_panels(1, 1, width, height, **frame)[0, 0]


def framed_panels(
    rows, columns, width, height, *, left, right=0.12, bottom=0.86, top=0.36, **between
):
    """Return the axes of a new figure with these margins, all in inches.

    To find the margins matplotlib draws twice, which is too slow for a picture that
    follows a learner's typing. By default there is room for a title above and for a
    label of two lines below. What is `between` the panels is a share of one.
    """
    figure = Figure(figsize=(width, height))
    panels = figure.subplots(rows, columns, squeeze=False)
    figure.subplots_adjust(
        left=left / width,
        right=1 - right / width,
        bottom=bottom / height,
        top=1 - top / height,
        **between,
    )
    return panels


def house_style():
    """Return a context with our settings, whatever the reader's own are."""
    return style.context(_STYLE, after_reset=True)


def styled(draw):
    """Draw in the house style."""

    @wraps(draw)
    def wrapper(*args, **kwargs):
        with house_style():
            return draw(*args, **kwargs)

    return wrapper


@lru_cache(maxsize=2)
def _glyphs(family):
    return frozenset(get_font(findfont(family)).get_charmap())


def drawable(text, family="DejaVu Sans"):
    """Replace each character that the font has no glyph for by its code point.

    matplotlib brings DejaVu Sans, which has no Chinese, Devanagari or Thai, for
    example; an empty box would say nothing, and the caption has the true characters.
    """
    return "".join(
        c if ord(c) in _glyphs(family) and c.isprintable() else f"U+{ord(c):04X}"
        for c in text
    )


def inches(text, size):
    """How wide a text of `size` points is; letters differ too much to be counted."""
    font = FontProperties(family=["DejaVu Sans"], size=size)
    return text_to_path.get_text_width_height_descent(text, font, False)[0] / 72


@lru_cache(maxsize=4096)
def fitting(text, room, size):
    """Return as much of a text, 24 characters at most, as there are inches for."""
    most = min(len(text), 24)
    while most > 1 and inches(shorten(text, most), size) > room:
        most -= 1
    return shorten(text, most)


def listed(items, most=8):
    """Join items as a person would: "a, b and c", "a, b, c and 4 more"."""
    items = [str(item) for item in items]
    if len(items) > most:
        items = [*items[:most], f"{len(items) - most:,} more"]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def beside(ax, text, point, offset, **look):
    """Write beside a point of the data, `offset` points to the right and up from it."""
    return ax.annotate(
        text, point, offset, textcoords="offset points", **(WRITE | look)
    )


def legend_above(ax, **more):
    """Put the legend over the axes, where it hides nothing, its names as they are."""
    place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "frameon": False}
    legend = ax.legend(**(place | more))
    for text in legend.get_texts():
        text.set_parse_math(False)
    return legend


def draw_groups(ax, points, groups, names=None, colours=None, **look):
    """Draw points, (n, 2), each group with its colour and marker; return the groups.

    They stand in the order of `names`, or of the first point of each.
    """
    names = list(dict.fromkeys(groups) if names is None else names)
    for n, name in enumerate(names):
        colour, marker = group_look(n)
        ax.plot(
            *points[[group == name for group in groups]].T,
            linestyle="none",
            marker=marker,
            color=colour if colours is None else colours[n],
            label=drawable(str(name)),
            **look,
        )
    return names


def label_components(ax, shares=None):
    """Name the axes of a plane of principal components.

    Return what the caption says about their shares of the variance, from 0 to 1: a
    sentence after a space, or nothing.
    """
    ax.set(xlabel="first principal component", ylabel="second principal component")
    if shares is None:
        return ""
    ax.set_xlabel(f"first principal component ({shares[0]:.0%} of the variance)")
    ax.set_ylabel(f"second principal component ({shares[1]:.0%})")
    return f" The two axes keep {sum(shares):.0%} of the variance."
