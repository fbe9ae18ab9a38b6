"""Every notebook keeps the rules of the house; and each rule notices a breach."""

import copy

import nbformat
import notebook_style as style
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

CHECKS = [
    (rule, path)
    for paths, rules in (
        (style.NOTEBOOKS, style.EVERY_NOTEBOOK),
        (style.LESSONS, style.EVERY_LESSON),
        (style.NUMBERED, style.EVERY_NUMBERED_LESSON),
    )
    for rule in rules
    for path in paths
]


@pytest.mark.parametrize(
    ("rule", "path"),
    CHECKS,
    ids=[f"{path.parent.name}/{path.stem}-{rule.__name__}" for rule, path in CHECKS],
)
def test_rule(rule, path):
    problems = rule(nbformat.read(path, 4), path)
    assert not problems, f"{rule.__doc__}\n" + "\n".join(problems)


def test_lessons_are_there_with_their_answers():
    assert style.LESSONS[0].stem == "00_start_here"
    numbers = [path.name[:2] for path in style.LESSONS]
    assert numbers == [f"{i:02}" for i in range(len(numbers))]
    assert [path.name[:2] for path in style.SOLUTIONS] == numbers[1:]


CAPTION = "Twelve bars, the longest of them 'cat' with a similarity of 0.712."


def code(source, *outputs):
    return new_code_cell(source, outputs=list(outputs))


def shown(**data):
    return new_output(
        "display_data",
        {mime.replace("_", "/"): content for mime, content in data.items()},
    )


def section(name):
    return [
        new_markdown_cell(f"## {name}\n\nWhat is nearest to a word?"),
        code("exercises.predict('Which?', ['a', 'b'])"),
        code("plots.plot_rows(rows)", shown(image_png="AAAA", text_plain=CAPTION)),
        code("widgets.row_explorer(bert)", shown(image_png="AAAA", text_plain=CAPTION)),
        code("np.allclose(a, b)", shown(text_plain="True")),
    ]


def exercise(number):
    return [
        new_markdown_cell(f"### Exercise {number} · Cosine\n\n*5 minutes · easy*"),
        code("def cosine(a, b):\n    ..."),
        code("exercises.check_cosine(cosine)"),
    ]


def lesson():
    """Make a notebook that keeps every rule, freshly each time."""
    cells = [
        new_markdown_cell(
            "# 01 · Tokens\n\n[00](00_start.ipynb) · [contents](00_start.ipynb) · "
            "[02](02_rows.ipynb)"
        ),
        new_markdown_cell(
            "> **You will be able to** look up.\n> **Needs** nothing.\n> 20 minutes"
        ),
        code("import numpy as np\n\nimport bertlab\n\nbert = bertlab.load()"),
        *section("A"),
        *section("B"),
        *section("C"),
        new_markdown_cell("## Exercises"),
        *exercise(1),
        *exercise(2),
        new_markdown_cell(
            "## What we have seen\n\n**Recall** …\n\n**In newer encoders** …\n\n"
            "**Next**: 02"
        ),
    ]
    for cell in cells:
        # Random by default, which would make pytest-xdist's workers differ.
        cell.id = f"cell-{cells.index(cell)}"
    notebook = new_notebook(cells=cells)
    for number, cell in style.numbered(notebook):
        cell.execution_count = number
    return notebook


@pytest.fixture
def path(tmp_path):
    """A folder with lessons 00 to 02 and the worked answers to 01."""
    folder = tmp_path / "notebooks"
    (folder / "solutions").mkdir(parents=True)
    for name in ("00_start", "01_tokens", "02_rows"):
        nbformat.write(lesson(), folder / f"{name}.ipynb")
    answers = new_notebook(cells=[*exercise(1), *exercise(2)])
    nbformat.write(answers, folder / "solutions" / "01_tokens.ipynb")
    return folder / "01_tokens.ipynb"


