"""Every explorer: how it is built, what can be typed, and how to read what it shows."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
from markup import elements, skeleton
from matplotlib.axes import Axes
from matplotlib.text import Text
from PIL import Image

from bertlab import explorers
from bertlab.explorers.explorer import OLD, STILL
from bertlab.training.toy_task import Record, signals

TEXT = "The cat sat on the mat."
BANKS = "A bank lends money.\nMy bank is shut.\n\nThe bank of the river."
PLAIN_MESSAGE = {("div", ("role", "style"))}


def learned():
    """A training made by hand: from even attention to sure, from one point to four."""
    task, times = signals(40, seed=1), 3
    rows, size = np.arange(40), len(task.given[0].ids)
    attentions = np.full((times, 40, 2, 2, size), 1 / size)
    states = np.random.default_rng(0).normal(0, 0.01, (times, 40, size, 6))
    for time in (1, 2):
        attentions[time, :, 1] *= 1 - time / 2
        attentions[time, rows, 1, :, task.answers] += time / 2
        states[time, rows, 0, task.labels] += time
    told = np.zeros((times, 40), int)
    told[2] = task.labels
    return Record(task, 0, np.array([0, 10, 20]), told, states, attentions)


@dataclass(frozen=True)
class Case:
    """One explorer.

    Attributes
    ----------
    make : callable
        From a `Bert` to the explorer.
    computes : str
        What it calls to compute what it shows.
    anew : (str, object)
        A control, and a value of it for which that must be computed.
    typed : dict of str to str
        For each text control another value that can be used.
    needs : dict of str to (str, object)
        For controls that are there in some states alone, the control and its value.
    """

    make: Callable
    computes: str
    anew: tuple
    typed: dict = field(default_factory=dict)
    needs: dict = field(default_factory=dict)


EXPLORERS = {
    "tokenizer": Case(
        lambda bert: explorers.tokenizer_explorer(bert, "hello, world!"),
        "bertlab.explorers.tokenizer.tokenize",
        ("text", "a mouse"),
        {"text": "a dog", "pair": "unbelievably"},
    ),
    "neighbours": Case(
        lambda bert: explorers.neighbour_explorer(bert, "dog", k=5),
        "bertlab.explorers.neighbours.nearest_tokens",
        ("word", "mouse"),
        {"word": "cat"},
    ),
    "positions": Case(
        lambda bert: explorers.position_explorer(bert),
        "bertlab.explorers.positions.place",
        ("position", "77"),
        {"position": "3", "word": "cat"},
    ),
    "segments": Case(
        lambda bert: explorers.segment_explorer(bert, TEXT, "It was tired."),
        "bertlab.explorers.segments.plot_shifts",
        ("first", "A mouse."),
        {"first": "A dog.", "second": "A cat."},
    ),
    "reconstruction": Case(
        lambda bert: explorers.reconstruction_explorer(bert),
        "bertlab.explorers.reconstruction.leave_out",
        ("text", "a mouse"),
        {"text": "a dog", "pair": "a cat"},
    ),
    "context": Case(
        lambda bert: explorers.context_explorer(bert, "bank", BANKS),
        "bertlab.explorers.context.occurrence_states",
        ("sentences", "one bank\ntwo bank"),
        {"word": "the", "sentences": "a bank, the bank\nthe bank"},
    ),
    "interventions": Case(
        lambda bert: explorers.intervention_explorer(bert, TEXT),
        "bertlab.explorers.interventions.encode",
        ("first", "A mouse."),
        {
            "first": "A dog barked.",
            "second": "It was tired.",
            "token": "1",
            "by": "dog",
            "to": "1",
            "row": "3",
        },
        {
            "to": ("change", "move"),
            "row": ("change", "position row"),
            "keep": ("change", "remove"),
        },
    ),
    "padding": Case(
        lambda bert: explorers.padding_explorer(bert, "The cat sat.\nIt rained.", 9),
        "bertlab.explorers.padding.encode",
        ("texts", "A mouse."),
        {"texts": "A cat sat.\nA dog.", "length": "12"},
    ),
    "attention": Case(
        lambda bert: explorers.attention_explorer(bert, TEXT),
        "bertlab.explorers.attention.text_attention.encode",
        ("first", "A mouse."),
        {"first": "A dog.", "second": "A cat.", "from_token": "1", "to_token": "2"},
        {
            "from_token": ("mode", "inside one weight"),
            "to_token": ("mode", "inside one weight"),
        },
    ),
    "learning": Case(
        lambda bert: explorers.learning_explorer(learned()),
        "bertlab.explorers.learning.plot_learned",
        ("time", 0),
    ),
}
# Where a second text makes a pair.
SECOND = {
    "tokenizer": "pair",
    "segments": "second",
    "reconstruction": "pair",
    "interventions": "second",
    "attention": "second",
}
TYPED = [(name, text) for name, case in EXPLORERS.items() for text in case.typed]


def prepare(explorer, name, control):
    """Put an explorer into a state in which this control is there."""
    if control in EXPLORERS[name].needs:
        other, value = EXPLORERS[name].needs[control]
        explorer.controls[other].value = value


def choices(name, control, widget):
    """Other values of a control: all of a few, the ends of a range."""
    if control in EXPLORERS[name].typed:
        return [EXPLORERS[name].typed[control]]
    if isinstance(widget.value, bool):
        return [not widget.value]
    if control == "heads":
        return [(1, 2)]
    if hasattr(widget, "options"):
        labels = [o[1] if isinstance(o, tuple) else o for o in widget.options]
        return [value for value in labels if value != widget.value]
    return [widget.min, widget.max]


def values(explorer):
    return {name: control.value for name, control in explorer.controls.items()}


def said(explorer):
    """The words of the message, which is a status that screen readers announce."""
    assert skeleton(explorer.message.value) == PLAIN_MESSAGE
    (line,) = elements(explorer.message.value)
    assert line.attributes["role"] == "status"
    return line.words


def refused(explorer):
    return said(explorer).startswith("Please note: ")


def shown(explorer):
    """The text that stands for the view where it cannot be seen."""
    found = {}
    for element in elements(explorer.view.value):
        kind = "group" if element.attributes.get("role") == "group" else element.tag
        found.setdefault(kind, element)
    if "img" in found:
        return found["img"].attributes["alt"]
    if "figcaption" in found:
        return found["figcaption"].words
    return found["group"].attributes["aria-label"]


def state(explorer):
    return explorer.view.value, explorer.caption


def is_refused(explorer, before, control, typed):
    """Nothing shown has changed, what was typed is kept, and a sentence says why."""
    assert state(explorer) == before
    assert control.value == typed
    assert refused(explorer)
    # It is not taken for the picture of what was typed.
    assert said(explorer).endswith(f" {STILL}")
    assert OLD in explorer.view._dom_classes


def face(explorer):
    """What is saved: the picture and the text. The widget is there as well."""
    data, metadata = explorer._repr_mimebundle_()
    assert set(data) == {
        "application/vnd.jupyter.widget-view+json",
        "image/png",
        "text/plain",
    }
    picture = Image.open(BytesIO(base64.b64decode(data["image/png"])))
    assert picture.format == "PNG"
    alt = metadata["image/png"]
    assert alt["alt"] == data["text/plain"]
    assert alt["width"] == picture.width // 2
    return data["image/png"], data["text/plain"]


def assert_legible(figure):
    """Nothing that is written is cut off by the picture's edge, or small."""
    figure.draw_without_rendering()
    page = figure.bbox
    beyond = {  # matplotlib keeps labels for ticks that it does not draw
        label
        for axes in figure.findobj(Axes)
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) - 1e-9
        <= tick.get_loc()
        <= max(axis.get_view_interval()) + 1e-9
    }
    for text in figure.findobj(Text):
        if text.get_text().strip() and text.get_visible() and text not in beyond:
            box = text.get_window_extent()
            assert page.x0 - 1 <= box.x0 <= box.x1 <= page.x1 + 1, text
            assert page.y0 - 1 <= box.y0 <= box.y1 <= page.y1 + 1, text
            assert text.get_fontsize() >= 8, text
