"""The padding explorer: a batch of somebody's sentences, padded in every way."""

from __future__ import annotations

from functools import lru_cache

import ipywidgets

from ..displays.figure import listed
from ..displays.padded_batch import plot_padded
from ..errors import InputError
from ..measures.movement import compare
from ..network.encoder import encode
from ..network.padding import POOLINGS, POSITIONS, SIDES, pad
from ..text.inputs import prepare
from ..text.tokens import count, quoted
from .explorer import about, layer_slider, radio, text_box
from .sentences import SentencesExplorer, about_tokens, sentences_box, typed_sentences

TEXTS = ("My dog is cute.", "The cat sat on the old mat.", "It rained.")
# As many as can be compared in one picture; and places of a row, so that six of them
# take the model a second.
MOST_TEXTS = 6
MOST_PLACES = 128
# What counts positions from where, for whoever has not read `network.padding`.
COUNTED = dict(zip(("from the row's start", "from the sentence's start"), POSITIONS))
MASKS = {"on": True, "off": False}
HINT = "One sentence on each line. Finished? Press Tab, or Show."
# The poolings are many: on a wide page they wrap beside their name, not below it.
MANY = """<style>
.bertlab-padding .widget-radio-box{flex:1;min-width:230px}
</style>"""


class PaddingExplorer(SentencesExplorer):
    """See `padding_explorer`."""

    def __init__(self, bert, texts, length):
        self._bert = bert
        # Changing back, the pooling or the layer needs no run of the model.
        self._run = lru_cache(maxsize=16)(self._encoded)
        self._most = min(MOST_PLACES, len(bert.tables.position))
        area = sentences_box(texts, rows=4)
        # A text box: what is no number at all gets a sentence, too.
        wide = {"width": "200px"}
        row = text_box(f"{length}", "Padded to:", "tokens in a row, then Enter", wide)
        controls = {
            "texts": area,
            "length": row,
            "side": radio(SIDES, "right", "Pads on the:"),
            "mask": radio(MASKS, "on", "Mask:"),
            "positions": radio(COUNTED, next(iter(COUNTED)), "Positions:"),
            "pooling": radio(POOLINGS, "mean of all", "Pooling:"),
            "layer": layer_slider(bert.config.num_hidden_layers),
        }
        super().__init__(controls, area, HINT)
        self.add_class("bertlab-padding")
        looks = ipywidgets.HTML(MANY, layout={"display": "none"})
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


def padding_explorer(bert, texts=TEXTS, length=12):
    """Let somebody pad sentences of their own, and see what that changes.

    Shown are the batch, how far each token's state at a layer is from the one that it
    has in the sentence alone, and the cosines between the sentences' vectors, alone and
    in the batch.

    Parameters
    ----------
    bert : Bert
    texts : str, or sequence of str
        Up to six sentences to begin with, one on each line.
    length : int
        Tokens in a row, pads included. Less than the longest sentence has makes the
        rows as long as it is.

    Returns
    -------
    PaddingExplorer
        With the controls `texts`, `length`, `side`, `mask`, `positions`, `pooling` and
        `layer`, the button `show`, and `caption`, `message` and `view`.
    """
    texts = texts if isinstance(texts, str) else "\n".join(texts)
    return PaddingExplorer(bert, texts, length)
