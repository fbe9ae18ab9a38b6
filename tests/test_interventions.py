"""The intervention explorer, its picture and its measures."""

import warnings
from itertools import pairwise
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from markup import ANY_TEXT, HOSTILE, skeleton
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from test_widgets import PLAIN_FIGURE, face, is_refused, said, shown, state
from tiny_bert import CONFIG, tiny_files, write
from toy import toy_bert

import bertlab
from bertlab import changes, encoder, inputs
from bertlab.checkpoint import expected_shapes
from bertlab.errors import InputError, ModelError
from bertlab.measures.interventions import (
    controls,
    effect,
    give_row,
    unchanged,
    word_places,
)
from bertlab.plots import plot_interventions
from bertlab.plots.intervention_caption import MEAN
from bertlab.plots.interventions import CONTROL, MOST_CELLS, MOST_NUMBERS, NEW
from bertlab.plots.plot import drawable
from bertlab.widgets import intervention_explorer
from bertlab.widgets import interventions as module
from bertlab.widgets.explorer import COMPUTING
from bertlab.widgets.interventions import WORDS

# Nothing may be said on stderr in a notebook.
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

TEXT = "The cat sat on the mat."
TOKENS = ["[MASK]", "cat", "$x$"]
# Two tokens that stay, (layers + 1, kept).
MOVED = np.array([[0.0, 0.1], [0.5, 0.2], [0.25, 0.3]])
RUNS = np.array([[0.0, 0.2, 0.5], [0.1, 0.4, 0.6]])  # (runs, layers + 1)
# One that is unlike the others: their mean would be 0.35 at the last layer.
UNLIKE = np.array([[0.0, 0.1, 0.1], [0.0, 0.1, 0.2], [0.0, 0.9, 0.75]])
VECTORS = {"the words' mean vector": [0.05, 0.1, 0.2], "[CLS]": [np.nan] * 3}


def drawn(**more):
    about = {
        "tokens": TOKENS,
        "places": [1, 2],
        "vectors": VECTORS,
        "control": {MEAN: RUNS, "the words' mean vector": RUNS / 2},
        "title": "[CLS] replaced",
    }
    return plot_interventions(MOVED, **about | more)


def tables(plot):
    """What the two tables of a picture hold: the tokens', and the rows below."""
    meshes = [m for m in plot.axes.collections if isinstance(m, QuadMesh)]
    return [np.ma.filled(mesh.get_array().astype(float), np.nan) for mesh in meshes]


def named_over(boxes, title):
    return any(box.y1 > title.y0 for box in boxes)


def names(plot):
    return [label.get_text() for label in plot.axes.get_yticklabels()]


