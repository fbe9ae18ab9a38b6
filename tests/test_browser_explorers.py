"""The explorers of 03 to 05 in JupyterLab in a real browser, by keyboard alone.

What the page shows is compared with an explorer in this process whose controls have
the same values.
"""

import re

import browser_needed  # noqa: F401 - skips all below where there is no browser
import lab
import pytest
from playwright.sync_api import expect
from side_by_side import agree, explain, follow, refuse, said

from bertlab import widgets
from bertlab.embeddings import INGREDIENTS

SET_UP = "import bertlab\nfrom bertlab import widgets\nbert = bertlab.load()"
# Three of each of the first kinds, so that each test begins with one nobody has used.
CELLS = {
    "position": "widgets.position_explorer(bert, 'dog', 10)",
    "segment": "widgets.segment_explorer(bert, 'Where is it?', 'On the roof.')",
    "reconstruction": "widgets.reconstruction_explorer(bert, 'hello, world!')",
    "neighbour": "widgets.neighbour_explorer(bert, 'dog')",
    "tokenizer": "widgets.tokenizer_explorer(bert, 'hello, world!')",
}
KINDS = (*CELLS, *list(CELLS)[:3] * 2)
HOSTILE = (
    '"></figure><script>window.planted = 1</script><img src=x onerror="planted = 1">'
)
ODD = ("<b>x</b>", "👩‍🦰", "שלום", HOSTILE)
LONG = "dog " * 600


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, bert):
    """A notebook with all explorers, run; `bert` has fetched the model."""
    root, home = (tmp_path_factory.mktemp(name) for name in ("root", "home"))
    cells = [CELLS[kind] for kind in KINDS]
    lab.write_notebook(root / "explorers.ipynb", SET_UP, *cells)
    with (
        lab.jupyterlab(root, home) as server,
        lab.chromium() as browser,
        lab.opened(browser, server, "explorers.ipynb") as opened,
    ):
        opened.run_all()
        assert opened.errors.all_inner_texts() == []
        expect(opened.page.locator(".bertlab-explorer")).to_have_count(len(KINDS))
        yield opened
        assert opened.console == []
        assert opened.outside == []


@pytest.fixture(scope="module")
def fresh(notebook):
    """Returns the next explorer of a kind in the page, and its like in this process."""
    numbers = {kind: [n for n, k in enumerate(KINDS, 1) if k == kind] for kind in CELLS}

    def make(kind, bert):
        explorer = lab.Explorer(notebook, numbers[kind].pop())
        like = eval(CELLS[kind], {"widgets": widgets, "bert": bert})  # noqa: S307
        agree(explorer, like)
        return explorer, like

    return make


def test_position_by_keyboard(fresh, bert):
    explorer, like = fresh("position", bert)
    box = explorer.box.get_by_label("Position:")
    slider = explorer.box.get_by_role("slider")
    follow(explorer, like, lambda: explorer.type(box, "127"), position="127")
    expect(slider).to_have_attribute("aria-valuenow", "127.0")
    follow(explorer, like, lambda: explorer.press(slider, "ArrowRight"), slider=128)
    expect(box).to_have_value("128")
    follow(explorer, like, lambda: explorer.press(slider, "Home"), slider=0)
    mean = explorer.box.get_by_label("subtract the mean row")
    follow(explorer, like, lambda: explorer.press(mean), centred=True)
    word = explorer.box.get_by_label("Word:")
    long = "unbelievably"
    follow(explorer, like, lambda: explorer.type(word, long), word=long)
    assert "shown is the first" in said(like)


def test_segment_by_keyboard(fresh, bert):
    explorer, like = fresh("segment", bert)
    first, second = map(explorer.box.get_by_label, ("First text:", "Second text:"))
    text = "Who sat there?"
    follow(explorer, like, lambda: explorer.type(first, text), first=text)
    for types in ("swapped", "the tokenizer's", "all 1"):
        radio = explorer.box.get_by_role("radio", name=types, exact=True)
        follow(explorer, like, lambda radio=radio: explorer.press(radio), types=types)
    follow(explorer, like, lambda: explorer.type(second, ""), second="")
    assert "There is no second text" in said(like)


def test_reconstruction_by_keyboard(fresh, bert):
    explorer, like = fresh("reconstruction", bert)
    text = explorer.box.get_by_label("Text:", exact=True)
    slider, last = explorer.box.get_by_role("slider"), like.place.max
    follow(explorer, like, lambda: explorer.press(slider, "End"), place=last)
    # With fewer tokens, so the slider has to follow.
    follow(explorer, like, lambda: explorer.type(text, "a dog"), text="a dog")
    assert "token 3 is" in said(like)
    expect(slider).to_have_attribute("aria-valuemax", f"{like.place.max}.0")
    expect(slider).to_have_attribute("aria-valuenow", f"{like.place.max}.0")
    pair = explorer.box.get_by_label("Second text:")
    explorer.type(pair, "a cat")
    like.pair.value = "a cat"
    agree(explorer, like)
    expect(slider).to_have_attribute("aria-valuemax", f"{like.place.max}.0")
    follow(explorer, like, lambda: explorer.press(slider, "ArrowRight"), place=4)
    assert "of type 1" in said(like)

    def switch(ingredient, on):
        box = explorer.box.get_by_role("checkbox", name=ingredient, exact=True)
        value = {ingredient.replace(" ", "_"): on}
        follow(explorer, like, lambda: explorer.press(box), **value)
        expect(box).to_be_checked(checked=on)

    for ingredient in INGREDIENTS:
        switch(ingredient, on=False)
    assert like.caption.endswith("Nothing is in use.")
    switch("beta", on=True)


