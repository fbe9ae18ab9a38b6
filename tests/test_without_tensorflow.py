"""The lessons where TensorFlow is not installed: what needs weights alone works.

Each lesson says in bold which cell is the first that needs TensorFlow. All before it
run, and that one is the first to fail: none goes on with what it could not compute.
"""

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from notebook_style import LESSONS, code_cells

MARK = "**the first that needs TensorFlow**"
# Not to be imported, and not to be found either, as where it is not installed.
WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(["tensorflow", "tensorflow_text", "tf_keras"]))
"""


def first_that_needs_it(notebook):
    """Return the number of the code cell after the mark, or None without one.

    A prediction that stands between the two is left out.
    """
    number, after_mark = 0, False
    for cell in notebook.cells:
        if cell.cell_type == "code":
            number += 1
            if after_mark and "exercises.predict(" not in cell.source:
                return number
        after_mark = after_mark or MARK in cell.source
    return None


def run_to_first_failure(notebook, folder):
    """Run a notebook; return the number and the output of the cell that fails.

    Returns
    -------
    (int, error output) or (None, None)
        Which code cell it is, from 1.
    """
    for cell in code_cells(notebook):
        cell.outputs = []
    client = NotebookClient(
        notebook, timeout=900, resources={"metadata": {"path": folder}}
    )
    try:
        client.execute()
    except CellExecutionError:
        for number, cell in enumerate(code_cells(notebook), start=1):
            for output in cell.outputs:
                if output.output_type == "error":
                    return number, output
        raise
    return None, None


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_runs_without_tensorflow(path, bert, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(WITHOUT)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    notebook = nbformat.read(path, 4)
    assert sum(cell.source.count(MARK) for cell in notebook.cells) <= 1
    number, error = run_to_first_failure(notebook, path.parent)
    assert number == first_that_needs_it(notebook), error
    if number:
        assert "tensorflow" in error.evalue.lower()
    said = [
        output.text
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.get("name") == "stderr"
    ]
    assert not said
