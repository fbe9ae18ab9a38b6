"""The comparison of notebooks, in both directions: on texts, and through pytest."""

import os
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output
from notebook_comparison import WIDGET_VIEW, NotebookCell, difference, same_text

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("saved", "new"),
    [
        ("9.99", "10.00"),
        ("0.0e+00", "9.5e-07"),
        ("9.99e-02", "1.00e-01"),
        ("0.000001", "0.000009"),
        ("−0.25", "-0.24"),
        ("[[ 9.999  0.000]\n [-0.001  1.000]]", "[[10.000 -0.000]\n [ 0.000  1.001]]"),
        ("12.5 %, 12.5%, 12.5px", "12.6 %, 12.4%, 12.6px"),
        ("0.5-0.7, 0.5–0.7", "0.6-0.7, 0.5–0.8"),
    ],
)
def test_same(saved, new):
    assert same_text(saved, new)
    assert same_text(new, saved)


@pytest.mark.parametrize(
    ("saved", "new"),
    [
        ("mean 0.250", "mean 0.25"),
        ("0.25", "-0.25"),
        ("1e-05", "3e-05"),
        ("1e-04", "0.0001"),
        ("(6, 384)", "(6, 385)"),
        ("4.54.1", "4.54.2"),
        ("1.0rc1", "1.1rc1"),
        ("2026-11-20", "2026-11-21"),
        ("float32 0.5", "float64 0.5"),
        ("dog 0.25\ncat 0.24", "cat 0.25\ndog 0.24"),
        ("0.25\n0.26", "0.25 0.26"),
        ("two  words 0.5", "two words 0.5"),
    ],
)
def test_different(saved, new):
    assert not same_text(saved, new)
    assert not same_text(new, saved)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Nd", "Cs")), max_size=9
)


@given(WORDS, st.integers(-(10**6), 10**6), st.integers(1, 6), st.integers(-20, 20))
def test_units_in_the_last_place(word, digits, decimals, units):
    saved = Decimal(digits).scaleb(-decimals)
    new = Decimal(digits + units).scaleb(-decimals)
    texts = [f"{word}: {value:.{decimals}f} {word}" for value in (saved, new)]
    same = abs(units) <= 1 or abs(new - saved) <= Decimal("1e-5")
    assert same_text(*texts) == same


@given(WORDS, st.integers(), st.integers())
def test_integers_are_exact(word, saved, new):
    texts = [f"{word} {value} {word}" for value in (saved, new)]
    assert same_text(*texts) == (saved == new)


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def shown(text, mime="text/plain", **more):
    return new_output("display_data", data={mime: text, **more})


def error(name, message):
    return new_output("error", ename=name, evalue=message, traceback=["a line"])


PICTURE = shown("0.25 it", **{"image/png": "AAAA"})
TWO = [stream("first\n"), shown("second")]


@pytest.mark.parametrize(
    ("saved", "new", "same"),
    [
        ([PICTURE], [shown("0.26 it", **{"image/png": "BBBB"})], True),
        ([PICTURE], [shown("0.25 it")], False),
        ([PICTURE], [shown("0.25 is", **{"image/png": "AAAA"})], False),
        ([shown("it")], [shown("it", **{WIDGET_VIEW: {"model_id": "af01"}})], True),
        ([shown("it", mime="text/html")], [shown("is", mime="text/html")], False),
        (TWO, TWO[::-1], False),
        (TWO, TWO[:1], False),
        (TWO[:1], TWO, False),
        ([stream("it")], [stream("it", "stderr")], False),
        ([error("ValueError", "small")], [error("ValueError", "large")], False),
    ],
)
def test_outputs(saved, new, same):
    assert (difference(saved, new) == "") == same


def test_the_difference_shows_both_sides():
    found = difference([stream("a 0.10\n")], [stream("a 0.30\n")])
    assert re.match(r"output 1, stdout.*\n- a 0.10\n.*\+ a 0.30", found, re.DOTALL)


@pytest.mark.parametrize("installed", [True, False])
def test_results_of_tensorflow_text_where_there_is_none(monkeypatch, installed):
    monkeypatch.setattr("notebook_comparison.find_spec", lambda name: installed or None)
    metadata = {"tags": ["needs-tensorflow-text"]}
    cell = SimpleNamespace(cell=SimpleNamespace(metadata=metadata))
    made, saved = [stream("No tensorflow-text\n")], [stream("True\n")]
    assert NotebookCell.compare_outputs(cell, made, saved) is not installed


# name: (passes, source of the cell, outputs saved with it, its tags)
STDERR = "import sys; print('x', file=sys.stderr)"
CELLS = {
    "one_unit": (True, "print('mean 0.250')", [stream("mean 0.251\n")], []),
    "two_units": (False, "print('mean 0.250')", [stream("mean 0.252\n")], []),
    "missing": (False, "0.25", [], []),
    "raises": (False, "1 / 0", [error("ZeroDivisionError", "division by zero")], []),
    "ignored": (True, "print('a')", [stream("b\n")], ["nbval-ignore-output"]),
    "stderr": (False, STDERR, [stream("x\n", "stderr")], []),
    "ignored_stderr": (False, STDERR, [], ["nbval-ignore-output"]),
}
# The worked answers' kernel is the same one, and nothing of theirs is left in it.
FIRST = "import os; os.environ['KERNEL'] = 'shared'; left = 1"
SECOND = "import os; print(os.environ['KERNEL'], 'left' in globals())"


def write(path, cells):
    cells = [
        new_code_cell(source, outputs=saved, metadata={"tags": tags}, execution_count=1)
        for _, source, saved, tags in cells
    ]
    kernel = {"name": "no-such-kernel", "display_name": "none"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Run them as a person would: what passed, and all that was printed."""
    folder = tmp_path_factory.mktemp("notebooks")
    (folder / "solutions").mkdir()
    write(folder / "all.ipynb", CELLS.values())
    said = stream("shared False\n")
    write(folder / "solutions" / "01.ipynb", [(True, FIRST, [], [])])
    write(folder / "solutions" / "02.ipynb", [(True, SECOND, [said], [])])
    wide = "import pytest\n@pytest.mark.wide\ndef test_wide():\n    assert False\n"
    (folder / "test_wide.py").write_text(wide)
    shutil.copy(ROOT / "conftest.py", folder)
    settings = (ROOT / "pyproject.toml").read_text()
    settings = settings.replace('["tests"]', f"[{str(ROOT / 'tests')!r}]")
    (folder / "pyproject.toml").write_text(settings)
    ours = ("PYTEST", "JUPYTER", "WIDE")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", "-rA", "--color=no", "."],
        cwd=folder,
        env=kept | {"HOME": str(folder)},
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    passed = re.findall(r"^PASSED (\S+)::Cell (\d+)", said, re.MULTILINE)
    return {(name, int(number)) for name, number in passed}, said


@pytest.mark.parametrize("name", CELLS)
def test_cells_through_pytest(outcomes, name):
    passed, said = outcomes
    assert (("all.ipynb", list(CELLS).index(name)) in passed) == CELLS[name][0], said


def test_worked_answers_share_a_kernel(outcomes):
    passed, said = outcomes
    assert {("solutions/01.ipynb", 0), ("solutions/02.ipynb", 0)} <= passed, said


def test_what_is_wide_is_left_out(outcomes):
    said = outcomes[1]
    assert "1 deselected" in said
    assert "Left out as wide (WIDE=1 runs them): 1\n" in said