# The measures


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_bert(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def prepared(toy):
    """[CLS] dog cat ! car [SEP]."""
    return inputs.prepare(toy, "dog cat! car")


def as_encoding(given, states):
    return SimpleNamespace(**vars(given), hidden_states=np.asarray(states, float))


def test_where_words_stand():
    found = word_places(["[CLS]", "dog", "##s", "!", "[UNK]", "[SEP]", "7", "[MASK]"])
    assert found == [1, 2, 4, 6]
    assert word_places(["[CLS]", "!", "?", "[SEP]"]) == [1, 2]
    assert word_places(["[CLS]", "[SEP]"]) == []


def test_an_effect_by_hand(toy, prepared):
    change = changes.remove(toy, prepared, [2])
    random = np.random.default_rng(1)
    old, new = random.normal(size=(3, 6, 4)), random.normal(size=(3, 5, 4))
    found = effect(as_encoding(prepared, old), as_encoding(change.inputs, new), change)
    kept = [0, 1, 3, 4, 5]
    for layer in range(3):
        for k, i in enumerate(kept):
            distance = np.sqrt(((new[layer, k] - old[layer, i]) ** 2).sum())
            norm = np.sqrt((old[layer, i] ** 2).sum())
            assert found.tokens[layer, k] == pytest.approx(distance / norm)
        # dog and car stay, cat is gone and ! is no word
        was, now = (
            (old[layer, 1] + old[layer, 4]) / 2,
            (new[layer, 1] + new[layer, 3]) / 2,
        )
        by_hand = np.linalg.norm(now - was) / np.linalg.norm(was)
        assert found.words[layer] == pytest.approx(by_hand)
    np.testing.assert_allclose(found.cls, found.tokens[:, 0])


def test_an_effect_without_words_or_cls(toy):
    alone = inputs.prepare(toy, "dog")
    old = np.ones((2, 3, 4))
    change = changes.replace(toy, alone, {0: 4, 1: 7})
    found = effect(as_encoding(alone, old), as_encoding(change.inputs, old), change)
    assert found.tokens.tolist() == [[0], [0]]
    assert np.isnan(found.words).all()
    assert np.isnan(found.cls).all()


def test_controls_are_other_words(toy, prepared):
    def alter(place):
        return changes.remove(toy, prepared, [place])

    found = controls(prepared, 0, alter)
    assert [change.before for change in found] == [
        [i for i in range(6) if i != gone] for gone in (1, 2, 4)
    ]
    for gone in (1, 2, 4):
        others = [change.before for change in controls(prepared, gone, alter)]
        assert len(others) == 2
        assert all(gone in before for before in others)
    assert len(controls(prepared, 0, alter, most=2)) == 2
    assert len(controls(prepared, 0, alter, leave=[1, 2])) == 1


def test_controls_that_change_nothing_are_none(toy, prepared):
    dog = 6
    found = controls(
        prepared, 0, lambda place: changes.replace(toy, prepared, {place: dog})
    )
    assert [change.inputs.tokens[1:5] for change in found] == [
        ["dog", "dog", "!", "car"],
        ["dog", "cat", "!", "dog"],
    ]


def test_fewer_controls_are_the_first_of_the_same(toy):
    long = inputs.prepare(toy, "dog cat car dog cat car")
    take = [
        {
            tuple(c.before)
            for c in controls(
                long, 0, lambda i: changes.remove(toy, long, [i]), most=n, seed=3
            )
        }
        for n in (2, 4)
    ]
    assert take[0] < take[1]
    assert len(take[1]) == 4


def test_another_position_row(toy, prepared):
    change = give_row(toy, prepared, 2, 7)
    assert change.inputs.positions == [0, 1, 7, 3, 4, 5]
    assert change.inputs.ids == prepared.ids
    assert change.before == change.after == [0, 1, 2, 3, 4, 5]
    assert not unchanged(prepared, change)
    assert unchanged(prepared, give_row(toy, prepared, 2, 2))
    with pytest.raises(InputError, match="no position 8: the position table has the"):
        give_row(toy, prepared, 2, 8)


# The picture


def test_every_cell_of_the_picture():
    plot = drawn()
    tokens, below = tables(plot)
    np.testing.assert_allclose(tokens, [[np.nan] * 3, *MOVED.T])
    means = [
        MOVED.mean(axis=1),
        np.median(RUNS, axis=0),
        VECTORS[WORDS],
        np.median(RUNS, axis=0) / 2,
    ]
    np.testing.assert_allclose(below, means)
    assert names(plot) == [
        "0  [MASK]",
        "1  cat",
        "2  $x$",
        MEAN,
        CONTROL,
        "the words' mean vector",
        CONTROL,
    ]
    for mesh in plot.axes.collections:
        # As far as the tokens reach: the control is above it, and written.
        assert mesh.get_clim() == (0, 0.5)
        assert mesh.get_cmap().name == "cividis"
    # What is written in a row stands at the height of its name.
    written = {}
    for text in plot.axes.texts:
        x, y = text.get_position()
        written.setdefault(round(y, 3), {})[x] = text.get_text()
    rows = [written[round(y, 3)] for y in plot.axes.get_yticks()]
    assert rows[0] == {1: "new"}
    expected = [*MOVED.T, *means]
    assert rows[1:] == [
        {k: f"{100 * v:.0f}" for k, v in enumerate(values)} for values in expected
    ]


def test_numbers_can_be_read_on_their_cells():
    plot = plot_interventions([[0.0], [1.0]], tokens=["a"])
    dark, light = (text.get_color() for text in plot.axes.texts[:2])
    assert dark == "white"
    assert light != "white"


def test_what_is_written_before_names():
    assert names(drawn(numbers=["0", "3→1", 7]))[:3] == [
        "0  [MASK]",
        "3→1  cat",
        "7  $x$",
    ]
    assert "Furthest: cat (3→1), by" in drawn(numbers=["0", "3→1", 7]).caption


def test_caption():
    assert drawn().caption == (
        "[CLS] replaced. How far each of the 2 tokens that stay moves, as a share of"
        " its state's norm before. Furthest: cat (1), by 50.0% at layer 1. Mean, from"
        " layer 0 on: 5.0%, 35.0%, 27.5%. 1 token is new. Control, other words changed"
        " in the same way (2, median): 5.0%, 30.0%, 55.0%. At layer 2 it goes from"
        " 50.0% to 60.0%. The tokens move 0.50 times as far there as in the control,"
        " farther than in 0 of 2. The words' mean vector moves by 20.0% (control:"
        " 27.5%) at layer 2."
    )


def test_caption_without_a_control():
    plot = plot_interventions(MOVED, tokens=["dog", "cat"])
    assert plot.caption == (
        "How far each of the 2 tokens that stay moves, as a share of its state's norm"
        " before. Furthest: dog (0), by 50.0% at layer 1. Mean, from layer 0 on: 5.0%,"
        " 35.0%, 27.5%."
    )
    assert names(plot) == ["0  dog", "1  cat", MEAN]


def test_one_run_unlike_the_others_does_not_carry_the_control():
    plot = drawn(control=UNLIKE, vectors=None)
    np.testing.assert_allclose(tables(plot)[1][1], [0, 0.1, 0.2])
    told = "(3, median): 0.0%, 10.0%, 20.0%. At layer 2 it goes from 10.0% to 75.0%."
    assert told in plot.caption
    assert "1.38 times as far there as in the control, farther than in 2 of 3." in (
        plot.caption
    )
    said_ = drawn(control=UNLIKE, vectors=None, ratio=False).caption
    assert said_.endswith("At layer 2 it goes from 10.0% to 75.0%.")


def test_the_colours_are_the_same_with_a_control_and_without():
    scales = {
        drawn(control=control).axes.collections[0].get_clim()
        for control in (None, RUNS, 9 * RUNS)
    }
    assert scales == {(0, 0.5)}


def test_an_array_is_the_control_of_the_tokens():
    plot = drawn(control=RUNS, vectors=None)
    np.testing.assert_allclose(tables(plot)[1][1], RUNS.mean(axis=0))
    assert (
        "Control, those (2, median): 5.0%" in drawn(control=RUNS, what="those").caption
    )
    one = drawn(control=RUNS[:1]).caption
    assert (
        "(1): 0.0%, 20.0%, 50.0%. The tokens move 0.55 times as far there as in the"
        " control. The" in one
    )


def test_a_run_without_a_value_is_no_run():
    runs = [[np.nan] * 3, *RUNS]
    np.testing.assert_allclose(tables(drawn(control=runs))[1][1], RUNS.mean(axis=0))
    assert names(drawn(control=[[np.nan] * 3])).count(CONTROL) == 0


def test_nothing_that_moves():
    plot = drawn()
    still = plot_interventions(
        1e-6 * MOVED, tokens=["a", "b"], control=RUNS, vectors=VECTORS
    )
    assert still.caption == (
        "None of the 2 tokens that stay moves, at any layer. Control, other words"
        " changed in the same way (2, median): 5.0%, 30.0%, 55.0%. At layer 2 it goes"
        " from 50.0% to 60.0%."
    )
    # Rounding errors do not fill the scale.
    alone = plot_interventions(1e-6 * MOVED, tokens=["a", "b"])
    assert alone.axes.collections[0].get_clim() == (0, 0.01)
    assert plot.axes.collections[0].get_clim() != (0, 0.01)
    # A control that does not move is nothing to divide by.
    assert "times as far" not in drawn(control=0 * RUNS).caption


@pytest.mark.parametrize(
    ("moved", "more", "says"),
    [
        (np.zeros((3, 0)), {"tokens": []}, "one at least"),
        (MOVED, {"tokens": "abc"}, r"shape \(3, 2\), and there are 3 tokens"),
        (MOVED[0], {"tokens": "ab"}, r"give \(layers \+ 1, tokens that stay\)"),
        (MOVED, {"tokens": "ab", "places": [0, 2]}, "some of 0 to 1, each once"),
        (MOVED, {"tokens": "ab", "places": [1, 1]}, "some of 0 to 1, each once"),
        (MOVED * np.nan, {"tokens": "ab"}, "NaN or infinite"),
        (MOVED, {"tokens": "ab", "control": [0.1, 0.2]}, r"\(2,\) where there are 3"),
        (MOVED, {"tokens": "ab", "vectors": {"v": [1.0]}}, "'v' has shape"),
        (MOVED, {"tokens": "ab", "control": {"v": RUNS}}, "'v' belongs to no row"),
    ],
)
def test_what_cannot_be_drawn(moved, more, says):
    with pytest.raises(ValueError, match=says):
        plot_interventions(moved, **more)


@pytest.mark.parametrize("count", [MOST_NUMBERS, MOST_NUMBERS + 1, 61, 512])
def test_many_tokens_none_of_them_left_out(count):
    tokens = [f"w{i}" for i in range(count)]
    places = [i for i in range(count) if i != 5]
    moved = np.linspace(0, 1, 10 * len(places)).reshape(10, -1)
    plot = plot_interventions(moved, tokens=tokens, places=places)
    shown_ = tables(plot)[0]
    np.testing.assert_allclose(shown_[places], moved.T)
    assert np.isnan(shown_[5]).all()
    numbered = count <= MOST_NUMBERS
    assert numbered == (10 * count <= MOST_CELLS)
    assert len(plot.axes.texts) == (10 * count + 1 if numbered else 10)
    assert len(plot.axes.child_axes) == (not numbered)  # the scale
    # The new token has its name, and no two names are over each other.
    assert "5  w5" in names(plot)
    assert len(names(plot)) >= min(count, 22)
    plot.figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in plot.axes.get_yticklabels()]
    for one, other in pairwise(boxes):
        assert one.y0 > other.y1 - 3
    some = len(names(plot)) <= count  # "on average" is among the names
    assert ("named: one token in" in plot.axes.get_xlabel()) is some is (count > 46)
    assert plot.figure.get_size_inches()[1] < 10.5
    title = plot.axes._left_title.get_window_extent()
    assert not named_over(boxes, title)
    assert len(plot.svg()) < 400_000


