"""The exercise engine: a right answer, cases to try, a table of mistakes and hints."""

from __future__ import annotations

import re
import sys
from copy import deepcopy
from inspect import isfunction, signature
from itertools import product
from textwrap import dedent

from .feedback import Feedback, all_same, difference, not_yet, same, shown

# What usually lies behind an error with these words in it.
_LIKELY = {
    "None": " (Did a search find nothing, or does a function return nothing yet?)",
    "broadcast": " (Shapes that do not fit: does a mean or a sum need keepdims=True,"
    " or a table cutting to the number of tokens?)",
}


class Exercise:
    """A function for a learner to write: call the exercise with it for feedback.

    Parameters
    ----------
    right : callable
        The right answer. Parameters with a default are for the table alone.
    cases : sequence of tuple, or callable
        Arguments to try answers on; or what lists them, from all that the exercise is
        called with after the answer.
    *tables : str
        Mistakes: on each line an expression that learners return in place of the right
        one, ``||`` and the hint for them. Lines set further in go on with the line
        above; an expression without a hint has that of the next one. Expressions know
        the names of the module that the table stands in, the arguments by the names
        that `right` gives them, and as ``right`` what it returns for them.
    atol : float
        How far apart numbers may be.
    seen_as : callable
        What is compared of each value, such as its absolute where a sign is arbitrary.
    """

    def __init__(self, right, cases, *tables, atol=1e-5, seen_as=lambda value: value):
        self.right, self.cases, self.tables = right, cases, tables
        self.atol, self.seen_as = atol, seen_as
        # Of the module that the tables stand in, found as namedtuple finds it.
        self.names = sys._getframe(1).f_globals
        self.parameters = _parameters(right)
        self.__doc__ = f"Check ``answer({self.parameters})``: {right.__doc__}"

    @property
    def mistakes(self):
        """Each wrong answer as a function, and its hint."""
        return [(self._function(code), hint) for code, hint in entries(*self.tables)]

    def _function(self, code):
        # The text is the package's own: no learner's words come here.
        wrong = eval(f"lambda right, {self.parameters}: ({code})", self.names)  # noqa: S307
        return lambda *case: wrong(self.right(*case), *case)

    def __call__(self, answer, *given):
        """Run an answer beside the right one, and say where they part.

        Parameters
        ----------
        answer : callable
            The learner's function.
        *given
            What the cases are made with, if they are made: such as a `Bert`.

        Returns
        -------
        Feedback
        """
        if not callable(answer):
            return not_yet("a function is needed here, defined with def.")
        cases = self.cases(*given) if callable(self.cases) else self.cases
        got, missing = [], []
        for case in cases:
            try:
                # A copy: an answer may change what it is given, and still be right.
                value = answer(*deepcopy(case))
            except Exception as error:
                likely = next((_LIKELY[s] for s in _LIKELY if s in str(error)), "")
                return not_yet(
                    f"for {shown(case)} it stopped with"
                    f" {type(error).__name__}: {error}{likely}"
                )
            if value is None or value is ...:
                missing.append(case)
            got.append(self.seen_as(value))
        if len(missing) == len(cases):
            return _nothing(answer)
        if missing:
            return not_yet(f"for {shown(missing[0])} the function returns nothing.")
        wanted = self._values(self.right, cases)
        if all_same(got, wanted, self.atol):
            return Feedback(True, f"Right, on all {len(cases)} cases.")
        for mistake, hint in self.mistakes:
            if all_same(got, self._values(mistake, cases), self.atol):
                return not_yet(hint)
        i = next(i for i in range(len(cases)) if not same(got[i], wanted[i], self.atol))
        parted = difference(got[i], wanted[i], self.atol)
        return not_yet(f"the answer for {shown(cases[i])} {parted}")

    def _values(self, function, cases):
        return [self.seen_as(function(*case)) for case in cases]


def _parameters(function):
    parameters = signature(function).parameters.values()
    return ", ".join(p.name for p in parameters if p.default is p.empty)


def entries(*tables):
    """Read tables of mistakes: (expression, hint) of each."""
    found, hint = [], ""
    for table in reversed(tables):
        lines = re.sub(r"\n +", " ", dedent(table).strip()).splitlines()
        for line in reversed(lines):
            code, _, words = line.partition("||")
            hint = words.strip() or hint
            found.append((code.strip(), hint))
    return found[::-1]


def combined(right, *groups):
    """Write a table of faults that can come together, the fewest first.

    Parameters
    ----------
    right : callable
        The right answer, whose arguments the faults change.
    *groups : str
        Tables of which one fault at a time can be made: ``axis=0 || hint``.

    Returns
    -------
    str
        A table of mistakes, with the hints of all faults in each.
    """
    given = ", ".join(f"{name}={name}" for name in _parameters(right).split(", "))
    lines = []
    for chosen in product(*([None, *entries(group)] for group in groups)):
        faults = [fault for fault in chosen if fault]
        if faults:
            changes = ", ".join(change for change, _ in faults)
            call = f"{right.__name__}(**dict({given}) | dict({changes}))"
            hints = " Also: ".join(hint for _, hint in faults)
            lines.append((len(faults), f"{call} || {hints}"))
    return "\n".join(line for _, line in sorted(lines, key=lambda line: line[0]))


def _nothing(answer):
    """Say why a function may have returned nothing, on all cases."""
    if _untouched(answer):
        return Feedback(
            False, "Not started: the function returns nothing yet. Fill it in."
        )
    text = "your function returns nothing. Is there a `return` at its end"
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
    return not_yet(f"{text}?")


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
