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
from notebook_comparison import NotebookCell, difference, same_text

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("saved", "new"),
    [
        ("mean 0.250", "mean 0.250"),
        ("mean 0.250", "mean 0.251"),
        ("mean 0.250.", "mean 0.249."),
        ("0.999", "1.000"),
        ("9.99", "10.00"),
        ("1e-05", "2e-05"),
        ("9.99e-05", "1.00e-04"),
        ("1.00e-04", "9.99e-05"),
        ("-0.000", "0.000"),
        ("-0.001", "0.000"),
        ("−0.25", "-0.24"),
        ("[ 0.000 -0.123]", "[-0.000 -0.124]"),
        ("[[ 9.999  0.000]\n [-0.001  1.000]]", "[[10.000 -0.000]\n [ 0.000  1.001]]"),
        ("word   9.99 next", "word  10.00 next"),
        ("12.5%", "12.6%"),
        ("12.5 %", "12.4 %"),
        ("width:12.5px", "width:12.6px"),
        ("0.1+0.9j", "0.2+0.9j"),
        ("(0.5, 0.7)", "(0.6, 0.6)"),
        ("0.5-0.7", "0.6-0.7"),
        ("0.5–0.7", "0.5–0.8"),
        ("×1.3", "×1.4"),
        ("nan inf -inf", "nan inf -inf"),
        ("", ""),
    ],
)
def test_same(saved, new):
    assert same_text(saved, new)
    assert same_text(new, saved)


@pytest.mark.parametrize(
    ("saved", "new"),
    [
        ("mean 0.250", "mean 0.252"),
        ("mean 0.250", "mean 0.25"),
        ("mean 0.25", "mean 0.2501"),
        ("0.25", "-0.25"),
        ("-0.001", "0.001"),
        ("1e-05", "3e-05"),
        ("1e-05", "1e-06"),
        ("9.95e-05", "1.00e-04"),
        ("1e-04", "0.0001"),
        ("nan", "0.000"),
        ("inf", "-inf"),
        ("101", "102"),
        ("(6, 384)", "(6, 385)"),
        ("[101, 7592, 102]", "[101, 7593, 102]"),
        ("4.54.1", "4.54.2"),
        ("2.3.1", "2.4.1"),
        ("v2.5", "v2.6"),
        ("1.0rc1", "1.1rc1"),
        ("2026-11-20", "2026-11-21"),
        ("1. first", "2. first"),
        ("float32 0.5", "float64 0.5"),
        ("dog 0.25", "cat 0.25"),
        ("0.25 dog", "0.25dog"),
        ("dog 0.25\ncat 0.24", "cat 0.25\ndog 0.24"),
        ("0.25\n0.26", "0.25 0.26"),
        ("0.25 0.26", "0.25"),
        ("0.25", "0.25 0.26"),
        ("two  words 0.5", "two words 0.5"),
        ("True", "False"),
        ("0.25", ""),
        ("10", "10.0"),
        ("12.5%", "12.5"),
    ],
)
def test_different(saved, new):
    assert not same_text(saved, new)
    assert not same_text(new, saved)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Nd", "Cs")), max_size=9
)
DECIMALS = st.integers(0, 6)


@given(st.text())
def test_any_text_is_the_same_as_itself(text):
    assert same_text(text, text)


@given(WORDS, st.integers(-(10**6), 10**6), st.integers(1, 6), st.integers(-9, 9))
def test_units_in_the_last_place(word, digits, decimals, units):
    saved = Decimal(digits).scaleb(-decimals)
    new = Decimal(digits + units).scaleb(-decimals)
    texts = [f"{word}: {value:.{decimals}f} {word}" for value in (saved, new)]
    assert same_text(*texts) == (abs(units) <= 1)


@given(WORDS, st.integers(), st.integers())
def test_integers_are_exact(word, saved, new):
    texts = [f"{word} {value} {word}" for value in (saved, new)]
    assert same_text(*texts) == (saved == new)


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def shown(kind="display_data", **data):
    data = {mime.replace("_", "/"): content for mime, content in data.items()}
    return nbformat.v4.new_output(kind, data=data)


def test_pictures_count_only_as_present():
    saved = shown(image_png="AAAA", text_plain="the caption")
    assert not difference([saved], [shown(image_png="BBBB", text_plain="the caption")])
    assert difference([saved], [shown(text_plain="the caption")])
    assert difference([shown(text_plain="the caption")], [saved])
    assert difference([saved], [shown(image_png="AAAA", text_plain="a caption")])


def test_widget_views_are_left_out():
    live = shown(image_png="AAAA", text_plain="first state")
    live.data["application/vnd.jupyter.widget-view+json"] = {"model_id": "af01"}
    assert not difference([shown(image_png="AAAA", text_plain="first state")], [live])


@pytest.mark.parametrize(
    "mime", ["text_plain", "text_html", "text_markdown", "text_latex"]
)
def test_every_text_is_compared(mime):
    assert not difference([shown(**{mime: "0.25 it"})], [shown(**{mime: "0.26 it"})])
    assert difference([shown(**{mime: "0.25 it"})], [shown(**{mime: "0.25 is"})])


