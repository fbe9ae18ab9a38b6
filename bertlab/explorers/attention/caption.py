"""What the attention explorer says about what it shows, computed from it."""

from __future__ import annotations

import numpy as np

from ...displays.figure import listed
from ...text.tokens import count, isolated
from .part import RESCALED, SHOWN

WHAT_CONTRIBUTES = (
    "Contribution: the length of what each token adds, which is its weight times its"
    " value vector as the output matrix passes it on; each row is divided by its sum."
)

NO_PAIR = "There is no second text, so {pairs} does not apply: all pairs are shown."
ONE_HEAD = "This view shows one head, the first of those chosen: {head}."
TOO_MANY = (
    "{n:,} tokens are more than can be read here: shown are {which}. Move “First shown”"
    " for others."
)
# What is said under each view: what a hand can do there.
HINTS = dict.fromkeys(
    ("heads", "all layers"),
    "Point at a token, or reach it with Tab, to see its lines alone, with the weights.",
)
HINTS["matrix"] = "Point at a row, or reach it with Tab, to read where most of it goes."
HINTS["inside one weight"] = (
    "Point at a dimension, or reach it with Tab, to read its numbers."
)
SEVERAL = " With several heads, the number is the strongest head's."
LEFT_OVER = (
    "“{name}” counts as empty: {typed} was typed for another text and is no token of"
    " this one."
)
LEFT_OPEN = "An empty box takes the largest weight between words."


def named(tokens, i):
    """A token with its place: ``cat (2)``."""
    return f"{isolated(tokens[i])} ({i})"


def range_named(rows, columns):
    """``3 to 130``, or ``3 to 130, attending to 200 to 327``."""
    rows, columns = (f"{side[0]} to {side[-1]}" for side in (rows, columns))
    return rows if rows == columns else f"{rows}, attending to {columns}"


def heads_named(heads, most):
    """``head 5``, ``heads 1, 4 and 7``, ``all 12 heads``."""
    if len(heads) == 1:
        return f"head {heads[0]}"
    if len(heads) < most:
        return f"heads {listed(heads, 6)}"
    return "both heads" if most == 2 else f"all {most} heads"


def part_caption(part, *, what, tokens, special, hide, pairs):
    """Say what a part of a layer's attention holds.

    Parameters
    ----------
    part : Part
    what : str
        "weight" or "contribution".
    tokens : sequence of str
        Of the whole text.
    special : (tokens,) ndarray of bool
    hide, pairs : str
        As `part` was chosen.

    Returns
    -------
    str
        Sentences, the first word of them a verb or a noun; no space at the ends.
    """
    sentences = []
    weights = part.weights
    k, i, j = np.unravel_index(weights.argmax(), weights.shape)
    of = f" (head {part.heads[k]})" if len(part.heads) > 1 else ""
    sentences.append(
        f"Largest {what}: {named(tokens, part.rows[i])} to"
        f" {named(tokens, part.columns[j])} {weights[k, i, j]:.2f}{of}."
    )
    mean = weights.mean(axis=(0, 1))  # (columns,)
    if len(mean) > 1 and len(part.rows) > 1:
        j = mean.argmax()
        sentences.append(
            f"On average most goes to {named(tokens, part.columns[j])}: {mean[j]:.0%}."
        )
    if pairs != "all":
        source, target = pairs.split("→")
        sentences.append(
            f"Shown is what the tokens of text {source} give to those of text {target}:"
            f" {part.matrix.sum(axis=-1).mean():.0%} of all they give."
        )
    names = listed(dict.fromkeys(isolated(t) for t, s in zip(tokens, special) if s))
    if hide == SHOWN:
        share = _share(part, special)
        if share is not None and pairs == "all":
            sentences.append(f"{names} get {share:.0%} of the {what}.")
    else:
        left = 1 - part.hidden
        # One text's tokens alone do not have all that is left.
        it = "it sums" if pairs == "all" else "its words sum"
        rest = (
            f"each row is divided by what is left of it, {left:.0%} on average, so that"
            f" {it} to 1 again."
            if hide == RESCALED
            else f"all words together get the other {left:.0%}."
        )
        sentences.append(
            f"Not shown: {names}, which get {part.hidden:.0%} of the words' {what};"
            f" {rest}"
        )
    if part.beyond or part.left_out:
        where = (
            f"{count(len(part.rows), 'token')} of {len(tokens):,} attend here, from"
            f" token {part.rows[0]} to {part.rows[-1]}"
        )
        if part.beyond:
            where += (
                f"; {part.outside.mean():.0%} of their {what} goes to the"
                f" {part.beyond:,} others, which lie beyond"
            )
        sentences.append(f"{where}.")
    return " ".join(sentences)


def _share(part, special):
    """Mean share of a row that goes to special tokens; None where not all are shown."""
    if part.beyond or not special.any():
        return None
    return float(part.weights[..., special[part.columns]].sum(axis=-1).mean())


def drawn_caption(matrix, drawn, what):
    """Say how many lines are drawn, and how much of the whole they carry."""
    least = matrix[drawn].min() if drawn.any() else 0
    carried = matrix[drawn].sum() / max(matrix.shape[0] * matrix.shape[1], 1)
    return (
        f"Drawn: {drawn.sum():,} of {count(drawn.size, 'line')}, those from"
        f" {least:.3f} on, with {carried:.0%} of these tokens' {what}."
    )
