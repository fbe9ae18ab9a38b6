"""The notebooks' code on other BERTs, on a learner's own file and without TensorFlow.

What comes out is not compared; nothing may break, or be said on stderr.
"""

import os

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from notebook_style import LESSONS, NOTEBOOKS, SOLUTIONS, code_cells
from other_models import SHORTER, run, said, shorten, write_model

from bertlab.text.tokens import vocabulary

CASES = [("adversarial", path) for path in NOTEBOOKS]
CASES += [("cased", path) for path in LESSONS]


@pytest.fixture(scope="module")
def models(adversarial, bert, tmp_path_factory):
    """The folders of the two models; the 170 MB of one are taken away in the end."""
    folder = tmp_path_factory.mktemp("cased") / "bert"
    write_model(folder, "cased", vocabulary(bert))
    yield {"adversarial": adversarial.folder, "cased": folder}
    (folder / "model.safetensors").unlink()


@pytest.mark.wide
@pytest.mark.parametrize(
    ("which", "path"),
    CASES,
    ids=[f"{which}-{path.parent.name}/{path.stem}" for which, path in CASES],
)
def test_another_model(models, which, path, monkeypatch):
    monkeypatch.setenv("BERTLAB_MODEL", str(models[which]))
    notebook = nbformat.read(path, 4)
    if path not in SOLUTIONS:
        shorten(notebook, SHORTER.get(path.name[:2], {}))
    run(notebook, path.parent)
    assert not said(notebook, "stderr")


OWN = "The dog barks.\n\nA cat sleeps on the mat.\nWe went home early.\n"
# Where the lesson says that a file can be put in, and what it says of three sentences.
PUT_IN = {
    "06": ("usable(samples.sentences())", "Fewer than 8 sentences have a word to draw"),
    "07": ("everything = samples.sentences()", "cannot be told here"),
    "08": ("everything = samples.sentences()", "cannot be told here"),
    "09": ("every = samples.sentences()", "cannot be told here"),
}


@pytest.mark.wide
@pytest.mark.parametrize("number", PUT_IN)
def test_own_sentences(number, tmp_path):
    file = tmp_path / "my_file.txt"
    file.write_text(OWN, encoding="utf-8")
    (path,) = (path for path in LESSONS if path.name.startswith(number))
    notebook = nbformat.read(path, 4)
    place, answer = PUT_IN[number]
    own = place.replace("sentences()", f'sentences("{file.as_posix()}")')
    # The sample is the learner's own already.
    knobs = {k: v for k, v in SHORTER[number].items() if "sample." not in k}
    shorten(notebook, {f"{place}  #": f"{own}  #"} | knobs)
    run(notebook, path.parent)
    assert answer in said(notebook, "stdout")


# Not to be imported, and not to be found either, as where it is not installed.
WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(["tensorflow", "tensorflow_text", "tf_keras"]))
"""


def first_that_needs_it(notebook):
    """Return the number of the code cell after the mark that is no prediction."""
    number, after_mark = 0, False
    for cell in notebook.cells:
        if cell.cell_type == "code":
            number += 1
            if after_mark and "exercises.predict(" not in cell.source:
                return number
        mark = "**the first that needs TensorFlow**"
        after_mark = after_mark or mark in cell.source
    return None


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[pytest.mark.wide] * (path.name[:2] != "02"))
        for path in LESSONS
    ],
    ids=lambda path: path.stem,
)
def test_without_tensorflow(path, bert, tmp_path, monkeypatch):
    """What needs weights alone works; the cell that is said to need more fails first.

    None goes on with what it could not compute.
    """
    (tmp_path / "sitecustomize.py").write_text(WITHOUT)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    notebook = nbformat.read(path, 4)
    failed = None
    try:
        run(notebook, path.parent)
    except CellExecutionError as error:
        assert "tensorflow" in error.evalue.lower()
        counts = [cell.execution_count for cell in code_cells(notebook)]
        failed = max(filter(None, counts))
    assert failed == first_that_needs_it(notebook)
    assert not said(notebook, "stderr")
