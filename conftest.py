"""What concerns every test: notebooks are compared in our own way.

This file stands above notebooks/ as well as tests/, or pytest would not use it there.
"""

import pytest
from nbval.plugin import IPyNbFile
from notebook_comparison import NotebookFile


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
