"""The workbook's own sentences, or a learner's: what is measured over a sample.

The files in `data` were written for this workbook, one sentence at a time, and are
under its licence. In a first version feelings were nowhere put into words, and neither
a bag of words nor a linear probe on the default model's states could tell the
sentiment; about three of five sentences were then written anew until a probe could. So
what a probe reaches on the sentiment here says how vectors compare with each other, and
nothing about sentences elsewhere. The topics were not revised in this way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .tokens import shorten

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Sentence:
    """A sentence of the sample.

    Attributes
    ----------
    text : str
    topic, sentiment : str or None
        None in a file that has no labels.
    """

    text: str
    topic: str | None = None
    sentiment: str | None = None


@dataclass(frozen=True)
class Occurrence:
    """An ambiguous word in a sentence that settles its sense.

    Attributes
    ----------
    word : str
    sense : str
        A word or two for it, such as "river".
    text : str
        The sentence, in which the word occurs once.
    """

    word: str
    sense: str
    text: str


def sentences(path=None):
    """Read the sample of sentences.

    Parameters
    ----------
    path : str or path, optional
        A text file of your own in UTF-8, with a sentence on each line; or, as in the
        workbook's file, ``topic``, ``sentiment`` and ``text`` with tabs between them.
        Empty lines are passed over.

    Returns
    -------
    list of Sentence

    Raises
    ------
    InputError
        If the file cannot be read, has no sentence, or has labels on some lines only.
    """
    lines = _lines(DATA / "sentences.tsv" if path is None else path)
    rows = [[part.strip() for part in line.split("\t")] for _, line in lines]
    for (number, line), row in zip(lines, rows):
        if len(row) != len(rows[0]) or len(row) not in (1, 3) or not all(row):
            raise InputError(
                f"Line {number} of the file ({shorten(line, 40)!r}) should be a"
                " sentence, or a topic, a sentiment and a sentence with tabs between"
                " them, as all other lines are."
            )
    return [Sentence(row[-1], *row[:-1]) for row in rows]


def occurrences(path=None):
    """Read the sample of ambiguous words.

    Parameters
    ----------
    path : str or path, optional
        A file of your own in UTF-8, each line a word, its sense and a sentence, with
        tabs between them; in the sentence the word is marked ``*bank*``.

    Returns
    -------
    list of Occurrence

    Raises
    ------
    InputError
        If the file cannot be read, or a line is not of this form.
    """
    found = []
    for number, line in _lines(DATA / "senses.tsv" if path is None else path):
        row = [part.strip() for part in line.split("\t")]
        parts = row[-1].split("*")
        if (
            len(row) != 3
            or not all(row)
            or len(parts) != 3
            or parts[1].lower() != row[0].lower()
            or _times(row[0], "".join(parts)) != 1
        ):
            raise InputError(
                f"Line {number} of the file ({shorten(line, 40)!r}) should be a word,"
                " its sense and a sentence with tabs between them, in which the word"
                " occurs once and is marked, as in *bank*."
            )
        found.append(Occurrence(row[0], row[1], "".join(parts)))
    return found


def _times(word, text):
    """How often a word occurs in a text as a whole word."""
    whole = rf"(?<!\w){re.escape(word)}(?!\w)"
    return len(re.findall(whole, text, re.IGNORECASE))


def _lines(path):
    """The number and text of each line that is not empty."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, TypeError, ValueError) as error:
        why = getattr(error, "strerror", None) or f"{error}"
        if isinstance(error, UnicodeDecodeError):
            why = "it is not UTF-8"
        raise InputError(
            f"The file {path} cannot be read ({why}). Give a text file in UTF-8, with a"
            " sentence on each line."
        ) from None
    lines = [
        (number, line)
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]
    if not lines:
        raise InputError(f"The file {path} has no sentence: put one on each line.")
    return lines
