"""The attention explorer in JupyterLab in a real browser, by mouse and by keyboard.

What the page shows is compared with an explorer in this process whose controls have
the same values, and with the model's own arrays.
"""

import re
import xml.etree.ElementTree as ET

import browser_needed  # noqa: F401 - skips all below where there is no browser
import lab
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from side_by_side import agree, explain, figure, follow, refuse, said

from bertlab import sample
from bertlab.encoder import encode
from bertlab.tokens import tokenize
from bertlab.widgets import attention_explorer

SET_UP = "import bertlab\nfrom bertlab import widgets\nbert = bertlab.load()"
# Their texts, layers and heads; each test begins with one that nobody has used.
CELLS = {
    "one": ("The cat sat.", "", 3, 5),
    "pair": ("Where is it?", "On the roof.", 1, 1),
}
KINDS = ("one", "pair", *("one",) * 9, "pair", "pair")
HOSTILE = (
    '"></figure><script>window.planted = 1</script><img src=x onerror="planted = 1">'
)
ODD = ("<b>x</b> &amp;", '"quo\'ted"', "👩‍🦰", "שלום עולם", HOSTILE, "dog" * 5000)
LONG, HUGE = "word " * 700, "dog" * 7000
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The folder of the notebook."""
    return tmp_path_factory.mktemp("root")


@pytest.fixture(scope="module")
def notebook(root, tmp_path_factory, bert):
    """A notebook with all explorers, run; `bert` has fetched the model."""
    cells = [f"widgets.attention_explorer(bert, *{CELLS[kind]})" for kind in KINDS]
    lab.write_notebook(root / "attention.ipynb", SET_UP, *cells)
    with (
        lab.jupyterlab(root, tmp_path_factory.mktemp("home")) as server,
        lab.chromium() as browser,
        lab.opened(browser, server, "attention.ipynb") as opened,
    ):
        opened.run_all()
        assert opened.errors.all_inner_texts() == []
        expect(opened.page.locator(".bertlab-attention")).to_have_count(len(KINDS))
        yield opened
        assert opened.console == []
        assert opened.outside == []


@pytest.fixture(scope="module")
def fresh(notebook, bert):
    """Returns the next explorer of a kind in the page, and its like in this process."""
    numbers = {kind: [n for n, k in enumerate(KINDS, 1) if k == kind] for kind in CELLS}

    def make(kind):
        explorer = lab.Explorer(notebook, numbers[kind].pop())
        like = attention_explorer(bert, *CELLS[kind])
        agree(explorer, like)
        return explorer, like

    return make


def radio(explorer, name):
    return explorer.box.get_by_role("radio", name=name, exact=True)


def button(explorer, title):
    return explorer.box.locator(f"button[title={title!r}]")


def choose(explorer, like, name, **values):
    """Choose a radio button by keyboard, and see that the page follows."""
    follow(explorer, like, lambda: explorer.press(radio(explorer, name)), **values)


def test_layers_and_heads_by_keyboard(fresh):
    explorer, like = fresh("one")

    def press(title, key="Space", **values):
        control = button(explorer, title)
        follow(explorer, like, lambda: explorer.press(control, key), **values)
        assert control.evaluate("control => control === document.activeElement")

    press("layer 6", layer=6)
    press("head 7", heads=(7,))
    press("head 12", "Enter", heads=(12,))
    explorer.press(explorer.box.get_by_label("several at once"))
    like.heads.several.value = True
    press("head 2", heads=(2, 12))
    press("head 12", heads=(2,))
    press("all heads", heads=tuple(range(1, 13)))
    expect(explorer.box.locator(".bertlab-head.mod-active")).to_have_count(12)
    expect(explorer.box.locator("svg.bertlab-heads .key")).to_have_count(12)
    # Twelve at once no more: the first of them stays.
    box = explorer.box.get_by_label("several at once")
    follow(explorer, like, lambda: explorer.press(box), heads=(1,))
    expect(explorer.box.locator(".bertlab-head.mod-active")).to_have_text(["1"])
    # The last of several can be switched off, which leaves the picture.
    explorer.press(box)
    before = figure(explorer)
    explorer.press(button(explorer, "head 1"))
    expect(explorer.message).to_contain_text("Please note: No head is chosen")
    assert figure(explorer) == before


def test_pairs_and_special_tokens_by_keyboard(fresh, bert):
    explorer, like = fresh("pair")
    weights = encode(bert, *CELLS["pair"][:2]).attentions[0, 0]
    first = np.arange(len(weights)) < 6  # [CLS] where is it ? [SEP]
    named = explorer.box.locator("svg .from .token")
    for name, rows, columns in (
        ("A→A", first, first),
        ("A→B", first, ~first),
        ("B→A", ~first, first),
        ("B→B", ~first, ~first),
    ):
        choose(explorer, like, name, pairs=name)
        expect(named).to_have_count(int(rows.sum()))
        part = weights[rows][:, columns]
        assert f"{part.sum(axis=1).mean():.0%} of all they give" in like.caption
        most = part.max(axis=1)
        said_of = named.evaluate_all("all => all.map(e => e.ariaLabel)")
        assert [label[-4:] for label in said_of] == [f"{value:.2f}" for value in most]
    choose(explorer, like, "all", pairs="all")
    for name in ("hidden", "hidden, the rest rescaled", "shown"):
        choose(explorer, like, name, special=name)
        expect(named).to_have_count(11 if name == "shown" else 8)
    for name in ("contribution", "both", "weight"):
        choose(explorer, like, name, show=name)
        svgs = explorer.box.locator("svg.bertlab-heads")
        expect(svgs).to_have_count(2 if name == "both" else 1)
    second = explorer.box.get_by_label("Second text:")
    follow(explorer, like, lambda: explorer.type(second, ""), second="")
    expect(radio(explorer, "A→B")).to_be_disabled()


def numbers_shown(token):
    return token.locator(".numbers text").evaluate_all(
        "all => all.filter(e => getComputedStyle(e.parentElement).display !== 'none')"
        ".map(e => e.textContent)"
    )


@pytest.mark.parametrize("side", ["from", "to"])
@pytest.mark.parametrize("how", ["hover", "focus"])
def test_other_lines_fade(notebook, bert, side, how):
    """Pointing at a token, or going to it with Tab, isolates its lines."""
    explorer = lab.Explorer(notebook, 1)
    page = explorer.page
    page.mouse.move(0, 0)
    explorer.cell.focus()

    def opacities(side):
        """Of the lines of each token; 0 where they are not drawn at all."""
        return explorer.box.locator(f"svg .{side} .lines").evaluate_all(
            "all => all.map(e => getComputedStyle(e)).map(style =>"
            " style.display === 'none' ? 0 : Number(style.opacity))"
        )

    def colours():
        return explorer.box.locator(f"svg .{side} .token rect").evaluate_all(
            "all => all.map(e => getComputedStyle(e).fill)"
        )

    weights = encode(bert, CELLS["one"][0]).attentions[2, 4]
    n = len(weights)
    assert opacities("from") == [1] * n
    assert opacities("to") == [0] * n
    tokens = explorer.box.locator(f"svg .{side} .token")
    for chosen in (0, 2, n - 1):
        token = tokens.nth(chosen)
        if how == "hover":
            token.locator("rect").hover()
        else:
            explorer.reach(token)
        alone = [float(which == chosen) for which in range(n)]
        if side == "from":
            assert opacities("from") == [value or 0.06 for value in alone]
            assert opacities("to") == [0] * n
        else:
            assert opacities("from") == [0.06] * n
            assert opacities("to") == alone
        assert len(set(colours())) == 2
        own = weights[chosen] if side == "from" else weights[:, chosen]
        assert numbers_shown(token) == [f"{w:.2f}" for w in own if w >= 0.01]
        assert sum(map(len, map(numbers_shown, tokens.all()))) == (own >= 0.01).sum()
    page.mouse.move(0, 0)
    explorer.cell.focus()
    assert opacities("from") == [1] * n
    assert opacities("to") == [0] * n


def test_a_key_isolates_a_head(fresh):
    explorer, like = fresh("one")
    explorer.press(explorer.box.get_by_label("several at once"))
    for head in (1, 9):
        explorer.press(button(explorer, f"head {head}"))
    like.heads.value = (1, 5, 9)
    agree(explorer, like)
    key = explorer.box.locator("svg .key")

    def faint():
        """Which heads' lines are faint, and which are not."""
        found = explorer.box.locator("svg .from path").evaluate_all(
            "all => all.map(e => [e.classList[1],"
            " Number(getComputedStyle(e).strokeOpacity) < 0.05])"
        )
        return {tuple(pair) for pair in found}

    assert {light for _, light in faint()} == {False}
    for which in ("hover", "focus"):
        if which == "hover":
            key.nth(2).locator("rect").hover()
        else:
            explorer.page.mouse.move(0, 0)
            explorer.reach(key.nth(2))
        assert faint() == {("h1", True), ("h5", True), ("h9", False)}


