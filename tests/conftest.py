import pytest

import bertlab


@pytest.fixture(scope="session")
def bert():
    """The default model, as a learner gets it."""
    return bertlab.load()
