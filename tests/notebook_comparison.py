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
FLOAT = (
    r"(?<![\w.])(?:(?<!\d)[-+−])?\d+(?:\.\d+(?:[eE][-+]\d+)?|[eE][-+]\d+)"
    r"(?!\w*\d|_|\.\w)"
)
# What one kind of arithmetic leaves of a zero, another does not.
AS_GOOD_AS_NOTHING = Decimal("1e-5")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def same_text(reference, new):
    """Say whether two texts are the same but for the rounding of floats.

    Floats have to be pairwise within 1e-5 or one unit of the last printed place, with
    as many decimals, and the text between them identical. Beside a float, the number of
    spaces is free: columns are padded to the widest number.
    """
    between = [re.split(f" *{FLOAT} *", text) for text in (reference, new)]
    floats = [re.findall(FLOAT, text) for text in (reference, new)]
    return between[0] == between[1] and all(map(_same_float, *floats))


def _same_float(a, b):
    if _form(a) != _form(b):
        return False
    a, b = (Decimal(number.replace("−", "-")) for number in (a, b))
    last_place = Decimal(1).scaleb(min(n.as_tuple().exponent for n in (a, b)))
    return abs(a - b) <= max(last_place, AS_GOOD_AS_NOTHING)


def _form(number):
    """Tell how many decimals a float has, and whether it has an exponent."""
    return re.sub(r"[-+]?\d", "0", re.sub(r"^\D?\d+", "", number))


def difference(reference, new):
    """Describe the first difference between a cell's saved and new outputs, if any.

    Pictures count as the same when both have one: what they show is compared through
    their captions. Widget views are left out, as they are in committed notebooks.
    """
    for number, pair in enumerate(zip_longest(reference, new, fillvalue={}), start=1):
        saved, made = map(_comparable, pair)
        if saved.keys() != made.keys():
            kinds = [", ".join(sorted(side)) or "nothing" for side in (saved, made)]
            return f"output {number}: saved was {kinds[0]}; this run gave {kinds[1]}"
        for kind in saved:
            sides = str(saved[kind]), str(made[kind])
            if not same_text(*sides):
                lines = difflib.ndiff(*(side.splitlines() for side in sides))
                start = f"output {number}, {kind} (- saved, + this run)"
                return "\n".join([start, *lines])
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
    """A notebook whose cells are `NotebookCell`.

    The worked answers share one kernel, emptied in between: they are short, and
    TensorFlow takes longer to start than most of them. Their outputs were saved from
    kernels of their own, so what one left behind for the next would be seen.
    """

    shared = None

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

    def setup(self):
        """Start a kernel, or take the one that is there."""
        if self.path.parent.name != "solutions":
            super().setup()
        elif NotebookFile.shared and NotebookFile.shared.is_alive():
            self.kernel = NotebookFile.shared
            self.kernel.await_reply(self.kernel.execute_cell_input("%reset -f"))
        else:
            super().setup()
            NotebookFile.shared = self.kernel
            self.config.add_cleanup(super().teardown)

    def teardown(self):
        """Stop the kernel, unless it is shared."""
        if self.kernel is not NotebookFile.shared:
            super().teardown()
