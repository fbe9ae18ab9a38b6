"""The rules of the house for notebooks, as far as a program can check them.

Each rule takes a notebook and its path and returns what is wrong, one sentence each.
"""

import re
from itertools import pairwise
from pathlib import Path
from statistics import median

import nbformat
from notebook_comparison import FLOAT, WIDGET_VIEW

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
SOLUTIONS = sorted((FOLDER / "solutions").glob("*.ipynb"))
NOTEBOOKS = [*LESSONS, *SOLUTIONS]
NUMBERED = [path for path in LESSONS if not path.name.startswith("00")]

MAXIMUM_BYTES = 1_000_000
# Tags that take something away from the test of a cell: tag, notebook, how often, why.
WEAKENING_TAGS = {
    "nbval-ignore-output",
    "nbval-skip",
    "raises-exception",
    "needs-tensorflow-text",
}
ALLOWED_TAGS = {
    "needs-tensorflow-text": {
        "notebooks/01_tokens_and_ids.ipynb": (
            6,
            "without it, as on Windows, a sentence stands in the place of the results",
        )
    },
    "nbval-ignore-output": {
        "notebooks/08_cls_and_special_tokens.ipynb": (
            15,
            "what a trained model gives can differ on another processor",
        ),
        "notebooks/09_padding.ipynb": (
            3,
            "what a trained layer gives, and times, differ on another machine",
        ),
    },
}

FORBIDDEN = {
    r"^\s*[!%]+\s*(?:pip|conda|mamba|apt)": "installs something",
    r"\bimport \*": "imports with a star",
    r"\bwarnings\.": "filters warnings",
    r"%%?capture": "hides its output",
    r"#\s*(?:NBVAL|PYTEST)_": "has a comment for the test; use a tag",
}
# Imported where they are needed, so that what comes before starts in a second.
LATE_IMPORTS = r"(?:tensorflow|tensorflow_text|transformers|tf_keras)\b"
LINK = re.compile(r"""\]\(([^)\s]+)[^)]*\)|(?:href|src)=["']([^"']+)["']""")
DIFFICULTY = re.compile(r"\b(?:easy|medium|hard)\b", re.IGNORECASE)
MINUTES = re.compile(r"\b\d+\s+min(?:ute)?s?\b|\bminutes\W+\d+", re.IGNORECASE)