def test_numbers_of_many_layers_are_not_over_each_other():
    plot = plot_interventions(np.full((25, 2), 1.58), tokens=["a", "b"])
    plot.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in plot.axes.texts[:13]]
    assert [text.get_position()[0] for text in plot.axes.texts[:13]] == [
        *range(0, 25, 2)
    ]
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))


def test_the_title_begins_at_the_edge():
    plot = plot_interventions(MOVED, tokens=["a", "b"], title="a, position rows kept")
    plot.figure.draw_without_rendering()
    assert 10 < plot.axes._left_title.get_window_extent().x0 < 20
    assert plot.figure.get_size_inches()[0] < 5.5


def test_of_more_layers_fewer_tokens_have_numbers():
    layers = 20
    most = MOST_CELLS // layers
    for count in (most, most + 1):
        plot = plot_interventions(np.ones((layers, count)), tokens=["a"] * count)
        assert bool(plot.axes.child_axes) is (count > most)


@pytest.mark.parametrize("token", [*HOSTILE, "ש", "東京", "x" * 80])
def test_names_are_never_markup_and_fit(token):
    plot = plot_interventions([[0.5, 0.2]], tokens=[token, "dog"], title=token)
    label = plot.axes.get_yticklabels()[0]
    assert not label.get_parse_math()
    assert label.get_text().startswith(f"0  {drawable(token)[:13]}")
    # The title is on the left.
    title = plot.axes._left_title
    assert not title.get_parse_math()
    plot.figure.draw_without_rendering()
    for text in (label, title):
        extent = text.get_window_extent()
        assert 0 <= extent.x0 <= extent.x1 <= plot.figure.bbox.x1
    assert skeleton(plot.html()) == PLAIN_FIGURE


