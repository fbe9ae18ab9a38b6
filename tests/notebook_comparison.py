"""Compare a notebook's new outputs with the saved ones, as nbval's test of each cell.

Floats may differ by one unit in the last printed place, because processors round
differently; words, integers, shapes and the order of outputs may not differ at all.
"""

import difflib
import re
from decimal import Decimal
from importlib.util import find_spec
from itertools import zip_longest

from nbval.plugin import IPyNbCell, IPyNbFile

# A float has printed decimals or a signed exponent. It is no part of a longer word or
# of a dotted version (4.54.1), and may carry a unit (0.5 %, 12.5px) but no more digits.
FLOAT = re.compile(
    r"(?<![\w.])(?:(?<!\d)[-+−])?\d+(?:\.\d+(?:[eE][-+]\d+)?|[eE][-+]\d+)(?!\w*\d|_|\.\w)"
)
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def same_text(reference, new):
    """Say whether two texts are the same but for the rounding of floats.

    Parameters
    ----------
    reference, new : str

    Returns
    -------
    bool
        True if the floats are pairwise within one unit of the last printed place, with
        as many decimals, and the text between them is identical. Beside a float, the
        number of spaces is free: columns are padded to the widest number.
    """
    return (
        _between_floats(reference) == _between_floats(new)
        and len(FLOAT.findall(reference)) == len(FLOAT.findall(new))
        and all(map(_same_float, FLOAT.findall(reference), FLOAT.findall(new)))
    )


def _between_floats(text):
    """List the text before, between and after the floats, padding folded."""
    parts = FLOAT.split(text)
    for i in range(1, len(parts)):
        parts[i] = re.sub(r"\A +", lambda m: _padding(m.string[m.end() :]), parts[i])
    for i in range(len(parts) - 1):
        parts[i] = re.sub(
            r" +\Z", lambda m: _padding(m.string[: m.start()][::-1]), parts[i]
        )
    return parts


def _padding(beyond):
    """Keep one space of those between a float and a word, none before other signs."""
    return " " if re.match(r"\w", beyond) else ""


def _same_float(a, b):
    digits_a, _, exponent_a = a.lower().partition("e")
    digits_b, _, exponent_b = b.lower().partition("e")
    decimals = len(digits_a.partition(".")[2])
    if decimals != len(digits_b.partition(".")[2]) or bool(exponent_a) != bool(
        exponent_b
    ):
        return False
    # Between 9.99e-05 and its neighbour 1.00e-04 lies one unit of the smaller exponent.
    last_place = min(int(exponent_a or 0), int(exponent_b or 0)) - decimals
    values = [Decimal(number.replace("−", "-")) for number in (a, b)]
    return abs(values[0] - values[1]) <= Decimal(1).scaleb(last_place)


def difference(reference, new):
    """Describe the first difference between two lists of a cell's outputs.

    Parameters
    ----------
    reference, new : list of nbformat.NotebookNode
        The saved outputs and those of this run, streams already joined.

    Returns
    -------
    str
        Empty if they are the same. Pictures count as the same when both have one: what
        they show is compared through their captions. Widget views are left out, as
        they are in committed notebooks.
    """
    for number, pair in enumerate(zip_longest(reference, new, fillvalue={}), start=1):
        saved, made = map(_comparable, pair)
        if saved.keys() != made.keys():
            kinds = [", ".join(sorted(side)) or "nothing" for side in (saved, made)]
            return f"output {number}: saved was {kinds[0]}; this run gave {kinds[1]}"
        for kind in saved:
            if not _same(saved[kind], made[kind]):
                lines = difflib.ndiff(
                    str(saved[kind]).splitlines(), str(made[kind]).splitlines()
                )
                return f"output {number}, {kind} (- saved, + this run)\n" + "\n".join(
                    lines
                )
    return ""


def _comparable(output):
    """Map each kind of content in one output to what is compared of it."""
    kind = output.get("output_type")
    if kind == "stream":
        return {output["name"]: output["text"]}
    if kind == "error":
        return {"error": f"{output['ename']}: {output['evalue']}"}
    return {
        f"{kind} {mime}": None if mime.startswith("image/") else content
        for mime, content in output.get("data", {}).items()
        if mime != WIDGET_VIEW
    }


def _same(reference, new):
    if isinstance(reference, str) and isinstance(new, str):
        return same_text(reference, new)
    return reference == new


# There is no tensorflow-text for Windows: there such a cell says so, or shows nothing.
NEEDS_TENSORFLOW_TEXT = "needs-tensorflow-text"


class NotebookCell(IPyNbCell):
    """A cell of a notebook, run by nbval and compared by `difference`."""

    def runtest(self):
        """Run the cell, compare its outputs, and refuse anything on stderr."""
        super().runtest()
        for output in self.test_outputs or []:
            if output.get("name") == "stderr":
                self.raise_cell_error("Cell wrote to stderr", output["text"])

    def compare_outputs(self, test, ref, skip_compare=None):
        """Say whether `test` is as the saved `ref`; keep the difference for nbval."""
        tags = self.cell.metadata.get("tags", [])
        if NEEDS_TENSORFLOW_TEXT in tags and not find_spec("tensorflow_text"):
            return True
        found = difference(ref, test)
        self.comparison_traceback = [found]
        return not found


class NotebookFile(IPyNbFile):
    """A notebook whose cells are `NotebookCell`."""

    def collect(self):
        """Yield nbval's cells in our class."""
        for cell in super().collect():
            yield NotebookCell.from_parent(
                self,
                name=cell.name,
                cell_num=cell.cell_num,
                cell=cell.cell,
                options=cell.options,
            )
