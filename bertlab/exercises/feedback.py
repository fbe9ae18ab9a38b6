"""Feedback: what a check says, and how it compares and shows values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Feedback:
    """What a check has to say; it is true if the answer was right."""

    right: bool
    text: str

    def __bool__(self):
        return self.right

    def __repr__(self):
        return self.text


def not_yet(text):
    """Return the feedback on a wrong answer."""
    return Feedback(False, f"Not yet: {text}")


def difference(got, wanted, atol):
    """Say how a value differs from the one that is wanted."""
    if isinstance(wanted, np.ndarray):
        shape = _shape(got)
        if shape != wanted.shape:
            return f"has {_named(shape)}; shape {wanted.shape} is wanted."
        got = np.asarray(got)
        cut = 3 if wanted.size > 6 else wanted.size
        one, other = shown(got.ravel()[:cut]), shown(wanted.ravel()[:cut])
        if one == other:  # they part farther on, or beyond the decimals shown
            return _first_entry(got, wanted, atol)
        if wanted.size > 6:
            return f"begins with {one}; {other} is wanted."
    return f"is {shown(got)}; {shown(wanted)} is wanted."


def _first_entry(got, wanted, atol):
    """Name the first entry that is not as wanted, and what it should be."""
    where = next(i for i in np.ndindex(got.shape) if not same(got[i], wanted[i], atol))
    one, other = (
        f"{value:.6g}" if isinstance(value, np.number) else f"{value}"
        for value in (got[where], wanted[where])
    )
    index = ", ".join(map(str, where))
    return f"first differs at [{index}]: {one} there; {other} is wanted."


def _shape(value):
    try:
        return np.shape(value)
    except ValueError:  # lists of unequal lengths make no array
        return None


def _named(shape):
    return "rows of unequal lengths" if shape is None else f"shape {shape}"


def same(a, b, atol):
    """Tell whether two values are alike, as numbers, texts, arrays or lists."""
    try:
        a, b = np.asarray(a), np.asarray(b)
    except ValueError:  # lists of unequal lengths make no array
        lists = isinstance(a, list) and isinstance(b, list) and len(a) == len(b)
        return lists and all_same(a, b, atol)
    if a.shape != b.shape:
        return False
    if a.dtype.kind in "fiub" and b.dtype.kind in "fiub":
        return bool(np.allclose(a, b, atol=atol))
    return bool((a == b).all())


def all_same(got, wanted, atol):
    """Tell whether two lists of values are alike."""
    return all(same(a, b, atol) for a, b in zip(got, wanted))


def shown(value, most=90):
    """Write a value in a few words."""
    if isinstance(value, np.ndarray | np.generic):
        if value.size > 6:
            return f"an array of shape {value.shape}"
        return np.array2string(np.asarray(value), precision=3, separator=", ")
    if isinstance(value, tuple):
        text = ", ".join(shown(part, 40) for part in value)
    elif isinstance(value, frozenset):
        text = f"a set of {len(value)}"
    else:
        text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"