def test_letters_from_right_to_left_do_not_move_the_numbers():
    plot = plot_interventions(
        [[0.5, 0.2]], tokens=["ש", "dog"], title="\u2068ש\u2069 (0) gone"
    )
    assert plot.caption.startswith("\u2068ש\u2069 (0) gone. How far")
    assert "Furthest: \u2068ש\u2069 (0), by 50.0%" in plot.caption
    assert plot.axes._left_title.get_text() == "ש (0) gone"


def test_drawn_on_the_axes_that_are_given():
    figure = Figure()
    first, second = figure.subplots(1, 2)
    plot = drawn(ax=first)
    assert plot.axes is first
    assert first.has_data()
    assert not second.has_data()
    assert plot.caption == drawn().caption


def test_a_readers_settings_neither_leak_in_nor_change():
    wanted = drawn().picture()
    with mpl.rc_context({"font.size": 31, "axes.grid": True, "lines.linewidth": 9}):
        before = dict(mpl.rcParams)
        assert drawn().picture() == wanted
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("layers", [2, 7, 13, 25])
def test_letters_can_be_read_and_nothing_is_cut_off(layers):
    moved = np.linspace(0, 1.6, 3 * layers).reshape(layers, 3)
    plot = plot_interventions(
        moved,
        tokens=["[CLS]", "W" * 40, "##dog", "[SEP]"],
        places=[0, 1, 3],
        numbers=["10→9"] * 4,
        vectors={WORDS: moved[:, 0]},
        control={WORDS: moved[:, 1]},
        title="W" * 40,
    )
    plot.figure.draw_without_rendering()
    box = plot.figure.bbox
    for text in plot.axes.findobj(mpl.text.Text):
        if text.get_text().strip() and text.get_visible():
            extent = text.get_window_extent()
            assert text.get_fontsize() >= 10
            assert box.x0 <= extent.x0 <= extent.x1 <= box.x1, text
            assert box.y0 <= extent.y0 <= extent.y1 <= box.y1, text
    assert plot.size[0] <= 8.4 * 80
    assert len(plot.image()[0]["image/png"]) * 3 / 4 < 60_000


