"""The padding explorer: a batch of somebody's sentences, padded in every way."""

from __future__ import annotations

from functools import lru_cache
from operator import index

import ipywidgets

from ..encoder import encode
from ..errors import InputError
from ..inputs import prepare, shown
from ..padding import POOLINGS, POSITIONS, SIDES, compare, pad
from ..plots.padding import plot_padded
from ..plots.plot import listed
from ..tokens import check_text, count, quoted, shorten, tokenize
from .context import LOOKS
from .explorer import Explorer, about, text_box
from .sentences import about_tokens, typed_sentences

TEXTS = ("My dog is cute.", "The cat sat on the old mat.", "It rained.")
# As many as can be compared in one picture; and places of a row, so that six of them
# take the model a second.
MOST_TEXTS = 6
MOST_PLACES = 128
# Pads of the longest sentence at first.
MORE = 2
# What counts positions from where, for somebody who has not read `bertlab.padding`.
COUNTED = dict(zip(("from the row's start", "from the sentence's start"), POSITIONS))
MASKS = {"on": True, "off": False}
HINT = "One sentence on each line. Finished? Press Tab, or Show."
STYLE = {"description_width": "90px"}
# The poolings are many: on a wide page they wrap beside their name, not below it.
MANY = """<style>
.bertlab-padding .widget-radio-box{flex:1;min-width:230px}
</style>"""


class PaddingExplorer(Explorer):
    """See `padding_explorer`."""

    def __init__(self, bert, texts, length, side, mask, positions, pooling, layer):
        self._bert = bert
        # Changing back, the pooling or the layer needs no run of the model.
        self._run = lru_cache(maxsize=16)(self._encoded)
        layers = bert.config.num_hidden_layers
        self._most = min(MOST_PLACES, len(bert.tables.position))
        super().__init__(
            {
                "texts": ipywidgets.Textarea(
                    texts,
                    description="Sentences:",
                    placeholder="one sentence on each line, then Tab",
                    continuous_update=False,
                    rows=4,
                    style=STYLE,
                    layout={"width": "100%", "max_width": "640px", "margin": "2px 0"},
                ),
                # A text box: what is no number at all gets a sentence, too.
                "length": text_box(
                    str(length),
                    "Padded to:",
                    "tokens in a row, then Enter",
                    {"width": "200px"},
                ),
                "side": _radio(SIDES, side, "Pads on the:"),
                "mask": _radio(MASKS, _named(MASKS, mask), "Mask:"),
                "positions": _radio(COUNTED, _named(COUNTED, positions), "Positions:"),
                "pooling": _radio(POOLINGS, pooling, "Pooling:"),
                "layer": ipywidgets.IntSlider(
                    layers if layer is None else layer,
                    0,
                    layers,
                    description="Layer:",
                    # The picture says which layer it is.
                    readout=False,
                    style=STYLE,
                    layout={"width": "400px", "max_width": "calc(100% - 14px)"},
                ),
            }
        )
        # A text area says what is in it when it is left: the button is where a click or
        # the Tab key takes somebody who has finished.
        self.show = ipywidgets.Button(
            description="Show", layout={"width": "80px", "flex": "none"}
        )
        self.show.on_click(self._update)
        hint = ipywidgets.HTML(
            f'<div style="line-height:1.4;max-width:44em">{HINT}</div>'
        )
        row = ipywidgets.Layout(align_items="center", max_width="640px")
        below = ipywidgets.Box([self.show, hint], layout=row)
        bar = self.children[0]
        bar.layout.flex_flow, bar.layout.align_items = "column", "stretch"
        sentences, *others = bar.children
        bar.children = (sentences, below, *others)
        self.add_class("bertlab-context")  # its looks: names beside the radio buttons
        self.add_class("bertlab-padding")
        looks = ipywidgets.HTML(LOOKS + MANY, layout={"display": "none"})
        self.children = (*self.children, looks)

    def _encoded(self, texts, padded):
        """Run the model on the sentences alone, or `padded` as these values say."""
        given = [prepare(self._bert, text) for text in texts]
        if padded is not None:
            length, side, mask, positions = padded
            given = pad(
                self._bert, given, length, side=side, mask=mask, positions=positions
            )
        return given, encode(self._bert, given, attentions=False)

    def _length(self, longest):
        """The length of the rows, and what there is to say about it."""
        typed = self.length.value.strip()
        try:
            length = int(typed)
        except ValueError:
            what = (
                f"{quoted(typed)} is no length" if typed else "There is no length yet"
            )
            raise InputError(
                f"{what}: type how many tokens a row has, from {longest} to"
                f" {self._most}."
            ) from None
        if length > self._most:
            raise InputError(
                f"A row here has up to {self._most} tokens: type a length from"
                f" {longest} to {self._most}."
            )
        if length < longest:
            return longest, [
                f"The longest sentence has {count(longest, 'token')}, and padding makes"
                f" nothing shorter: the rows have {longest}, not {length:,}."
            ]
        return length, []

    def _drawn(self):
        with about(self.texts):
            texts = typed_sentences(
                self._bert, self.texts.value, MOST_TEXTS, self._most
            )
            given, alone = self._run(texts, None)
        with about(self.length):
            length, messages = self._length(max(len(row.ids) for row in given))
        positions = COUNTED[self.positions.value]
        how = length, self.side.value, MASKS[self.mask.value], positions
        batch, together = self._run(texts, how)
        found = compare(
            alone,
            together,
            batch,
            layer=self.layer.value,
            pooling=self.pooling.value,
        )
        plot = plot_padded(batch, found)
        return plot, [*messages, *self._about(batch), *about_tokens(self._bert, texts)]

    def _about(self, batch):
        """What there is to say about a batch in which a control changes nothing."""
        first = [n for n, row in enumerate(batch, 1) if row.own.start]
        if not any(len(row.ids) > len(row.ids[row.own]) for row in batch):
            yield "No sentence is padded, so nothing can move: type a larger length."
        elif not first and COUNTED[self.positions.value] == "own":
            yield (
                "With the pads on the right, both ways of counting give the same"
                " positions: put the pads on the left."
            )
        if first and self.pooling.value == "first place":
            yield (
                f"The first place of {'row' if len(first) == 1 else 'rows'}"
                f" {listed(first)} holds [PAD], so that is what stands for the"
                f" {'sentence' if len(first) == 1 else 'sentences'} there."
            )

    def _values(self, write):
        values = {name: f"{c.value}" for name, c in self.controls.items()}
        lines = self.texts.value.splitlines()
        values["texts"] = " / ".join(line for line in lines if line.strip())
        return " · ".join(
            f"{control.description.rstrip(':')}:"
            f" {write(shorten(values[name], 60)) if values[name] else '(empty)'}"
            for name, control in self.controls.items()
        )


