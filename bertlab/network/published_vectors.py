"""Published figures of bert-base-uncased's embedding layer, compared with a model's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ..text.tokens import count
from .embedding import embed

FILE = Path(__file__).parents[1] / "data" / "bert_base_uncased.json"
# The layer's output is a sum over all entries of a row: float32 loses so much on it.
OUTPUT_TOLERANCE = 1e-5
NAMES = {
    "token": "the token table",
    "position": "the position table",
    "token_type": "the token type table",
    "output": "the layer's output",
}


@dataclass(frozen=True)
class Figure:
    """One printed figure.

    Attributes
    ----------
    of : str
        What it is an entry of: one of `NAMES`.
    row, entry : int
        Where it stands there; in the output a row is the token's position.
    printed : str
        As it was printed.
    """

    of: str
    row: int
    entry: int
    printed: str

    @property
    def value(self) -> float:
        """The printed figure as a number."""
        return float(self.printed)

    @property
    def tolerance(self) -> float:
        """How far off a number may be that would be printed so."""
        if self.of == "output":
            return OUTPUT_TOLERANCE
        digits, _, power = self.printed.partition("e")
        last_place = 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))
        # The page prints float32 in as many digits as tell it from its neighbours.
        spacing = float(np.spacing(np.float32(abs(self.value))))
        return max(last_place, spacing) / 2 * (1 + 1e-6)

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"entry {self.entry} of row {self.row:,} of {NAMES[self.of]}"


@dataclass(frozen=True)
class Comparison:
    """What came of `compare_published`.

    Attributes
    ----------
    equal : bool or None
        Whether every figure agrees; None for a model of other sizes, which has no such
        entries to compare.
    sentence : str
        How many were compared and differ, and by how much at the most, for a reader.
    """

    equal: bool | None
    sentence: str


@cache
def published():
    """Return what was published.

    Returns
    -------
    dict
        "model", "title", "site" and "address" say whose figures they are and where
        they stand; "shapes" has each table's, and "text" with its "ids" is what the
        output is for. "rows" has, for each printed row, "of", "row" and the entries
        printed, "first" and "last", as strings.
    """
    return json.loads(FILE.read_text(encoding="utf-8"))


def published_figures():
    """List every published figure, as `Figure`."""
    page = published()
    width = page["shapes"]["token"][1]
    return [
        Figure(row["of"], row["row"], entry, printed)
        for row in page["rows"]
        for start, end in ((0, "first"), (width - len(row["last"]), "last"))
        for entry, printed in enumerate(row[end], start)
    ]


def compare_published(bert):
    """Compare a model with the published figures, where its sizes are the same.

    Parameters
    ----------
    bert : Bert
        Any. Its sizes decide whether it can be compared, its name does not matter.

    Returns
    -------
    Comparison
        A row's entry agrees if it would be printed as published, to the last place;
        an entry of the output if it is within `OUTPUT_TOLERANCE`.
    """
    page, figures = published(), published_figures()
    shapes = {name: getattr(bert.tables, name).shape for name in page["shapes"]}
    wanted = {name: tuple(shape) for name, shape in page["shapes"].items()}
    if shapes != wanted:
        sentence = (
            f"Not compared: the published figures are those of {page['model']}, which"
            f" has {_unlike(wanted, shapes)}; {bert.name} has"
            f" {_unlike(shapes, wanted)}."
            f' To compare, say bertlab.load("{page["model"]}") in the set-up cell'
            " (440 MB, fetched once)."
        )
        return Comparison(None, sentence)
    arrays = {name: getattr(bert.tables, name) for name in shapes}
    arrays["output"] = embed(bert, page["text"], ids=page["ids"]).output
    ours = [float(arrays[f.of][f.row, f.entry]) for f in figures]
    # Not "greater than": a NaN agrees with nothing.
    apart = [abs(own - f.value) for own, f in zip(ours, figures)]
    wrong = [i for i, f in enumerate(figures) if not apart[i] <= f.tolerance]
    source = f"figures that {page['site']} prints of {page['model']}"
    if not wrong:
        sentence = (
            f"Compared, and equal: {bert.name} has all {len(figures)} {source}, the"
            " tables' entries to the last printed place and the layer's output for"
            f" “{page['text']}” to {OUTPUT_TOLERANCE:.5f}."
        )
    else:
        where = {figures[i].of for i in wrong}
        worst = max(wrong, key=lambda i: np.nan_to_num(apart[i], nan=np.inf))
        what = (
            "the tables agree, but what becomes of them, the layer's output, does not"
            if where == {"output"}
            else "same sizes, other weights"
        )
        sentence = (
            f"Compared, and different ({what}): {len(wrong)} of the {len(figures)}"
            f" {source} differ from {bert.name}'s. The largest difference is at"
            f" {figures[worst].place}: {figures[worst].value:.8f} published,"
            f" {ours[worst]:.8f} here."
        )
    return Comparison(not wrong, sentence)


def _unlike(shapes, others):
    """Say in words which sizes are not the same as the others'."""
    named, other = (
        [f"hidden size {tables['token'][1]:,}"]
        + [
            f"{count(shape[0], 'row')} in {NAMES[name]}"
            for name, shape in tables.items()
        ]
        for tables in (shapes, others)
    )
    return ", ".join(size for size in named if size not in other)