def test_order_and_number_of_outputs():
    a, b = stream("first\n"), shown(text_plain="second")
    assert not difference([a, b], [a, b])
    assert difference([a, b], [b, a])
    assert difference([a, b], [a])
    assert difference([a], [a, b])
    assert difference(
        [shown(text_plain="x")], [shown("execute_result", text_plain="x")]
    )
    assert difference([stream("x")], [stream("x", "stderr")])


def test_errors_are_compared_by_name_and_message():
    def error(name, message):
        return nbformat.v4.new_output(
            "error", ename=name, evalue=message, traceback=["x"]
        )

    saved = error("ValueError", "0.25 is too small")
    assert not difference([saved], [error("ValueError", "0.26 is too small")])
    assert difference([saved], [error("KeyError", "0.25 is too small")])
    assert difference([saved], [error("ValueError", "0.25 is too large")])


def test_the_difference_shows_both_sides():
    found = difference([stream("a 0.10\n")], [stream("a 0.30\n")])
    assert "output 1, stdout" in found
    assert "- a 0.10" in found
    assert "+ a 0.30" in found


def value(text):
    return [nbformat.v4.new_output("execute_result", data={"text/plain": text})]


CAPTION = (
    "from IPython.display import display, {0}; display({0}('words', metadata={{}}))"
)

# name: (passes, source of the cell, outputs saved with it, its tags)
CELLS = {
    "exact": (True, "print('mean 0.250')", [stream("mean 0.250\n")], []),
    "one_unit": (True, "print('mean 0.250')", [stream("mean 0.251\n")], []),
    "two_units": (False, "print('mean 0.250')", [stream("mean 0.252\n")], []),
    "word": (False, "print('mean 0.250')", [stream("sum 0.250\n")], []),
    "integer": (False, "print(102)", [stream("101\n")], []),
    "result": (True, "0.25", value("0.26"), []),
    "result_changed": (False, "0.25", value("0.27"), []),
    "missing": (False, "0.25", [], []),
    "extra": (False, "pass", value("0.25"), []),
    "markdown": (False, CAPTION.format("Markdown"), [shown(text_markdown="word")], []),
    "html": (False, CAPTION.format("HTML"), [shown(text_html="word")], []),
    "raises": (False, "1 / 0", [], []),
    "hidden": (True, "print('a')", [stream("b\n")], ["nbval-ignore-output"]),
    "stderr": (
        False,
        "import sys; print('x', file=sys.stderr)",
        [stream("x\n", "stderr")],
        [],
    ),
    "hidden_stderr": (
        False,
        "import sys; print('x', file=sys.stderr)",
        [],
        ["nbval-ignore-output"],
    ),
    "raises_as_tagged": (
        True,
        "1 / 0",
        [
            nbformat.v4.new_output(
                "error",
                ename="ZeroDivisionError",
                evalue="division by zero",
                traceback=[],
            )
        ],
        ["raises-exception"],
    ),
}


def notebook(cells):
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                source, outputs=outputs, metadata={"tags": tags}, execution_count=number
            )
            for number, (_, source, outputs, tags) in enumerate(cells, start=1)
        ],
        metadata={"kernelspec": {"name": "no-such-kernel", "display_name": "none"}},
    )


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Run one notebook with all of `CELLS` as a person would, without a kernelspec."""
    folder = tmp_path_factory.mktemp("notebooks")
    nbformat.write(notebook(CELLS.values()), folder / "all.ipynb")
    shutil.copy(ROOT / "conftest.py", folder)
    settings = (ROOT / "pyproject.toml").read_text()
    settings = settings.replace('["tests"]', f"[{str(ROOT / 'tests')!r}]")
    (folder / "pyproject.toml").write_text(settings)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "JUPYTER"))
    }
    environment["HOME"] = str(folder)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-rA", "--color=no", "all.ipynb"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    found = re.findall(
        r"^(PASSED|FAILED) all.ipynb::Cell (\d+)", run.stdout, re.MULTILINE
    )
    assert len(found) == len(CELLS), run.stdout + run.stderr
    passed = {int(number): word == "PASSED" for word, number in found}
    return {name: passed[number] for number, name in enumerate(CELLS)}, run.stdout


@pytest.mark.parametrize("name", CELLS)
def test_cells_through_pytest(outcomes, name):
    assert outcomes[0][name] == CELLS[name][0], outcomes[1]


@pytest.mark.parametrize(
    ("tags", "installed", "same"),
    [
        (["needs-tensorflow-text"], True, False),
        (["needs-tensorflow-text"], False, True),
        ([], False, False),
    ],
)
def test_results_of_tensorflow_text_where_there_is_none(
    monkeypatch, tags, installed, same
):
    monkeypatch.setattr("notebook_comparison.find_spec", lambda name: installed or None)
    cell = SimpleNamespace(cell=SimpleNamespace(metadata={"tags": tags}))
    saved, made = (
        [{"output_type": "stream", "name": "stdout", "text": text}]
        for text in ("True\n", "No tensorflow-text\n")
    )
    assert NotebookCell.compare_outputs(cell, made, saved) is same
