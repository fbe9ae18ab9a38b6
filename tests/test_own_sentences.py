"""A learner's own text file in the place of the sample: the lessons still run."""

import nbformat
import pytest
from nbclient import NotebookClient
from notebook_style import LESSONS
from other_models import SHORTER, shorten

OWN = "The dog barks.\n\nA cat sleeps on the mat.\nWe went home early.\n"
PUT_IN = {
    "06": (
        'usable(sample.sentences())  # or usable(sample.sentences("my_file.txt"))',
        'usable(sample.sentences("{}"))',
    ),
}
for lesson in ("07", "08", "09"):
    PUT_IN[lesson] = (
        'sample.sentences()  # or sample.sentences("my_file.txt")',
        'sample.sentences("{}")',
    )


@pytest.mark.parametrize("number", PUT_IN)
def test_three_sentences(number, tmp_path):
    file = tmp_path / "my_file.txt"
    file.write_text(OWN, encoding="utf-8")
    path = next(path for path in LESSONS if path.name.startswith(number))
    notebook = nbformat.read(path, 4)
    old, new = PUT_IN[number]
    found = [cell for cell in notebook.cells if old in cell.source]
    assert len(found) == 1
    found[0].source = found[0].source.replace(old, new.format(file.as_posix()))
    # The sample is the learner's own already.
    shorten(notebook, {k: v for k, v in SHORTER[number].items() if "sample." not in k})
    resources = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, timeout=600, resources=resources).execute()
    said = "".join(
        output.get("text", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    if number == "06":
        assert "Fewer than 8 sentences have a word to draw" in said
    else:
        assert "3 sentences of" in said
        assert "cannot be told here" in said
