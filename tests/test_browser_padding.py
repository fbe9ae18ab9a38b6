"""The padding explorer in JupyterLab in a real browser, by mouse and by keyboard.

What the page shows is compared with an explorer in this process whose controls have
the same values, and with the model's own hidden states.
"""

import re

import browser_needed  # noqa: F401 - skips all below where there is no browser
import lab
import numpy as np
import pytest
from playwright.sync_api import expect
from side_by_side import SECONDS, agree, explain, figure, follow, refuse, said

from bertlab import padding
from bertlab.encoder import encode
from bertlab.widgets import padding_explorer
from bertlab.widgets.padding import COUNTED

SET_UP = "import bertlab\nfrom bertlab import widgets\nbert = bertlab.load()"
HOSTILE = (
    '"></figure><script>window.planted = 1</script><img src=x onerror="planted = 1">'
)
NUMBER = 5  # of explorers: each test begins with one that nobody has used
TEXTS = "A bank closed.\n\nThe river rose over its banks.\nNo."


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, bert):
    """A notebook with several explorers, run; `bert` has fetched the model."""
    root, home = (tmp_path_factory.mktemp(name) for name in ("root", "home"))
    cells = ["widgets.padding_explorer(bert)"] * NUMBER
    lab.write_notebook(root / "padding.ipynb", SET_UP, *cells)
    with (
        lab.jupyterlab(root, home) as server,
        lab.chromium() as browser,
        lab.opened(browser, server, "padding.ipynb") as opened,
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
        explorer, like = Page(notebook, numbers.pop()), padding_explorer(bert)
        agree(explorer, like)
        return explorer, like

    return make


class Page(lab.Explorer):
    """The padding explorer in the page."""

    def __init__(self, notebook, number):
        super().__init__(notebook, number)
        self.sentences = self.box.get_by_label("Sentences:")
        self.button = self.box.get_by_role("button", name="Show")
        self.length = self.box.get_by_label("Padded to:")
        self.layer = self.box.get_by_role("slider")

    def radio(self, name):
        """A radio button by its name."""
        return self.box.get_by_role("radio", name=name, exact=True)

    def put(self, box, text, end="Tab"):
        """Put `text` in the place of the sentences, and leave them."""
        self.reach(box)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)
        if end:
            self.page.keyboard.press(end)


def choose(explorer, like, name, **values):
    """Choose a radio button by keyboard, and see that the page follows."""
    follow(explorer, like, lambda: explorer.press(explorer.radio(name)), **values)


def test_every_control_by_keyboard(fresh):
    explorer, like = fresh()
    counted, own = COUNTED
    choose(explorer, like, "off", mask="off")
    choose(explorer, like, "left", side="left")
    choose(explorer, like, own, positions=own)
    others = [name for name in padding.POOLINGS if name != "mean of all"]
    for pooling in (*others, "mean of all"):
        choose(explorer, like, pooling, pooling=pooling)
    choose(explorer, like, counted, positions=counted)
    choose(explorer, like, "on", mask="on")
    choose(explorer, like, "right", side="right")
    last = like.layer.max

    def press(key, layer):
        slide = explorer.layer
        follow(explorer, like, lambda: explorer.press(slide, key), layer=layer)
        expect(slide).to_have_attribute("aria-valuenow", f"{layer}.0")

    press("ArrowLeft", last - 1)
    press("Home", 0)
    press("ArrowRight", 1)
    press("End", last)
    for length in ("30", "11"):
        follow(
            explorer,
            like,
            lambda length=length: explorer.type(explorer.length, length),
            length=length,
        )