# The explorer


@pytest.fixture(scope="module")
def shared(bert):
    return intervention_explorer(bert, TEXT)


@pytest.fixture
def explorer(shared):
    """An explorer as it is at first."""
    shared.first.value, shared.second.value = TEXT, ""
    shared.token.value, shared.by.value = "[CLS]", "[MASK]"
    shared.to.value, shared.row.value, shared.keep.value = "end", "5", False
    shared.change.value = "replace"
    return shared


def states(bert, **more):
    return encoder.encode(bert, TEXT, attentions=False, **more).hidden_states


def moves(old, new):
    """How far each of the same tokens moves, straight from the definition."""
    distance = ((np.asarray(new, float) - old) ** 2).sum(-1) ** 0.5
    return distance / (np.asarray(old, float) ** 2).sum(-1) ** 0.5


def test_at_first(explorer, bert):
    assert list(explorer.controls) == [
        *("first", "second", "token", "change"),
        *("by", "to", "row", "keep"),
    ]
    assert said(explorer) == ""
    assert shown(explorer) == explorer.caption
    assert explorer.caption.startswith("[CLS] (0) replaced by [MASK]. How far each of")
    before = states(bert)
    ids = inputs.prepare(bert, TEXT).ids
    mask = bert.tokenizer.mask_token_id
    own = moves(before, states(bert, ids=[mask, *ids[1:]]))[:, 1:]
    tokens, below = tables(explorer.plot())
    assert np.isnan(tokens[0]).all()
    np.testing.assert_allclose(tokens[1:], own.T, atol=1e-4)
    assert own[1:].min() > 0.01
    # The scale: each of the six words in its place, and how far the others move then.
    others = []
    for i in range(1, 7):
        changed = moves(before, states(bert, ids=[*ids[:i], mask, *ids[i + 1 :]]))
        others.append(np.delete(changed, i, axis=1).mean(axis=1))
    np.testing.assert_allclose(below[1], np.median(others, axis=0), atol=1e-4)
    vector = [
        states_[:, 1:7].mean(axis=1)
        for states_ in (before, states(bert, ids=[mask, *ids[1:]]))
    ]
    np.testing.assert_allclose(below[2], moves(*vector), atol=1e-4)
    assert names(explorer.plot())[9:] == [MEAN, CONTROL, WORDS, CONTROL]


def test_a_word_of_two_is_replaced(explorer, bert):
    explorer.by.value = "dog"
    explorer.token.value = "the"
    assert said(explorer).startswith(
        "the is there 2 times, as tokens 1 and 5: this is token 1."
    )
    first = tables(explorer.plot())[0]
    assert np.isnan(first[1]).all()
    explorer.token.value = "5"
    assert said(explorer) == ""
    assert np.isnan(tables(explorer.plot())[0][5]).all()
    ids = inputs.prepare(bert, TEXT).ids
    dog = bert.tokenizer.convert_tokens_to_ids("dog")
    own = moves(states(bert), states(bert, ids=[*ids[:5], dog, *ids[6:]]))
    kept = [0, 1, 2, 3, 4, 6, 7, 8]
    np.testing.assert_allclose(
        tables(explorer.plot())[0][kept], own[:, kept].T, atol=1e-4
    )
    assert names(explorer.plot())[13:] == ["[CLS]", CONTROL]


@pytest.mark.parametrize("keep", [False, True])
def test_removed(explorer, bert, keep):
    explorer.change.value = "remove"
    explorer.keep.value = keep
    ids = inputs.prepare(bert, TEXT).ids
    rows = list(range(1, 9)) if keep else list(range(8))
    own = moves(states(bert)[:, 1:], states(bert, ids=ids[1:], positions=rows))
    tokens = tables(explorer.plot())[0]
    np.testing.assert_allclose(tokens, own.T, atol=1e-4)
    assert bool(own[0].max() < 1e-6) is keep  # the embedding layer's output
    labels = names(explorer.plot())[:2]
    assert labels == (["1  the", "2  cat"] if keep else ["1→0  the", "2→1  cat"])
    told = (
        "1→0 beside a token: position row 1 before, 0 now. Here 8 tokens also got"
        " another position row, in the control 4.5 on average: to compare the two, tick"
        " “each token keeps its position row”."
    )
    assert said(explorer) == ("" if keep else told)
    # What is another thing than its control has no ratio to it.
    assert ("times as far" in explorer.caption) is keep
    kept = ", position rows kept" if keep else ""
    assert explorer.caption.startswith(
        f"[CLS] (0) removed{kept}. How far each of the 8"
    )


