"""The lessons' code on an untrained BERT of the usual size with a cased vocabulary."""

import pytest
from notebook_style import LESSONS
from other_models import run, write_model

import bertlab
from bertlab.tokens import vocabulary


@pytest.fixture(scope="module")
def folder(bert, tmp_path_factory):
    """Write the model; take its 170 MB away in the end."""
    folder = tmp_path_factory.mktemp("cased") / "bert"
    yield write_model(folder, "cased", vocabulary(bert))
    (folder / "model.safetensors").unlink()


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs(path, folder, monkeypatch):
    monkeypatch.setenv("BERTLAB_MODEL", str(folder))
    assert not run(path)


def test_the_cased_model(folder):
    cased = bertlab.load(folder)
    assert cased.tables.token.shape[1] == 768
    assert cased.config.num_hidden_layers == 12
    assert cased.tokenizer.tokenize("The the BANK") != ["the", "the", "bank"]
    assert cased.tokenizer.tokenize("The the I") == ["The", "the", "I"]
