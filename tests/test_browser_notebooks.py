"""The notebooks in JupyterLab in a real browser, as a person uses them."""

import browser_needed  # noqa: F401 - skips all below where there is no browser
import lab
import nbformat
import pytest
from other_models import shorten_file, write_model
from playwright.sync_api import expect

from bertlab.fetching import DEFAULT
from bertlab.text.tokens import vocabulary

pytestmark = pytest.mark.wide
NOTEBOOKS = sorted(path.stem for path in (lab.ROOT / "notebooks").glob("[0-9]*.ipynb"))


@pytest.fixture(scope="module")
def server(tmp_path_factory, bert):
    """A JupyterLab on a copy of the notebooks; `bert` has fetched the model.

    In "not_run" they have no outputs and find a small model: that any model's notebook
    runs in JupyterLab, and that this one's runs at all, are seen at once.
    """
    root, home = (tmp_path_factory.mktemp(name) for name in ("root", "home"))
    for name in NOTEBOOKS:
        source = lab.ROOT / "notebooks" / f"{name}.ipynb"
        (root / source.name).write_bytes(source.read_bytes())
        lab.not_run(source, root / "not_run" / source.name)
        shorten_file(root / "not_run" / source.name)
    folder = tmp_path_factory.mktemp("adversarial") / "bert"
    model = write_model(folder, "adversarial", vocabulary(bert))
    with (
        lab.jupyterlab(root, home, BERTLAB_MODEL=str(model)) as running,
        lab.chromium() as browser,
    ):
        yield lambda name: lab.opened(browser, running, f"{name}.ipynb")


def pictures(notebook):
    """List the alternative text and natural width of every picture, when loaded."""
    images = notebook.page.locator(".jp-OutputArea img")
    for image in images.all():
        image.evaluate("image => image.decode()")
    return images.evaluate_all("all => all.map(i => [i.alt, i.naturalWidth])")


def code_cells(name):
    notebook = nbformat.read(lab.ROOT / "notebooks" / f"{name}.ipynb", 4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_as_committed(server, name):
    outputs = [output for cell in code_cells(name) for output in cell.outputs]
    saved = [output.data for output in outputs if "data" in output]
    with server(name) as notebook:
        wanted = [data for data in saved if "image/png" in data]
        images = notebook.page.locator(".jp-OutputArea img")
        expect(images).to_have_count(len(wanted))
        assert wanted
        assert all(width > 300 for _, width in pictures(notebook))
        # Each sentence of a picture, and each question, can be read as it stands.
        text = words(notebook.page.locator(".jp-Notebook").inner_text())
        for data in saved:
            if "text/html" in data:
                assert words(data["text/plain"])[:60].split(" Choices")[0] in text
        assert notebook.errors.count() == 0
        assert notebook.console == []
        assert notebook.outside == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_run_all(server, name):
    with server(f"not_run/{name}") as notebook:
        notebook.run_all()
        assert notebook.errors.all_inner_texts() == []
        said = notebook.page.locator(".jp-OutputArea").all_inner_texts()
        assert DEFAULT.name not in " ".join(said), "it ran on the other model"
        explorers = notebook.page.locator(".bertlab-explorer")
        wanted = sum("_explorer(" in cell.source for cell in code_cells(name))
        expect(explorers).to_have_count(wanted)
        assert all(width > 300 for _, width in pictures(notebook))
        bare = notebook.page.locator(
            ".widget-html img:not([alt]), .widget-html img[alt='']"
        )
        assert bare.count() == 0
        assert notebook.console == []
        assert notebook.outside == []