def test_rubbish_in_the_position_explorer(fresh, bert):
    explorer, like = fresh("position", bert)
    box = explorer.box.get_by_label("Position:")
    rows = len(bert.tables.position)
    for typed in ("", "abc", "   ", f"{rows}", "-1", "1.5", LONG, *ODD):
        refuse(explorer, like, box, typed, like.position)
    # The slider, which has stayed where it was, mends it.
    slider = explorer.box.get_by_role("slider")
    follow(explorer, like, lambda: explorer.press(slider, "ArrowRight"), slider=11)
    expect(box).to_have_value("11")
    box = explorer.box.get_by_label("Word:")
    for typed in ("", LONG, "   "):
        refuse(explorer, like, box, typed, like.word)
    for typed in ODD:
        explain(explorer, like, box, typed, "word")


def test_rubbish_in_the_segment_explorer(fresh, bert):
    explorer, like = fresh("segment", bert)
    box = explorer.box.get_by_label("First text:")
    for typed in ("", LONG, "   "):
        refuse(explorer, like, box, typed, like.first)
    for typed in ODD:
        explain(explorer, like, box, typed, "first")
    box = explorer.box.get_by_label("Second text:")
    refuse(explorer, like, box, LONG, like.second)
    for typed in (HOSTILE, "   "):
        explain(explorer, like, box, typed, "second")


def test_rubbish_in_the_reconstruction_explorer(fresh, bert):
    explorer, like = fresh("reconstruction", bert)
    box = explorer.box.get_by_label("Text:", exact=True)
    refuse(explorer, like, box, LONG, like.text)
    for typed in ("   ", *ODD):
        explain(explorer, like, box, typed, "text")
    box = explorer.box.get_by_label("Second text:")
    refuse(explorer, like, box, LONG, like.pair)


def test_the_last_of_quick_changes_wins(fresh, bert):
    explorer, like = fresh("position", bert)
    box = explorer.box.get_by_label("Position:")
    for typed in ("5", "abc", "126", "127"):
        explorer.type(box, typed)
    like.position.value = "127"
    agree(explorer, like)
    explorer.reach(explorer.box.get_by_role("slider"))
    for _ in range(12):
        explorer.page.keyboard.press("ArrowRight")
    like.slider.value = 139
    agree(explorer, like)
    expect(box).to_have_value("139")
    explorer, like = fresh("segment", bert)
    box = explorer.box.get_by_label("First text:")
    for typed in ("a cat", "", "one two three", "Who is it?"):
        explorer.type(box, typed)
    for types in ("all 1", "swapped"):
        explorer.press(explorer.box.get_by_role("radio", name=types, exact=True))
    like.first.value, like.types.value = "Who is it?", "swapped"
    agree(explorer, like)
    explorer, like = fresh("reconstruction", bert)
    box = explorer.box.get_by_label("Text:", exact=True)
    for typed in ("a", LONG, "the dog sat on the mat", "two words"):
        explorer.type(box, typed)
    for name in ("gamma", "beta", "gamma"):
        explorer.press(explorer.box.get_by_role("checkbox", name=name, exact=True))
    like.text.value, like.beta.value = "two words", False
    agree(explorer, like)


# The tests below change the page for those after them.


def test_words_can_be_read_in_the_dark_theme(notebook):
    page = notebook.page
    lab.choose_theme(page, "JupyterLab Dark", light="false")
    for number in range(1, 4):
        explorer = lab.Explorer(notebook, number)
        for words in (
            explorer.message,
            explorer.caption,
            explorer.box.locator("label"),
        ):
            # 4.5 is what WCAG 2 asks for (AA); and the theme must have come first.
            expect(words.first).to_have_css("color", re.compile("rgba?\\(255, 255"))
            assert words.first.evaluate(lab.CONTRAST) > 4.5
    lab.choose_theme(page, "JupyterLab Light", light="true")


PARTS = {
    "pictures": "img, figcaption, [role=status], .bertlab-tokens",
    "controls": "input, label, .noUi-target, .noUi-handle, .widget-readout",
}


@pytest.mark.parametrize(
    ("width", "parts"),
    [
        (640, "pictures"),  # a laptop's screen at 200 %
        (640, "controls"),
        (390, "pictures"),  # a phone
        (390, "controls"),
    ],
)
def test_in_a_narrow_window(notebook, width, parts):
    page = notebook.page
    lab.narrow(page, width)
    for number in range(1, len(CELLS) + 1):
        explorer = lab.Explorer(notebook, number)
        explorer.box.scroll_into_view_if_needed()
        area = explorer.cell.locator(".jp-OutputArea-output").first
        assert width / 2 < area.bounding_box()["width"] <= width
        assert explorer.box.locator(PARTS[parts]).count()
        assert explorer.box.evaluate(lab.MISFITS, PARTS[parts]) == []
        assert area.evaluate("area => area.scrollWidth <= area.clientWidth + 1")
