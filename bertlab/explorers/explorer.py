"""What every explorer is made of: controls, a message, a view, and three faces."""

from __future__ import annotations

import html
from contextlib import contextmanager

import ipywidgets
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont

from ..displays.figure import DISPLAY_DPI, DPI, drawable, encoded, listed
from ..errors import InputError, SentenceError
from ..text.tokens import isolated, shorten

# Class of a view that is not of the present input; and what is said then.
OLD, STILL = "bertlab-old", "The picture is still that of the input before."
COMPUTING = "Computing…"
LABEL = {"description_width": "90px"}


def text_box(value, description, placeholder, layout=None, label="90px"):
    """Return a text box whose value changes with Enter; `label` is its name's width."""
    return ipywidgets.Text(
        value,
        description=description,
        placeholder=placeholder,
        continuous_update=False,
        style={"description_width": label},
        layout=layout or {},
    )


def check_box(value, description, margin="2px 12px"):
    """Return a check box that is as wide as its name."""
    layout = {"width": "auto", "margin": margin}
    return ipywidgets.Checkbox(
        value, description=description, indent=False, layout=layout
    )


def radio(options, value, description):
    """Return radio buttons in a row, their name beside them.

    Not a drop-down list: JupyterLab takes its arrow keys for itself.
    """
    found = ipywidgets.RadioButtons(
        options=list(options),
        value=value,
        description=description,
        orientation="horizontal",
        style=LABEL,
        layout={"width": "auto"},
    )
    found.add_class("bertlab-radio")
    return found


def layer_slider(last):
    """Return a slider for the layer, at the last one.

    It has no number of its own, as the picture says which layer it is: one typed into
    the slider would be changed without a word where there is no such layer.
    """
    return ipywidgets.IntSlider(
        last,
        0,
        last,
        description="Layer:",
        readout=False,
        style=LABEL,
        layout={"width": "400px", "max_width": "calc(100% - 14px)"},
    )


@contextmanager
def about(control, name=None):
    """Say of which control an `InputError` is: it may not be the one just used.

    `name` is for what several controls hold together.
    """
    try:
        yield
    except InputError as error:
        name = name or control.description.rstrip(":")
        raise InputError(f"{name}: {error}") from None


class Explorer(ipywidgets.VBox):
    """A widget that redraws its view when a control changes.

    Parameters
    ----------
    controls : dict of str to ipywidgets.Widget
        By name, in the order in which they stand.
    draw : callable, optional
        Takes the controls' values by name, and returns a `Plot` and a list of sentences
        about what was typed. Raises `InputError` where a control holds what cannot be
        used. An explorer that does more than that is a subclass with its own `_drawn`,
        or with a `draw` of the live picture and a `plot` of the saved one.

    Attributes
    ----------
    controls : dict of str to ipywidgets.Widget
        Each control by its name, which is also an attribute of the explorer.
    message : ipywidgets.HTML
        Sentences about what was typed: what is wrong with it, or unusual.
    view : ipywidgets.HTML
        The picture. What was shown stays when an input cannot be used, pale and with a
        sentence that says so.
    caption : str
        What the picture shows, in words.
    """

    def __init__(self, controls, draw=None):
        # Only here: the package can be used, and a lesson begun, without its import.
        from ..page import Page

        self._draw = draw
        self.controls = controls
        for name, control in controls.items():
            setattr(self, name, control)
            control.observe(self._update, names="value")
        self.message = ipywidgets.HTML()
        self.view = ipywidgets.HTML()
        self.caption = ""
        self.message.add_class("bertlab-message")
        self.view.add_class("bertlab-view")
        box = ipywidgets.Layout(flex_flow="row wrap", align_items="center")
        bar = ipywidgets.Box(list(controls.values()), layout=box)
        super().__init__([bar, self.message, self.view, Page()])
        self.add_class("bertlab-explorer")
        self._update()
        # What somebody without a kernel sees is the state that the learner starts from.
        try:
            self._first = self._face()
        except SentenceError as error:
            self._first = {"text/plain": str(error)}, {}

    def _drawn(self):
        """Return the `Plot` of the controls' values, and the sentences about them."""
        return self._draw(**{name: c.value for name, c in self.controls.items()})

    def plot(self):
        """Return the present state as a `Plot`."""
        return self._drawn()[0]

    def draw(self):
        """Return the view's HTML, its caption, and the sentences for the message."""
        plot, sentences = self._drawn()
        return plot.html(), plot.caption, sentences

    def slow(self):
        """Return whether what the controls ask for may take more than a moment."""
        return False

    def _update(self, _=None):
        if self.slow():
            self._say([COMPUTING])
        try:
            view, self.caption, sentences = self.draw()
        except SentenceError as error:
            self._refuse(str(error))
        except Exception as error:
            # An exception in a callback is shown nowhere: so it is said here.
            self._refuse(
                f"This cannot be shown ({type(error).__name__}: {error}). Change the"
                " controls, or run the cell again; please report it."
            )
        else:
            self.view.remove_class(OLD)
            self.view.value = view
            self._say(sentences)

    def _refuse(self, sentence):
        """Say what is wrong, and that the picture is not of what is typed now."""
        if self.view.value:
            self.view.add_class(OLD)
        self._say([sentence, *([STILL] if self.view.value else [])], warning=True)

    def _say(self, sentences, warning=False):
        mark = "border-left:4px solid #D55E00;padding-left:8px;" if warning else ""
        body = " ".join(html.escape(sentence) for sentence in sentences)
        self.message.value = (
            f'<div role="status" style="line-height:1.4;max-width:48em;{mark}">'
            f"{'Please note: ' if warning else ''}{body}</div>"
        )

    def _face(self):
        """The state as a picture, with a line that names the controls' values.

        Returns
        -------
        data, metadata : dict
            For the output, as `Plot.image`.
        """
        plot = self.plot()
        picture = plot.picture()
        lines = _wrapped(self._values(str), picture.width)
        lines.append("Run this notebook to use the controls.")
        font = ImageFont.truetype(findfont("DejaVu Sans"), 22)
        bar = 34 * len(lines) + 16
        face = Image.new("RGB", (picture.width, picture.height + bar), "white")
        face.paste(picture, (0, bar))
        pen = ImageDraw.Draw(face)
        pen.rectangle(
            (0, 0, picture.width - 1, bar - 8), fill="#F0F0F0", outline="#999999"
        )
        for row, line in enumerate(lines):
            pen.text((12, 8 + 34 * row), drawable(line), fill="#222222", font=font)
        text = f"{self._values(isolated)}. {plot.caption}"
        width = face.width * DISPLAY_DPI // DPI
        return (
            {"image/png": encoded(face, shades=plot.shades), "text/plain": text},
            {"image/png": {"width": width, "alt": text}},
        )

    def _values(self, write):
        """The controls' names and values, each of these written by `write`."""
        return " · ".join(
            f"{control.description.rstrip(':')}: {write(_value(control))}"
            for control in self.controls.values()
            if control.layout.display != "none"
        )

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        face, metadata = self._first
        return {**data, **face}, metadata


def _value(control):
    value = control.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        value = listed(value, most=16)
    return shorten(str(value), 60) if value != "" else "(empty)"


def _wrapped(text, width):
    """Break `text` at its dots into lines that fit `width` pixels."""
    lines = [""]
    for part in text.split(" · "):
        joined = f"{lines[-1]} · {part}" if lines[-1] else part
        if len(joined) * 13 > width - 24 and lines[-1]:
            lines.append(part)
        else:
            lines[-1] = joined
    return lines
