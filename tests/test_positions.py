"""Notebook 03's pictures, explorer and checks."""

import numpy as np
import pytest
from explorers import refused, said, shown, state
from toy import toy_bert

from bertlab.displays import (
    plot_by_distance,
    plot_by_position,
    plot_path,
    plot_position,
    plot_position_map,
    plot_waves,
)
from bertlab.explorers import position_explorer
from bertlab.explorers import positions as positions_module
from bertlab.network.embedding import embed
from bertlab.network.similarity import cosine_similarity

# Four rows: the first two alike, the last opposite to the first.
SIMILARITY = np.array(
    [
        [1.0, 0.8, 0.2, -1.0],
        [0.8, 1.0, 0.4, -0.6],
        [0.2, 0.4, 1.0, -0.2],
        [-1.0, -0.6, -0.2, 1.0],
    ]
)
NORMS = np.array([5.0, 1.0, 1.1, 1.2])
PLACED = np.array([0.5, 1.0, 0.9, 0.7])
PATH = np.array([[0, 0], [3, 4], [3, 0], [0, 4]], float)


def position(norms=NORMS):
    return plot_position(
        1,
        SIMILARITY[1],
        norms,
        PLACED,
        pairs=(-0.9, 0.7),
        others=(0.1, 0.3),
        word="$dog$",
        centred=False,
    )


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_map():
    plot = plot_position_map(SIMILARITY)
    (mesh,) = plot.axes.collections
    np.testing.assert_array_equal(mesh.get_array().reshape(4, 4), SIMILARITY)
    assert mesh.get_clim() == (-1, 1)  # 0 is the map's middle
    for found in (
        "0.33 on average, lowest -0.20 (positions 2 and 3)",
        "90 % lie between -0.90 and 0.70",
        "row 3, -0.60",
    ):
        assert found in plot.caption


def test_rows_like_neither_neighbour_are_marked_at_the_edge():
    angle = np.arange(40) / 40
    rows = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    rows[[0, 20]] *= -1
    rows[39] = rows[39] @ [[0, 1], [-1, 0]]
    plot = plot_position_map(rows @ rows.T)
    marks = [line.get_xydata().tolist() for line in plot.axes.lines]
    assert marks == [[[39.5, 0]], [[39.5, 20]], [[39.5, 39]]]
    assert "row 0, 20 and 39" in plot.caption


def test_by_distance():
    curves = {"rows": [1, 0.9, 0.2, 0.6, 0.1], "shuffled": [1, 0.0, 0.1, -0.1, 0.0]}
    plot = plot_by_distance(curves, peaks=[3])
    first, second, peak = plot.axes.lines
    assert first.get_xydata().tolist() == [[1, 0.9], [2, 0.2], [3, 0.6], [4, 0.1]]
    assert second.get_ydata().tolist() == [0.0, 0.1, -0.1, 0.0]
    assert peak.get_xydata().tolist() == [[3, 0.6]]
    for found in ("0.90 at distance 1, lowest 0.10 at 4", "3 (0.60)", "-0.10 to 0.10"):
        assert found in plot.caption.replace("from ", "")


def test_by_position():
    values = np.ones(200)
    values[[0, 60, 120, 121, 199]] = 1.9, 1.8, 1.4, 1.5, 1.3
    plot = plot_by_position(values, label="norm")
    line, marked = plot.axes.lines
    assert line.get_ydata().tolist() == values.tolist()
    assert sorted(marked.get_xdata()) == [0, 60, 120, 121, 199]
    # Those side by side share a label.
    assert texts(plot.axes) == ["0", "60", "120, 121", "199"]
    assert "median 1.00" in plot.caption
    assert "1.90 at 0, 1.80 at 60, 1.50 at 121, 1.40 at 120" in plot.caption
    lowest = plot_by_position(-values, label="norm", lowest=True)
    assert "-1.90 at 0, -1.80 at 60" in lowest.caption


def test_a_lone_long_row_is_drawn_at_the_edge():
    values = np.array([9.0, 1, 1.2, 1, 1, 1, 1, 1.1, 1, 2])
    plot = plot_by_position(values, label="norm")
    low, high = plot.axes.get_ylim()
    assert low < 1
    assert 2 < high < 2.5
    assert plot.axes.lines[-1].get_xydata().tolist() == [[0, 1]]
    assert "0: 9.00" in texts(plot.axes)
    assert "Position 0 is beyond the upper edge" in plot.caption


def test_path():
    plot = plot_path(PATH, numbered=3, shares=(0.5, 0.25))
    dots, joined = plot.axes.collections
    np.testing.assert_array_equal(dots.get_offsets(), PATH)
    segments = [segment.tolist() for segment in joined.get_segments()]
    assert segments == [PATH[:2].tolist(), PATH[1:3].tolist()]
    assert texts(plot.axes) == ["0", "1", "2"]
    # Steps 5, 4 and 5; the six pairs 5, 3, 4, 4, 3 and 5.
    assert "4.67 long on average" in plot.caption
    assert "4.00 apart" in plot.caption
    assert "75% of the variance" in plot.caption