def test_sentences_by_keyboard_and_by_click(fresh, bert):
    """They are read when the box is left with Tab, or with a click on the button."""
    explorer, like = fresh()
    put = explorer.put
    follow(explorer, like, lambda: put(explorer.sentences, TEXTS, "Tab"), texts=TEXTS)
    choose(explorer, like, "off", mask="off")
    # The largest move in the caption is that of the model's own states.
    moved = []
    for text in filter(None, TEXTS.splitlines()):
        alone = encode(bert, text)
        n, length = len(alone.ids), int(like.length.value)
        pads = [bert.tokenizer.pad_token_id] * (length - n)
        before = alone.hidden_states[-1]
        after = encode(bert, "", ids=alone.ids + pads).hidden_states[-1][:n]
        distance = np.linalg.norm(after - before, axis=1)
        moved += list(distance / np.linalg.norm(before, axis=1))
    assert f", by {max(moved):.2f} of its norm" in like.caption
    assert f"all tokens: {np.mean(moved):.2f} on average" in like.caption
    second = "One bank.\nTwo banks, and a bank."
    before = figure(explorer)
    put(explorer.sentences, second, end="")
    assert figure(explorer) == before
    follow(explorer, like, explorer.button.click, texts=second)
    third = "The left bank.\nThe right bank is steep."
    follow(explorer, like, lambda: put(explorer.sentences, third, "Tab"), texts=third)
    # What has been left is followed by the button.
    focused = explorer.button.evaluate("button => button === document.activeElement")
    assert focused
    explorer.page.keyboard.press("Enter")
    agree(explorer, like)


def test_rubbish(fresh):
    explorer, like = fresh()
    length, sentences, put = explorer.length, explorer.sentences, explorer.put
    for typed in ("", "  ", "many", "7.5", "1000", HOSTILE, "😀"):
        refuse(explorer, like, length, typed, like.length)
    for typed in ("3", "-1"):
        explorer.type(length, typed)
        like.length.value = typed
        agree(explorer, like)
        assert "padding makes nothing shorter" in said(like)
    follow(explorer, like, lambda: explorer.type(length, "30"), length="30")
    for typed in ("", " \n ", "a\n" * 7, "word " * 200, "x" * 20_001):
        refuse(explorer, like, sentences, typed, like.texts, put)
    for typed in (
        f"{HOSTILE}\n&amp; <b>",
        "שלום\nعربي 😀\n東京",
        "[PAD] [UNK]\n[CLS]",
        "one",
    ):
        explain(explorer, like, sentences, typed, "texts", put)


def test_the_last_of_quick_changes_wins(fresh):
    explorer, like = fresh()
    for typed in ("12", "", "40"):
        explorer.type(explorer.length, typed)
    explorer.reach(explorer.layer)
    for _ in range(4):
        explorer.page.keyboard.press("ArrowLeft")
    explorer.press(explorer.radio("off"))
    explorer.press(explorer.radio("left"))
    like.length.value, like.layer.value = "40", like.layer.max - 4
    like.mask.value, like.side.value = "off", "left"
    expect(explorer.caption).to_have_text(like.caption, timeout=SECONDS)
    agree(explorer, like)


# The tests below change the page for those after them.


def test_words_can_be_read_in_the_dark_theme(notebook):
    lab.choose_theme(notebook.page, "JupyterLab Dark", light="false")
    explorer = Page(notebook, 1)
    explorer.type(explorer.length, "")  # so that there is a message
    expect(explorer.message).to_contain_text("There is no length yet")
    for words in ("[role=status]", "figcaption", "label", "textarea"):
        # 4.5 is what WCAG 2 asks for (AA); and the theme must have come first.
        found = explorer.box.locator(words).first
        expect(found).to_have_css("color", re.compile("rgba?\\(255, 255"))
        assert found.evaluate(lab.CONTRAST) > 4.5
    lab.choose_theme(notebook.page, "JupyterLab Light", light="true")
    explorer.type(explorer.length, "12")
    expect(explorer.message).to_have_text("")


PARTS = (
    "input, label, button, textarea, .noUi-target, figure, figcaption, img,"
    " [role=status]"
)


@pytest.mark.parametrize("width", [640, 390])  # a laptop's screen at 200 %; a phone
def test_in_a_narrow_window(notebook, bert, width):
    lab.narrow(notebook.page, width)
    explorer, like = Page(notebook, 1), padding_explorer(bert)
    area = explorer.cell.locator(".jp-OutputArea-output").first
    for mask in ("off", "on"):
        explorer.press(explorer.radio(mask))
        like.mask.value = mask
        agree(explorer, like)
        assert width / 2 < area.bounding_box()["width"] <= width
        assert explorer.box.evaluate(lab.MISFITS, PARTS) == []
        assert area.evaluate("area => area.scrollWidth <= area.clientWidth + 1")
        assert explorer.image.bounding_box()["width"] > width / 2
