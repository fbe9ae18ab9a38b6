"""No notebook has what would hurt a reader; and each rule notices it."""

import nbformat
import notebook_style as style
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

CHECKS = [(rule, path) for path in style.NOTEBOOKS for rule in style.RULES]
CHECKS += [(rule, path) for path in style.LESSONS for rule in style.LESSON_RULES]


@pytest.mark.parametrize(
    ("rule", "path"),
    CHECKS,
    ids=[f"{path.parent.name}/{path.stem}-{rule.__name__}" for rule, path in CHECKS],
)
def test_rule(rule, path):
    problems = rule(nbformat.read(path, 4), path)
    assert not problems, f"{rule.__doc__}\n" + "\n".join(problems)


def test_lessons_are_there_with_their_answers():
    assert [path.stem for path in style.LESSONS][:1] == ["00_start_here"]
    assert [path.name for path in style.SOLUTIONS] == [
        p.name for p in style.LESSONS[1:]
    ]


CAPTION = "Twelve bars, the longest of them 'cat' with a similarity of 0.712."
EXERCISE = "## Exercises\n\n### Exercise 1 · Cosine"


def shown(text, **more):
    return new_output("display_data", {"text/plain": text, **more})


def answers():
    check = new_code_cell("exercises.check_cosine(cosine)")
    return new_notebook(cells=[new_markdown_cell(EXERCISE), check])


def lesson(*more):
    """Make a notebook that keeps every rule, with cells added to it."""
    cells = [
        new_markdown_cell("# 01 · Tokens\n\n[00](00_start.ipynb#A) ![A row](00_a.png)"),
        new_code_cell("guess = exercises.predict('Which?', ['a', 'b'])\nguess"),
        new_code_cell("plot()", outputs=[shown(CAPTION, **{"image/png": "AAAA"})]),
        new_code_cell("guess.compare('a')", outputs=[shown("Predicted: a.")]),
        *answers().cells,
        new_markdown_cell("## What we saw\n\n[paper](https://example.org/home/a)"),
        *more,
    ]
    notebook = new_notebook(cells=cells)
    for number, cell in enumerate(style.code_cells(notebook), start=1):
        cell.execution_count = number
    return notebook


@pytest.fixture
def path(tmp_path):
    """Where a lesson 01 would lie, with its worked answers."""
    folder = tmp_path / "notebooks"
    (folder / "solutions").mkdir(parents=True)
    for name in ("00_start.ipynb", "00_a.png"):
        (folder / name).touch()
    nbformat.write(answers(), folder / "solutions" / "01_tokens.ipynb")
    return folder / "01_tokens.ipynb"


def test_a_good_lesson_passes(path):
    for rule in (*style.RULES, *style.LESSON_RULES):
        assert rule(lesson(), path) == []


def showing(output, tags=(), source="1"):
    """Make the lesson with one more code cell."""
    outputs = [output] if output else []
    metadata = {"tags": list(tags)}
    return lesson(new_code_cell(source, outputs=outputs, metadata=metadata))


def saying(text):
    """Make the lesson with one more Markdown cell."""
    return lesson(new_markdown_cell(text))


def replacing(old, new):
    """Make the lesson with other text in the place of some that is there."""
    text = nbformat.writes(lesson())
    assert old in text
    return nbformat.reads(text.replace(old, new), 4)


BREACHES = [
    (style.executed, replacing('"execution_count": 2', '"execution_count": 3')),
    (style.quiet, showing(new_output("stream", name="stderr", text="careful"))),
    (style.no_widget_state, showing(shown(CAPTION, **{style.WIDGET_VIEW: {}}))),
    (style.pictures_in_words, showing(shown("A bar.", **{"image/png": "AAAA"}))),
    (style.pictures_in_words, showing(shown("VBox(children=(HTML(value=''),))"))),
    (style.pictures_in_words, saying("<img src='00_a.png' alt=''>")),
    (style.no_machine_path, showing(shown(r"C:\Users\ann"))),
    (style.no_machine_path, saying("Look into `/Users/ann/bert`.")),
    (style.size, showing(shown(CAPTION, **{"image/png": "A" * 10**6}))),
    (style.links, saying("[glossary](glossary.md)")),
    (style.tags, showing(None, tags=["nbval-skip"])),
    (style.tags, showing(None, source="# NBVAL_IGNORE_OUTPUT\n1")),
    (style.predictions, replacing("guess.compare", "print")),
    (style.worked_answers, replacing("exercises.check_", "print")),
    (style.worked_answers, saying("### Exercise 2 · Two")),
]


@pytest.mark.parametrize(
    ("rule", "notebook"),
    BREACHES,
    ids=[f"{i}-{rule.__name__}" for i, (rule, _) in enumerate(BREACHES)],
)
def test_a_breach_is_noticed(rule, notebook, path):
    assert rule(notebook, path)


def test_a_listed_tag_has_to_be_there(path):
    listed = path.with_name("09_padding.ipynb")
    tagged = [
        new_code_cell("1", metadata={"tags": ["nbval-ignore-output"]}) for _ in "abc"
    ]
    assert style.tags(lesson(*tagged), listed) == []
    assert style.tags(lesson(*tagged[1:]), listed)
