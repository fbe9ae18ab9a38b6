"""The position explorer: a position and a word in, that row beside all others out."""

from __future__ import annotations

import ipywidgets

from ..displays.position_panels import plot_position
from ..errors import InputError
from ..measures import place, positions_of
from ..text.tokens import few, quoted, shorten
from ..text.words import look_up_word
from .explorer import Explorer, check_box, text_box


class PositionExplorer(Explorer):
    """See `position_explorer`."""

    def __init__(self, bert, word, position):
        self._bert = bert
        last = len(bert.tables.position) - 1
        # A slider's own number cannot say why it refuses one: so it has none, and the
        # box beside it is where a position is typed.
        self.slider = ipywidgets.IntSlider(
            min(max(position, 0), last),
            0,
            last,
            readout=False,
            continuous_update=False,
            tooltip="Position",  # its name, where there is nothing to see
            layout={"width": "260px"},
        )
        self.slider.observe(self._slid, names="value")
        super().__init__(
            {
                "position": text_box(
                    str(position),
                    "Position:",
                    f"0 to {last}",
                    layout={"width": "170px"},
                    label="80px",
                ),
                "word": text_box(word, "Word:", "a word, then Enter", label="80px"),
                "centred": check_box(False, "subtract the mean row"),
            }
        )
        bar = self.children[0]
        bar.children = (self.position, self.slider, self.word, self.centred)

    def _slid(self, change):
        if read_position(self._bert, self.position.value, strict=False) != change.new:
            self.position.value = str(change.new)

    def plot(self):
        """Return the present position and word as a `Plot`."""
        plot, _ = self._compute()
        return plot

    def draw(self):
        """Look up, compare and draw."""
        plot, sentence = self._compute()
        self.slider.value = read_position(self._bert, self.position.value)
        return plot.html(), plot.caption, [sentence] if sentence else []

    def _compute(self):
        position = read_position(self._bert, self.position.value)
        token, name, sentence = one_token(self._bert, self.word.value)
        centred = self.centred.value
        rows = positions_of(self._bert, centred)
        placed, others = place(self._bert, token, position)
        plot = plot_position(
            position,
            rows.unit @ rows.unit[position],
            rows.norms,
            placed,
            pairs=rows.pairs,
            others=others,
            word=name,
            centred=centred,
        )
        return plot, sentence


def read_position(bert, typed, strict=True):
    """Return the position that somebody typed.

    Raises
    ------
    InputError
        If it is no whole number, or has no row; with ``strict=False`` the answer is
        then None.
    """
    last = len(bert.tables.position) - 1
    try:
        position = int(typed)
    except ValueError:
        position = None
    if position is not None and 0 <= position <= last:
        return position
    if not strict:
        return None
    if not typed.strip():
        raise InputError(f"Type a position, a whole number from 0 to {last:,}.")
    if position is None:
        raise InputError(
            f"{quoted(typed)} is not a position: type a whole number from 0 to"
            f" {last:,}."
        )
    raise InputError(
        f"There is no position {shorten(typed.strip())}: the position table has the"
        f" rows 0 to {last:,}. The picture still shows the position before."
    )


def one_token(bert, typed):
    """Return the ID and name of one token for a typed word, and what to say about it.

    Raises
    ------
    InputError
        If nothing is left to look up.
    """
    word = look_up_word(bert, typed)
    if len(word.ids) == 1:
        return word.ids[0], word.tokens[0], word.sentence
    return (
        word.ids[0],
        word.tokens[0],
        f"{quoted(word.typed)} is {len(word.ids):,} tokens, {few(word.tokens)} A"
        f" position holds one: shown is the first, {few(word.tokens[:1])}",
    )


def position_explorer(bert, word="dog", position=10):
    """Let somebody pick a position and a word, and see that row beside all others.

    Parameters
    ----------
    bert : Bert
    word : str
        What to put there.
    position : int
        What to begin with; the last one where the model has fewer.

    Returns
    -------
    PositionExplorer
        With the controls `position`, `word` and `centred`, the `slider` that goes with
        `position`, and `caption`, `message` and `view`.
    """
    return PositionExplorer(bert, word, min(position, len(bert.tables.position) - 1))
