"""What concerns every test: notebooks compared in our own way, and what is run when.

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


# What takes longest is begun first: begun last, it would keep one process busy as the
# others have nothing left to do. (pytest-xdist would begin with the files that have the
# most tests, which are quick ones.)
LONGEST = (
    "tests/test_other_models.py",  # with WIDE=1
    "notebooks/08_",
    "notebooks/09_",
    "tests/test_browser",
)
WIDE = os.environ.get("WIDE") == "1"
left_out = pytest.StashKey[int]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Put what takes longest first; leave out what is wide, unless WIDE=1."""

    def rank(item):
        begun = map(item.nodeid.startswith, LONGEST)
        return next((n for n, is_it in enumerate(begun) if is_it), len(LONGEST))

    items.sort(key=rank)
    wide = [item for item in items if not WIDE and item.get_closest_marker("wide")]
    if wide:
        items[:] = [item for item in items if not item.get_closest_marker("wide")]
        config.hook.pytest_deselected(items=wide)
    # From pytest-xdist's processes, which collect, to the one that reports.
    getattr(config, "workeroutput", {})["wide"] = len(wide)
    config.stash[left_out] = len(wide)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take over how many a process of pytest-xdist left out: each, the same."""
    node.config.stash[left_out] = getattr(node, "workeroutput", {}).get("wide", 0)


def pytest_terminal_summary(terminalreporter, config):
    """Say how many tests were left out."""
    if wide := config.stash.get(left_out, 0):
        terminalreporter.write_line(f"Left out as wide (WIDE=1 runs them): {wide}")
