"""The published figures of bert-base-uncased: against that model, where it can be had.

Everywhere, against a stand-in: a checkpoint with that model's sizes and names of
tensors, made to have the published entries, so that the comparison is seen to work.
"""

import copy
import json
import os
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from test_model import TABLES, prefixed_and_old
from tiny_bert import packed, write

import bertlab
from bertlab.checkpoint import expected_shapes
from bertlab.network import published_vectors
from bertlab.network.embedding import embed, rebuild
from bertlab.network.published_vectors import (
    compare_published,
    published,
    published_figures,
)

NAME = "bert-base-uncased"
# As that model's own but for the encoder's, which has no part in this.
CONFIG = {
    "architectures": ["BertForMaskedLM"],
    "model_type": "bert",
    "hidden_size": 768,
    "vocab_size": 30_522,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "num_hidden_layers": 1,
    "num_attention_heads": 12,
    "intermediate_size": 8,
}


def stand_in_tables():
    """Make tables of random numbers that have the published entries and output.

    Of a row of the output six entries are published. LayerNorm is undone on these, for
    a mean and a standard deviation that are chosen; the token's other entries are then
    shifted and scaled so that the sum has that mean and that standard deviation.
    """
    random = np.random.default_rng(0)
    width = CONFIG["hidden_size"]
    token, position, token_type = (
        random.normal(-0.02, 0.04, size=(CONFIG[rows], width))
        for rows in ("vocab_size", "max_position_embeddings", "type_vocab_size")
    )
    gamma, beta = random.normal(0.9, 0.05, width), random.normal(-0.05, 0.02, width)
    tables = {"token": token, "position": position, "token_type": token_type}
    output = np.full((len(published()["ids"]), width), np.nan)
    for figure in published_figures():
        where = output if figure.of == "output" else tables[figure.of]
        where[figure.row, figure.entry] = figure.value
    for place, row in enumerate(published()["ids"]):
        mean, deviation = random.normal(-0.01, 0.002), random.uniform(0.05, 0.06)
        total = (output[place] - beta) / gamma * deviation + mean
        free = np.isnan(total)
        fixed, n = total[~free], free.sum()
        centre = (width * mean - fixed.sum()) / n
        squares = width * (deviation**2 + mean**2) - (fixed**2).sum()
        drawn = random.normal(size=n)
        drawn = (drawn - drawn.mean()) / drawn.std()
        total[free] = centre + drawn * (squares / n - centre**2) ** 0.5
        token[row] = total - position[place] - token_type[0]
    return tables | {"gamma": gamma, "beta": beta}


@pytest.fixture(scope="module")
def stand_in(bert, tmp_path_factory):
    """Load a checkpoint written like that model's file, with the published entries."""
    tables = stand_in_tables()
    random = np.random.default_rng(1)
    tensors = {
        name: random.normal(0, 0.02, shape)
        for name, shape in expected_shapes(SimpleNamespace(**CONFIG)).items()
    }
    for table, name in TABLES.items():
        tensors[f"embeddings.{name}"] = tables[table]
    tensors = prefixed_and_old(tensors) | {"cls.predictions.bias": np.zeros(9)}
    files = {
        "config.json": json.dumps(CONFIG).encode(),
        "vocab.txt": (bert.folder / "vocab.txt").read_bytes(),
        "model.safetensors": packed(
            {name: array.astype(np.float32) for name, array in tensors.items()}
        ),
    }
    folder = write(tmp_path_factory.mktemp("published") / "stand-in", files)
    yield bertlab.load(folder)
    (folder / "model.safetensors").unlink()


@pytest.fixture(scope="module")
def real():
    """Load bert-base-uncased: BERTLAB_BERT_BASE's folder, the Hub's cache, the Hub."""
    # What is named there and cannot be loaded is an error, not a reason to skip.
    if folder := os.environ.get("BERTLAB_BERT_BASE"):
        return bertlab.load(folder)
    try:
        return bertlab.load(NAME)
    except bertlab.ModelError as error:
        pytest.skip(str(error))


def with_tables(bert, **tables):
    """Return the model with other tables."""
    return replace(bert, tables=replace(bert.tables, **tables))


@pytest.fixture(params=["stand_in", "real"])
def model(request):
    return request.getfixturevalue(request.param)


def test_the_published_figures_are_the_models(model):
    page = published()
    assert model.tokenizer(page["text"])["input_ids"] == page["ids"]
    found = compare_published(model)
    assert found.equal, found.sentence
    assert found.sentence.startswith(f"Compared, and equal: {model.name} has all 126 ")


def test_the_published_output_is_tensorflows(model):
    layer = model.model.bert.embeddings
    output = layer(np.array([published()["ids"]]))[0].numpy()
    figures = [f for f in published_figures() if f.of == "output"]
    assert len(figures) == 36
    np.testing.assert_allclose(
        [output[f.row, f.entry] for f in figures],
        [f.value for f in figures],
        atol=1e-5,
        rtol=0,
    )