RULES = [*style.EVERY_NOTEBOOK, *style.EVERY_LESSON, *style.EVERY_NUMBERED_LESSON]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_good_lesson_passes(rule, path):
    assert rule(lesson(), path) == []


def add(source="", *outputs, tags=()):
    """Append a code cell."""

    def spoil(notebook):
        cell = code(source, *outputs)
        cell.metadata["tags"] = list(tags)
        cell.execution_count = len(style.code_cells(notebook)) + 1
        notebook.cells.append(cell)

    return spoil


def write(text):
    """Append a Markdown cell."""
    return lambda notebook: notebook.cells.append(new_markdown_cell(text))


def replace(old, new, times=-1):
    """Replace text in every cell's source; the text has to be there."""

    def spoil(notebook):
        assert any(old in cell.source for cell in notebook.cells)
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new, times)

    return spoil


def drop_last_section(notebook):
    start = next(i for i, c in enumerate(notebook.cells) if c.source.startswith("## C"))
    del notebook.cells[start : start + 5]


def says_false(notebook):
    for cell in style.code_cells(notebook):
        for output in cell.outputs:
            if output.data["text/plain"] == "True":
                output.data["text/plain"] = "False"


def with_state(notebook):
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}


def not_run(notebook):
    style.code_cells(notebook)[2].execution_count = None


def swapped(notebook):
    first, second = style.code_cells(notebook)[:2]
    first.execution_count, second.execution_count = 2, 1


def long_median(notebook):
    for cell in style.code_cells(notebook):
        cell.source += "\n1" * 4


def long_cells(notebook):
    for cell in style.code_cells(notebook)[:3]:
        cell.source = "\n".join("1" * 13)


def third_to_fifth_exercise(notebook):
    for number in (3, 4, 5):
        notebook.cells += exercise(number)


ERROR = new_output("error", ename="ValueError", evalue="no", traceback=["line"])
VIEW = new_output("display_data", {style.WIDGET_VIEW: {"model_id": "a"}})
BREACHES = [
    (style.title, replace("# 01 · ", "# 02 · ")),
    (style.title, replace("# 01 · ", "# Lesson 01: ")),
    (style.set_up, replace("bert = bertlab.load()", "bert = None")),
    (style.set_up, replace("import bertlab", "")),
    (style.answered_predictions, add("guess.compare('a')\n1")),
    (style.set_up, add("from os import path")),
    (style.forbidden, add("!pip install numpy")),
    (style.forbidden, add("%pip install numpy")),
    (style.forbidden, add("from numpy import *")),
    (style.forbidden, add("warnings.simplefilter('ignore')")),
    (style.forbidden, add("%%capture\n1")),
    (style.forbidden, add("# NBVAL_IGNORE_OUTPUT\n1")),
    (style.columns, add("x" * 89)),
    (style.longest_cell, add("1\n" * 20 + "1")),
    (style.executed, not_run),
    (style.executed, swapped),
    (style.quiet, add("1", new_output("stream", name="stderr", text="warning"))),
    (style.quiet, add("1", ERROR)),
    (style.no_widget_state, with_state),
    (style.no_widget_state, add("1", VIEW)),
    (style.pictures_in_words, add("1", shown(image_png="AAAA"))),
    (
        style.pictures_in_words,
        add("1", shown(image_png="AAAA", text_plain="<Figure 1>")),
    ),
    (
        style.pictures_in_words,
        add("1", shown(image_png="AAAA", text_plain="A figure.")),
    ),
    (style.pictures_in_words, add("1", shown(text_plain="VBox(children=(HTML(),))"))),
    (style.no_machine_path, add("open('/home/ann/x')")),
    (style.no_machine_path, add("1", shown(text_plain="'/tmp/model'"))),
    (style.no_machine_path, add("1", shown(text_plain=r"C:\Users\ann"))),
    (style.no_machine_path, write("Look into `/Users/ann/bert`.")),
    (style.size, add("1", shown(image_png="A" * 10**6, text_plain=CAPTION))),
    (style.alternative_text, write("![](picture.png)")),
    (style.alternative_text, write("<img src='picture.png'>")),
    (style.alternative_text, write("<img src='picture.png' alt=''>")),
    (style.links, write("[glossary](glossary.md)")),
    (style.links, write("<a href='glossary.md'>glossary</a>")),
    (style.nested_headings, write("#### Too deep")),
    (style.nested_headings, write("# A second title")),
    (style.tags, add("1", tags=["nbval-skip"])),
    (style.tags, add("1", tags=["nbval-ignore-output"])),
    (style.tags, add("1", tags=["raises-exception"])),
    (style.figures_in_prose, write("The cosine is 0.71.")),
    (style.navigation, replace("(00_start.ipynb)", "(README.md)")),
    (style.navigation, replace("(02_rows.ipynb)", "(01_tokens.ipynb)")),
    (style.navigation, replace("contents", "overview")),
    (style.box, replace("You will be able to", "You can")),
    (style.box, replace("Needs", "Takes")),
    (style.box, replace("20 minutes", "an hour")),
    (style.cell_lengths, long_median),
    (style.cell_lengths, long_cells),
    (style.static_before_widget, replace("plots.plot_rows", "print")),
    (style.number_of_sections, drop_last_section),
    (style.predictions, replace("exercises.predict(", "print(")),
    (style.visible_checks, says_false),
    (style.exercise_rules, replace("### Exercise 2", "### Problem 2")),
    (style.exercise_rules, replace("### Exercise 2", "### Exercise 3")),
    (style.exercise_rules, third_to_fifth_exercise),
    (style.exercise_rules, replace("5 minutes", "soon")),
    (style.exercise_rules, replace("easy", "fun")),
    (style.exercise_rules, replace("exercises.check_", "print")),
    (style.worked_answers, replace("Exercise 2 · Cosine", "Exercise 2 · Sine")),
    (style.closing, replace("What we have seen", "Summary")),
    (style.closing, replace("Recall", "Questions")),
    (style.closing, replace("newer encoders", "others")),
    (style.closing, replace("**Next**", "**Then**")),
]


