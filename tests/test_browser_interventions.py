"""The intervention explorer in JupyterLab in a real browser, by keyboard.

What the page shows is compared with an explorer in this process whose controls have
the same values, and with the model's own hidden states.
"""

import re

import browser_needed  # noqa: F401 - skips all below where there is no browser
import lab
import numpy as np
import pytest
from playwright.sync_api import expect
from side_by_side import SECONDS, agree, explain, follow, refuse, said

from bertlab.encoder import encode
from bertlab.inputs import prepare
from bertlab.widgets import intervention_explorer

SET_UP = "import bertlab\nfrom bertlab import widgets\nbert = bertlab.load()"
HOSTILE = (
    '"></figure><script>window.planted = 1</script><img src=x onerror="planted = 1">'
)
NUMBER = 4  # of explorers: each test begins with one that nobody has used
TEXT = "The cat sat on the mat."


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, bert):
    """A notebook with several explorers, run; `bert` has fetched the model."""
    root, home = (tmp_path_factory.mktemp(name) for name in ("root", "home"))
    cells = ["widgets.intervention_explorer(bert)"] * NUMBER
    lab.write_notebook(root / "interventions.ipynb", SET_UP, *cells)
    with (
        lab.jupyterlab(root, home) as server,
        lab.chromium() as browser,
        lab.opened(browser, server, "interventions.ipynb") as opened,
    ):
        opened.run_all()
        assert opened.errors.all_inner_texts() == []
        expect(opened.page.locator(".bertlab-explorer")).to_have_count(NUMBER)
        yield opened
        assert opened.console == []
        assert opened.outside == []


@pytest.fixture(scope="module")
def fresh(notebook, bert):
    """Returns the next explorer in the page, and its like in this process."""
    numbers = list(range(1, NUMBER + 1))

    def make():
        explorer, like = Page(notebook, numbers.pop()), intervention_explorer(bert)
        agree(explorer, like)
        return explorer, like

    return make


LABELS = {
    "first": "First text:",
    "second": "Second text:",
    "token": "Token:",
    "by": "Put in:",
    "to": "To place:",
    "row": "Its new row:",
}


class Page(lab.Explorer):
    """The intervention explorer in the page."""

    def __init__(self, notebook, number):
        super().__init__(notebook, number)
        self.boxes = {n: self.box.get_by_label(x) for n, x in LABELS.items()}
        self.keep = self.box.get_by_role("checkbox")

    def radio(self, name):
        """A radio button by its name."""
        return self.box.get_by_role("radio", name=name, exact=True)


def choose(explorer, like, change):
    """Choose a change by keyboard, and see that the page follows."""
    follow(
        explorer, like, lambda: explorer.press(explorer.radio(change)), change=change
    )


def put(explorer, like, name, typed):
    """Type into a box, and see that the page follows."""
    follow(
        explorer,
        like,
        lambda: explorer.type(explorer.boxes[name], typed),
        **{name: typed},
    )


def there(explorer):
    """The names of the boxes that can be seen."""
    return {name for name, box in explorer.boxes.items() if box.is_visible()}


def test_every_control_by_keyboard(fresh, bert):
    explorer, like = fresh()
    assert there(explorer) == {"first", "second", "token", "by"}
    put(explorer, like, "by", "dog")
    put(explorer, like, "token", "the")
    assert "as tokens 1 and 5: this is token 1." in said(like)
    put(explorer, like, "token", "5")
    # The figure in the caption is that of the model's own states.
    given = prepare(bert, TEXT)
    ids = list(given.ids)
    ids[5] = bert.tokenizer.convert_tokens_to_ids("dog")
    old, new = (
        np.delete(encode(bert, TEXT, ids=i, attentions=False).hidden_states, 5, axis=1)
        for i in (given.ids, ids)
    )
    moved = np.linalg.norm(new - old, axis=-1) / np.linalg.norm(old, axis=-1)
    assert f", by {moved.max():.1%} at layer" in like.caption
    choose(explorer, like, "remove")
    assert there(explorer) == {"first", "second", "token"}
    follow(explorer, like, lambda: explorer.press(explorer.keep), keep=True)
    follow(explorer, like, lambda: explorer.press(explorer.keep), keep=False)
    choose(explorer, like, "move")
    assert there(explorer) == {"first", "second", "token", "to"}
    put(explorer, like, "to", "1")
    choose(explorer, like, "position row")
    assert there(explorer) == {"first", "second", "token", "row"}
    put(explorer, like, "row", "0")
    put(explorer, like, "second", "It was tired.")


def test_rubbish(fresh):
    explorer, like = fresh()
    for name, rubbish in {
        "first": ("", "   ", "word " * 700, "x" * 20_001),
        "token": ("", "zebra", "99", "-1", HOSTILE, "😀"),
        "by": ("", "two words", HOSTILE, "שלום"),
    }.items():
        value = getattr(like, name)
        good = value.value
        for typed in rubbish:
            refuse(explorer, like, explorer.boxes[name], typed, value)
        explorer.type(explorer.boxes[name], good)
        value.value = good
        agree(explorer, like)
    for typed in (f"{HOSTILE} &amp; <b>", "שלום عربي 😀", "the bank " * 60):
        explain(explorer, like, explorer.boxes["first"], typed, "first")
    explain(explorer, like, explorer.boxes["by"], "😀", "by")
    assert "what is put in is [UNK]." in said(like)


def test_the_last_of_quick_changes_wins(fresh):
    explorer, like = fresh()
    for typed in ("dog", "cat", "", "the"):
        explorer.type(explorer.boxes["by"], typed)
    explorer.type(explorer.boxes["token"], "3")
    explorer.press(explorer.radio("remove"))
    explorer.press(explorer.keep)
    like.by.value, like.token.value = "the", "3"
    like.change.value, like.keep.value = "remove", True
    expect(explorer.caption).to_have_text(like.caption, timeout=SECONDS)
    agree(explorer, like)


# The tests below change the page for those after them.


def test_words_can_be_read_in_the_dark_theme(notebook):
    lab.choose_theme(notebook.page, "JupyterLab Dark", light="false")
    explorer = Page(notebook, 1)
    explorer.type(explorer.boxes["token"], "")  # so that there is a message
    expect(explorer.message).to_contain_text("No token is named")
    for words in ("[role=status]", "figcaption", "label", "input[type=text]"):
        # 4.5 is what WCAG 2 asks for (AA); and the theme must have come first.
        found = explorer.box.locator(words).first
        expect(found).to_have_css("color", re.compile("rgba?\\(255, 255"))
        assert found.evaluate(lab.CONTRAST) > 4.5
    lab.choose_theme(notebook.page, "JupyterLab Light", light="true")
    explorer.type(explorer.boxes["token"], "[CLS]")
    expect(explorer.message).to_have_text("")


PARTS = "input, label, button, figure, figcaption, img, [role=status]"


@pytest.mark.parametrize("width", [640, 390])  # a laptop's screen at 200 %; a phone
def test_in_a_narrow_window(notebook, bert, width):
    lab.narrow(notebook.page, width)
    explorer, like = Page(notebook, 1), intervention_explorer(bert)
    area = explorer.cell.locator(".jp-OutputArea-output").first
    for change in ("remove", "move", "position row", "replace"):
        explorer.press(explorer.radio(change))
        like.change.value = change
        agree(explorer, like)
        assert width / 2 < area.bounding_box()["width"] <= width
        assert explorer.box.evaluate(lab.MISFITS, PARTS) == []
        assert area.evaluate("area => area.scrollWidth <= area.clientWidth + 1")
        assert explorer.image.bounding_box()["width"] > width / 2
