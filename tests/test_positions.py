"""Notebook 03's pictures, explorer and checks."""

from itertools import pairwise

import numpy as np
import pytest
from explorers import refused, said, shown, state
from matplotlib.collections import LineCollection
from toy import toy_bert

from bertlab.embeddings import cosine_similarity, embed
from bertlab.exercises import (
    check_add_positions,
    check_neighbour_cosine,
    check_sinusoidal,
)
from bertlab.plots import (
    plot_by_distance,
    plot_by_position,
    plot_path,
    plot_position,
    plot_position_map,
    plot_waves,
)
from bertlab.widgets import position_explorer
from bertlab.widgets import positions as positions_module

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
    assert plot.axes.yaxis_inverted()
    # The middle of row 2's square is at 2.
    assert mesh.get_coordinates()[2:4, 0, 1].mean() == 2
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
    # None of a random table is.
    rows = np.random.default_rng(0).normal(size=(128, 24))
    rows /= np.linalg.norm(rows, axis=1)[:, None]
    assert len(plot_position_map(rows @ rows.T).axes.lines) == 0


def test_by_distance():
    curves = {"rows": [1, 0.9, 0.2, 0.6, 0.1], "shuffled": [1, 0.0, 0.1, -0.1, 0.0]}
    plot = plot_by_distance(curves, peaks=[3])
    first, second, peak = plot.axes.lines
    assert first.get_xydata().tolist() == [[1, 0.9], [2, 0.2], [3, 0.6], [4, 0.1]]
    assert second.get_ydata().tolist() == [0.0, 0.1, -0.1, 0.0]
    assert first.get_linestyle() != second.get_linestyle()
    assert peak.get_xydata().tolist() == [[3, 0.6]]
    assert texts(plot.axes) == ["3"]
    for found in ("0.90 at distance 1, lowest 0.10 at 4", "3 (0.60)", "-0.10 to 0.10"):
        assert found in plot.caption.replace("from ", "")


def test_by_position():
    values = np.ones(200)
    values[[0, 60, 120, 121, 199]] = 1.9, 1.8, 1.4, 1.5, 1.3
    plot = plot_by_position(values, label="norm")
    line, marked = plot.axes.lines
    assert line.get_xdata().tolist() == list(range(200))
    assert sorted(marked.get_xdata()) == [0, 60, 120, 121, 199]
    # Those side by side share a label, at the higher one.
    assert texts(plot.axes) == ["0", "60", "120, 121", "199"]
    assert plot.axes.texts[2].xy == (121, 1.5)
    assert "median 1.00" in plot.caption
    assert "1.90 at 0, 1.80 at 60, 1.50 at 121, 1.40 at 120" in plot.caption
    lowest = plot_by_position(-values, label="norm", lowest=True)
    assert lowest.axes.texts[2].xy == (121, -1.5)
    assert "-1.90 at 0, -1.80 at 60" in lowest.caption


def test_a_lone_long_row_is_drawn_at_the_edge():
    values = np.array([9.0, 1, 1.2, 1, 1, 1, 1, 1.1, 1, 2])
    plot = plot_by_position(values, label="norm")
    low, high = plot.axes.get_ylim()
    assert low < 1
    assert 2 < high < 2.5
    edge = plot.axes.lines[-1]
    assert edge.get_marker() == "^"
    assert edge.get_xydata().tolist() == [[0, 1]]
    assert "0: 9.00" in texts(plot.axes)
    assert "Position 0 is beyond the upper edge" in plot.caption
    for values in ([3.0, 2.5, 1], [9.0, 1], [9.0, 0, 0], [-1, -3, -4]):
        assert plot_by_position(values, label="x").axes.get_ylim()[1] > max(values)


def test_path():
    plot = plot_path(PATH, numbered=3, shares=(0.5, 0.25))
    dots, joined = plot.axes.collections
    np.testing.assert_array_equal(dots.get_offsets(), PATH)
    np.testing.assert_array_equal(dots.get_array(), range(4))
    assert isinstance(joined, LineCollection)
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
    assert "1: 2.0 and 2: 3.0" in plot.caption
    marked = plot_waves([[2, 0], [-2, -2], [2, 0]], periods=(2, 171.4), mark=1)
    assert marked.axes.lines[-1].get_xdata() == [1, 1]
    assert texts(marked.axes) == ["1"]