def code_cells(notebook):
    """List the code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    """List the Markdown cells' sources."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def headings(source):
    """List the level and text of each Markdown heading, code blocks left out."""
    source = re.sub(r"^```.*?^```", "", source, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^(#{1,6}) +(.+?)\s*$", source, flags=re.MULTILINE)
    return [(len(marks), text) for marks, text in found]


def text_of(output):
    """Return all text in an output, embedded pictures left out."""
    data = output.get("data", {})
    texts = [content for mime, content in data.items() if mime.startswith("text/")]
    texts += [output.get(key, "") for key in ("text", "ename", "evalue")]
    texts += output.get("traceback", [])
    return re.sub(r"data:[\w/+-]+;base64,[\w+/=]+", "", "\n".join(texts))


def machine_path(text):
    """Return the first path in `text` that belongs to one machine, or None."""
    found = re.search(
        r"(?<![\w.:/-])/(?:home|root|tmp|private|Users|work|mnt|opt|usr|var)/[\w.-]+"
        r"|\b[A-Za-z]:\\+\w+",
        text,
    )
    return found and found[0]


def numbered(notebook):
    """Pair each code cell with its number, from 1."""
    return enumerate(code_cells(notebook), start=1)


def sections(notebook):
    """List the parts that a second-level heading opens: the heading and the cells.

    A cell with a heading in its middle opens a section as a whole.
    """
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts += [(text, []) for level, text in headings(cell.source) if level == 2]
        if parts:
            parts[-1][1].append(cell)
    return parts


def sources(cells, kind):
    """Join the sources of the cells of one kind."""
    return "\n".join(cell.source for cell in cells if cell.cell_type == kind)


# Every notebook


def title(notebook, path):
    """The first line is ``# NN · …``, with the number of the file's name."""
    first = notebook.cells[0].source.partition("\n")[0]
    wanted = f"# {path.name[:2]} · "
    return (
        [] if first.startswith(wanted) else [f"{first!r} has to start with {wanted!r}"]
    )


def set_up(notebook, path):
    """One set-up cell, the first, imports by name and loads the model."""
    cells = code_cells(notebook)
    problems = []
    if "bert = bertlab.load()" not in cells[0].source:
        problems.append("the first code cell has to say bert = bertlab.load()")
    if "import bertlab" not in cells[0].source:
        problems.append("the first code cell has to import bertlab")
    for number, cell in list(numbered(notebook))[1:]:
        for line in re.findall(r"^(?:import|from) .*", cell.source, re.MULTILINE):
            if not re.match(rf"(?:import|from) {LATE_IMPORTS}", line):
                problems.append(
                    f"code cell {number}: {line!r} belongs in the set-up cell"
                )
    return problems


def forbidden(notebook, path):
    """No installs, star imports, warnings filters, hidden output or visible markers."""
    return [
        f"code cell {number} {problem}"
        for number, cell in numbered(notebook)
        for pattern, problem in FORBIDDEN.items()
        if re.search(pattern, cell.source, re.MULTILINE)
    ]


def columns(notebook, path):
    """No line of code is longer than 88 characters."""
    return [
        f"code cell {number}: {len(line)} columns in {line!r}"
        for number, cell in numbered(notebook)
        for line in cell.source.splitlines()
        if len(line) > 88
    ]


def longest_cell(notebook, path):
    """No code cell has more than 20 lines."""
    return [
        f"code cell {number} has {lines} lines"
        for number, cell in numbered(notebook)
        if (lines := len(cell.source.splitlines())) > 20
    ]


def executed(notebook, path):
    """Every code cell was run once, in order, from 1."""
    counts = [cell.execution_count for cell in code_cells(notebook)]
    wanted = list(range(1, len(counts) + 1))
    return [] if counts == wanted else [f"execution counts {counts}"]


def quiet(notebook, path):
    """Nothing on stderr, and no error but where a tag says so."""
    problems = []
    for number, cell in numbered(notebook):
        for output in cell.outputs:
            if output.get("name") == "stderr":
                problems.append(f"code cell {number} wrote to stderr: {output.text!r}")
            expected = "raises-exception" in cell.metadata.get("tags", [])
            if output.output_type == "error" and not expected:
                problems.append(f"code cell {number} raised {output.ename}")
    return problems


def no_widget_state(notebook, path):
    """No widget view or state: saved, it would hide the picture from a reader."""
    problems = ["widget state is saved"] if "widgets" in notebook.metadata else []
    return problems + [
        f"code cell {number} has a widget view"
        for number, cell in numbered(notebook)
        for output in cell.outputs
        if WIDGET_VIEW in output.get("data", {})
    ]


def pictures_in_words(notebook, path):
    """Each picture and widget comes with a sentence of at least 40 characters."""
    problems = []
    for number, cell in numbered(notebook):
        for output in cell.outputs:
            text = output.get("data", {}).get("text/plain", "")
            wordless = len(text) < 40 or text.startswith("<")
            if "image/png" in output.get("data", {}) and wordless:
                problems.append(f"code cell {number}: a picture says only {text!r}")
            elif re.match(r"<Figure size|\w+\(children=|\w+\(value=", text):
                problems.append(f"code cell {number} shows {text[:40]!r}")
    return problems


def no_machine_path(notebook, path):
    """No path of somebody's machine, in sources or outputs."""
    texts = [cell.source for cell in notebook.cells]
    texts += [text_of(out) for cell in code_cells(notebook) for out in cell.outputs]
    return [
        f"path of one machine: {found}" for found in map(machine_path, texts) if found
    ]


def size(notebook, path):
    """The file is smaller than 1 MB."""
    count = len(nbformat.writes(notebook).encode())
    return [f"{count:,} bytes"] if count >= MAXIMUM_BYTES else []


def alternative_text(notebook, path):
    """Each image in Markdown has alternative text."""
    wordless = re.compile(r"!\[\s*\]\([^)]*\)|<img(?![^>]*\balt=[\"'][^\"'])[^>]*>")
    return [
        f"no alternative text: {found}" for found in wordless.findall(_joined(notebook))
    ]


def links(notebook, path):
    """Each link to a file of the repository leads to one."""
    targets = ["".join(groups) for groups in LINK.findall(_joined(notebook))]
    return [
        f"{target} is not there"
        for target in targets
        if not re.match(r"[a-z]+:|#", target)
        and not (path.parent / target.partition("#")[0]).exists()
    ]


def nested_headings(notebook, path):
    """One title, and no level of heading left out."""
    levels = [level for source in prose(notebook) for level, _ in headings(source)]
    problems = (
        [f"{levels.count(1)} first-level headings"] if levels.count(1) != 1 else []
    )
    return problems + [
        f"a heading of level {after} follows one of level {before}"
        for before, after in pairwise(levels)
        if after > before + 1
    ]


def tags(notebook, path):
    """Tags that weaken the test are those that are listed here with a reason."""
    found = [
        tag
        for cell in notebook.cells
        for tag in cell.metadata.get("tags", [])
        if tag in WEAKENING_TAGS
    ]
    name = path.relative_to(path.parents[1]).as_posix()
    allowed = {
        tag: where[name][0] for tag, where in ALLOWED_TAGS.items() if name in where
    }
    return [
        f"{found.count(tag)} cells tagged {tag}, {allowed.get(tag, 0)} allowed"
        for tag in sorted(WEAKENING_TAGS)
        if found.count(tag) != allowed.get(tag, 0)
    ]


def figures_in_prose(notebook, path):
    """Prose states no figure with two decimals or more, unless it was published."""
    problems = []
    for source in prose(notebook):
        text = LINK.sub("]", source)
        text = re.sub(r"https?://\S+|\b\d{4}\.\d{5}\b", "", text)
        for figure in FLOAT.findall(text):
            decimals = figure.partition(".")[2]
            if len(decimals) >= 2 and "published" not in text.lower():
                problems.append(f"{figure} stands in prose; a cell has to print it")
    return problems


# Lessons, 00 among them


def navigation(notebook, path):
    """Under the title stand links to the previous lesson, the contents, the next."""
    neighbours = sorted(path.parent.glob("*.ipynb"))
    place = neighbours.index(path)
    wanted = [other.name for other in neighbours[max(place - 1, 0) : place + 2]]
    wanted.remove(path.name)
    line = next(
        (line for line in notebook.cells[0].source.splitlines()[1:] if line.strip()), ""
    )
    problems = [f"no link to {name}" for name in wanted if f"({name})" not in line]
    if LINK.sub("", re.sub(r"\[[^\]]*", "", line)).count(" · ") != 2 or not re.search(
        r"\[[^\]]*contents[^\]]*\]\(", line, re.I
    ):
        problems.append(f"{line!r} is not previous · contents · next")
    return problems


def box(notebook, path):
    """Before the set-up, a box says what one will be able to do, needs and spends."""
    first_code = next(i for i, c in enumerate(notebook.cells) if c.cell_type == "code")
    text = sources(notebook.cells[:first_code], "markdown")
    problems = [
        f"the box has no {pattern!r}"
        for pattern in ("you will be able to", r"\bneeds?\b")
        if not re.search(pattern, text.lower())
    ]
    return problems if MINUTES.search(text) else [*problems, "the box gives no minutes"]


def cell_lengths(notebook, path):
    """Code cells: median 4 lines or fewer, at most one in ten over 12."""
    lengths = [len(cell.source.splitlines()) for cell in code_cells(notebook)]
    long = sum(length > 12 for length in lengths)
    problems = [f"median {median(lengths)} lines"] if median(lengths) > 4 else []
    if long > len(lengths) / 10:
        problems.append(f"{long} of {len(lengths)} code cells have more than 12 lines")
    return problems


def static_before_widget(notebook, path):
    """Before a widget, a static call has drawn the same kind of picture."""
    drawn, problems = False, []
    for number, cell in numbered(notebook):
        if re.search(r"\bwidgets\.\w+_explorer\(", cell.source) and not drawn:
            problems.append(f"code cell {number} has a widget before any plots.plot_…")
        drawn = drawn or "plots.plot_" in cell.source
    return problems


# Lessons from 01


def lesson_sections(notebook):
    """List the sections that teach: those before the exercises and the summary."""
    closing = re.compile(r"exercis|what we have seen", re.IGNORECASE)
    found = []
    for heading, cells in sections(notebook):
        if closing.search(heading):
            break
        found.append((heading, cells))
    return found


def number_of_sections(notebook, path):
    """There are three to five sections."""
    count = len(lesson_sections(notebook))
    return [] if 3 <= count <= 5 else [f"{count} sections"]


def predictions(notebook, path):
    """Each section has a prediction that the learner commits to."""
    return [
        f"no prediction in {heading!r}"
        for heading, cells in lesson_sections(notebook)
        if "exercises.predict(" not in sources(cells, "code")
    ]


def answered_predictions(notebook, path):
    """A cell that compares a prediction with what was measured shows the answer."""
    return [
        f"the answer to {name!r} is not shown"
        for cell in code_cells(notebook)
        for name in re.findall(r"(\w+)\.compare\(", cell.source)
        if not any(
            re.search(r"Measured: |cannot be told here", text_of(output))
            for output in cell.outputs
        )
    ]


def visible_checks(notebook, path):
    """Each section has a check that comes out, visibly, as True."""
    return [
        f"no visible check in {heading!r}"
        for heading, cells in lesson_sections(notebook)
        if not any(
            re.search(r"\bTrue\b", text_of(output))
            for cell in cells
            if cell.cell_type == "code"
            for output in cell.outputs
        )
    ]


def exercise_parts(notebook):
    """Map each exercise's heading to its cells."""
    parts, current = {}, None
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for level, text in headings(cell.source):
                current = text if level == 3 and text.startswith("Exercise ") else None
                if current:
                    parts[current] = []
        if current:
            parts[current].append(cell)
    return parts


def exercise_rules(notebook, path):
    """Two to four exercises, in order, each with minutes, difficulty and a check."""
    parts = exercise_parts(notebook)
    problems = [] if 2 <= len(parts) <= 4 else [f"{len(parts)} exercises"]
    for number, (heading, cells) in enumerate(parts.items(), start=1):
        text = sources(cells, "markdown")
        if not re.match(rf"Exercise {number}\b", heading):
            problems.append(f"{heading!r} is not number {number}")
        if not MINUTES.search(text):
            problems.append(f"{heading!r} gives no minutes")
        if not DIFFICULTY.search(text):
            problems.append(f"{heading!r} is not called easy, medium or hard")
        if "exercises.check_" not in sources(cells, "code"):
            problems.append(f"{heading!r} has no check")
    return problems


def worked_answers(notebook, path):
    """Each exercise has a worked answer, checked, under the same heading."""
    solutions = list((path.parent / "solutions").glob(f"{path.name[:2]}_*.ipynb"))
    if len(solutions) != 1:
        return [f"{len(solutions)} notebooks of worked answers"]
    answers = exercise_parts(nbformat.read(solutions[0], 4))
    wanted = exercise_parts(notebook)
    problems = [
        f"no worked answer to {name!r}" for name in wanted if name not in answers
    ]
    problems += [f"no exercise for {name!r}" for name in answers if name not in wanted]
    return problems + [
        f"the worked answer to {name!r} is not checked"
        for name, cells in answers.items()
        if "exercises.check_" not in sources(cells, "code")
    ]


def closing(notebook, path):
    """The lesson ends on what was seen, recall questions, newer encoders and next."""
    places = [
        i for i, cell in enumerate(notebook.cells) if "What we have seen" in cell.source
    ]
    if not places:
        return ["no 'What we have seen'"]
    text = sources(notebook.cells[places[-1] :], "markdown").lower()
    return [
        f"the end has no {name}"
        for name, pattern in {
            "recall questions": r"recall|do you remember",
            "word on newer encoders": r"newer encoders|what still holds",
            "next": r"\bnext\b",
        }.items()
        if not re.search(pattern, text)
    ]


def _joined(notebook):
    return "\n".join(prose(notebook))


EVERY_NOTEBOOK = [
    title,
    set_up,
    forbidden,
    columns,
    longest_cell,
    executed,
    quiet,
    no_widget_state,
    pictures_in_words,
    no_machine_path,
    size,
    alternative_text,
    links,
    nested_headings,
    tags,
    figures_in_prose,
]
EVERY_LESSON = [navigation, box, cell_lengths]
EVERY_NUMBERED_LESSON = [
    static_before_widget,
    number_of_sections,
    predictions,
    answered_predictions,
    visible_checks,
    exercise_rules,
    worked_answers,
    closing,
]
