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


def code(source, *outputs):
    return new_code_cell(source, outputs=list(outputs))


def shown(text, **more):
    return new_output("display_data", {"text/plain": text, **more})


def answers():
    cells = [new_markdown_cell(EXERCISE), code("exercises.check_cosine(cosine)")]
    return new_notebook(cells=cells)


def lesson(*more):
    """Make a notebook that keeps every rule, with cells added to it."""
    cells = [
        new_markdown_cell("# 01 · Tokens\n\n[00](00_start.ipynb#A) ![A row](00_a.png)"),
        code("guess = exercises.predict('Which?', ['a', 'b'])\nguess"),
        code("plot(rows)", shown(CAPTION, **{"image/png": "AAAA"})),
        code("guess.compare('a')", shown("Predicted: a.")),
        *answers().cells,
        new_markdown_cell(
            "## What we have seen\n\n[paper](https://example.org/home/a)"
        ),
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


RULES = [*style.RULES, *style.LESSON_RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_good_lesson_passes(rule, path):
    assert rule(lesson(), path) == []


def adding(source="1", *outputs, tags=()):
    """Make the lesson with one more code cell."""
    cell = code(source, *outputs)
    cell.metadata["tags"] = list(tags)
    return lambda: lesson(cell)


def saying(text):
    """Make the lesson with one more Markdown cell."""
    return lambda: lesson(new_markdown_cell(text))


def replacing(old, new):
    """Make the lesson with other text in the place of some that is there."""

    def make():
        text = nbformat.writes(lesson())
        assert old in text
        return nbformat.reads(text.replace(old, new), 4)

    return make


def with_state():
    notebook = lesson()
    notebook.metadata["widgets"] = {"state": {}}
    return notebook


ERROR = new_output("error", ename="ValueError", evalue="no", traceback=["line"])
BREACHES = [
    (style.executed, replacing('"execution_count": 2', '"execution_count": null')),
    (style.executed, replacing('"execution_count": 2', '"execution_count": 3')),
    (style.quiet, adding("1", new_output("stream", name="stderr", text="careful"))),
    (style.quiet, adding("1", ERROR)),
    (style.no_widget_state, with_state),
    (style.no_widget_state, adding("1", shown(CAPTION, **{style.WIDGET_VIEW: {}}))),
    (style.pictures_in_words, adding("1", shown("A bar.", **{"image/png": "AAAA"}))),
    (style.pictures_in_words, adding("1", shown("<Figure size 640x480 with 1 Axes>"))),
    (style.pictures_in_words, adding("1", shown("VBox(children=(HTML(value=''),))"))),
    (style.pictures_in_words, saying("![](00_a.png)")),
    (style.pictures_in_words, saying("<img src='00_a.png' alt=''>")),
    (style.no_machine_path, adding("open('/home/ann/x')")),
    (style.no_machine_path, adding("1", shown(r"C:\Users\ann"))),
    (style.no_machine_path, saying("Look into `/Users/ann/bert`.")),
    (style.size, adding("1", shown(CAPTION, **{"image/png": "A" * 10**6}))),
    (style.columns, adding("x" * 89)),
    (style.links, saying("[glossary](glossary.md)")),
    (style.links, saying("<a href='glossary.md'>glossary</a>")),
    (style.tags, adding(tags=["nbval-skip"])),
    (style.tags, adding("# NBVAL_IGNORE_OUTPUT\n1")),
    (style.predictions, replacing("guess.compare", "print")),
    (style.predictions, adding("guess = exercises.predict('How?', ['a', 'b'])")),
    (style.worked_answers, replacing("Exercise 1 · Cosine", "Exercise 1 · Sine")),
    (style.worked_answers, replacing("exercises.check_", "print")),
    (style.worked_answers, saying("### Exercise 2 · Two")),
]


@pytest.mark.parametrize(
    ("rule", "make"),
    BREACHES,
    ids=[f"{i}-{rule.__name__}" for i, (rule, _) in enumerate(BREACHES)],
)
def test_a_breach_is_noticed(rule, make, path):
    assert rule(make(), path)


def test_each_rule_has_a_breach():
    assert set(RULES) == {rule for rule, _ in BREACHES}


def test_a_listed_tag_has_to_be_there(path):
    listed = path.with_name("09_padding.ipynb")
    tagged = [code("1") for _ in range(3)]
    for cell in tagged:
        cell.metadata["tags"] = ["nbval-ignore-output"]
    assert style.tags(lesson(*tagged), listed) == []
    assert style.tags(lesson(*tagged[1:]), listed)
