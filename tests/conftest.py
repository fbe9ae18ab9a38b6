import numpy as np  # noqa: F401 - what is not there cannot be told how many threads
import pytest
from other_models import write_model

import bertlab
from bertlab.model import one_blas_thread
from bertlab.text.tokens import vocabulary

one_blas_thread()  # in tests that load no model as well


@pytest.fixture(scope="session")
def bert():
    """The default model, as a learner gets it."""
    return bertlab.load()


@pytest.fixture(scope="session")
def adversarial(bert, tmp_path_factory):
    """A small model that trips up what is written for the default one."""
    folder = tmp_path_factory.mktemp("adversarial") / "bert"
    return bertlab.load(write_model(folder, "adversarial", vocabulary(bert)))