def test_moved(explorer, bert):
    explorer.change.value = "move"
    ids = inputs.prepare(bert, TEXT).ids
    for to, place in (("end", 8), ("3", 3)):
        explorer.to.value = to
        order = [*range(1, place + 1), 0, *range(place + 1, 9)]
        own = moves(states(bert)[:, order], states(bert, ids=[ids[i] for i in order]))
        np.testing.assert_allclose(tables(explorer.plot())[0], own.T, atol=1e-4)
        assert f"[CLS] (0) moved to place {place}." in explorer.caption
        assert names(explorer.plot())[place] == f"0→{place}  [CLS]"
    # The position rows keep to their tokens: BERT is blind to the order.
    explorer.keep.value = True
    assert "None of the 9 tokens that stay moves" in explorer.caption
    assert "only the order in which they are listed is another." in said(explorer)
    explorer.to.value = "0"
    assert said(explorer).startswith("This is how it is already")


def test_another_row(explorer, bert):
    explorer.change.value = "position row"
    explorer.token.value = "cat"
    for row, number in (("5", 5), ("end", len(bert.tables.position) - 1)):
        explorer.row.value = row
        rows = [0, 1, number, *range(3, 9)]
        own = moves(states(bert), states(bert, positions=rows))
        np.testing.assert_allclose(tables(explorer.plot())[0], own.T, atol=1e-4)
        assert names(explorer.plot())[2] == f"2→{number}  cat"
    assert own[0].max() > 0.01


def test_what_changes_nothing_is_said(explorer):
    explorer.change.value = "position row"
    explorer.row.value = "0"
    assert said(explorer).startswith("This is how it is already, so nothing changes")
    assert "None of the 9 tokens that stay moves" in explorer.caption
    explorer.change.value = "replace"
    explorer.by.value = "[CLS]"
    assert said(explorer).startswith("This is how it is already, so nothing changes")
    assert "new" not in explorer.caption
    assert NEW not in [text.get_text() for text in explorer.plot().axes.texts]


@pytest.mark.parametrize(
    ("change", "used"),
    [
        ("replace", {"by"}),
        ("remove", {"keep"}),
        ("move", {"to", "keep"}),
        ("position row", {"row"}),
    ],
)
def test_only_controls_that_do_something_are_there(explorer, change, used):
    explorer.change.value = change
    there = {n for n, c in explorer.controls.items() if c.layout.display != "none"}
    assert there == {"first", "second", "token", "change"} | used


def test_a_pair(explorer, bert):
    explorer.second.value = "It was tired."
    explorer.token.value, explorer.change.value = "tired", "move"
    explorer.to.value = "1"
    assert "It" not in said(explorer)
    assert said(explorer).endswith("A token takes its token type with it.")
    t = inputs.prepare(bert, TEXT, "It was tired.")
    place = t.tokens.index("tired")
    order = [0, place, *[i for i in range(1, len(t.ids)) if i != place]]
    before = encoder.encode(bert, TEXT, "It was tired.", attentions=False)
    ids, types = ([row[i] for i in order] for row in (t.ids, t.types))
    after = states(bert, ids=ids, types=types)
    own = moves(before.hidden_states[:, order], after)
    np.testing.assert_allclose(tables(explorer.plot())[0], own.T, atol=1e-4)
    explorer.second.value = " \t"
    assert "tired” is no token of this text" in said(explorer)


@pytest.mark.parametrize(
    ("control", "typed", "says"),
    [
        ("first", "", "There is no first text yet"),
        ("first", " \t", "There is no first text yet"),
        ("first", "\x00", "keeps nothing of what you typed"),
        ("first", "\ud800", "half of a character"),
        ("first", "dog " * 600, "and the model takes 512: shorten the text"),
        ("first", "x" * 100_000, "has 100,000 characters"),
        ("token", "", "No token is named: type one, or its number from 0 to 8."),
        ("token", "zebra", "“zebra” is no token of this text: type a number"),
        ("token", "9", "There is no token 9: this text has the tokens 0 to 8."),
        ("token", "-1", "There is no token -1"),
        ("token", "😀", "“😀” is no token of this text"),
        ("token", "x" * 100_000, "is no token of this text"),
        ("by", "  ", "There is nothing to put in: type a word"),
        ("by", "embeddings", "is 4 tokens, em ##bed ##ding ##s. One token is put in"),
        ("by", "a dog", "is 2 tokens, a dog. One token"),
        ("by", "\ud800", "half of a character"),
        ("by", "\u200b", "keeps nothing of"),
        ("by", "x" * 100_000, "has 100,000 characters"),
    ],
)
def test_what_cannot_be_used(explorer, control, typed, says):
    before, box = state(explorer), explorer.controls[control]
    box.value = typed
    is_refused(explorer, before, box, typed)
    assert says in said(explorer)
    assert said(explorer).startswith(f"Please note: {box.description} ")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (
            "103",
            "That is the word 103, not token ID 103 ([MASK]): a token is put in by",
        ),
        ("2", "That is the word 2, not token ID 2 ("),
        ("99999", "That is the word 99999, not token ID 99999: a token is put in by"),
    ],
)
def test_digits_are_a_word(explorer, typed, says):
    explorer.by.value = typed
    assert says in said(explorer)


