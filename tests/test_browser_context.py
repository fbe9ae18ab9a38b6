"""The context explorer in JupyterLab in a real browser, by mouse and by keyboard.

What the page shows is compared with an explorer in this process whose controls have
the same values, and with the model's own hidden states.
"""

import re

import browser_needed  # noqa: F401 - skips all below where there is no browser
import lab
import pytest
from playwright.sync_api import expect
from side_by_side import SECONDS, agree, explain, figure, follow, refuse, said

from bertlab.embeddings import cosine_similarity
from bertlab.encoder import encode
from bertlab.widgets import context_explorer

SET_UP = "import bertlab\nfrom bertlab import widgets\nbert = bertlab.load()"
HOSTILE = (
    '"></figure><script>window.planted = 1</script><img src=x onerror="planted = 1">'
)
NUMBER = 6  # of explorers: each test begins with one that nobody has used
FIRST = "The bank closed.\nA grassy bank by the river.\n\nNo such word.\nA bank."


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, bert):
    """A notebook with several explorers, run; `bert` has fetched the model."""
    root, home = (tmp_path_factory.mktemp(name) for name in ("root", "home"))
    cells = ["widgets.context_explorer(bert)"] * NUMBER
    lab.write_notebook(root / "context.ipynb", SET_UP, *cells)
    with (
        lab.jupyterlab(root, home) as server,
        lab.chromium() as browser,
        lab.opened(browser, server, "context.ipynb") as opened,
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
        explorer, like = Page(notebook, numbers.pop()), context_explorer(bert)
        agree(explorer, like)
        return explorer, like

    return make


class Page(lab.Explorer):
    """The context explorer in the page."""

    def __init__(self, notebook, number):
        super().__init__(notebook, number)
        self.word = self.box.get_by_label("Word:")
        self.sentences = self.box.get_by_label("Sentences:")
        self.button = self.box.get_by_role("button", name="Show")
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
    for view in ("map (PCA)", "by layer", "matrix"):
        choose(explorer, like, view, kind=view)
    last = like.layer.max
    space = "without the dominant dimensions"
    choose(explorer, like, space, space=space)
    choose(explorer, like, "raw", space="raw")

    def press(key, layer):
        slide = explorer.layer
        follow(explorer, like, lambda: explorer.press(slide, key), layer=layer)
        expect(slide).to_have_attribute("aria-valuenow", f"{layer}.0")

    press("ArrowLeft", last - 1)
    press("Home", 0)
    press("ArrowRight", 1)
    press("End", last)
    follow(explorer, like, lambda: explorer.type(explorer.word, "the"), word="the")
    assert "Sentence 3 does not have “the”" in said(like)


def test_sentences_by_keyboard_and_by_click(fresh, bert):
    """They are read when the box is left with Tab, or with a click on the button."""
    explorer, like = fresh()
    put = explorer.put
    follow(
        explorer, like, lambda: put(explorer.sentences, FIRST, "Tab"), sentences=FIRST
    )
    assert "Sentence 3 does not have “bank”" in said(like)
    # The cosine in the caption is that of the model's own states.
    texts = FIRST.splitlines()
    states = [
        encode(bert, text).hidden_states[-1][encode(bert, text).tokens.index("bank")]
        for text in (texts[0], texts[1], texts[4])
    ]
    alike = [cosine_similarity(states[i], states[j]) for i, j in ((0, 1), (0, 2))]
    alike.append(cosine_similarity(states[1], states[2]))
    assert f"({max(alike):.2f}); least alike" in like.caption
    assert f"({min(alike):.2f}); the mean is" in like.caption
    second = "One bank.\nTwo banks, and a bank."
    before = figure(explorer)
    put(explorer.sentences, second, end="")
    assert figure(explorer) == before
    follow(explorer, like, explorer.button.click, sentences=second)
    third = "The left bank.\nThe right bank."
    follow(
        explorer, like, lambda: put(explorer.sentences, third, "Tab"), sentences=third
    )
    # What has been left is followed by the button.
    focused = explorer.button.evaluate("button => button === document.activeElement")
    assert focused
    explorer.page.keyboard.press("Enter")
    agree(explorer, like)


def test_rubbish(fresh):
    explorer, like = fresh()
    word, sentences = explorer.word, explorer.sentences
    for typed in ("", "   ", HOSTILE, "😀", "שלום", "word " * 700, "x" * 20_000):
        refuse(explorer, like, word, typed, like.word)
    follow(explorer, like, lambda: explorer.type(word, "Bank"), word="Bank")
    put = explorer.put
    for typed in ("", "  \n ", "bank", "none\nof these", "bank " * 5000):
        refuse(explorer, like, sentences, typed, like.sentences, put)
    for typed in (
        f"{HOSTILE} bank\n&amp; <b>bank</b>",
        "שלום bank\nعربي bank 😀",
        "bank " * 600 + '\na bank\nthe "bank\'s"',
        "\n".join(f"Bank number {n} opened." for n in range(100)),
    ):
        explain(explorer, like, sentences, typed, "sentences", put)
    assert "Up to 30 occurrences are shown" in said(like)


def test_the_last_of_quick_changes_wins(fresh):
    explorer, like = fresh()
    for typed in ("river", "the", "", "bank"):
        explorer.type(explorer.word, typed)
    explorer.reach(explorer.layer)
    for _ in range(4):
        explorer.page.keyboard.press("ArrowLeft")
    explorer.press(explorer.radio("by layer"))
    explorer.press(explorer.radio("map (PCA)"))
    like.layer.value, like.kind.value = like.layer.max - 4, "map (PCA)"
    expect(explorer.caption).to_have_text(like.caption, timeout=SECONDS)
    agree(explorer, like)


# The tests below change the page for those after them.


def test_words_can_be_read_in_the_dark_theme(notebook):
    lab.choose_theme(notebook.page, "JupyterLab Dark", light="false")
    explorer = Page(notebook, 1)
    explorer.type(explorer.word, "")  # so that there is a message
    expect(explorer.message).to_contain_text("There is no word yet")
    for words in ("[role=status]", "figcaption", "label", "textarea"):
        # 4.5 is what WCAG 2 asks for (AA); and the theme must have come first.
        found = explorer.box.locator(words).first
        expect(found).to_have_css("color", re.compile("rgba?\\(255, 255"))
        assert found.evaluate(lab.CONTRAST) > 4.5
    lab.choose_theme(notebook.page, "JupyterLab Light", light="true")
    explorer.type(explorer.word, "bank")
    expect(explorer.message).to_have_text("")


PARTS = (
    "input, label, button, textarea, .noUi-target, figure, figcaption, img,"
    " [role=status]"
)


@pytest.mark.parametrize("width", [640, 390])  # a laptop's screen at 200 %; a phone
def test_in_a_narrow_window(notebook, bert, width):
    lab.narrow(notebook.page, width)
    explorer, like = Page(notebook, 1), context_explorer(bert)
    area = explorer.cell.locator(".jp-OutputArea-output").first
    for view in ("map (PCA)", "by layer", "matrix"):
        explorer.press(explorer.radio(view))
        like.kind.value = view
        agree(explorer, like)
        assert width / 2 < area.bounding_box()["width"] <= width
        assert explorer.box.evaluate(lab.MISFITS, PARTS) == []
        assert area.evaluate("area => area.scrollWidth <= area.clientWidth + 1")
        assert explorer.image.bounding_box()["width"] > width / 2