@pytest.mark.parametrize(
    ("rule", "spoil"),
    BREACHES,
    ids=[f"{i}-{rule.__name__}" for i, (rule, _) in enumerate(BREACHES)],
)
def test_a_breach_is_noticed(rule, spoil, path):
    notebook = lesson()
    spoil(notebook)
    assert rule(notebook, path)


def test_each_rule_has_a_breach():
    assert set(RULES) == {rule for rule, _ in BREACHES}


def test_worked_answers_are_checked_and_there(path):
    (answers,) = (path.parent / "solutions").iterdir()
    unchecked = new_notebook(cells=copy.deepcopy([*exercise(1), *exercise(2)]))
    replace("exercises.check_", "print")(unchecked)
    nbformat.write(unchecked, answers)
    assert style.worked_answers(lesson(), path)
    answers.unlink()
    assert style.worked_answers(lesson(), path)


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        (style.set_up, add("from transformers import TFBertTokenizer")),
        (style.quiet, add("1", ERROR, tags=["raises-exception"])),
        (style.pictures_in_words, add("1", shown(image_png="A", text_plain=CAPTION))),
        (style.no_machine_path, write("See https://example.org/home/ann/tmp.")),
        (style.alternative_text, write("![Three rows of bars.](rows.png)")),
        (style.links, write("[paper](https://example.org/x) and [above](#A)")),
        (style.links, write("[next](02_rows.ipynb#A)")),
        (style.figures_in_prose, write("Devlin et al. published 96.41.")),
        (style.figures_in_prose, write("[1906.04341](https://example.org/1906.04341)")),
        (style.figures_in_prose, write("transformers 4.54.1; a half is 0.5")),
        (style.nested_headings, write("```python\n# a comment\n```")),
    ],
)
def test_what_is_allowed_passes(rule, spoil, path):
    notebook = lesson()
    spoil(notebook)
    assert rule(notebook, path) == []
