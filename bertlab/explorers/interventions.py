"""The intervention explorer: one token of a text changed, and what moves, and where."""

from __future__ import annotations

from functools import lru_cache

import ipywidgets
import numpy as np

from ..displays.movement_caption import MEAN, STILL
from ..displays.movement_table import plot_interventions
from ..errors import InputError
from ..measures.interventions import controls, effect
from ..network.encoder import encode
from ..text.inputs import Change, prepare, unchanged
from ..text.tokens import count, isolated, tokenize
from .attention.part import separators
from .attention.text_attention import TextAttention
from .explorer import Explorer, about, check_box, radio, text_box
from .intervention_request import (
    CHANGES,
    END,
    MOVE,
    REMOVE,
    REPLACE,
    ROW,
    ask,
    read_place,
)

# Which controls each change has, besides the texts, the token and the change itself.
KEEP = "each token keeps its position row"
USED = {REPLACE: ("by",), REMOVE: ("keep",), MOVE: ("to", "keep"), ROW: ("row",)}
# A control is a run of the model: of long texts there are fewer.
MOST_CONTROLS, CONTROL_TOKENS = 6, 768
# Of a text with more characters, a hundred tokens or so, the runs are waited for.
LONG = 400
WORDS = "the words' mean vector"
LOOKS = """<style>
.bertlab-interventions .widget-checkbox{max-width:100%;padding-left:82px}
@media (max-width:480px){.bertlab-interventions .widget-checkbox{padding-left:0}}
</style>"""


