import numpy as np  # noqa: F401 - what is not there cannot be told how many threads
import pytest

import bertlab
from bertlab.model import one_blas_thread

one_blas_thread()  # in tests that load no model as well


@pytest.fixture(scope="session")
def bert():
    """The default model, as a learner gets it."""
    return bertlab.load()