def test_matrix_by_keyboard(fresh, bert):
    explorer, like = fresh("one")
    explorer.press(radio(explorer, "matrix"))
    like.mode.value = "matrix"
    expect(explorer.box.locator("svg.bertlab-cells")).to_be_visible()
    agree(explorer, like)
    weights = encode(bert, CELLS["one"][0]).attentions[2, 4]
    written = explorer.box.locator("svg .numbers text")
    expect(written).to_have_text([f"{value:.2f}" for value in weights.ravel()])
    row = explorer.box.locator("svg .token").nth(2)
    told = row.locator(".more")
    expect(told).not_to_be_visible()
    explorer.reach(row)
    expect(told).to_be_visible()
    best = weights[2].argmax()
    expect(told).to_contain_text(f"{weights[2, best]:.2f}")
    choose(explorer, like, "both", show="both")
    expect(explorer.box.locator("svg.bertlab-cells")).to_have_count(2)


def test_inside_one_weight_by_keyboard(fresh, bert):
    explorer, like = fresh("pair")
    one, start, end = "inside one weight", "from_token", "to_token"
    choose(explorer, like, one, mode=one)
    box = explorer.box.get_by_label("From token:")
    # The pair on show at first is another one.
    follow(explorer, like, lambda: explorer.type(box, "1"), **{start: "1"})
    follow(explorer, like, lambda: explorer.type(box, "3"), **{start: "3"})
    other = explorer.box.get_by_label("To token:")
    follow(explorer, like, lambda: explorer.type(other, "Roof"), **{end: "Roof"})
    weights = encode(bert, *CELLS["pair"][:2]).attentions[0, 0]
    assert f"softmax over 11 tokens: {weights[3, 8]:.3f}" in like.caption
    assert "From it (3) to roof (8)." in said(like)
    for typed in ("abc", "999", "-1", "1.5", HOSTILE, LONG, "😀"):
        refuse(explorer, like, box, typed, like.from_token)
    explorer.type(box, "3")
    like.from_token.value = "3"
    agree(explorer, like)


