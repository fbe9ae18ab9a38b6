"""The notebooks in JupyterLab in a real browser, as a person uses them."""

import re

import browser_needed  # noqa: F401 - skips all below where there is no browser
import lab
import nbformat
import pytest
from other_models import shorten_file, write_model
from playwright.sync_api import expect

from bertlab.fetching import DEFAULT
from bertlab.tokens import vocabulary

NOTEBOOKS = sorted(path.stem for path in (lab.ROOT / "notebooks").glob("[0-9]*.ipynb"))
HOSTILE = (
    '"></figure><script>window.planted = 1</script><img src=x onerror="planted = 1">'
)


@pytest.fixture(scope="module")
def server(tmp_path_factory, bert):
    """A JupyterLab on a copy of the notebooks; `bert` has fetched the model."""
    root, home = (tmp_path_factory.mktemp(name) for name in ("root", "home"))
    for name in NOTEBOOKS:
        source = lab.ROOT / "notebooks" / f"{name}.ipynb"
        (root / source.name).write_bytes(source.read_bytes())
    lab.write_notebook(
        root / "explorers.ipynb",
        "import bertlab\nfrom bertlab import exercises, widgets\nbert = bertlab.load()",
        "widgets.neighbour_explorer(bert, 'dog', k=5)",
        "widgets.tokenizer_explorer(bert, 'hello, world!')",
        "guess = exercises.predict('How many?', ['one', 'two', 'three'])\nguess",
    )
    with lab.jupyterlab(root, home) as running:
        yield running


@pytest.fixture(scope="module")
def another_model(tmp_path_factory, bert):
    """A JupyterLab where the notebooks have not been run, and find a small model.

    That any model's notebook runs in JupyterLab and that this one's runs at all are
    seen at once. The default model's pictures are those of the committed notebooks, and
    its explorers are in the other browser tests.
    """
    root, home = (tmp_path_factory.mktemp(name) for name in ("not_run", "home"))
    for name in NOTEBOOKS:
        lab.not_run(lab.ROOT / "notebooks" / f"{name}.ipynb", root / f"{name}.ipynb")
        shorten_file(root / f"{name}.ipynb")
    folder = tmp_path_factory.mktemp("adversarial") / "bert"
    model = write_model(folder, "adversarial", vocabulary(bert))
    with lab.jupyterlab(root, home, BERTLAB_MODEL=str(model)) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with lab.chromium() as running:
        yield running


def pictures(notebook):
    """List the alternative text and natural width of every picture, when loaded."""
    images = notebook.page.locator(".jp-OutputArea img")
    for image in images.all():
        image.evaluate("image => image.decode()")
    return images.evaluate_all("all => all.map(i => [i.alt, i.naturalWidth])")


