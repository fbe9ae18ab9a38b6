"""The explorers and a guess in JupyterLab in a real browser, by keyboard.

All are in one notebook. What the page shows is compared with an explorer in this
process whose controls have the same values: each test goes on from what the one before
has left in both.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

import browser_needed  # noqa: F401 - skips all below where there is no browser
import lab
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect
from side_by_side import SECONDS, agree, explain, figure, follow, refuse, said

from bertlab import exercises, explorers
from bertlab.explorers.interventions import KEEP
from bertlab.network.encoder import encode

SET_UP = """
import bertlab
import numpy as np
from bertlab import exercises, explorers
from bertlab.training.toy_task import Record, learn, signals, trainer_for
bert = bertlab.load()
random = np.random.default_rng(0)
task = signals(12, seed=1)
record = Record(
    task,
    0,
    np.array([0, 10, 20]),
    np.array([task.labels * 0, task.labels * 0, task.labels]),
    random.normal(size=(3, 12, 10, 6)),
    random.dirichlet(np.ones(10), size=(3, 12, 2, 2)),
)
"""
GROW = """
show = explorers.growing("Training a small BERT", {"guessing": 0.25})
how = {"trainer": trainer_for(task), "epochs": 4, "every": 2}
done = learn(signals(256, seed=0), task, **how, show=show)
done.whole
"""
HOSTILE = (
    '"></figure><script>window.planted = 1</script><img src=x onerror="planted = 1">'
)
ODD = ("<b>x</b> &amp;", "👩‍🦰 שלום", HOSTILE)
LONG = "dog " * 600
SENTENCES = "The bank closed.\nA grassy bank by the river.\n\nNo such word.\nA bank."


@dataclass(frozen=True)
class Case:
    """An explorer, and what is done to it.

    Attributes
    ----------
    cell : str
    steps : tuple
        Of (role, name, text or key, what the controls' values become): each changes
        the picture.
    rubbish : dict
        By a text box's name: its control, texts that cannot be used, and odd ones
        that can.
    quick : tuple
        Steps that nobody waits for.
    """

    cell: str
    steps: tuple
    rubbish: dict = field(default_factory=dict)
    quick: tuple = ()


CASES = {
    "neighbour": Case(
        "explorers.neighbour_explorer(bert, 'dog', k=5)",
        (
            ("textbox", "Word:", "##ing", {"word": "##ing"}),
            ("slider", "Neighbours", "ArrowRight", {"k": 6}),
            ("radio", "centred", None, {"space": "centred"}),
            ("checkbox", "hide ## pieces", "Space", {"hide_pieces": False}),
            ("textbox", "Word:", "[unused5]", {"word": "[unused5]"}),
            ("checkbox", "hide [unused] rows", "Space", {"hide_unused": False}),
        ),
        {"Word:": ("word", ("", LONG), ODD)},
        (
            ("textbox", "Word:", "cat", {"word": "cat"}),
            ("textbox", "Word:", "", {"word": ""}),
            ("radio", "raw", None, {"space": "raw"}),
            ("textbox", "Word:", "mouse", {"word": "mouse"}),
        ),
    ),
    "position": Case(
        "explorers.position_explorer(bert, 'dog', 10)",
        (
            ("textbox", "Position:", "127", {"position": "127"}),
            ("slider", "Position", "ArrowRight", {"slider": 128}),
            ("slider", "Position", "Home", {"slider": 0}),
            ("checkbox", "subtract the mean row", "Space", {"centred": True}),
            ("textbox", "Word:", "unbelievably", {"word": "unbelievably"}),
        ),
        {
            "Position:": ("position", ("", "512", "1.5", HOSTILE), ()),
            "Word:": ("word", ("", LONG), ODD),
        },
        (
            ("textbox", "Position:", "5", {"position": "5"}),
            ("textbox", "Position:", "abc", {"position": "abc"}),
            ("textbox", "Position:", "127", {"position": "127"}),
            *(("slider", "Position", "ArrowRight", {"slider": n}) for n in (128, 129)),
        ),
    ),
    "segment": Case(
        "explorers.segment_explorer(bert, 'Where is it?', 'On the roof.')",
        (
            ("textbox", "First text:", "Who sat?", {"first": "Who sat?"}),
            ("radio", "swapped", None, {"types": "swapped"}),
            ("radio", "the tokenizer's", None, {"types": "the tokenizer's"}),
            ("radio", "all 1", None, {"types": "all 1"}),
            ("textbox", "Second text:", "", {"second": ""}),
        ),
        {
            "First text:": ("first", ("", LONG), ODD),
            "Second text:": ("second", (LONG,), (HOSTILE,)),
        },
        (
            ("textbox", "First text:", "", {"first": ""}),
            ("textbox", "First text:", "Who is it?", {"first": "Who is it?"}),
            ("radio", "all 0", None, {"types": "all 0"}),
            ("radio", "swapped", None, {"types": "swapped"}),
        ),
    ),
    "reconstruction": Case(
        "explorers.reconstruction_explorer(bert, 'hello, world!')",
        (
            ("slider", "Token at", "End", {"place": 5}),
            # With fewer tokens, so the slider has to follow.
            ("textbox", "Text:", "a dog", {"text": "a dog"}),
            ("slider", "Token at", "ArrowLeft", {"place": 2}),
            ("checkbox", "gamma", "Space", {"gamma": False}),
            ("checkbox", "token type", "Space", {"token_type": False}),
        ),
        {
            "Text:": ("text", (LONG,), ODD),
            "Second text:": ("pair", (LONG,), ()),
        },
        (
            ("textbox", "Text:", LONG, {"text": LONG}),
            ("textbox", "Text:", "two words", {"text": "two words"}),
            ("textbox", "Second text:", "a cat", {"pair": "a cat"}),
            ("checkbox", "beta", "Space", {"beta": False}),
        ),
    ),
    "context": Case(
        "explorers.context_explorer(bert)",
        (
            ("radio", "map (PCA)", None, {"kind": "map (PCA)"}),
            ("radio", "by layer", None, {"kind": "by layer"}),
            ("slider", "Layer", "Home", {"layer": 0}),
            ("slider", "Layer", "ArrowRight", {"layer": 1}),
            ("textbox", "Sentences:", SENTENCES, {"sentences": SENTENCES}),
            ("textbox", "Word:", "the", {"word": "the"}),
            ("radio", "matrix", None, {"kind": "matrix"}),
        ),
        {
            "Word:": ("word", ("", HOSTILE, LONG), ()),
            "Sentences:": ("sentences", ("", LONG), (f"the {HOSTILE}\nthe שלום",)),
        },
        (
            ("textbox", "Word:", "", {"word": ""}),
            ("textbox", "Word:", "the", {"word": "the"}),
            ("slider", "Layer", "End", {"layer": 6}),
            ("slider", "Layer", "ArrowLeft", {"layer": 5}),
            ("radio", "map (PCA)", None, {"kind": "map (PCA)"}),
        ),
    ),
    "attention": Case(
        "explorers.attention_explorer(bert, 'Where is it?', 'On the roof.', 3, 5)",
        (
            ("button", "6", "Space", {"layer": 6}),
            ("button", "head 7", "Enter", {"heads": (7,)}),
            ("radio", "A→B", None, {"pairs": "A→B"}),
            ("radio", "all", None, {"pairs": "all"}),
            ("radio", "hidden", None, {"special": "hidden"}),
            ("radio", "both", None, {"show": "both"}),
            ("radio", "matrix", None, {"mode": "matrix"}),
            ("radio", "inside one weight", None, {"mode": "inside one weight"}),
            ("textbox", "From token:", "Roof", {"from_token": "Roof"}),
            ("radio", "all layers", None, {"mode": "all layers"}),
            ("button", "2·11", "Space", {"layer": 2, "heads": (11,)}),
            ("radio", "heads", None, {"mode": "heads"}),
            ("textbox", "Second text:", "", {"second": ""}),
        ),
        {
            "First text:": ("first", ("", LONG, "\u200b"), ODD),
            "Second text:": ("second", (LONG,), (HOSTILE,)),
        },
        (
            ("textbox", "First text:", "", {"first": ""}),
            ("textbox", "First text:", "The cat sat.", {"first": "The cat sat."}),
            ("textbox", "Second text:", "", {"second": ""}),
            ("radio", "weight", None, {"show": "weight"}),
            ("radio", "shown", None, {"special": "shown"}),
            ("button", "head 1", "Space", {"heads": (1,)}),
            ("button", "3", "Space", {"layer": 3}),
            ("button", "head 5", "Space", {"heads": (5,)}),
        ),
    ),
    "intervention": Case(
        "explorers.intervention_explorer(bert)",
        (
            ("textbox", "Put in:", "dog", {"by": "dog"}),
            ("textbox", "Token:", "the", {"token": "the"}),
            ("radio", "remove", None, {"change": "remove"}),
            ("checkbox", KEEP, "Space", {"keep": True}),
            ("radio", "move", None, {"change": "move"}),
            ("textbox", "To place:", "3", {"to": "3"}),
            ("radio", "position row", None, {"change": "position row"}),
            ("textbox", "Its new row:", "9", {"row": "9"}),
            ("radio", "replace", None, {"change": "replace"}),
        ),
        {
            "First text:": ("first", ("", LONG), (f"the {HOSTILE}", "the שלום 😀")),
            "Token:": ("token", ("", "99", HOSTILE), ()),
            "Put in:": ("by", ("", "two words", HOSTILE), ("😀",)),
        },
        (
            ("textbox", "Put in:", "cat", {"by": "cat"}),
            ("textbox", "Put in:", "", {"by": ""}),
            ("textbox", "Put in:", "the", {"by": "the"}),
            ("textbox", "Token:", "3", {"token": "3"}),
            ("radio", "remove", None, {"change": "remove"}),
        ),
    ),
    "padding": Case(
        "explorers.padding_explorer(bert)",
        (
            ("radio", "off", None, {"mask": "off"}),
            ("radio", "left", None, {"side": "left"}),
            (
                *("radio", "from the sentence's start", None),
                {"positions": "from the sentence's start"},
            ),
            ("radio", "first place", None, {"pooling": "first place"}),
            ("slider", "Layer", "ArrowLeft", {"layer": 5}),
            ("textbox", "Padded to:", "30", {"length": "30"}),
            ("textbox", "Sentences:", SENTENCES, {"texts": SENTENCES}),
        ),
        {
            "Padded to:": ("length", ("", "7.5", "1000", HOSTILE), ()),
            "Sentences:": ("texts", ("", "a\n" * 7, LONG), (f"{HOSTILE}\nשלום", "one")),
        },
        (
            ("textbox", "Padded to:", "", {"length": ""}),
            ("textbox", "Padded to:", "40", {"length": "40"}),
            ("slider", "Layer", "Home", {"layer": 0}),
            ("slider", "Layer", "ArrowRight", {"layer": 1}),
            ("radio", "right", None, {"side": "right"}),
        ),
    ),
    "learning": Case(
        "explorers.learning_explorer(record, time=1)",
        (
            ("slider", "Trained for", "ArrowRight", {"time": 2}),
            ("slider", "Trained for", "Home", {"time": 0}),
            ("slider", "Trained for", "ArrowRight", {"time": 1}),
        ),
    ),
}
TOKENIZER = "explorers.tokenizer_explorer(bert, 'hello, world!')"
GUESS = "exercises.predict('How many?', ['one', 'two', 'three'])"
CELLS = [*(case.cell for case in CASES.values()), TOKENIZER, GUESS]
KINDS = [*CASES, "tokenizer", "guess"]
GROWING = len(KINDS) + 1  # number of the cell
each = pytest.mark.parametrize("kind", KINDS)
each_case = pytest.mark.parametrize("kind", CASES)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The folder of the notebooks."""
    root = tmp_path_factory.mktemp("root")
    lab.write_notebook(root / "explorers.ipynb", SET_UP, *CELLS, GROW)
    lab.write_notebook(root / "empty.ipynb", "1 + 1")
    return root


@pytest.fixture(scope="module")
def server(root, tmp_path_factory, bert):
    """A JupyterLab; `bert` has fetched the model."""
    with lab.jupyterlab(root, tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with lab.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def notebook(server, browser):
    """A notebook with all explorers, run."""
    with lab.opened(browser, server, "explorers.ipynb") as opened:
        opened.page.evaluate(COUNT_PICTURES)
        opened.run_all()
        assert opened.errors.all_inner_texts() == []
        expect(opened.page.locator(".bertlab-explorer")).to_have_count(len(KINDS) - 1)
        yield opened
        assert opened.console == []
        assert opened.outside == []


@pytest.fixture(scope="module")
def pair(notebook, bert):
    """Returns an explorer in the page, and its like in this process."""
    made = {"bert": bert, "explorers": explorers, "exercises": exercises}
    exec(SET_UP, made)  # noqa: S102 - the same lines as in the page
    likes = {}

    def get(kind):
        if kind not in likes:
            likes[kind] = eval(CASES[kind].cell, made)  # noqa: S307
        explorer = lab.Explorer(notebook, 1 + KINDS.index(kind))
        agree(explorer, likes[kind])
        return explorer, likes[kind]

    return get


def by_keyboard(explorer, role, name, what):
    """Use a control that has this role and name for assistive technology."""
    control = explorer.box.get_by_role(role, name=name, exact=True)
    if role == "textbox":
        explorer.type(control, what)
    elif role == "radio":
        explorer.choose(control)
    else:
        explorer.press(control, what)


# What the explorers have in common


@each_case
def test_every_control_by_keyboard(pair, kind):
    explorer, like = pair(kind)
    for *what, values in CASES[kind].steps:
        follow(explorer, like, lambda what=what: by_keyboard(explorer, *what), **values)
        if what[0] == "slider":
            slider = explorer.box.get_by_role("slider", name=what[1], exact=True)
            (value,) = values.values()
            expect(slider).to_have_attribute("aria-valuenow", re.compile(f"^{value}"))
            assert slider.evaluate("slider => slider === document.activeElement")


@each_case
def test_rubbish_gets_its_sentence(pair, kind):
    explorer, like = pair(kind)
    for name, (control, unusable, odd) in CASES[kind].rubbish.items():
        box = explorer.box.get_by_role("textbox", name=name, exact=True)
        value, good = like.controls[control], like.controls[control].value
        for typed in unusable:
            refuse(explorer, like, box, typed, value)
        for typed in odd:
            explain(explorer, like, box, typed, control)
        explorer.type(box, good)
        value.value = good
        agree(explorer, like)


@each_case
def test_the_last_of_quick_changes_wins(pair, kind):
    explorer, like = pair(kind)
    for role, name, what, values in CASES[kind].quick:
        by_keyboard(explorer, role, name, what)
        for control, value in values.items():
            getattr(like, control).value = value
    expect(explorer.caption).to_have_text(like.caption, timeout=SECONDS)
    agree(explorer, like)


# What one of them has


def test_the_tokens_follow_every_key(notebook):
    explorer = lab.Explorer(notebook, 1 + KINDS.index("tokenizer"))
    text = explorer.box.get_by_label("Text:", exact=True)
    boxes, group = explorer.box.locator("li"), explorer.box.get_by_role("group").last
    explorer.reach(text)
    explorer.page.keyboard.press("End")
    explorer.page.keyboard.type(" dog")
    expect(boxes).to_have_count(7)
    explorer.type(explorer.box.get_by_label("Second text:"), "a cat")
    expect(group).to_have_attribute("aria-label", re.compile("Token type 1: 3"))
    explorer.type(text, HOSTILE)
    expect(explorer.box.get_by_label("your text")).to_have_text(HOSTILE)
    expect(explorer.box.locator("img, script")).to_have_count(0)
    assert explorer.page.evaluate("window.planted") is None
    explorer.type(text, "dog " * 520)
    expect(explorer.message).to_contain_text("Truncation would lose")
    expect(explorer.box.locator("li.bertlab-lost")).not_to_have_count(0)
    explorer.type(explorer.box.get_by_label("Second text:"), "")
    explorer.type(text, "")
    expect(explorer.message).to_contain_text("nothing to tokenize yet")


def test_sentences_are_read_when_show_is_pressed(pair):
    explorer, like = pair("context")
    box = explorer.box.get_by_role("textbox", name="Sentences:")
    before, typed = figure(explorer), "The one.\nThe other, and the third."
    explorer.type(box, typed, end=None)
    assert figure(explorer) == before
    button = explorer.box.get_by_role("button", name="Show")
    follow(explorer, like, button.click, sentences=typed)


def test_a_head_more_and_the_last_one_off(pair):
    explorer, like = pair("attention")
    explorer.press(explorer.box.get_by_label("several at once"))
    like.heads.several.value = True
    head = explorer.box.get_by_role("button", name="head 2", exact=True)
    follow(explorer, like, lambda: explorer.press(head), heads=(2, 5))
    expect(head).to_have_attribute("aria-pressed", "true")
    key = explorer.box.locator("svg .key")

    def faint():
        """Which heads' lines are faint, and which are not."""
        found = explorer.box.locator("svg .from path").evaluate_all(
            "all => all.map(e => [e.classList[1],"
            " Number(getComputedStyle(e).strokeOpacity) < 0.05])"
        )
        return {tuple(pair) for pair in found}

    assert {light for _, light in faint()} == {False}
    key.nth(1).locator("rect").hover()
    assert faint() == {("h2", True), ("h5", False)}
    explorer.page.mouse.move(0, 0)
    follow(explorer, like, lambda: explorer.press(head), heads=(5,))
    before = figure(explorer)
    explorer.press(explorer.box.get_by_role("button", name="head 5", exact=True))
    expect(explorer.message).to_contain_text("Please note: No head is chosen")
    assert figure(explorer) == before
    explorer.press(explorer.box.get_by_label("several at once"))
    one = explorer.box.get_by_role("button", name="head 5", exact=True)
    explorer.press(one)
    like.heads.several.value = False
    like.heads.value = (5,)
    agree(explorer, like)


@pytest.mark.parametrize("side", ["from", "to"])
@pytest.mark.parametrize("how", ["hover", "focus"])
def test_other_lines_fade(pair, bert, side, how):
    """Pointing at a token, or going to it with Tab, isolates its lines."""
    explorer, like = pair("attention")

    def opacities(side):
        """Of the lines of each token; 0 where they are not drawn at all."""
        return explorer.box.locator(f"svg .{side} .lines").evaluate_all(
            "all => all.map(e => getComputedStyle(e)).map(style =>"
            " style.display === 'none' ? 0 : Number(style.opacity))"
        )

    weights = encode(bert, like.first.value).attentions[2, 4]
    n, chosen = len(weights), 2
    token = explorer.box.locator(f"svg .{side} .token").nth(chosen)
    explorer.page.mouse.move(0, 0)
    explorer.cell.focus()
    assert (opacities("from"), opacities("to")) == ([1] * n, [0] * n)
    if how == "hover":
        token.locator("rect").hover()
    else:
        explorer.reach(token)
    alone = [float(which == chosen) for which in range(n)]
    faint = [value or 0.06 for value in alone] if side == "from" else [0.06] * n
    assert opacities("from") == faint
    assert opacities("to") == (alone if side == "to" else [0] * n)
    own = weights[chosen] if side == "from" else weights[:, chosen]
    numbers = token.locator(".numbers text").evaluate_all(
        "all => all.filter(e => getComputedStyle(e.parentElement).display !== 'none')"
        ".map(e => e.textContent)"
    )
    assert numbers == [f"{w:.2f}" for w in own if w >= 0.01]


def test_a_window_on_many_tokens(pair):
    explorer, like = pair("attention")
    box, slider = (
        explorer.box.get_by_label("First text:"),
        explorer.box.get_by_role("slider"),
    )
    before, text = like.first.value, "dog cat " * 100
    expect(slider).to_have_count(0)
    follow(explorer, like, lambda: explorer.type(box, text), first=text)
    assert "shown are 0 to 127" in said(like)
    expect(explorer.box.locator("svg .from .token")).to_have_count(128)
    follow(explorer, like, lambda: explorer.press(slider, "ArrowRight"), start=1)
    assert slider.evaluate("slider => slider === document.activeElement")
    follow(explorer, like, lambda: explorer.page.keyboard.press("End"), start=74)
    follow(explorer, like, lambda: explorer.type(box, before), first=before)
    expect(slider).to_have_count(0)


def test_saved_pictures(pair, root):
    explorer, _ = pair("attention")
    for name in ("attention-layer3-head5", "attention-layer3-head5-2"):
        explorer.press(explorer.box.get_by_role("button", name="Save PNG and SVG"))
        expect(explorer.message).to_have_text(
            f"Saved beside the notebook: {name}.png and {name}.svg.", timeout=SECONDS
        )
        with Image.open(root / f"{name}.png") as picture:
            assert min(picture.size) > 300
        svg = ET.parse(root / f"{name}.svg").getroot()  # noqa: S314 - our own file
        assert svg.tag == "{http://www.w3.org/2000/svg}svg"


def test_a_guess_by_keyboard(notebook):
    guess = lab.Explorer(notebook, 1 + KINDS.index("guess"))
    group = guess.cell.get_by_role("radiogroup", name="Predict. How many?")
    choices, status = group.get_by_role("radio"), guess.cell.get_by_role("status")
    commit = guess.cell.get_by_role("button", name="This is my prediction")
    guess.press(commit, "Enter")
    expect(status).to_have_text("Choose one first.")
    guess.press(choices.first)
    guess.choose(choices.nth(1))
    guess.press(commit)
    expect(status).to_contain_text("You predict: two.")
    for choice in choices.all():
        expect(choice).to_be_disabled()
    # The focus is where it was, not at the top of the page.
    expect(commit).to_be_focused()


# Every picture that the growing curves have had.
COUNT_PICTURES = """() => {
    window.grown = new Set();
    new MutationObserver(() => {
        for (const box of document.querySelectorAll('[role=status]')) {
            const picture = box.parentElement.querySelector('img');
            if (box.innerText.includes('Training a small') && picture)
                window.grown.add(picture.src);
        }
    }).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""


def test_the_curves_grow_and_are_done(notebook):
    status = notebook.code_cells.nth(GROWING).get_by_role("status")
    expect(status).to_have_text("Training a small BERT: done.", timeout=SECONDS)
    assert notebook.page.evaluate("() => window.grown.size") >= 1


# In the page: looks, names, keys. Each changes it for those after them.

PARTS = (
    "input, label, button, textarea, .noUi-target, .noUi-handle, .widget-readout,"
    " figure, figcaption, img, .bertlab-scroll, .bertlab-tokens, [role=status]"
)


@each
def test_assistive_technology_finds_nothing_wrong(notebook, kind):
    """What axe-core calls serious or critical, in the light theme and in the dark."""
    number = 1 + KINDS.index(kind)
    output = notebook.code_cells.nth(number).locator(".jp-OutputArea").first
    output.evaluate("(output, kind) => output.id = kind", kind)
    output.scroll_into_view_if_needed()
    for theme, light in (("JupyterLab Dark", "false"), ("JupyterLab Light", "true")):
        lab.choose_theme(notebook.page, theme, light)
        found = Axe().run(notebook.page, f"#{kind}").response["violations"]
        wrong = [
            (theme, rule["id"], [node["html"] for node in rule["nodes"]])
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]
        assert wrong == []


def test_words_can_be_read_in_the_dark_theme(notebook):
    lab.choose_theme(notebook.page, "JupyterLab Dark", light="false")
    for number in range(1, len(KINDS) + 1):
        cell = notebook.code_cells.nth(number)
        words = "[role=status]", "figcaption", "label", "input:enabled", "textarea"
        for word in words:
            for found in cell.locator(word).all()[:1]:
                # 4.5 is what WCAG 2 asks for (AA); and the theme must have come first.
                expect(found).to_have_css("color", re.compile("rgba?\\(255, 255"))
                assert found.evaluate(lab.CONTRAST) > 4.5
    # A picture keeps its white paper, or its words would be dark on dark.
    paper = notebook.page.locator("svg .paper").first
    expect(paper).to_have_css("fill", "rgb(255, 255, 255)")
    lab.choose_theme(notebook.page, "JupyterLab Light", light="true")


@each
def test_on_a_phone(notebook, kind):
    page, cell = notebook.page, notebook.code_cells.nth(1 + KINDS.index(kind))
    lab.narrow(page, 390)
    area = cell.locator(".jp-OutputArea-output").first
    area.scroll_into_view_if_needed()
    assert 195 < area.bounding_box()["width"] <= 390
    assert area.evaluate("area => area.scrollWidth <= area.clientWidth + 1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for box in cell.locator(".bertlab-explorer, .bertlab-guess").all():
        assert box.locator(PARTS).count()
        assert box.evaluate(lab.MISFITS, PARTS) == []


KEYS = (
    "m",
    "x",
    "a",
    "d",
    "d",
    "ArrowDown",
    "ArrowUp",
    "Shift+Enter",
    "Escape",
    "Enter",
)


@each
def test_no_key_reaches_jupyterlab(notebook, kind):
    """None changes, runs or leaves a cell, whatever in the explorer has the focus."""
    page, number = notebook.page, 1 + KINDS.index(kind)
    page.set_viewport_size({"width": 1280, "height": 1000})
    cell = notebook.code_cells.nth(number)
    cells = page.locator(".jp-Notebook .jp-Cell").evaluate_all
    look = (
        "all => all.map(c => c.className.match(/jp-(Code|Markdown|Raw)Cell/)[0]"
        " + c.querySelectorAll('.bertlab-explorer, .bertlab-guess').length"
        " + c.querySelector('.jp-InputPrompt').innerText)"
    )
    before, reached = cells(look), set()
    cell.focus()
    inside = f"""() => {{
        const element = document.activeElement;
        const cell = document.querySelectorAll('.jp-Notebook .jp-CodeCell')[{number}];
        const box = cell.querySelector('.bertlab-explorer, .bertlab-guess');
        return box.contains(element) && (element.type || element.getAttribute('role')
            || element.tagName);
    }}"""
    for _ in range(lab.MOST_TABS):
        page.keyboard.press("Tab")
        kind_of = page.evaluate(inside)
        if not kind_of:
            if reached:
                break
            continue
        # Of many tokens of a picture, and of many buttons, a few are enough.
        if kind_of in reached and kind_of in ("img", "button", "group"):
            continue
        if kind_of.isupper():  # no control: a part that scrolls, until it is drawn anew
            page.wait_for_timeout(1000)
            notebook.wait_for_kernel()
            if not page.evaluate(inside):
                continue
        reached.add(kind_of)
        for key in KEYS:
            page.keyboard.press(key)
            assert page.evaluate(inside), f"{key} on {kind_of} moved the focus"
    assert reached
    assert cells(look) == before


def test_a_kernel_that_is_gone_is_said(notebook):
    page = notebook.page
    page.set_viewport_size({"width": 1280, "height": 1000})
    gone = page.get_by_role("status").filter(has_text="The kernel that answered here")
    expect(gone).to_have_count(0)
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.locator('[data-command="kernelmenu:restart"]').click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(gone).to_have_count(len(KINDS), timeout=SECONDS)


# The machine


def test_the_network_is_cut(browser, server):
    """The other tests can see a request that leaves: this one makes some."""
    with lab.opened(browser, server, "empty.ipynb") as opened:
        for address in ("http://bertlab.example/a.js", "https://127.0.0.2/b.css"):
            script = "url => fetch(url).then(() => 'came', () => 'refused')"
            assert opened.page.evaluate(script, address) == "refused"
            assert opened.outside[-1] == address
        assert opened.console
        opened.wait_for_kernel()
        assert "empty.ipynb" in lab.sessions(server)
    assert "empty.ipynb" not in lab.sessions(server), "a closed notebook's kernel ends"
