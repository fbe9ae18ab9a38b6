"""The neighbour explorer: a word in, the nearest rows of the token table out."""

from __future__ import annotations

import ipywidgets

from ..embeddings import SPACES, best_by_chance, nearest_tokens, random_pairs
from ..plots.neighbours import plot_neighbours
from ..tokens import shorten
from ..words import look_up_word
from .explorer import Explorer, check_box, text_box

STYLE = {"description_width": "90px"}
# Enough to see where meaning ends, and few enough to read.
MOST = 30


class NeighbourExplorer(Explorer):
    """See `neighbour_explorer`."""

    def __init__(self, bert, word, k):
        self._bert = bert
        super().__init__(
            {
                "word": text_box(word, "Word:", "a word, then Enter"),
                "k": ipywidgets.IntSlider(
                    k,
                    1,
                    MOST,
                    description="Neighbours:",
                    continuous_update=False,
                    style=STYLE,
                ),
                # Not a drop-down list: JupyterLab takes its arrow keys for itself.
                "space": ipywidgets.RadioButtons(
                    options=SPACES,
                    description="Space:",
                    orientation="horizontal",
                    style=STYLE,
                    layout={"width": "auto"},
                ),
                "hide_unused": check_box(True, "hide [unused] rows"),
                "hide_pieces": check_box(True, "hide ## pieces"),
            }
        )

    def plot(self):
        """Return the neighbours of the present word as a `Plot`."""
        hide = {
            "hide_unused": self.hide_unused.value,
            "hide_pieces": self.hide_pieces.value,
        }
        space, word = self.space.value, self.word.value
        neighbours = nearest_tokens(self._bert, word, self.k.value, space, **hide)
        baseline = random_pairs(self._bert, space, **hide)
        chance = best_by_chance(self._bert, space, **hide)
        return plot_neighbours(
            neighbours, baseline, chance=chance, word=shorten(word.strip()), space=space
        )

    def draw(self):
        """Search the whole table and draw."""
        plot = self.plot()
        sentence = look_up_word(self._bert, self.word.value).sentence
        return plot.html(), plot.caption, [sentence] if sentence else []


def neighbour_explorer(bert, word="dog", k=10):
    """Let somebody type a word and see the rows nearest to its own.

    Every similarity is computed over the whole vocabulary and all dimensions, and drawn
    beside those of random pairs.

    Parameters
    ----------
    bert : Bert
    word : str
        What to begin with.
    k : int
        How many neighbours to begin with, from 1 to 30.

    Returns
    -------
    NeighbourExplorer
        With the controls `word`, `k`, `space`, `hide_unused` and `hide_pieces`, and
        `caption`, `message` and `view`.
    """
    return NeighbourExplorer(bert, word, k)
