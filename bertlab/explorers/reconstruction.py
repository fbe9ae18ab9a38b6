"""The reconstruction explorer: the embedding layer with each ingredient on a switch."""

from __future__ import annotations

from functools import lru_cache

import ipywidgets

from ..displays.rebuilt_vector import plot_reconstruction
from ..measures import leave_out
from ..network.embedding import INGREDIENTS, embed
from ..text.tokens import check_text, count, quoted, tokenize
from .explorer import Explorer, check_box, text_box

WIDE = {"width": "22em"}


@lru_cache(maxsize=16)
def _breakdown(bert, text, pair):
    return embed(bert, text, pair)


class ReconstructionExplorer(Explorer):
    """See `reconstruction_explorer`."""

    def __init__(self, bert, text, pair):
        self._bert = bert
        check_text(text)
        check_text(pair or "", "second text")
        # The slider's end follows the texts, which is why it is known here already.
        self._shown = text, _second(pair)
        last = len(_breakdown(bert, *self._shown).tokens) - 1
        controls = {
            "text": text_box(text, "Text:", "a text, then Enter", WIDE),
            "pair": text_box(
                pair or "", "Second text:", "a second text, or nothing", WIDE
            ),
            "place": ipywidgets.IntSlider(
                min(1, last),
                0,
                last,
                description="Token at:",
                # The message says which token it is; a number typed into the slider
                # would be changed without a word where there is no such token.
                readout=False,
                continuous_update=False,
                style={"description_width": "90px"},
            ),
        }
        for name in INGREDIENTS:
            controls[name.replace(" ", "_")] = check_box(True, name, margin="2px 10px")
        super().__init__(controls)

    @property
    def without(self):
        """List of str: the ingredients that are switched off."""
        return [
            name
            for name in INGREDIENTS
            if not self.controls[name.replace(" ", "_")].value
        ]

    @property
    def _texts(self):
        return self.text.value, _second(self.pair.value)

    def plot(self):
        """Return the present state as a `Plot`."""
        parts = _breakdown(self._bert, *self._texts)
        self._follow(parts)
        place = self.place.value
        rebuilt, present, distances, cosines = leave_out(
            self._bert, parts, place, self.without
        )
        return plot_reconstruction(
            rebuilt,
            parts.output[place],
            distances=distances,
            cosines=cosines,
            present=present,
            left_out=self.without,
            token=parts.tokens[place],
            place=place,
        )

    def _follow(self, parts):
        """Let the slider end at the last token, without a second redraw."""
        if self._texts != self._shown:
            self._shown = self._texts
            self.place.unobserve(self._update, names="value")
            self.place.max = len(parts.tokens) - 1
            self.place.observe(self._update, names="value")

    def draw(self):
        """Rebuild the output and draw it beside the true one."""
        plot = self.plot()
        parts, place = _breakdown(self._bert, *self._texts), self.place.value
        name = quoted(parts.tokens[place])
        sentence = f"{count(len(parts.tokens), 'token')}; token {place} is {name}"
        text, pair = self._texts
        if pair is not None:
            sentence += f", of type {parts.types[place]}"
        return plot.html(), plot.caption, [f"{sentence}.", *self._nothing(text, pair)]

    def _nothing(self, text, pair):
        """What there is to say where no token is from the learner's own texts."""
        if any(which is not None for which in tokenize(self._bert, text, pair).source):
            return []
        if text.strip() or pair:
            return [
                "The tokenizer keeps nothing of what was typed: these are the special"
                " tokens alone."
            ]
        return ["There is no text: these are the special tokens alone."]


def _second(pair):
    """Return the second text, or None for one that is empty or blank."""
    return pair if pair and pair.strip() else None


def reconstruction_explorer(bert, text="hello, world!", pair=None):
    """Let somebody switch the embedding layer's ingredients off and on, one by one.

    Shown are the rebuilt vector of one token over the true one, and for each of the
    eight ingredients how far the output would be from the true one without it, or with
    it again.

    Parameters
    ----------
    bert : Bert
    text : str
        What to begin with; an empty one has its special tokens.
    pair : str, optional
        The second text to begin with; an empty or blank one is none.

    Returns
    -------
    ReconstructionExplorer
        With the controls `text`, `pair`, `place` and one for each ingredient (`token`,
        `position`, `token_type`, `mean`, `variance`, `epsilon`, `gamma`, `beta`), and
        `caption`, `message` and `view`.

    Raises
    ------
    InputError
        If the model cannot take the text or the pair to begin with.
    """
    return ReconstructionExplorer(bert, text, pair)
