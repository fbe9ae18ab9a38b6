"""Run a learner's answer beside the right one, and say where they part."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from inspect import isfunction, signature, unwrap

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
        return Feedback(False, _nothing(answer))
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
    parted = _difference(got[i], wanted[i], atol)
    return Feedback(False, f"Not yet: the answer for {_shown(cases[i])} {parted}")


def _nothing(answer):
    """Say why a function may have returned nothing, on all cases."""
    answer = unwrap(answer)  # what a check has put around it is not the learner's
    if _untouched(answer):
        return "Not started: the function returns nothing yet. Fill it in."
    text = "Not yet: your function returns nothing. Is there a `return` at its end"
    # One that the learner has written too, such as that of the exercise before.
    code, known = (getattr(answer, name, None) for name in ("__code__", "__globals__"))
    called = [
        name
        for name in (code.co_names if known else ())
        if isfunction(known.get(name)) and known[name].__globals__ is known
    ]
    if called:
        do = "does" if len(called) == 1 else "do"
        text += f", and {do} {' and '.join(called)}, which it calls, return something"
    return f"{text}?"


def _untouched(answer):
    """Tell whether a function written with def has nothing but ``...`` in it."""
    if (code := getattr(answer, "__code__", None)) is None:
        return False
    return (
        not code.co_names
        and not code.co_freevars
        and not code.co_cellvars
        and code.co_nlocals == len(signature(answer).parameters)
        and all(const in (None, ..., answer.__doc__) for const in code.co_consts)
    )


def _difference(got, wanted, atol):
    if isinstance(wanted, np.ndarray):
        shape = _shape(got)
        if shape != wanted.shape:
            return f"has {_named(shape)}; shape {wanted.shape} is wanted."
        got = np.asarray(got)
        cut = 3 if wanted.size > 6 else wanted.size
        one, other = _shown(got.ravel()[:cut]), _shown(wanted.ravel()[:cut])
        if one == other:  # they part farther on, or beyond the decimals shown
            return _first_entry(got, wanted, atol)
        if wanted.size > 6:
            return f"begins with {one}; {other} is wanted."
    return f"is {_shown(got)}; {_shown(wanted)} is wanted."


def _first_entry(got, wanted, atol):
    """Name the first entry that is not as wanted, and what it should be."""
    where = next(i for i in np.ndindex(got.shape) if not _same(got[i], wanted[i], atol))
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


def _same(a, b, atol):
    try:
        a, b = np.asarray(a), np.asarray(b)
    except ValueError:  # lists of unequal lengths make no array
        lists = isinstance(a, list) and isinstance(b, list) and len(a) == len(b)
        return lists and _all_same(a, b, atol)
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
