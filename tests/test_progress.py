"""How far a list has come: shown in a kernel, never in a plain Python."""

import sys
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient
from run_notebooks import clean
from tiny_bert import tiny_files, write

import bertlab
from bertlab import encoder
from bertlab.encoder import encode
from bertlab.progress import steps

WIDGETS = "application/vnd.jupyter.widget-state+json"


def run(*cells):
    """Run cells in a kernel; return the notebook, as it would be saved with widgets."""
    notebook = nbformat.v4.new_notebook(
        cells=list(map(nbformat.v4.new_code_cell, cells))
    )
    NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    return notebook


def shown(notebook):
    """What the bars say in the end, in the order in which they were made."""
    states = notebook.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {})
    return [
        state["state"]["value"]
        for state in states.values()
        if state["model_name"] == "HTMLModel"
    ]


def errors(notebook):
    return [
        output.ename
        for cell in notebook.cells
        for output in cell.outputs
        if output.output_type == "error"
    ]


STOPPED = """
import signal
from bertlab.progress import steps
for item in steps("abcd", "Counting <to> 4"):
    if item == "c":
        signal.raise_signal(signal.SIGINT)
"""
# The model is no part of this: what stops is the loop over the batches.
STOPPED_ENCODE = """
import signal
from types import SimpleNamespace
from bertlab import encoder

def prepared(bert, entry, n):
    return SimpleNamespace(ids=[0] * 200, mask=[1], vectors=None)

runs = []
def run(bert, batch, *more):
    runs.append(len(batch))
    if len(runs) == 3:
        signal.raise_signal(signal.SIGINT)
    return batch

encoder._prepared, encoder._run = prepared, run
encoder.encode(SimpleNamespace(name="tiny"), ["the"] * 20, progress=True)
"""


@pytest.fixture(scope="module")
def notebook():
    return run(
        "from bertlab.progress import steps\n"
        "print([item for item in steps('abcd', 'Counting <to> 4')])",
        STOPPED,
        STOPPED_ENCODE,
        "list(steps([], 'Nothing'))",
    )


def test_in_a_kernel(notebook):
    done, stopped, encoded, nothing = shown(notebook)
    assert done == '<div role="status">Counting &lt;to&gt; 4: done.</div>'
    assert ">Counting &lt;to&gt; 4: stopped at 50%. Run the cell again.<" in stopped
    assert ">Running 20 texts through tiny: stopped at 50%. Run the" in encoded
    assert nothing == '<div role="status">Nothing: done.</div>'
    assert errors(notebook) == ["KeyboardInterrupt"] * 2
    assert notebook.cells[0].outputs[-1].text == "['a', 'b', 'c', 'd']\n"
    assert not any(
        output.get("name") == "stderr"
        for cell in notebook.cells
        for output in cell.outputs
    )


def test_what_is_saved(notebook):
    saved = nbformat.from_dict(notebook)
    clean(saved)
    bars = [cell.outputs[0] for cell in saved.cells]
    assert [bar["data"] for bar in bars] == [
        {"text/plain": "Counting <to> 4."},
        {"text/plain": "Counting <to> 4."},
        {"text/plain": "Running 20 texts through tiny."},
        {"text/plain": "Nothing."},
    ]
    assert all(bar["metadata"] == {} for bar in bars)


def bars(monkeypatch):
    """Pretend to be in a kernel; return all that the bar says, one after the other."""
    said = []

    def bar(what):
        return lambda sentence, share: said.append((sentence, share))

    monkeypatch.setattr("bertlab.progress._bar", bar)
    return said


def test_each_step_is_said(monkeypatch):
    said = bars(monkeypatch)
    assert list(steps("abc", "Counting")) == ["a", "b", "c"]
    assert said == [
        ("Counting: 0%", 0),
        ("Counting: 33%", 1 / 3),
        ("Counting: 67%", 2 / 3),
        ("Counting: done.", 1),
    ]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_error_inside_is_passed_on(monkeypatch, error):
    said = bars(monkeypatch)
    with pytest.raises(error):
        for item in steps("abc", "Counting"):
            if item == "b":
                raise error
    assert said[-1] == ("Counting: stopped at 33%. Run the cell again.", None)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return bertlab.load(write(tmp_path_factory.mktemp("tiny") / "bert", tiny_files()))


def test_a_list_of_texts(tiny, monkeypatch):
    monkeypatch.setattr(encoder, "BATCH_TOKENS", 10)  # two texts
    said = bars(monkeypatch)
    assert len(encode(tiny, ["the bank"] * 4, progress=True)) == 4
    assert [sentence for sentence, _ in said] == [
        f"Running 4 texts through {tiny.name}: {how}" for how in ("0%", "50%", "done.")
    ]
    said.clear()
    encode(tiny, ["the"], progress=True)
    assert said[0][0] == f"Running 1 text through {tiny.name}: 0%"
    said.clear()
    encode(tiny, ["the bank"] * 4)
    assert said == []


def test_plain_python_shows_nothing(tiny, capfd, monkeypatch):
    encode(tiny, ["the"], progress=True)
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert list(steps("ab", "Counting")) == ["a", "b"]
    assert capfd.readouterr() == ("", "")


def test_ipython_in_a_terminal_shows_nothing(capfd, monkeypatch):
    monkeypatch.setattr("IPython.get_ipython", object)
    assert list(steps("ab", "Counting")) == ["a", "b"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "asked, texts, shows",
    [
        ({}, encoder.MANY, False),
        ({}, encoder.MANY + 1, True),
        ({"progress": True}, 2, True),
        ({"progress": False}, encoder.MANY + 1, False),
    ],
)
def test_encode_shows_a_bar_where_somebody_has_to_wait(
    monkeypatch, asked, texts, shows
):
    said = bars(monkeypatch)
    given = SimpleNamespace(ids=[0], mask=[1], vectors=None)
    monkeypatch.setattr(encoder, "_prepared", lambda bert, entry, n: given)
    monkeypatch.setattr(encoder, "_run", lambda bert, batch, *more: batch)
    assert len(encode(SimpleNamespace(name="tiny"), ["the"] * texts, **asked)) == texts
    assert bool(said) == shows