def test_a_long_text_is_said_to_take_a_moment(explorer, monkeypatch):
    meanwhile = []

    def seen(*given, **more):
        meanwhile.append(said(explorer))
        return encoder.encode(*given, **more)

    monkeypatch.setattr(module, "encode", seen)
    explorer.first.value = "a dog"
    assert meanwhile == ["", ""]
    explorer.first.value = "dog cat " * 60
    assert meanwhile[2:] == [COMPUTING] * 2
    assert said(explorer) == ""


@pytest.mark.parametrize(
    ("change", "control", "what", "last"),
    [("move", "to", "place", "8"), ("position row", "row", "position row", "511")],
)
def test_numbers_that_there_are_not(explorer, change, control, what, last):
    explorer.change.value = change
    box = explorer.controls[control]
    box.value = last
    before = state(explorer)
    for typed in (str(int(last) + 1), "-1", "2.5", "²", "one", "9" * 5000, ""):
        box.value = typed
        is_refused(explorer, before, box, typed)
        named = f"There is no {what} “" if typed else f"No {what} is given"
        assert named in said(explorer)
        assert f"type a whole number from 0 to {last}, or end." in said(explorer)
    box.value = " END "
    assert not said(explorer).startswith("Please note")
    assert state(explorer) == before


@pytest.mark.parametrize(
    ("typed", "token", "says"),
    [
        ("dog", "dog", ""),
        ("Dog", "dog", "The tokenizer writes “Dog” as dog."),
        ("[mask]", "[MASK]", ""),
        ("[SEP]", "[SEP]", ""),
        ("##ing", "##ing", ""),
        ("[UNK]", "[UNK]", ""),
        ("😀", "[UNK]", "“😀” is not in the vocabulary and cannot be built from its"),
        ("x" * 101, "[UNK]", "so what is put in is [UNK]."),
        ("ש", "\u2068ש\u2069", ""),
    ],
)
def test_what_is_put_in(explorer, typed, token, says):
    explorer.by.value = f" {typed} "
    assert explorer.caption.startswith(f"[CLS] (0) replaced by {token}. How far")
    assert says in said(explorer)
    assert bool(says) == bool(said(explorer))


def test_a_text_of_one_word_has_no_scale(explorer):
    explorer.first.value = "dog"
    explorer.token.value, explorer.change.value = "dog", "remove"
    assert "no other word to do the same to, so there is no scale." in said(explorer)
    assert "Control" not in explorer.caption
    assert names(explorer.plot()) == ["0  [CLS]", "2→1  [SEP]", MEAN, "[CLS]"]


