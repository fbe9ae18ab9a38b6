"""The script that runs notebooks before a commit."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from notebook_comparison import WIDGET_VIEW
from run_notebooks import METADATA, NotebookError, run

SHOW_WIDGET = f"""\
from IPython.display import display
view = {{"{WIDGET_VIEW}": {{"model_id": "1"}}}}
display({{**view, "text/plain": "A row of bars."}}, raw=True)
display(view, raw=True)"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lesson.ipynb"


def write(path, *sources):
    """Write a notebook of these code cells."""
    cells = [new_code_cell(source, metadata={"more": 1}) for source in sources]
    saved = new_notebook(cells=[new_markdown_cell("# Title"), *cells])
    saved.metadata["widgets"] = {"state": {}}
    nbformat.write(saved, path)


def test_a_notebook_is_run_cleaned_and_saved(path):
    write(path, "x = 0.25", "print('mean')\nx", SHOW_WIDGET)
    run(path, check=False)
    text = path.read_bytes().decode()
    saved = nbformat.reads(text, 4)
    assert [cell.execution_count for cell in saved.cells[1:]] == [1, 2, 3]
    printed, result = saved.cells[2].outputs
    assert printed.text == "mean\n"
    assert (result.data, result.execution_count) == ({"text/plain": "0.25"}, 2)
    assert [out.data for out in saved.cells[3].outputs] == [
        {"text/plain": "A row of bars."}
    ]
    assert saved.metadata == METADATA
    assert not any(cell.metadata for cell in saved.cells)
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"

    run(path, check=False)
    assert path.read_bytes().decode() == text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import os; os.write(2, b'from a library'); None", "1: from a library"),
        ("'/home/ann/model'", "path .*\n/home/ann"),
        ("'x' * 1_000_000", "1,000,[0-9]+ bytes"),
    ],
)
def test_what_no_reader_should_see_is_refused(path, monkeypatch, source, message):
    # Where this is set, a kernel leaves file descriptor 2 alone.
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    write(path, source)
    before = path.read_bytes()
    with pytest.raises(NotebookError, match=message):
        run(path, check=False)
    assert path.read_bytes() == before


def test_check_compares_and_writes_nothing(path):
    write(path, "print('mean 0.250')")
    run(path, check=False)
    run(path, check=True)
    path.write_text(path.read_text().replace("0.250\\n", "0.251\\n"))
    run(path, check=True)
    path.write_text(path.read_text().replace("0.251\\n", "0.259\\n"))
    before = path.read_bytes()
    with pytest.raises(NotebookError, match="code cell 1"):
        run(path, check=True)
    assert path.read_bytes() == before
