"""What would hurt whoever reads or runs a notebook, as far as a program can see it.

Each rule takes a notebook and its path and returns what is wrong, one sentence each.
"""

import re
from pathlib import Path

import nbformat
from notebook_comparison import WIDGET_VIEW

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
SOLUTIONS = sorted((FOLDER / "solutions").glob("*.ipynb"))
NOTEBOOKS = [*LESSONS, *SOLUTIONS]

MAXIMUM_BYTES = 1_000_000
# Every tag that a cell may have, by notebook: how many cells have it, and why.
TAGS = {
    ("needs-tensorflow-text", "notebooks/01_tokens_and_ids"): (
        6,
        "without it, as on Windows, a sentence stands in the place of the results",
    ),
    ("nbval-ignore-output", "notebooks/08_cls_and_special_tokens"): (
        15,
        "what a trained model gives can differ on another processor",
    ),
    ("nbval-ignore-output", "notebooks/09_padding"): (
        3,
        "what a trained layer gives, and times, differ on another machine",
    ),
}
LINK = re.compile(r"""\]\(([^)\s]+)[^)]*\)|(?:href|src)=["']([^"']+)["']""")


def code_cells(notebook):
    """List the code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    """Join the Markdown cells."""
    return "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")


def outputs(notebook):
    """Pair each output with the number of its code cell, from 1."""
    for number, cell in enumerate(code_cells(notebook), start=1):
        for output in cell.outputs:
            yield number, output


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


def executed(notebook, path):
    """Every code cell was run once, in order, from 1."""
    counts = [cell.execution_count for cell in code_cells(notebook)]
    wanted = list(range(1, len(counts) + 1))
    return [] if counts == wanted else [f"execution counts {counts}"]


def quiet(notebook, path):
    """Nothing failed, or was said on stderr."""
    return [
        f"code cell {number}: {text_of(output)}"
        for number, output in outputs(notebook)
        if output.get("name") == "stderr" or output.output_type == "error"
    ]


def no_widget_state(notebook, path):
    """No widget view or state: saved, it would hide the picture from a reader."""
    problems = ["widget state is saved"] if "widgets" in notebook.metadata else []
    return problems + [
        f"code cell {number} has a widget view"
        for number, output in outputs(notebook)
        if WIDGET_VIEW in output.get("data", {})
    ]


def pictures_in_words(notebook, path):
    """Each picture comes with a sentence, for whoever does not see it."""
    wordless = re.compile(r"!\[\s*\]\([^)]*\)|<img(?![^>]*\balt=[\"'][^\"'])[^>]*>")
    problems = [f"no alternative text: {f}" for f in wordless.findall(prose(notebook))]
    for number, output in outputs(notebook):
        text = output.get("data", {}).get("text/plain", "")
        bare = len(text) < 40 and "image/png" in output.get("data", {})
        if bare or re.match(r"<|\w+\((?:children|value)=", text):
            problems.append(f"code cell {number} shows, in words, {text[:40]!r}")
    return problems


def no_machine_path(notebook, path):
    """No path of somebody's machine, in sources or outputs."""
    texts = [cell.source for cell in notebook.cells]
    texts += [text_of(output) for _, output in outputs(notebook)]
    return [found for found in map(machine_path, texts) if found]


def size(notebook, path):
    """The file is smaller than 1 MB."""
    count = len(nbformat.writes(notebook).encode())
    return [f"{count:,} bytes"] if count >= MAXIMUM_BYTES else []


def links(notebook, path):
    """Each link to a file of the repository leads to one."""
    targets = map("".join, LINK.findall(prose(notebook)))
    return [
        f"{target} is not there"
        for target in targets
        if not re.match(r"[a-z]+:|#", target)
        and not (path.parent / target.partition("#")[0]).exists()
    ]


def tags(notebook, path):
    """A tag takes something away from a cell's test: each is listed with a reason."""
    found = [tag for c in notebook.cells for tag in c.metadata.get("tags", [])]
    this = f"{path.parent.name}/{path.stem}"
    wanted = {tag: count for (tag, name), (count, _) in TAGS.items() if name == this}
    problems = [
        f"{found.count(tag)} cells tagged {tag}, {wanted.get(tag, 0)} listed"
        for tag in sorted({*found, *wanted})
        if found.count(tag) != wanted.get(tag, 0)
    ]
    comments = re.compile(r"#\s*(?:NBVAL|PYTEST)_")
    return problems + [
        f"a comment for the test in {cell.source!r}; use a tag"
        for cell in code_cells(notebook)
        if comments.search(cell.source)
    ]


def predictions(notebook, path):
    """Each prediction is compared with what came out, after it."""
    source = "\n".join(cell.source for cell in code_cells(notebook))
    asked = list(re.finditer(r"^(?:(\w+) = )?exercises\.predict\(", source, re.M))
    ends = [match.start() for match in asked[1:]] + [None]
    return [
        f"prediction {number} is never compared"
        for number, (match, end) in enumerate(zip(asked, ends), start=1)
        if not re.search(
            rf"\b{match[1]}\.(?:compare|reveal)\(", source[match.start() : end]
        )
    ]


def exercises(notebook):
    """Map each exercise's heading to the source of its code cells."""
    found, current = {}, None
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^#{2,3} +(.+?)\s*$", cell.source, re.MULTILINE):
                current = heading if heading.startswith("Exercise ") else None
                found |= {current: ""} if current else {}
        elif current:
            found[current] += cell.source + "\n"
    return found


def worked_answers(notebook, path):
    """Each exercise has a check, and a worked answer, checked, under its heading."""
    answers = path.parent / "solutions" / path.name
    wanted = exercises(notebook)
    found = exercises(nbformat.read(answers, 4)) if answers.exists() else {}
    return [f"{name!r} is not in both" for name in wanted.keys() ^ found.keys()] + [
        f"{name!r} is not checked"
        for name, source in [*wanted.items(), *found.items()]
        if "exercises.check_" not in source
    ]


RULES = [
    executed,
    quiet,
    no_widget_state,
    pictures_in_words,
    no_machine_path,
    size,
    links,
    tags,
]
LESSON_RULES = [predictions, worked_answers]