def test_as_many_tokens_as_the_model_takes(explorer, bert):
    limit = len(bert.tables.position)
    explorer.first.value = "dog cat " * ((limit - 2) // 2)
    assert f"How far each of the {limit - 1} tokens that stay" in shown(explorer)
    assert "farther than in 0 of 2." in explorer.caption  # controls
    tokens = tables(explorer.plot())[0]
    assert tokens.shape[0] == limit
    assert np.isnan(tokens).all(axis=1).sum() == 1


def test_a_change_that_there_is_not(bert):
    with pytest.raises(InputError, match="no change 'swap': take one of replace, rem"):
        intervention_explorer(bert, change="swap")
    with pytest.raises(InputError, match="must be a string"):
        intervention_explorer(bert, 7)


def test_begun_with_values(bert):
    made = intervention_explorer(
        bert, TEXT, token=5, change="move", to=1, row=3, keep=True
    )
    assert made.caption.startswith("the (5) moved to place 1, position rows kept.")
    assert (made.to.value, made.row.value, made.token.value) == ("1", "3", "5")


def test_the_model_runs_once_for_each_input(bert, monkeypatch):
    runs = []

    def counted(bert, texts, **more):
        runs.append(len(texts))
        return encoder.encode(bert, texts, **more)

    monkeypatch.setattr(module, "encode", counted)
    explorer = intervention_explorer(bert, "a cat sat")
    assert runs == [1, 4]  # the text; the change, and three controls
    explorer.by.value = "dog"
    explorer.by.value = "[MASK]"
    explorer.by.value = " [mask]"
    assert runs == [1, 4, 4]
    explorer.change.value = "remove"
    explorer.change.value = "replace"
    explorer.plot()
    assert runs == [1, 4, 4, 4]
    explorer.token.value = "1"
    assert runs == [1, 4, 4, 4, 3]
    explorer.first.value = "a dog sat"
    assert runs[5:] == [1, 3]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A BERT with a single token type, sixteen positions, and few words."""
    folder = tmp_path_factory.mktemp("bert") / "one"
    random = np.random.default_rng(0)
    shapes = expected_shapes(SimpleNamespace(**CONFIG | {"type_vocab_size": 1}))
    tensors = {n: random.normal(size=s).astype("float32") for n, s in shapes.items()}
    return bertlab.load(write(folder, tiny_files(tensors, type_vocab_size=1)))


def test_a_model_with_one_type_and_few_words(tiny):
    explorer = intervention_explorer(tiny, TEXT)
    assert said(explorer) == ""
    assert "[CLS] (0) replaced by [MASK]" in shown(explorer)
    before = state(explorer)
    explorer.second.value = "the bank"
    is_refused(explorer, before, explorer.second, "the bank")
    assert "1 token type" in said(explorer)
    explorer.second.value = ""
    explorer.change.value, explorer.row.value = "position row", "16"
    assert "type a whole number from 0 to 15, or end." in said(explorer)
    explorer.row.value = "15"
    assert "with position row 15" in shown(explorer)
    explorer.first.value = "the bank " * 8
    assert "18 tokens and the model takes 16" in said(explorer)


def test_without_tensorflow(bert, monkeypatch):
    def fail(*_, **__):
        raise ModelError("TensorFlow cannot be imported here: install it.")

    monkeypatch.setattr(module, "encode", fail)
    explorer = intervention_explorer(bert, TEXT)
    assert said(explorer) == (
        "Please note: TensorFlow cannot be imported here: install it."
    )
    assert explorer._repr_mimebundle_()[0]["text/plain"].startswith("TensorFlow")


def test_an_error_is_said(explorer, monkeypatch):
    before = state(explorer)

    def fail(*_, **__):
        raise RuntimeError("<b>out</b> of luck")

    with monkeypatch.context() as patch:
        patch.setattr(module, "encode", fail)
        explorer.by.value = "tiger"
    is_refused(explorer, before, explorer.by, "tiger")
    assert "RuntimeError: <b>out</b> of luck" in said(explorer)
    explorer.by.value = "mouse"
    assert state(explorer) != before
    assert said(explorer) == ""


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text(explorer, typed):
    explorer.token.value = "0"
    explorer.first.value = explorer.second.value = typed
    assert skeleton(explorer.view.value) == PLAIN_FIGURE
    assert shown(explorer) == explorer.caption
    assert not said(explorer).startswith("Please note")
    assert explorer.first.value == typed
    before = state(explorer)
    for control in (explorer.by, explorer.token):
        control.value = typed
        is_refused(explorer, before, control, typed)


def test_any_text(explorer):
    @settings(deadline=None, derandomize=True, max_examples=10)
    @given(ANY_TEXT, ANY_TEXT)
    def check(first, typed):
        explorer.first.value, explorer.token.value = "dog", "1"
        for name in ("by", "first", "token", "to", "row"):
            changes_ = {"to": "move", "row": "position row"}
            explorer.change.value = changes_.get(name, "replace")
            explorer.controls[name].value = first if name == "first" else typed
            assert skeleton(explorer.view.value) == PLAIN_FIGURE
            assert shown(explorer) == explorer.caption
            assert "cannot be shown" not in said(explorer)
            explorer.by.value = "[MASK]"

    check()


def test_three_faces(bert):
    explorer = intervention_explorer(bert, TEXT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = face(explorer)
    assert len(first[0]) * 3 / 4 < 60_000
    assert first[1] == (
        f"First text: {TEXT} · Second text: (empty) · Token: [CLS] · Change: replace ·"
        f" Put in: [MASK]. {explorer.caption}"
    )
    explorer.change.value = "remove"
    assert face(explorer) == first


def test_plot_is_the_present_state_and_its_own(bert, explorer):
    other = intervention_explorer(bert, TEXT)
    before = state(other)
    explorer.first.value = "A dog barked."
    explorer.change.value = "move"
    assert explorer.plot().caption == explorer.caption
    assert state(other) == before


def test_every_control_has_a_label(explorer):
    labels = [control.description for control in explorer.controls.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)
