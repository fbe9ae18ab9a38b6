"""The notebooks' code on BERTs of other sizes and vocabularies, untrained.

What comes out is not compared; nothing may break, or be said on stderr. The model that
takes longest has a file of its own, for pytest to run beside this one.
"""

import pytest
from notebook_style import LESSONS, NOTEBOOKS
from other_models import run, write_model

import bertlab
from bertlab.tokens import vocabulary


@pytest.fixture(scope="module")
def folder(request, bert, tmp_path_factory):
    """Write the model that the test asks for."""
    root = tmp_path_factory.mktemp(request.param)
    return write_model(root / "bert", request.param, vocabulary(bert))


# The worked answers have little of their own: one other model is enough for them.
RUNS = [("short", path) for path in NOTEBOOKS] + [("harsh", path) for path in LESSONS]


@pytest.mark.parametrize(
    ("folder", "path"),
    sorted(RUNS, key=lambda run: run[0]),  # a model is written once
    indirect=["folder"],
    ids=lambda part: (
        part if isinstance(part, str) else f"{part.parent.name}/{part.stem}"
    ),
)
def test_a_notebook_runs(folder, path, monkeypatch):
    monkeypatch.setenv("BERTLAB_MODEL", str(folder))
    assert not run(path)


@pytest.mark.parametrize("folder", ["short"], indirect=True)
def test_the_short_model(folder, bert):
    short = bertlab.load(folder)
    assert short.tables.position.shape == (24, 24)
    assert short.tables.token_type.shape == (1, 24)
    usual = set(vocabulary(bert))
    assert 0.6 < len(usual & set(vocabulary(short))) / len(usual) < 0.7


@pytest.mark.parametrize("folder", ["harsh"], indirect=True)
def test_the_harsh_model(folder):
    harsh = bertlab.load(folder)
    assert not {"the", "of", "dog"} & set(vocabulary(harsh))
    assert not harsh.tables.token[0].any()
    assert (harsh.tables.gamma == 1).all()