def test_position():
    plot = position()
    for ax, values in zip(plot.figure.axes, (SIMILARITY[1], NORMS, PLACED)):
        curve, across, point = ax.lines
        assert curve.get_ydata().tolist() == values.tolist()
        assert across.get_xdata() == [1, 1]
        assert point.get_xydata().tolist() == [[1, values[1]]]
        low, high = ax.get_ylim()
        assert low < min(values)
        assert max(values) < high
    bands = [[p for p in ax.patches if p.get_hatch()] for ax in plot.figure.axes]
    assert [len(band) for band in bands] == [1, 0, 1]
    assert bands[0][0].get_y() == -0.9
    assert bands[0][0].get_height() == pytest.approx(1.6)
    assert bands[2][0].get_y() == pytest.approx(0.1)
    for found in (
        "Position 1: norm 1.00, number 4 of 4",
        "0 (0.80), 2 (0.40) and 3 (-0.60), furthest from 3 (-0.60)",
        "“$dog$” here and elsewhere: cosine 0.70 on average, least 0.50 (at 0)",
    ):
        assert found in plot.caption


def test_one_long_row_does_not_press_the_others_flat():
    assert position().figure.axes[1].get_yscale() == "log"
    for norms in ([1.0, 1.1, 1.2, 1.3], [1.0, 0.0, 0.0, 0.0]):
        assert position(np.array(norms)).figure.axes[1].get_yscale() == "linear"


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
    assert f"all pairs of rows lie between {low:.2f} and {high:.2f}." in (
        explorer.caption
    )
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


def test_the_slider_and_the_box_say_the_same_and_draw_once(explorer, monkeypatch):
    drawn = []
    plain = positions_module.plot_position

    def count(*given, **more):
        drawn.append(given[0])
        return plain(*given, **more)

    monkeypatch.setattr(positions_module, "plot_position", count)
    before = state(explorer)
    explorer.slider.value = 127
    assert explorer.position.value == "127"
    assert explorer.caption.startswith("Position 127: ")
    explorer.position.value = " 10 "
    assert explorer.slider.value == 10
    assert explorer.position.value == " 10 ", "nobody changes what was typed"
    assert state(explorer) == before
    assert drawn == [127, 10]
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
        ("👩 👩", "is 2 tokens, [UNK] [UNK].", "[UNK]"),
        ("[MASK]", "", "[MASK]"),
    ],
)
def test_a_word_that_is_explained_and_shown(explorer, typed, says, name):
    explorer.word.value = typed
    assert says in said(explorer)
    assert not refused(explorer)
    assert f"“{name}” here and elsewhere: " in shown(explorer)


def test_models_with_few_positions(toy, tmp_path):
    explorer = position_explorer(toy, "dog", 10)
    assert explorer.position.value == "5"
    assert explorer.slider.max == 5
    one = position_explorer(toy_bert(tmp_path, positions=1, types=1), "dog")
    assert "number 1 of 1" in one.caption
    assert said(one) == ""


# The checks

CHECKS = {
    "add_positions": check_add_positions,
    "neighbour_cosine": check_neighbour_cosine,
    "sinusoidal": check_sinusoidal,
}


# Right answers, written as a learner would: not the package's own.


def add_positions(ids, token_table, position_table):
    rows = []
    for position, token_id in enumerate(ids):
        rows.append(token_table[token_id] + position_table[position])
    return rows


def neighbour_cosine(table):
    unit = [row / sum(row**2) ** 0.5 for row in table]
    return [sum(a * b) for a, b in pairwise(unit)]


