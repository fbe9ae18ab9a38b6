"""The notebooks' code on a BERT of another size and vocabulary, untrained.

What comes out is not compared; nothing may break, or be said on stderr. A model of the
usual size has a file of its own, for pytest to run beside this one, and the harsh one
is what test_browser.py runs the lessons on.
"""

import pytest
from notebook_style import NOTEBOOKS
from other_models import run, write_model

import bertlab
from bertlab.tokens import vocabulary


@pytest.fixture(scope="module")
def short(bert, tmp_path_factory):
    """Write the short model to a folder."""
    folder = tmp_path_factory.mktemp("short") / "bert"
    return write_model(folder, "short", vocabulary(bert))


@pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_a_notebook_runs(short, path, monkeypatch):
    monkeypatch.setenv("BERTLAB_MODEL", str(short))
    assert not run(path)


def test_the_short_model(short, bert):
    model = bertlab.load(short)
    assert model.tables.position.shape == (24, 24)
    assert model.tables.token_type.shape == (1, 24)
    usual = set(vocabulary(bert))
    assert 0.6 < len(usual & set(vocabulary(model))) / len(usual) < 0.7


def test_the_harsh_model(bert, tmp_path):
    harsh = bertlab.load(write_model(tmp_path / "bert", "harsh", vocabulary(bert)))
    assert not {"the", "of", "dog"} & set(vocabulary(harsh))
    assert not harsh.tables.token[0].any()
    assert (harsh.tables.gamma == 1).all()