def test_a_model_of_other_sizes_is_not_compared(bert, stand_in):
    found = compare_published(bert)
    assert found.equal is None
    assert f"768; {bert.name} has hidden size 384. To compare, say" in found.sentence
    one_type = with_tables(stand_in, token_type=stand_in.tables.token_type[:1])
    found = compare_published(one_type)
    assert found.equal is None
    assert "; stand-in has 1 row in the token type table." in found.sentence


def differing(found):
    """How many figures differ, by the sentence."""
    return int(re.search(r"(\d+) of the 126 figures", found.sentence)[1])


def swapped(bert):
    return with_tables(bert, gamma=bert.tables.beta, beta=bert.tables.gamma)


def one_row_late(bert):
    return with_tables(bert, token=np.roll(bert.tables.token, 1, axis=0))


def types_exchanged(bert):
    return with_tables(bert, token_type=bert.tables.token_type[::-1])


def half_precision(bert):
    position = bert.tables.position.astype("float16").astype("float32")
    return with_tables(bert, position=position)


@pytest.mark.parametrize(
    ("fault", "least", "says"),
    [
        (swapped, 36, "the tables agree, but what becomes of them"),
        (one_row_late, 70, "same sizes, other weights"),
        (types_exchanged, 40, "same sizes, other weights"),
        (half_precision, 30, "same sizes, other weights"),
    ],
)
def test_a_fault_in_the_model_is_seen(stand_in, fault, least, says):
    found = compare_published(fault(stand_in))
    assert found.equal is False
    assert found.sentence.startswith(f"Compared, and different ({says}")
    assert least <= differing(found) < 126
    assert "The largest difference is at entry " in found.sentence


@pytest.mark.parametrize("left_out", ["position", "variance", "beta"])
def test_a_fault_in_the_layer_is_seen(stand_in, left_out, monkeypatch):
    def faulty(bert, text, **ids):
        b = embed(bert, text, **ids)
        return replace(b, output=rebuild(bert, b, without=[left_out]))

    monkeypatch.setattr(published_vectors, "embed", faulty)
    found = compare_published(stand_in)
    assert found.equal is False
    assert differing(found) >= 30
    assert "the tables agree, but" in found.sentence


def altered(figure):
    """Print a figure so that it is off by little: 1 in its last place but one."""
    if figure.of == "output":
        return f"{figure.value + 2 * published_vectors.OUTPUT_TOLERANCE:.8e}"
    digits, e, power = figure.printed.partition("e")
    places = len(digits.partition(".")[2])
    return f"{float(digits) + 10.0 ** (1 - places):.{places}f}{e}{power}"


def test_every_single_figure_counts(stand_in, monkeypatch):
    figures = iter(published_figures())
    for row in range(21):
        for end in ("first", "last"):
            for i in range(3):
                figure, page = next(figures), copy.deepcopy(published())
                assert page["rows"][row][end][i] == figure.printed
                page["rows"][row][end][i] = altered(figure)
                with monkeypatch.context() as patch:
                    patch.setattr(
                        published_vectors, "published", lambda page=page: page
                    )
                    found = compare_published(stand_in)
                assert differing(found) == 1
                assert f"The largest difference is at {figure.place}:" in found.sentence
    assert next(figures, None) is None


def test_what_was_published():
    figures = published_figures()
    assert len(set(figures)) == 126
    shapes = published()["shapes"] | {"output": [6, 768]}
    for figure in figures:
        rows, width = shapes[figure.of]
        assert 0 <= figure.row < rows
        assert figure.entry in (0, 1, 2, width - 3, width - 2, width - 1)
    # As the page has them, one of each kind.
    values = {(f.of, f.row, f.entry): f.printed for f in figures}
    assert values["token", 3899, 767] == "0.02335184"
    assert values["position", 511, 765] == "1.7536936e-02"
    assert values["token_type", 1, 0] == "0.00111319"
    assert values["output", 3, 2] == "3.16263884e-02"


@pytest.mark.parametrize(
    ("of", "printed", "tolerance"),
    [
        ("token", "-0.01018257", 5e-9),
        ("token", "-0.0106634", 5e-8),
        # Where float32 is coarser than what was printed, half its spacing.
        ("position", "1.7505383e-02", 2**-30),
        ("position", "3.3437202e-05", 2**-39),
        ("position", "1.0000000e-02", 5e-10),
        ("output", "3.16263884e-02", 1e-5),
    ],
)
def test_tolerance(of, printed, tolerance):
    found = published_vectors.Figure(of, 0, 0, printed).tolerance
    assert found == pytest.approx(tolerance, rel=1e-5)