def outputs(name):
    """List the data of every output of a committed notebook."""
    notebook = nbformat.read(lab.ROOT / "notebooks" / f"{name}.ipynb", 4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [
        output.data for cell in cells for output in cell.outputs if "data" in output
    ]


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_as_committed(browser, server, name):
    saved = outputs(name)
    with lab.opened(browser, server, f"{name}.ipynb") as notebook:
        page = notebook.page
        wanted = [data for data in saved if "image/png" in data]
        expect(page.locator(".jp-OutputArea img")).to_have_count(len(wanted))
        assert wanted
        assert all(width > 300 for _, width in pictures(notebook))
        # Each sentence of a picture, and each question, can be read as it stands.
        text = words(page.locator(".jp-Notebook").inner_text())
        for data in saved:
            if "text/html" in data:
                assert words(data["text/plain"])[:60].split(" Choices")[0] in text
        assert notebook.errors.count() == 0
        assert notebook.console == []
        assert notebook.outside == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_run_all(browser, another_model, name):
    with lab.opened(browser, another_model, f"{name}.ipynb") as notebook:
        notebook.run_all()
        assert notebook.errors.all_inner_texts() == []
        said = notebook.page.locator(".jp-OutputArea").all_inner_texts()
        assert DEFAULT.name not in " ".join(said), "it ran on the other model"
        explorers = notebook.page.locator(".bertlab-explorer")
        wanted = sum("_explorer(" in cell.source for cell in source_cells(name))
        expect(explorers).to_have_count(wanted)
        assert all(width > 300 for _, width in pictures(notebook))
        bare = notebook.page.locator(
            ".widget-html img:not([alt]), .widget-html img[alt='']"
        )
        assert bare.count() == 0
        assert notebook.console == []
        assert notebook.outside == []


def source_cells(name):
    notebook = nbformat.read(lab.ROOT / "notebooks" / f"{name}.ipynb", 4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_network_is_cut(browser, server):
    """The other tests can see a request that leaves: this one makes some."""
    with lab.opened(browser, server, "explorers.ipynb") as notebook:
        for address in ("http://bertlab.example/a.js", "https://127.0.0.2/b.css"):
            script = "url => fetch(url).then(() => 'came', () => 'refused')"
            assert notebook.page.evaluate(script, address) == "refused"
        assert notebook.outside == [
            "http://bertlab.example/a.js",
            "https://127.0.0.2/b.css",
        ]
        assert notebook.console


def test_a_closed_notebook_leaves_no_kernel(browser, server):
    with lab.opened(browser, server, "explorers.ipynb") as notebook:
        notebook.wait_for_kernel()
        assert "explorers.ipynb" in lab.sessions(server)
    assert "explorers.ipynb" not in lab.sessions(server)


@pytest.fixture(scope="module")
def explorers(browser, server):
    """A notebook with one of each widget, run."""
    with lab.opened(browser, server, "explorers.ipynb") as notebook:
        notebook.run_all()
        assert notebook.errors.all_inner_texts() == []
        expect(notebook.page.locator(".bertlab-explorer")).to_have_count(2)
        yield notebook
        assert notebook.console == []
        assert notebook.outside == []


@pytest.fixture
def neighbours(explorers):
    """The neighbour explorer, as it was at first."""
    explorer = lab.Explorer(explorers, 1)
    explorer.word = explorer.box.get_by_label("Word:")
    explorer.type(explorer.word, "dog")
    expect(explorer.image).to_have_attribute("alt", re.compile("^Nearest to dog in"))
    expect(explorer.message).to_have_text("")
    return explorer


def changes(explorer, act, alt):
    """Say that `act` changes the picture and that its text becomes `alt`."""
    before = explorer.image.get_attribute("src")
    act()
    expect(explorer.image).to_have_attribute("alt", re.compile(alt))
    expect(explorer.image).not_to_have_attribute("src", before)
    explorer.image.evaluate("image => image.decode()")


def test_word_by_keyboard(neighbours):
    changes(
        neighbours,
        lambda: neighbours.type(neighbours.word, "cat"),
        "^Nearest to cat in",
    )
    caption = neighbours.box.locator("figcaption")
    expect(caption).to_be_visible()
    expect(caption).to_have_text(neighbours.image.get_attribute("alt"))


def test_a_word_of_several_pieces_is_explained(neighbours):
    neighbours.type(neighbours.word, "unbelievably")
    expect(neighbours.message).to_contain_text("has no row of its own")
    expect(neighbours.image).to_have_attribute(
        "alt", re.compile("^Nearest to unbelievably")
    )


def test_number_by_keyboard(neighbours):
    def named():
        alt = neighbours.image.get_attribute("alt")
        return alt.partition(" by cosine: ")[2].partition(". Of")[0].count(" 0.")

    slider = neighbours.box.get_by_role("slider")
    before, source = named(), neighbours.image.get_attribute("src")
    neighbours.reach(slider)
    neighbours.page.keyboard.press("ArrowRight")
    expect(neighbours.image).not_to_have_attribute("src", source)
    assert named() == before + 1
    neighbours.page.keyboard.press("ArrowLeft")
    expect(neighbours.image).to_have_attribute("src", source)


def test_space_by_keyboard(neighbours):
    def choose(space):
        neighbours.reach(neighbours.box.get_by_role("radio", name=space, exact=True))
        neighbours.page.keyboard.press("Space")

    changes(neighbours, lambda: choose("centred"), "in the centred space")
    changes(neighbours, lambda: choose("raw"), "in the raw space")


@pytest.mark.parametrize(
    ("word", "label", "appears"),
    [
        ("[unused5]", "hide [unused] rows", r"by cosine: \[unused"),
        ("##ing", "hide ## pieces", r"by cosine: ##"),
    ],
)
def test_checkboxes_by_keyboard(neighbours, word, label, appears):
    neighbours.type(neighbours.word, word)
    expect(neighbours.image).to_have_attribute(
        "alt", re.compile(re.escape(f"to {word} in"))
    )
    box = neighbours.box.get_by_label(label)

    def press():
        neighbours.reach(box)
        neighbours.page.keyboard.press("Space")

    changes(neighbours, press, appears)
    changes(neighbours, press, rf"^(?!.*{appears})")


@pytest.mark.parametrize("typed", ["", "   "])
def test_no_word(neighbours, typed):
    before = neighbours.image.get_attribute("src")
    neighbours.type(neighbours.word, typed)
    expect(neighbours.message).to_contain_text("Type a word, for instance dog")
    assert neighbours.image.get_attribute("src") == before
    expect(neighbours.word).to_have_value(typed)


def test_hostile_word(neighbours):
    changes(
        neighbours,
        lambda: neighbours.type(neighbours.word, HOSTILE),
        re.escape('Nearest to "></figure>'),
    )
    expect(neighbours.message).to_contain_text('“"></figure><script>')
    expect(neighbours.box.locator("img")).to_have_count(1)
    expect(neighbours.box.locator("script")).to_have_count(0)
    assert neighbours.page.evaluate("window.planted") is None


@pytest.fixture
def tokenizer(explorers):
    """The tokenizer explorer, as it was at first."""
    explorer = lab.Explorer(explorers, 2)
    explorer.text = explorer.box.get_by_label("Text:", exact=True)
    explorer.pair = explorer.box.get_by_label("Second text:")
    explorer.type(explorer.pair, "")
    explorer.type(explorer.text, "hello, world!")
    expect(explorer.message).to_contain_text("6 tokens: 4 for what you typed")
    expect(explorer.box.locator("li")).to_have_count(6)
    return explorer


def test_text_by_keyboard(tokenizer):
    tokenizer.type(tokenizer.text, "unbelievably good")
    boxes = tokenizer.box.locator("li")
    expect(boxes).not_to_have_count(6)
    expect(tokenizer.group).to_have_attribute(
        "aria-label", re.compile("un.*##.*good 2204")
    )
    expect(boxes.nth(boxes.count() - 2)).to_contain_text("2204")
    expect(tokenizer.message).to_contain_text("1 word split into pieces")


def test_the_boxes_follow_every_key(tokenizer):
    tokenizer.reach(tokenizer.text)
    tokenizer.page.keyboard.press("End")
    tokenizer.page.keyboard.type(" dog")
    expect(tokenizer.box.locator("li")).to_have_count(7)


def test_pair_by_keyboard(tokenizer):
    tokenizer.type(tokenizer.pair, "a dog")
    expect(tokenizer.box.locator("li")).to_have_count(9)
    expect(tokenizer.group).to_have_attribute(
        "aria-label", re.compile("Token type 1: 3")
    )


@pytest.mark.parametrize("typed", ["", "   "])
def test_no_text(tokenizer, typed):
    tokenizer.type(tokenizer.text, typed)
    expect(tokenizer.message).to_contain_text(
        "nothing to tokenize yet: type a sentence"
    )
    expect(tokenizer.text).to_have_value(typed)


def test_hostile_text(tokenizer):
    tokenizer.type(tokenizer.text, HOSTILE)
    own = tokenizer.box.get_by_label("your text")
    expect(own).to_have_text(HOSTILE)
    expect(tokenizer.message).to_contain_text("for what you typed and 2 special")
    expect(tokenizer.box.locator("img, script")).to_have_count(0)
    assert tokenizer.page.evaluate("window.planted") is None


def test_a_long_text_is_truncated_in_the_open(tokenizer):
    tokenizer.type(tokenizer.text, "dog " * 520)
    expect(tokenizer.message).to_contain_text("Truncation would lose 10 tokens")
    expect(tokenizer.box.locator("li.bertlab-lost")).to_have_count(10)


def test_prediction_by_keyboard(explorers):
    page, cell = explorers.page, explorers.code_cells.nth(3)
    widget = lab.Explorer(explorers, 3)
    choices, button = cell.get_by_role("radio"), cell.get_by_role("button")
    commit = button.filter(has_text="This is my prediction")
    widget.reach(commit)
    page.keyboard.press("Enter")
    expect(cell.get_by_role("status")).to_have_text("Choose one first.")
    for choice in (choices.first, choices.nth(1)):
        widget.reach(choice)
        page.keyboard.press("Space")
        expect(choice).to_be_checked()
    widget.reach(commit)
    page.keyboard.press("Space")
    expect(cell.get_by_role("status")).to_contain_text("You predict: two.")
    for choice in choices.all():
        expect(choice).to_be_disabled()
    # The focus is where it was, not at the top of the page.
    expect(commit).to_be_focused()
    page.keyboard.press("Space")
    expect(cell.get_by_role("status")).to_contain_text("Already made: you predict two")