def sinusoidal(positions, hidden):
    rows = np.zeros((positions, hidden))
    for p in range(positions):
        for i in range(hidden // 2):
            angle = p / 10000 ** (2 * i / hidden)
            rows[p, 2 * i] = np.sin(angle)
            rows[p, 2 * i + 1] = np.cos(angle)
    return rows


def halves(positions, hidden):
    rows = sinusoidal(positions, hidden)
    return np.concatenate([rows[:, 0::2], rows[:, 1::2]], axis=1)


def own_angles(positions, hidden):
    angle = np.arange(positions)[:, None] / 10000 ** (np.arange(hidden) / hidden)
    angle[:, 0::2], angle[:, 1::2] = np.sin(angle[:, 0::2]), np.cos(angle[:, 1::2])
    return angle


def without_two(positions, hidden):
    i = np.arange(hidden // 2)
    rows = np.zeros((positions, hidden))
    angle = np.arange(positions)[:, None] / 10000 ** (i / hidden)
    rows[:, 0::2], rows[:, 1::2] = np.sin(angle), np.cos(angle)
    return rows


def degrees(positions, hidden):
    i = np.arange(hidden // 2)
    rows = np.zeros((positions, hidden))
    angle = np.deg2rad(np.arange(positions)[:, None] / 10000 ** (2 * i / hidden))
    rows[:, 0::2], rows[:, 1::2] = np.sin(angle), np.cos(angle)
    return rows


def multiplied(positions, hidden):
    i = np.arange(hidden // 2)
    rows = np.zeros((positions, hidden))
    angle = np.arange(positions)[:, None] * 10000 ** (2 * i / hidden)
    rows[:, 0::2], rows[:, 1::2] = np.sin(angle), np.cos(angle)
    return rows


def typed(positions, hidden, angle):
    """Fill the array with the angle that a learner typed."""
    rows = np.zeros((positions, hidden))
    for p in range(positions):
        for i in range(hidden // 2):
            rows[p, 2 * i] = np.sin(angle(p, i))
            rows[p, 2 * i + 1] = np.cos(angle(p, i))
    return rows


def in_both(wave, positions, hidden):
    angle = np.arange(positions)[:, None] / 10000 ** (np.arange(0, hidden, 2) / hidden)
    return wave(np.repeat(angle, 2, axis=1))


RIGHT = {f.__name__: f for f in (add_positions, neighbour_cosine, sinusoidal)}

WRONG = {
    "token rows": ("add_positions", lambda i, t, p: t[i], "position rows are missing"),
    "position rows": (
        "add_positions",
        lambda i, t, p: p[: len(i)],
        "token rows are missing",
    ),
    "row by ID": (
        "add_positions",
        lambda i, t, p: t[i] + p[i],
        "you look the position up by the token's ID",
    ),
    "one for all": (
        "add_positions",
        lambda i, t, p: t[i] + p[0],
        "every token gets the row of position 0",
    ),
    "last for all": (
        "add_positions",
        lambda i, t, p: np.array([t[j] + p[len(i) - 1] for j in i]),
        "the row of the last position",
    ),
    "from one": (
        "add_positions",
        lambda i, t, p: t[i] + p[np.arange(len(i)) + 1],
        "you count from 1",
    ),
    "product": (
        "add_positions",
        lambda i, t, p: t[i] * p[: len(i)],
        "you multiply: BERT adds",
    ),
    "one vector": (
        "add_positions",
        lambda i, t, p: sum(add_positions(i, t, p)),
        "you add up the tokens as well",
    ),
    "side by side": (
        "add_positions",
        lambda i, t, p: np.hstack([t[i], p[: len(i)]]),
        "you put the rows side by side",
    ),
    "no IDs": ("add_positions", lambda i, t, p: t + p, "the IDs are not used"),
    "first rows": (
        "add_positions",
        lambda i, t, p: t[: len(i)] + p[: len(i)],
        "the IDs are not used",
    ),
    "sorted": (
        "add_positions",
        lambda i, t, p: t[np.sort(i)] + p[: len(i)],
        "you sort the IDs",
    ),
    "no axis": (
        "neighbour_cosine",
        lambda t: (
            (t[:-1] * t[1:]).sum(1) / (np.linalg.norm(t[:-1]) * np.linalg.norm(t[1:]))
        ),
        "without axis=1",
    ),
    "no axis, whole table": (
        "neighbour_cosine",
        lambda t: np.diagonal(t @ t.T, 1) / np.linalg.norm(t) ** 2,
        "without axis=1",
    ),
    "dot": (
        "neighbour_cosine",
        lambda t: np.einsum("ij,ij->i", t[:-1], t[1:]),
        "those are dot products",
    ),
    "first length": (
        "neighbour_cosine",
        lambda t: (t[:-1] / np.linalg.norm(t[:-1], axis=1)[:, None] * t[1:]).sum(1),
        "by the first length only",
    ),
    "second length": (
        "neighbour_cosine",
        lambda t: (t[:-1] * t[1:] / np.linalg.norm(t[1:], axis=1)[:, None]).sum(1),
        "by the second length only",
    ),
    "same length twice": (
        "neighbour_cosine",
        lambda t: (t[:-1] * t[1:]).sum(1) / (t[:-1] ** 2).sum(1),
        "twice by the length of the same row",
    ),
    "roll back": (
        "neighbour_cosine",
        lambda t: cosines(t, np.roll(t, -1, axis=0)),
        "np.roll joins the last row to the first",
    ),
    "roll on": (
        "neighbour_cosine",
        lambda t: cosines(t, np.roll(t, 1, axis=0)),
        "np.roll joins the last row to the first",
    ),
    "with row 0": (
        "neighbour_cosine",
        lambda t: cosines(t[1:], t[:1]),
        "you compare every row with row 0",
    ),
    "distance": (
        "neighbour_cosine",
        lambda t: ((t[1:] - t[:-1]) ** 2).sum(1) ** 0.5,
        "that is the distance",
    ),
    "cosine distance": (
        "neighbour_cosine",
        lambda t: 1 - np.array(neighbour_cosine(t)),
        "similarity is 1 minus yours",
    ),
    "mean": (
        "neighbour_cosine",
        lambda t: np.mean(neighbour_cosine(t)),
        "you take the mean of them all",
    ),
    "halves": ("sinusoidal", halves, "yours stand in two halves"),
    "cosine first": (
        "sinusoidal",
        lambda p, h: sinusoidal(p, h).reshape(p, -1, 2)[:, :, ::-1].reshape(p, h),
        "the other way round",
    ),
    "without the 2": ("sinusoidal", without_two, "the 2 is missing"),
    "own angles": ("sinusoidal", own_angles, "share one angle"),
    "from 1": ("sinusoidal", lambda p, h: sinusoidal(p + 1, h)[1:], "count from 1"),
    "degrees": ("sinusoidal", degrees, "the angle is in radians already"),
    "multiplied": ("sinusoidal", multiplied, "yours grows with the dimension"),
    "sines": ("sinusoidal", lambda p, h: in_both(np.sin, p, h), "a sine in every"),
    "cosines": ("sinusoidal", lambda p, h: in_both(np.cos, p, h), "a cosine in every"),
    "angles": ("sinusoidal", lambda p, h: in_both(np.copy, p, h), "angles themselves"),
    "floor": (
        "sinusoidal",
        lambda p, h: typed(p, h, lambda p, i: p / 10000 ** (2 * i // h)),
        "// leaves out",
    ),
    "no brackets": (
        "sinusoidal",
        lambda p, h: typed(p, h, lambda p, i: p / 10000**2 * i / h),
        "are brackets missing?",
    ),
    "half a bracket": (
        "sinusoidal",
        lambda p, h: typed(p, h, lambda p, i: p / (10000 ** (2 * i) / h)),
        "are brackets missing?",
    ),
    "divided at last": (
        "sinusoidal",
        lambda p, h: typed(p, h, lambda p, i: p / 10000 ** (2 * i) / h),
        "are brackets missing?",
    ),
    "turns": (
        "sinusoidal",
        lambda p, h: typed(p, h, lambda p, i: 2 * np.pi * p / 10000 ** (2 * i / h)),
        "the formula has no 2π",
    ),
    "2k for entry k": (
        "sinusoidal",
        lambda p, h: np.stack(
            [
                (np.cos if k % 2 else np.sin)(np.arange(p) / 10000 ** (2 * k / h))
                for k in range(h)
            ],
            axis=1,
        ),
        "share one angle",
    ),
    "whole numbers": (
        "sinusoidal",
        lambda p, h: np.array(sinusoidal(p, h), dtype=int),
        "holds whole numbers",
    ),
    "transposed": ("sinusoidal", lambda p, h: sinusoidal(p, h).T, "on their side"),
}


def cosines(a, b):
    return (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


@pytest.mark.parametrize("name", CHECKS)
def test_the_right_answer(name):
    feedback = CHECKS[name](RIGHT[name])
    assert feedback
    assert repr(feedback).startswith("Right, on all ")


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("stub", [lambda *_: None, lambda *_: ...])
def test_the_untouched_stub(name, stub):
    feedback = CHECKS[name](stub)
    assert not feedback
    assert feedback.text == "Not started: the function returns nothing yet. Fill it in."


@pytest.mark.parametrize("mistake", WRONG)
def test_a_typical_mistake_has_its_hint(mistake):
    name, answer, hint = WRONG[mistake]
    feedback = CHECKS[name](answer)
    assert not feedback
    assert feedback.text.startswith("Not yet: ")
    assert hint in feedback.text


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("value", ["dog", [], [[1], [1, 2]], {}, None], ids=repr)
def test_an_answer_of_another_type(name, value):
    feedback = CHECKS[name](lambda *_: value)
    assert not feedback
    assert feedback.text.startswith("Not ")


@pytest.mark.parametrize("name", CHECKS)
def test_an_answer_that_stops(name):
    def answer(*_):
        raise ZeroDivisionError("by zero")

    assert "it stopped with ZeroDivisionError: by zero" in CHECKS[name](answer).text


@pytest.mark.parametrize("name", CHECKS)
def test_an_answer_almost_right(name):
    feedback = CHECKS[name](lambda *given: np.array(RIGHT[name](*given)) * 1.01)
    assert not feedback
    assert " is wanted." in feedback.text


def test_the_first_entry_that_differs_is_named():
    def answer(positions, hidden):
        rows = sinusoidal(positions, hidden)
        rows[1, 1] = 0.5
        return rows

    text = check_sinusoidal(answer).text
    wanted = f"{np.cos(1):.6g}"
    assert "first differs at [1, 1]: 0.5 there; " + wanted + " is wanted." in text
