"""Sentences that somebody types, one on each line: the box, and what is odd in them."""

from __future__ import annotations

import ipywidgets

from ..displays.figure import listed
from ..errors import InputError
from ..text.tokens import check_text, isolated, quoted, shorten, tokenize
from .explorer import LABEL, Explorer


def sentences_box(value, rows):
    """Return a text area for sentences."""
    return ipywidgets.Textarea(
        value,
        description="Sentences:",
        placeholder="one sentence on each line, then Tab",
        continuous_update=False,
        rows=rows,
        style=LABEL,
        layout={"width": "100%", "max_width": "640px", "margin": "2px 0"},
    )


class SentencesExplorer(Explorer):
    """An explorer of sentences: with a button below the area that they are typed in.

    Parameters
    ----------
    controls : dict of str to ipywidgets.Widget
    area : ipywidgets.Textarea
        One of them.
    hint : str
        What stands beside the button.
    """

    def __init__(self, controls, area, hint):
        self._area = area
        super().__init__(controls)
        # A text area says what is in it when it is left: the button is where a click or
        # the Tab key takes somebody who has finished.
        self.show = ipywidgets.Button(
            description="Show", layout={"width": "80px", "flex": "none"}
        )
        self.show.on_click(self._update)
        hint = ipywidgets.HTML(
            f'<div style="line-height:1.4;max-width:44em">{hint}</div>'
        )
        row = ipywidgets.Layout(align_items="center", max_width="640px")
        bar = self.children[0]
        bar.layout.flex_flow, bar.layout.align_items = "column", "stretch"
        rows = list(bar.children)
        below = ipywidgets.Box([self.show, hint], layout=row)
        rows.insert(rows.index(area) + 1, below)
        bar.children = rows

    def _values(self, write):
        lines = [line for line in self._area.value.splitlines() if line.strip()]
        values = {
            control.description.rstrip(":"): f"{control.value}"
            for control in self.controls.values()
        }
        values["Sentences"] = " / ".join(lines)
        return " · ".join(
            f"{name}: {write(shorten(value, 60)) if value else '(empty)'}"
            for name, value in values.items()
        )


def typed_sentences(bert, typed, most, most_tokens):
    """Return the sentences of a text area.

    Parameters
    ----------
    bert : Bert
    typed : str
        One sentence on each line; empty lines count for nothing.
    most : int
        How many sentences there may be.
    most_tokens : int
        How many tokens each may have, special ones included.

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        If there is none, or more than `most`; or if one is too long, or is nothing that
        a tokenizer keeps.
    """
    check_text(typed, "list of sentences")
    texts = tuple(line.strip() for line in typed.splitlines() if line.strip())
    if not texts:
        raise InputError(
            "There is no sentence yet: type two or more, each on a line of its own."
        )
    if len(texts) > most:
        raise InputError(
            f"Up to {most} sentences can be compared in one picture, and here are"
            f" {len(texts):,}: take some out."
        )
    for number, text in enumerate(texts, 1):
        tokens = tokenize(bert, text)
        if all(which is None for which in tokens.source):
            raise InputError(
                f"The tokenizer keeps nothing of sentence {number}, {quoted(text)}:"
                " type words."
            )
        if len(tokens.ids) > most_tokens:
            raise InputError(
                f"Sentence {number} has {len(tokens.ids):,} tokens, special ones"
                f" included, and a row here has up to {most_tokens}: shorten it."
            )
    return texts


def about_tokens(bert, texts):
    """Say which words became [UNK], and which were taken for special tokens.

    Parameters
    ----------
    bert : Bert
    texts : sequence of str

    Returns
    -------
    list of str
        No sentence, or up to two.
    """
    unknown, special = {}, {}
    for text in texts:
        tokens = tokenize(bert, text)
        for i, kind in enumerate(tokens.kinds):
            if tokens.source[i] is None:
                continue
            typed = kind == "unknown" and tokens.span(i) == tokens.tokens[i]
            if kind == "special" or typed:
                special[isolated(tokens.tokens[i])] = None
            elif kind == "unknown":
                unknown[quoted(tokens.span(i))] = None
    found = []
    if unknown:
        one = len(unknown) == 1
        found.append(
            f"{listed(unknown, 4)} {'is' if one else 'are'} not in the vocabulary and"
            " cannot be built from its pieces: the model gets [UNK] for"
            f" {'it' if one else 'each'}."
        )
    if special:
        found.append(
            f"You typed {listed(special)}: the tokenizer takes that for the special"
            " token, and here it counts as the sentence's own, not as a pad."
        )
    return found
