"""Run a learner's answer beside the right one, and say where they part."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import numpy as np

# What usually lies behind an error with these words in it.
_HINTS = {
    "None": " (Did a search find nothing, or does a function return nothing yet?)",
    "broadcast": " (Shapes that do not fit: does a mean or a sum need keepdims=True,"
    " or a table cutting to the number of tokens?)",
}


@dataclass(frozen=True)
class Feedback:
    """What a check has to say; it is true if the answer was right."""

    right: bool
    text: str

    def __bool__(self):
        return self.right

    def __repr__(self):
        return self.text


def check(answer, solution, cases, mistakes=(), atol=1e-5):
    """Run a learner's function beside the right one and say where they part.

    Parameters
    ----------
    answer : callable
        The learner's function.
    solution : callable
        The right one.
    cases : sequence of tuple
        Arguments to try both on.
    mistakes : sequence of (callable, str)
        A typical wrong function, and the hint for whoever wrote the same.
    atol : float
        How far apart numbers may be.

    Returns
    -------
    Feedback
    """
    if not callable(answer):
        return Feedback(False, "Not yet: a function is needed here, defined with def.")
    got, missing = [], []
    for case in cases:
        try:
            # A copy: an answer may change what it is given, and still be right.
            value = answer(*deepcopy(case))
        except Exception as error:
            hint = next((h for mark, h in _HINTS.items() if mark in str(error)), "")
            return Feedback(
                False,
                f"Not yet: for {_shown(case)} it stopped with"
                f" {type(error).__name__}: {error}{hint}",
            )
        if value is None or value is ...:
            missing.append(case)
        got.append(value)
    if len(missing) == len(cases):
        return Feedback(
            False, "Not started: the function returns nothing yet. Fill it in."
        )
    if missing:
        return Feedback(
            False, f"Not yet: for {_shown(missing[0])} the function returns nothing."
        )
    wanted = [solution(*case) for case in cases]
    if _all_same(got, wanted, atol):
        return Feedback(True, f"Right, on all {len(cases)} cases.")
    for mistake, hint in mistakes:
        if _all_same(got, [mistake(*case) for case in cases], atol):
            return Feedback(False, f"Not yet: {hint}")
    i = next(i for i in range(len(cases)) if not _same(got[i], wanted[i], atol))
    return Feedback(
        False,
        f"Not yet: the answer for {_shown(cases[i])} {_difference(got[i], wanted[i])}",
    )


def _difference(got, wanted):
    if isinstance(wanted, np.ndarray):
        shape = _shape(got)
        if shape != wanted.shape:
            return f"has {_named(shape)}; shape {wanted.shape} is wanted."
        if wanted.size > 6:
            return (
                f"begins with {_shown(np.ravel(got)[:3])}; {_shown(wanted.ravel()[:3])}"
                " is wanted."
            )
    return f"is {_shown(got)}; {_shown(wanted)} is wanted."


def _shape(value):
    try:
        return np.shape(value)
    except ValueError:  # lists of unequal lengths make no array
        return None


def _named(shape):
    return "rows of unequal lengths" if shape is None else f"shape {shape}"


def _same(a, b, atol):
    try:
        a, b = np.asarray(a), np.asarray(b)
    except ValueError:  # lists of unequal lengths make no array
        return False
    if a.shape != b.shape:
        return False
    if a.dtype.kind in "fiub" and b.dtype.kind in "fiub":
        return bool(np.allclose(a, b, atol=atol))
    return bool((a == b).all())


def _all_same(got, wanted, atol):
    return all(_same(a, b, atol) for a, b in zip(got, wanted))


def _shown(value, most=90):
    if isinstance(value, np.ndarray | np.generic):
        if value.size > 6:
            return f"an array of shape {value.shape}"
        return np.array2string(np.asarray(value), precision=3, separator=", ")
    if isinstance(value, tuple):
        text = ", ".join(_shown(part, 40) for part in value)
    elif isinstance(value, frozenset):
        text = f"a set of {len(value)}"
    else:
        text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"
