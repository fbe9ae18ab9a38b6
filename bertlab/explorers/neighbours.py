"""The neighbour explorer: a word in, the nearest rows of the token table out."""

from __future__ import annotations

import ipywidgets

from ..displays.neighbours import plot_neighbours
from ..network.similarity import SPACES, best_by_chance, nearest_tokens, random_pairs
from ..text.tokens import shorten
from ..text.words import look_up_word
from .explorer import LABEL, Explorer, check_box, radio, text_box

# Enough to see where meaning ends, and few enough to read.
MOST = 30


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
    Explorer
        With the controls `word`, `k`, `space`, `hide_unused` and `hide_pieces`, and
        `caption`, `message` and `view`.
    """
    controls = {
        "word": text_box(word, "Word:", "a word, then Enter"),
        "k": ipywidgets.IntSlider(
            k,
            1,
            MOST,
            description="Neighbours:",
            continuous_update=False,
            style=LABEL,
        ),
        "space": radio(SPACES, SPACES[0], "Space:"),
        "hide_unused": check_box(True, "hide [unused] rows"),
        "hide_pieces": check_box(True, "hide ## pieces"),
    }

    def draw(word, k, space, **hide):
        plot = plot_neighbours(
            nearest_tokens(bert, word, k, space, **hide),
            random_pairs(bert, space, **hide),
            chance=best_by_chance(bert, space, **hide),
            word=shorten(word.strip()),
            space=space,
        )
        sentence = look_up_word(bert, word).sentence
        return plot, [sentence] if sentence else []

    return Explorer(controls, draw)