def test_a_thumbnail_by_click_and_by_keyboard(fresh):
    explorer, like = fresh("one")
    explorer.press(radio(explorer, "all layers"))
    like.mode.value = "all layers"
    thumbnails = explorer.box.locator(".bertlab-thumbnails button")
    expect(thumbnails).to_have_count(72)
    picked = explorer.box.locator(".bertlab-thumbnails .mod-active")
    expect(picked).to_have_text("3·5")
    agree(explorer, like)
    pictures = thumbnails.evaluate_all(
        "all => all.map(e => getComputedStyle(e, '::before'))"
        ".map(s => [s.backgroundImage.slice(0, 26), s.backgroundPosition])"
    )
    assert {image for image, _ in pictures} == {'url("data:image/png;base64'}
    assert len({place for _, place in pictures}) == 72
    by_click = explorer.box.get_by_role("button", name="2·11", exact=True)
    expect(by_click).to_have_attribute("title", re.compile("^layer 2, head 11: "))
    follow(explorer, like, by_click.click, layer=2, heads=(11,))
    expect(picked).to_have_text("2·11")
    by_key = explorer.box.get_by_role("button", name="6·12", exact=True)
    follow(explorer, like, lambda: explorer.press(by_key), layer=6, heads=(12,))
    expect(picked).to_have_text("6·12")
    # What was picked stays picked in the other views.
    explorer.press(radio(explorer, "heads"))
    like.mode.value = "heads"
    agree(explorer, like)
    expect(explorer.box.locator("button.mod-active:visible")).to_have_text(["6", "12"])


def test_saved_pictures(fresh, root):
    explorer, like = fresh("one")
    save = explorer.box.get_by_role("button", name="Save PNG and SVG")
    for view, name in (
        ("matrix", "attention-matrix-layer3-head5"),
        ("all layers", "attention-all-layers"),
        ("inside one weight", "attention-one-weight-layer3-head5"),
        ("heads", "attention-layer3-head5"),
        ("", "attention-layer3-head5-2"),  # the first is not written over
    ):
        if view:
            explorer.press(radio(explorer, view))
            like.mode.value = view
            agree(explorer, like)
        explorer.press(save)
        expect(explorer.message).to_have_text(
            f"Saved beside the notebook: {name}.png and {name}.svg.", timeout=20_000
        )
        with Image.open(root / f"{name}.png") as picture:
            picture.verify()
            assert min(picture.size) > 300
        svg = ET.parse(root / f"{name}.svg").getroot()  # noqa: S314 - our own file
        assert svg.tag == f"{SVG}svg"
        assert svg.find(f".//{SVG}path") is not None or view == "matrix"


def test_rubbish_in_the_texts(fresh):
    explorer, like = fresh("one")
    box = explorer.box.get_by_label("First text:")
    for typed in ("", "   ", LONG, HUGE, "\u200b"):
        refuse(explorer, like, box, typed, like.first)
    for typed in ODD:
        explain(explorer, like, box, typed, "first")
    box = explorer.box.get_by_label("Second text:")
    refuse(explorer, like, box, LONG, like.second)
    explain(explorer, like, box, HOSTILE, "second")


