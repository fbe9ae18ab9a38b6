"""How far a list has come: shown in a kernel, never in a plain Python."""

import nbformat
import pytest
from nbclient import NotebookClient
from run_notebooks import clean
from tiny_bert import tiny_files, write

import bertlab
from bertlab.network import encoder
from bertlab.network.encoder import encode
from bertlab.progress import steps

WIDGETS = "application/vnd.jupyter.widget-state+json"
DONE = """
from bertlab.progress import steps
print([item for item in steps("abcd", "Counting <to> 4")])
"""
STOPPED = """
import signal
for item in steps("abcd", "Counting <to> 4"):
    if item == "c":
        signal.raise_signal(signal.SIGINT)
"""


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


def test_in_a_kernel_and_what_is_saved():
    notebook = run(DONE, STOPPED, "list(steps([], 'Nothing'))")
    done, stopped, nothing = shown(notebook)
    assert done == '<div role="status">Counting &lt;to&gt; 4: done.</div>'
    assert ">Counting &lt;to&gt; 4: stopped at 50%. Run the cell again.<" in stopped
    assert nothing == '<div role="status">Nothing: done.</div>'
    assert errors(notebook) == ["KeyboardInterrupt"]
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    said = {output.name: output.text for output in outputs if "name" in output}
    assert said == {"stdout": "['a', 'b', 'c', 'd']\n"}

    clean(notebook)
    bars = [cell.outputs[0] for cell in notebook.cells]
    saved = ["Counting <to> 4.", "Counting <to> 4.", "Nothing."]
    assert [bar["data"] for bar in bars] == [{"text/plain": text} for text in saved]
    assert all(bar["metadata"] == {} for bar in bars)


@pytest.fixture
def said(monkeypatch):
    """Pretend to be in a kernel; hold all that the bar says, one after the other."""
    said = []
    monkeypatch.setattr(
        "bertlab.progress._bar",
        lambda what: lambda sentence, share: said.append((sentence, share)),
    )
    return said


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return bertlab.load(write(tmp_path_factory.mktemp("tiny") / "bert", tiny_files()))


@pytest.mark.parametrize(
    ("texts", "asked", "steps"),
    [
        (4, {"progress": True}, ["4 texts", "0%", "50%", "done."]),
        (4, {}, None),
        (6, {}, ["6 texts", "0%", "33%", "67%", "done."]),  # somebody has to wait
        (6, {"progress": False}, None),
    ],
)
def test_encode_shows_a_bar_where_it_is_asked_or_takes_long(
    tiny, said, monkeypatch, texts, asked, steps
):
    monkeypatch.setattr(encoder, "BATCH_TOKENS", 10)  # two texts
    monkeypatch.setattr(encoder, "MANY", 5)
    assert len(encode(tiny, ["the bank"] * texts, **asked)) == texts
    what, *shares = steps or [""]
    expected = [f"Running {what} through {tiny.name}: {share}" for share in shares]
    assert [sentence for sentence, _ in said] == expected


def test_where_there_is_no_notebook_nothing_is_shown(capfd):
    assert list(steps("ab", "Counting")) == ["a", "b"]
    assert capfd.readouterr() == ("", "")