def _radio(options, value, description):
    # Not a drop-down list: JupyterLab takes its arrow keys for itself.
    return ipywidgets.RadioButtons(
        options=list(options),
        value=value,
        description=description,
        orientation="horizontal",
        style=STYLE,
        layout={"width": "auto"},
    )


def _named(names, value):
    """The name of a value that the learner chooses by name."""
    return next(name for name, found in names.items() if found == value)


def padding_explorer(
    bert,
    texts=TEXTS,
    length=None,
    *,
    side="right",
    mask=True,
    positions="counted",
    pooling="mean of all",
    layer=None,
):
    """Let somebody pad sentences of their own, and see what that changes.

    Shown are the batch, how far each token's state at a layer is from the one that it
    has in the sentence alone, and the cosines between the sentences' vectors, alone and
    in the batch.

    Parameters
    ----------
    bert : Bert
    texts : str, or sequence of str
        Up to six sentences, one on each line.
    length : int, optional
        Tokens in a row, pads included; without it, two more than the longest sentence
        has. Less than that has the rows as long as it is.
    side : str
        "right" or "left": where the pads stand.
    mask : bool
        Whether the attention mask hides the pads.
    positions : str
        "counted" or "own": see `bertlab.padding.pad`.
    pooling : str
        How a sentence's vector is made: one of `bertlab.padding.POOLINGS`.
    layer : int, optional
        0 is the embedding layer's output; the last layer without it.

    Returns
    -------
    PaddingExplorer
        With the controls `texts`, `length`, `side`, `mask`, `positions`, `pooling` and
        `layer`, the button `show`, and `caption`, `message` and `view`.

    Raises
    ------
    InputError
        If there is no such layer, side, pooling or way to count, or the sentences are
        not text, or the length is not a whole number.
    """
    if not isinstance(texts, str):
        try:
            texts = "\n".join(texts)
        except TypeError:
            raise InputError(
                f"The sentences must be texts, not {shown(texts)}."
            ) from None
    check_text(texts, "list of sentences")
    for value, options, what in (
        (side, SIDES, "side"),
        (positions, POSITIONS, "way to count positions"),
        (pooling, POOLINGS, "pooling"),
    ):
        if value not in options:
            raise InputError(
                f"There is no {what} {shown(value)}: take one of {listed(options)}."
            )
    if not isinstance(mask, bool):
        raise InputError(f"The mask is True or False, not {shown(mask)}.")
    last = bert.config.num_hidden_layers
    if layer is not None:
        layer = _whole(layer, "layer", f" from 0 to {last}")
        if not 0 <= layer <= last:
            raise InputError(f"The layer must be a whole number from 0 to {last}.")
    length = _first_length(bert, texts) if length is None else _whole(length, "length")
    return PaddingExplorer(bert, texts, length, side, mask, positions, pooling, layer)


def _whole(value, what, where=""):
    try:
        return index(value)
    except TypeError:
        raise InputError(f"The {what} must be a whole number{where}.") from None


def _first_length(bert, texts):
    """A little more than the longest sentence has, as far as the model takes it."""
    lengths = [len(tokenize(bert, line).ids) for line in texts.splitlines() if line]
    most = min(MOST_PLACES, len(bert.tables.position))
    return min(max(lengths, default=0) + MORE, most)