def test_waves():
    plot = plot_waves([[2, 0], [-2, 1], [2, 0]], shares=(0.6, 0.3), periods=(2, 3.04))
    curves = [line for line in plot.axes.lines if len(line.get_xdata()) == 3]
    np.testing.assert_allclose(curves[0].get_ydata(), [0.46, -0.46, 0.46])
    np.testing.assert_allclose(curves[1].get_ydata(), [-1, -0.77, -1])
    labels = [label.get_text() for label in plot.axes.get_yticklabels()]
    assert labels == ["1: 60%, period 2.0", "2: 30%, period 3.0"]
    assert "90% of the variance" in plot.caption


def test_position():
    plot = position()
    for ax, values in zip(plot.figure.axes, (SIMILARITY[1], NORMS, PLACED)):
        curve, _, point = ax.lines
        assert curve.get_ydata().tolist() == values.tolist()
        assert point.get_xydata().tolist() == [[1, values[1]]]
    bands = [p for ax in plot.figure.axes for p in ax.patches if p.get_hatch()]
    assert [band.get_y() for band in bands] == pytest.approx([-0.9, 0.1])
    assert [band.get_height() for band in bands] == pytest.approx([1.6, 0.2])
    for found in (
        "Position 1: norm 1.00, number 4 of 4",
        "0 (0.80), 2 (0.40) and 3 (-0.60), furthest from 3 (-0.60)",
        "“$dog$” here and elsewhere: cosine 0.70 on average, least 0.50 (at 0)",
    ):
        assert found in plot.caption


def test_one_long_row_does_not_press_the_others_flat():
    assert position().figure.axes[1].get_yscale() == "log"
    zeros = position(np.array([1.0, 0.0, 0.0, 0.0]))
    assert zeros.figure.axes[1].get_yscale() == "linear"


# The explorer


@pytest.fixture(scope="module")
def shared(bert):
    return position_explorer(bert)


@pytest.fixture
def explorer(shared):
    """An explorer as it is at first."""
    shared.position.value, shared.word.value = "10", "dog"
    return shared


@pytest.fixture
def toy(tmp_path):
    return toy_bert(tmp_path, positions=6)


def test_what_the_explorer_says_is_what_the_tables_hold(toy):
    explorer = position_explorer(toy, "dog", 2)
    table = toy.tables.position
    similarity = cosine_similarity(table, table[2])
    order = [i for i in np.argsort(-similarity) if i != 2]
    assert f"Position 2: norm {np.linalg.norm(table[2]):.2f}, " in explorer.caption
    assert (
        f"nearest to those of positions {order[0]} ({similarity[order[0]]:.2f}),"
        in explorer.caption
    )
    dog = toy.tokenizer.convert_tokens_to_ids("dog")
    placed = [
        embed(toy, "", ids=[dog], positions=[i], types=[0]).output[0] for i in range(6)
    ]
    cosines = [cosine_similarity(placed[2], p) for i, p in enumerate(placed) if i != 2]
    assert (
        f"“dog” here and elsewhere: cosine {np.mean(cosines):.2f} on average, least"
        in (explorer.caption)
    )
    square = cosine_similarity(table, table)
    low, high = np.quantile(square[np.triu_indices(6, 1)], [0.05, 0.95])
    assert f"of rows lie between {low:.2f} and {high:.2f}." in explorer.caption
    explorer.centred.value = True
    centred = table - table.mean(axis=0)
    similarity = cosine_similarity(centred, centred[2])
    similarity[2] = -2
    best = int(similarity.argmax())
    assert f"positions {best} ({similarity[best]:.2f})," in explorer.caption


def test_the_band_of_other_tokens_is_of_this_position(bert):
    _, (low, high) = positions_module.place(bert, 3899, 5)
    drawn = np.random.default_rng(1).integers(len(bert.tables.token), size=400)
    there = embed(bert, "", ids=drawn, positions=5, types=0).output
    dog = embed(bert, "", ids=[3899], positions=[5], types=0).output[0]
    inside = cosine_similarity(there, dog)
    assert 0.84 < np.mean((inside >= low) & (inside <= high)) < 0.96


def test_the_slider_and_the_box_say_the_same(explorer):
    before = state(explorer)
    explorer.slider.value = 127
    assert explorer.position.value == "127"
    assert explorer.caption.startswith("Position 127: ")
    explorer.position.value = " 10 "
    assert explorer.slider.value == 10
    assert explorer.position.value == " 10 ", "nobody changes what was typed"
    assert state(explorer) == before
    # The slider says where the picture is; moving it puts everything right.
    explorer.position.value = "abc"
    assert refused(explorer)
    assert explorer.slider.value == 10
    explorer.slider.value = 11
    assert explorer.position.value == "11"
    assert said(explorer) == ""


@pytest.mark.parametrize(
    ("typed", "says", "name"),
    [
        ("unbelievably", "A position holds one: shown is the first, un", "un"),
        ("Dog", "The tokenizer writes “Dog” as dog", "dog"),
        ("[MASK]", "", "[MASK]"),
    ],
)
def test_a_word_that_is_explained_and_shown(explorer, typed, says, name):
    explorer.word.value = typed
    assert says in said(explorer)
    assert not refused(explorer)
    assert f"“{name}” here and elsewhere: " in shown(explorer)
