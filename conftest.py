"""What concerns every test: notebooks are compared in our own way.

This file stands above notebooks/ as well as tests/, or pytest would not use it there.
"""

import os

import pytest
from nbval.plugin import IPyNbFile
from notebook_comparison import NotebookFile

if (os.cpu_count() or 1) <= 2:
    # pytest runs two processes: with two threads of TensorFlow in each, they would wait
    # for each other a tenth to a quarter of the time.
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Put our class in the place of nbval's."""
    collectors = yield
    return [
        NotebookFile.from_parent(parent, path=file_path)
        if isinstance(collector, IPyNbFile)
        else collector
        for collector in collectors
    ]


# What takes minutes, the longest first: begun last, it would keep one process busy as
# the others have nothing left to do. (pytest-xdist would begin with the files that have
# the most tests, which are quick ones.)
LONGEST = (
    "notebooks/08_",
    "tests/test_browser.py",
    "tests/test_other_models.py",
    "tests/test_cased_model.py",
    "notebooks/09_",
    "tests/test_browser_",
    "tests/test_own_sentences.py",
    "tests/test_padding_explorer.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put what takes longest first; leave the others, and each file, in their order."""

    def rank(item):
        begun = map(item.nodeid.startswith, LONGEST)
        return next((n for n, is_it in enumerate(begun) if is_it), len(LONGEST))

    items.sort(key=rank)