def text_of(bert, n):
    """A text of `n` tokens, [CLS] and [SEP] among them, with few that are the same."""
    sentences = sample.sentences()
    words = list(dict.fromkeys(" ".join(s.text for s in sentences).split()))
    kept = [word for word in words if len(tokenize(bert, word).ids) == 3]
    return " ".join(kept[: n - 2])


@pytest.mark.parametrize("n", [1, 2, 32])
def test_few_tokens(notebook, bert, n):
    explorer = lab.Explorer(notebook, 1)
    like = attention_explorer(bert, *CELLS["one"])
    box, text = explorer.box.get_by_label("First text:"), text_of(bert, n + 2)
    explorer.type(box, text)
    like.first.value = text
    agree(explorer, like)
    expect(explorer.box.locator("svg .from .token")).to_have_count(n + 2)
    explorer.type(box, CELLS["one"][0])
    like.first.value = CELLS["one"][0]
    agree(explorer, like)


def test_128_and_512_tokens(fresh, bert):
    explorer, like = fresh("one")
    box, text = explorer.box.get_by_label("First text:"), text_of(bert, 128)
    follow(explorer, like, lambda: explorer.type(box, text), first=text)
    tokens = explorer.box.locator("svg .from .token")
    expect(tokens).to_have_count(128)
    slider = explorer.box.get_by_role("slider")
    expect(slider).to_have_count(0)
    # Past what can be read: a window, which the arrow keys move.
    text = text_of(bert, 512)
    follow(explorer, like, lambda: explorer.type(box, text), first=text)
    assert "512 tokens are more than can be read here" in said(like)
    assert "shown are 0 to 127" in said(like)
    expect(tokens).to_have_count(128)
    follow(explorer, like, lambda: explorer.press(slider, "ArrowRight"), start=1)
    assert slider.evaluate("slider => slider === document.activeElement")
    follow(explorer, like, lambda: explorer.page.keyboard.press("End"), start=384)
    assert "shown are 384 to 511" in said(like)
    refuse(explorer, like, box, LONG, like.first)
    follow(explorer, like, lambda: explorer.type(box, "a dog"), first="a dog")
    expect(slider).to_have_count(0)


def test_the_last_of_quick_changes_wins(fresh):
    explorer, like = fresh("one")
    box = explorer.box.get_by_label("First text:")
    for typed in ("a", "", LONG, "the dog sat on the mat", "the last one"):
        explorer.type(box, typed)
    for title in ("head 1", "head 2", "layer 2", "head 3", "layer 4", "head 4"):
        button(explorer, title).click()
    like.first.value, like.layer.value, like.heads.value = "the last one", 4, (4,)
    agree(explorer, like)
    expect(explorer.box.locator(".bertlab-head.mod-active")).to_have_text(["4"])


# The tests below change the page for those after them.


def test_words_can_be_read_in_the_dark_theme(notebook):
    lab.choose_theme(notebook.page, "JupyterLab Dark", light="false")
    explorer = lab.Explorer(notebook, 2)
    for words in ("[role=status]", "figcaption", "label", ".widget-label"):
        # 4.5 is what WCAG 2 asks for (AA); and the theme must have come first.
        found = explorer.box.locator(words).first
        expect(found).to_have_css("color", re.compile("rgba?\\(255, 255"))
        assert found.evaluate(lab.CONTRAST) > 4.5
    for controls in ("button[title='layer 2']", "button[title='head 2']"):
        assert explorer.box.locator(controls).evaluate(lab.CONTRAST) > 4.5
    # A picture keeps its white paper, or its words would be dark on dark.
    paper = explorer.box.locator("svg .paper").first
    expect(paper).to_have_css("fill", "rgb(255, 255, 255)")
    lab.choose_theme(notebook.page, "JupyterLab Light", light="true")


PARTS = (
    "input, label, button, .noUi-target, .widget-readout, figure, figcaption, img,"
    " .bertlab-scroll, [role=status]"
)


@pytest.mark.parametrize("width", [640, 390])  # a laptop's screen at 200 %; a phone
def test_in_a_narrow_window(notebook, bert, width):
    page = notebook.page
    lab.narrow(page, width)
    explorer = lab.Explorer(notebook, 2)
    like = attention_explorer(bert, *CELLS["pair"])
    text = text_of(bert, 160 if width == 390 else 40)
    explorer.type(explorer.box.get_by_label("First text:"), text)
    like.first.value = text
    area = explorer.cell.locator(".jp-OutputArea-output").first
    for view in ("matrix", "all layers", "inside one weight", "heads"):
        explorer.press(radio(explorer, view))
        like.mode.value = view
        agree(explorer, like)
        assert width / 2 < area.bounding_box()["width"] <= width
        assert explorer.box.evaluate(lab.MISFITS, PARTS) == []
        assert area.evaluate("area => area.scrollWidth <= area.clientWidth + 1")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
