"""A small BERT that learns, in JupyterLab in a real browser: curves, a slider.

What the slider shows is compared with an explorer in this process, of the same record.
"""

import browser_needed  # noqa: F401 - skips all below where there is no browser
import lab
import pytest
from playwright.sync_api import expect
from side_by_side import SECONDS, agree, follow

from bertlab.widgets import learning_explorer

MADE = """
import numpy as np
from bertlab.learning import Record, signals
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
from bertlab import widgets
from bertlab.learning import learn, trainer_for
show = widgets.growing("Training a small BERT", {"guessing": 0.25})
train = signals(256, seed=0)
how = {"trainer": trainer_for(train), "show": show}
done = learn(train, task, epochs=4, every=2, **how)
done.whole
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    root, home = (tmp_path_factory.mktemp(name) for name in ("root", "home"))
    explorer = "from bertlab import widgets\nwidgets.learning_explorer(record, time=1)"
    lab.write_notebook(root / "learning.ipynb", MADE, explorer, GROW)
    with (
        lab.jupyterlab(root, home) as server,
        lab.chromium() as browser,
        lab.opened(browser, server, "learning.ipynb") as opened,
    ):
        # Every picture that the growing curves have had.
        opened.page.evaluate(
            """() => {
                window.grown = new Set();
                new MutationObserver(() => {
                    for (const box of document.querySelectorAll('[role=status]')) {
                        const picture = box.parentElement.querySelector('img');
                        const said = box.innerText;
                        if (said.includes('Training a small') && picture)
                            window.grown.add(picture.src);
                    }
                }).observe(document.body, {
                    subtree: true, childList: true, attributes: true,
                });
            }"""
        )
        opened.run_all()
        assert opened.errors.all_inner_texts() == []
        yield opened
        assert opened.console == []
        assert opened.outside == []


def test_the_curves_grow_and_are_done(notebook):
    status = notebook.page.locator("[role=status]", has_text="Training a small BERT")
    expect(status).to_have_text("Training a small BERT: done.", timeout=SECONDS)
    assert notebook.page.evaluate("() => window.grown.size") >= 1


def test_the_slider_by_keyboard(notebook):
    made = {}
    exec(MADE, made)  # noqa: S102 - the same lines as in the page
    explorer = lab.Explorer(notebook, 1)
    like = learning_explorer(made["record"], time=1)
    # It begins where it was told to: the button that plays has not set it back.
    agree(explorer, like)
    slider = explorer.box.get_by_role("slider")
    for key, time in (("ArrowRight", 2), ("Home", 0), ("ArrowRight", 1)):
        follow(explorer, like, lambda key=key: explorer.press(slider, key), time=time)