class InterventionExplorer(Explorer):
    """See `intervention_explorer`."""

    def __init__(self, bert, text):
        self._bert = bert
        # At 512 tokens a run takes a second, and changing back should not.
        self._original = lru_cache(maxsize=4)(self._read)
        self._effects = lru_cache(maxsize=8)(self._measured)
        super().__init__(_make_controls(text))
        self.add_class("bertlab-interventions")
        bar = self.children[0]
        bar.layout.flex_flow, bar.layout.align_items = "column", "stretch"
        self.children = (
            *self.children,
            ipywidgets.HTML(LOOKS, layout={"display": "none"}),
        )

    # What the model makes of it

    def _read(self, first, second):
        """Run the model on the text as it is."""
        pair = second if second.strip() else None
        if not first.strip():
            raise InputError("There is no first text yet: type a sentence there.")
        if 0 not in tokenize(self._bert, first, pair).source:
            raise InputError(tokenize(self._bert, first).sentences[0])
        given = prepare(self._bert, first, pair)
        (encoding,) = encode(self._bert, [given], attentions=False)
        special = separators(self._bert, encoding.ids)
        return TextAttention(self._bert, encoding, special, (first, second))

    def _measured(self, run, place, asked):
        """Run the model on the change, and on the same done to other words, at once."""
        given = run.encoding
        change = asked.alter(place)
        if unchanged(given, change):  # a token replaced by itself is not a new one
            everywhere = list(range(len(given.ids)))
            change = Change(change.inputs, everywhere, everywhere)
        most = min(MOST_CONTROLS, max(2, CONTROL_TOKENS // len(given.ids)))
        others = controls(given, place, asked.alter, most=most)
        inputs = [one.inputs for one in (change, *others)]
        runs = encode(self._bert, inputs, attentions=False)
        effects = [effect(given, *pair) for pair in zip(runs, (change, *others))]
        return change, others, effects

    # Drawing

    def slow(self):
        """Return whether a text is long: then the runs of the model take seconds."""
        return len(self.first.value) + len(self.second.value) > LONG

    def _drawn(self):
        with about(self.first, "Texts" if self.second.value.strip() else None):
            run = self._original(self.first.value, self.second.value)
        given = run.encoding
        with about(self.token):
            place, sentences = read_place(run, self.token.value)
        typed_in = {REPLACE: self.by, MOVE: self.to, ROW: self.row}
        with about(typed_in.get(self.change.value, self.change)):
            asked = ask(
                self._bert,
                given,
                self.change.value,
                by=self.by.value,
                to=self.to.value,
                row=self.row.value,
                keep=self.keep.value,
            )
        change, done, (own, *others) = self._effects(run, place, asked)
        scale = {
            MEAN: [one.tokens.mean(axis=1) for one in others],
            WORDS: [one.words for one in others],
            "[CLS]": [one.cls for one in others],
        }
        plot = plot_interventions(
            own.tokens,
            tokens=change.inputs.tokens,
            places=change.after,
            numbers=_rows(given, change),
            vectors={WORDS: own.words, "[CLS]": own.cls},
            control={name: runs for name, runs in scale.items() if runs},
            # Other tokens close up, or make room, as more or fewer stand behind.
            ratio=self.change.value in (REPLACE, ROW) or self.keep.value,
            title=f"{isolated(run.tokens[place])} ({place}) {asked.title}",
        )
        sentences = [*sentences, *asked.sentences]
        sentences += _about(given, change, own, done)
        if run.paired and self.change.value == MOVE:
            sentences.append("A token takes its token type with it.")
        return plot, sentences

    def draw(self):
        """Run the model on the changed text and on the controls, and draw."""
        used = {"first", "second", "token", "change", *USED[self.change.value]}
        for name, control in self.controls.items():
            control.layout.display = None if name in used else "none"
        return super().draw()


def _rows(given, change):
    """What stands before each token: its position row, or the one before and now."""
    before = dict(zip(change.after, (given.positions[i] for i in change.before)))
    return [
        f"{before[i]}→{row}" if before.get(i, row) != row else f"{row}"
        for i, row in enumerate(change.inputs.positions)
    ]


def _elsewhere(given, change):
    """How many of the tokens that stay have another position row now."""
    now = change.inputs.positions
    places = zip(change.before, change.after)
    return sum(given.positions[old] != now[new] for old, new in places)


def _about(given, change, own, done):
    """Say what there is to know about a change and its control."""
    if unchanged(given, change):
        yield "This is how it is already, so nothing changes: try another."
        return
    closed = change.inputs.ids != given.ids  # not a token's own new row
    arrows = [row for row in _rows(given, change) if "→" in row]
    if arrows:
        old, new = arrows[0].split("→")
        yield f"{arrows[0]} beside a token: position row {old} before, {new} now."
    elif own.tokens.max() < STILL:
        yield (
            "Nothing moves by more than rounding: each token has the position row that"
            " it had, and only the order in which they are listed is another."
        )
    if arrows and closed and done:
        moved = _elsewhere(given, change)
        control = np.mean([_elsewhere(given, other) for other in done])
        yield (
            f"Here {count(moved, 'token')} also got another position row, in the"
            f" control {control:.1f} on average: to compare the two, tick “{KEEP}”."
        )
    if not done:
        yield "There is no other word to do the same to, so there is no scale."


def _make_controls(text):
    wide = {"width": "100%", "max_width": "640px"}
    box = {"width": "300px", "max_width": "100%"}
    return {
        "first": text_box(text, "First text:", "a sentence, then Enter", wide),
        "second": text_box("", "Second text:", "none: type to make a pair", wide),
        "token": text_box("[CLS]", "Token:", "a token, or its number", box),
        "change": radio(CHANGES, REPLACE, "Change:"),
        "by": text_box("[MASK]", "Put in:", "a word, or for instance [MASK]", box),
        "to": text_box(END, "To place:", "a number, or end", box),
        "row": text_box("5", "Its new row:", "a number, or end", box),
        "keep": check_box(False, KEEP),
    }


def intervention_explorer(bert, text="The cat sat on the mat."):
    """Let somebody change one token of a text and see which others move, and how far.

    Shown are, at each layer, the distance between each token's state before and after
    as a share of its norm, the same for the words' mean vector and for [CLS], and, as a
    scale, what the same change does when it is made to other words of the text.

    Parameters
    ----------
    bert : Bert
    text : str
        What to begin with.

    Returns
    -------
    InterventionExplorer
        With the controls `first`, `second`, `token`, `change`, `by`, `to`, `row` and
        `keep`, and `caption`, `message` and `view`.
    """
    return InterventionExplorer(bert, text)
