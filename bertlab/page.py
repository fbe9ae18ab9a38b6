"""The hidden widget that gives explorers and guesses keys, names and looks."""

from pathlib import Path

import anywidget


class Page(anywidget.AnyWidget):
    """What an explorer or a guess needs in the page: one of its children."""

    _esm = Path(__file__).with_name("page.js")
    _css = Path(__file__).with_name("page.css")

    def __init__(self):
        super().__init__(layout={"display": "none"})
