"""One word's occurrences: the pictures, the context explorer, and what it computes."""

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from markup import ANY_TEXT, HOSTILE, skeleton
from matplotlib.figure import Figure
from test_widgets import PLAIN_FIGURE, face, is_refused, said, shown, state
from tiny_bert import tiny_files, write

import bertlab
from bertlab import encoder
from bertlab.errors import InputError, ModelError
from bertlab.measures import word_states
from bertlab.measures.occurrences import MOST, find_occurrences
from bertlab.measures.word_states import (
    RANDOM,
    context_space,
    cosines,
    plane,
    random_words,
)
from bertlab.plots import (
    plot_context_layers,
    plot_context_matrix,
    plot_occurrences,
)
from bertlab.plots.occurrences import own_nearest
from bertlab.plots.plot import drawable
from bertlab.plots.style import INK
from bertlab.tokens import tokenize
from bertlab.widgets import context as module
from bertlab.widgets import context_explorer

SIMILARITIES = np.array(
    [[1, 0.2, 0.9, -0.3], [0.2, 1, 0.1, 0.4], [0.9, 0.1, 1, 0.6], [-0.3, 0.4, 0.6, 1]]
)
LABELS = ["1 a bank", "2 the $x$", "3 one bank", "4 bank"]
SENSES = ["river", "money", "river", "money"]
BASELINE = np.linspace(-0.1, 0.3, 101)  # mean 0.1, middle 90 % -0.08 to 0.28
# Two clusters far from each other, and a lone point of the first sense by the second.
POINTS = np.array([[0, 0], [0, 1], [9, 9], [9, 8.0], [8, 9]])
FIVE = ["river", "river", "money", "money", "river"]
CURVES = {"same": [[0.9, 0.5], [0.7, 0.3]], "random": [[-0.2, 0.0], [0.2, 0.1]]}
TEXT = "A bank lends money.\nMy bank is shut.\n\nThe bank of the river."
LAST = -1


def matrix(**more):
    return plot_context_matrix(
        SIMILARITIES, labels=LABELS, senses=SENSES, baseline=BASELINE, **more
    )


def occurrences(**more):
    more = {"titles": ["layer 3"], "shares": [[0.5, 0.25]]} | more
    return plot_occurrences(POINTS, senses=FIVE, word="bank", **more)


def panels():
    return plot_occurrences(
        [POINTS, POINTS[::-1], POINTS * 2],
        senses=FIVE,
        word="bank",
        titles=["layer 0", "layer 1", "layer 2"],
        shares=[[0.5, 0.2], [0.4, 0.1], [0.3, 0.1]],
    )


def layers(**more):
    return plot_context_layers(CURVES, layer=1, **more)


PLOTS = [matrix, occurrences, layers]


# The square of cosines


def test_every_cell_of_the_matrix_by_sense():
    plot = matrix()
    order = [0, 2, 1, 3]
    cells = plot.axes.images[0].get_array()
    np.testing.assert_array_equal(cells.data, SIMILARITIES[order][:, order])
    np.testing.assert_array_equal(cells.mask, np.eye(4, dtype=bool))
    assert plot.axes.images[0].get_clim() == (-0.3, 1)
    assert plot.figure.axes[1].get_ylabel() == "cosine, from -0.30 to 1"
    names = [label.get_text() for label in plot.axes.get_yticklabels()]
    assert names == ["1 a bank", "3 one bank", "2 the $x$", "4 bank"]
    columns = [label.get_text() for label in plot.axes.get_xticklabels()]
    assert columns == ["1", "3", "2", "4"]
    numbers = {t.get_position(): t.get_text() for t in plot.axes.texts}
    assert numbers.pop((0.5, -0.5)) == "river"
    assert numbers.pop((2.5, -0.5)) == "money"
    assert len(numbers) == 12
    assert numbers[1, 0] == numbers[0, 1] == "0.90"
    assert numbers[0, 3] == "-0.30"
    at = [line.get_xdata()[0] for line in plot.axes.lines if line.get_ydata()[0] == 0]
    assert at == [1.5]  # the line between the senses


def test_the_baseline_on_the_scale():
    scale = matrix().figure.axes[1]
    bar, mean = scale.lines[-2:]
    np.testing.assert_allclose(bar.get_ydata(), [-0.08, 0.28])
    np.testing.assert_allclose(mean.get_ydata(), [0.1])
    assert mean.get_marker() == ">"
    without = plot_context_matrix(SIMILARITIES, labels=LABELS)
    assert len(without.figure.axes[1].lines) == len(scale.lines) - 2
    assert "random" not in without.caption + without.axes.get_xlabel()
    assert "random words" in matrix().axes.get_xlabel()


def test_caption_of_the_matrix():
    assert matrix().caption == (
        "Cosine similarity of each pair of 4 occurrences. Most alike are “1 a bank” and"
        " “3 one bank” (0.90); least alike “1 a bank” and “4 bank” (-0.30); the mean is"
        " 0.32. Same sense: 0.65 on average (2 pairs). Different senses: 0.15 on"
        " average (4 pairs). Random words: 0.10 on average, 90 % of 101 pairs between"
        " -0.08 and 0.28. Colours: from -0.30 to 1."
    )
    pair = plot_context_matrix(SIMILARITIES[:2, :2], labels=LABELS[:2]).caption
    assert ". The pair is “1 a bank” and “2 the $x$” (0.20)." in pair
    same = plot_context_matrix(np.ones((3, 3)), labels=LABELS[:3]).caption
    assert "All pairs are as alike as each other (1.00)." in same
    assert same.endswith("Colours: from 0.90 to 1.")
    zero = plot_context_matrix([[1, -0.001], [-0.001, 1]], labels=LABELS[:2]).caption
    assert "(0.00)" in zero


def test_colours_begin_where_random_words_or_the_cosines_do():
    near = np.where(np.eye(3), 1, 0.7)
    plot = plot_context_matrix(near, labels=LABELS[:3])
    assert plot.axes.images[0].get_clim() == (0.7, 1)
    plot = plot_context_matrix(near, labels=LABELS[:3], baseline=BASELINE)
    np.testing.assert_allclose(plot.axes.images[0].get_clim(), (-0.08, 1))
    # The numbers stand out on what is dark and on what is light.
    values = [[1, -0.9, 0.9], [-0.9, 1, 0.9], [0.9, 0.9, 1]]
    texts = plot_context_matrix(values, labels=LABELS[:3]).axes.texts
    colours = {text.get_text(): text.get_color() for text in texts}
    assert colours == {"-0.90": "white", "0.90": INK}


def test_of_pairs_that_are_equally_alike_the_first_is_named():
    noisy = SIMILARITIES.copy()
    noisy[2, 3] = noisy[3, 2] = 0.9 + 1e-7
    caption = plot_context_matrix(noisy, labels=LABELS).caption
    assert "Most alike are “1 a bank” and “3 one bank”" in caption


@pytest.mark.parametrize("count", [2, 8, 16, 30])
def test_matrices_of_all_sizes(count):
    values = np.linspace(-1, 1, count**2).reshape(count, count)
    names = [f"money {i}" for i in range(count)]
    plot = plot_context_matrix(values, labels=names, baseline=BASELINE)
    assert plot.axes.images[0].get_array().shape == (count, count)
    assert len(plot.axes.get_yticklabels()) == count
    # The first word is the same everywhere, so the columns have the last.
    columns = plot.axes.get_xticklabels()
    step = round(plot.axes.get_xticks()[1])
    assert step <= 1 + count // 15
    names = [label.get_text() for label in columns]
    assert names == [str(i) for i in range(0, count, step)]
    ends = [label.get_window_extent() for label in columns]
    assert all(a.x1 < b.x0 for a, b in pairwise(ends))
    for text in plot.axes.texts:  # numbers that do not touch each other
        cell = plot.axes.get_window_extent().width / count
        assert text.get_window_extent().width < cell
    assert bool(plot.axes.texts) == (count <= 8)


@pytest.mark.parametrize(
    ("values", "labels", "senses"),
    [
        ([[1.0]], ["1"], None),
        (np.ones((2, 3)), ["1", "2"], None),
        (SIMILARITIES, LABELS[:3], None),
        (SIMILARITIES, LABELS, SENSES[:3]),
    ],
)
def test_a_matrix_that_is_not_one_is_refused(values, labels, senses):
    with pytest.raises(ValueError, match=r"two occurrences at least|one for each"):
        plot_context_matrix(values, labels=labels, senses=senses)


# The map


def test_points_by_sense_in_colour_and_marker():
    river, money = occurrences().axes.lines
    np.testing.assert_array_equal(river.get_xydata(), POINTS[[0, 1, 4]])
    np.testing.assert_array_equal(money.get_xydata(), POINTS[[2, 3]])
    assert river.get_marker() != money.get_marker()
    assert river.get_color() != money.get_color()
    legend = occurrences().axes.get_legend().get_texts()
    assert [text.get_text() for text in legend] == ["river", "money"]
    assert occurrences().axes.get_xlabel() == "first component (50%)"
    assert occurrences().axes.get_ylabel() == "second component (25%)"


def test_every_point_has_its_number():
    numbers = ["1", "2a", "2b", "$3$", "4"]
    plot = occurrences(numbers=numbers)
    assert [text.get_text() for text in plot.axes.texts] == numbers
    for text, point in zip(plot.axes.texts, POINTS):
        np.testing.assert_array_equal(text.xy, point)
        assert not text.get_parse_math()
    boxes = [text.get_window_extent() for text in plot.axes.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_no_label_lies_on_a_point():
    points = np.array([[0, 0], [0.4, 0], [0.8, 0], [10, 0], [10, 0.5], [5, 9]])
    plot = plot_occurrences(points, senses="aaabbb", word="bank")
    at = plot.axes.transData.transform(points)
    for text in plot.axes.texts:
        box = text.get_window_extent()
        assert not any(box.contains(*point) for point in at)
        assert box.x1 <= plot.figure.bbox.x1


def test_points_in_one_place_share_a_label():
    points = np.array([[0, 0], [1, 1], [0, 1e-9], [2, 0]])
    plot = plot_occurrences(points, senses="abab", word="bank")
    assert [text.get_text() for text in plot.axes.texts] == ["0, 2", "1", "3"]


def test_caption_of_the_map():
    assert occurrences().caption == (
        "5 occurrences of “bank” on their first two principal components, numbered; by"
        " sense: river (0, 1 and 4); money (2 and 3). Nearest on the map is an"
        " occurrence of the same sense for: 3.5 of 5; a random other one would be for"
        " 2. Variance that the two components keep: 75%."
    )
    one = plot_occurrences(POINTS, senses=["a"] * 5, word="bank")
    assert one.caption == (
        "5 occurrences of “bank” on their first two principal components."
    )
    assert one.axes.get_legend() is None


def test_several_panels():
    plot = panels()
    assert len(plot.figure.axes) == 3
    assert plot.axes is plot.figure.axes[0]
    assert [ax.get_title(loc="left") for ax in plot.figure.axes] == [
        "layer 0",
        "layer 1",
        "layer 2",
    ]
    np.testing.assert_array_equal(
        plot.figure.axes[2].lines[1].get_xydata(), 2 * POINTS[[2, 3]]
    )
    assert "(40%)" in plot.figure.axes[1].get_xlabel()
    assert "for: layer 0: 3.5, layer 1: 0 and layer 2: 3.5 of 5" in plot.caption
    assert "keep: layer 0: 70%, layer 1: 50% and layer 2: 40%." in plot.caption


def test_neighbours_that_are_equally_near_count_in_parts():
    points = np.array([[0, 0], [0, 0], [0, 1e-9], [5, 5], [5, 6]])
    # Each of the first three has the other two beside it: one of 2, or none.
    assert own_nearest(points, list("aabcc")) == pytest.approx(0.5 + 0.5 + 0 + 1 + 1)
    plot = plot_occurrences(points, senses="aabca", word="bank")
    assert "for: 1 of 5;" in plot.caption
    plot = plot_occurrences(points[:4], senses="aabb", word="bank")
    assert f"for: {0.5 + 0.5 + 0 + 1 / 3:.1f} of 4;" in plot.caption


@pytest.mark.parametrize(
    "wrong",
    [
        {"senses": FIVE[:4]},
        {"numbers": "123"},
        {"titles": ["one", "two"]},
        {"shares": [[1, 0], [1, 0]]},
    ],
)
def test_a_map_whose_parts_do_not_go_together_is_refused(wrong):
    with pytest.raises(ValueError, match="For 5 points on 1 panels give"):
        plot_occurrences(POINTS, **({"senses": FIVE, "word": "bank"} | wrong))


def test_points_without_two_coordinates_are_refused():
    for points in (np.zeros((3, 3)), np.zeros((0, 2))):
        with pytest.raises(ValueError, match="two coordinates"):
            plot_occurrences(points, senses=[""] * len(points), word="bank")


def test_many_senses_never_look_the_same():
    points = np.random.default_rng(0).random((20, 2))
    plot = plot_occurrences(points, senses=map(str, range(20)), word="x")
    looks = {(line.get_color(), line.get_marker()) for line in plot.axes.lines}
    assert len(looks) == 20


# By layer


def test_curves_of_pairs():
    plot = layers()
    means = [line.get_ydata() for line in plot.axes.lines[:2]]
    np.testing.assert_allclose(means, [[0.8, 0.4], [0, 0.05]], atol=1e-12)
    assert plot.axes.lines[-1].get_xdata() == [1, 1]
    assert plot.axes.get_ylim()[0] < -0.1
    assert plot.caption == (
        "Mean cosine similarity, from layer 0 on: same (2 pairs) 0.80, 0.40; random (2"
        " pairs) 0.00, 0.05. Bands: the middle 80 % of the pairs."
    )


# All of them


@pytest.mark.parametrize("plot", [*PLOTS, panels])
def test_letters_can_be_read_and_nothing_is_cut_off(plot):
    drawn = plot()
    drawn.figure.draw_without_rendering()
    box = drawn.figure.bbox
    beyond = {  # matplotlib keeps labels for ticks that it does not draw
        tick.label1
        for ax in drawn.figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval())
        <= tick.get_loc()
        <= max(axis.get_view_interval())
    }
    for text in drawn.figure.findobj(mpl.text.Text):
        if text.get_text().strip() and text.get_visible() and text not in beyond:
            extent = text.get_window_extent()
            assert text.get_fontsize() >= 10
            assert box.x0 <= extent.x0 <= extent.x1 <= box.x1
            assert box.y0 <= extent.y0 <= extent.y1 <= box.y1
    assert drawn.size[0] <= 8.4 * 80


@pytest.mark.parametrize("plot", PLOTS)
def test_drawn_on_the_axes_that_are_given(plot):
    figure = Figure()
    first, second = figure.subplots(1, 2)
    drawn = plot(ax=first)
    assert drawn.axes is first
    assert first.has_data()
    assert not second.has_data()
    assert drawn.caption == plot().caption


@pytest.mark.parametrize("plot", [*PLOTS, panels])
def test_a_readers_settings_neither_leak_in_nor_change(plot):
    wanted = plot().picture()
    with mpl.rc_context({"font.size": 31, "axes.grid": True, "lines.linewidth": 9}):
        before = dict(mpl.rcParams)
        assert plot().picture() == wanted
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("word", [*HOSTILE, "ש", "東京" * 9, "x" * 80, "W" * 80])
def test_names_are_never_markup_and_fit(word):
    for plot in (
        plot_context_matrix(
            SIMILARITIES, labels=[word, *"234"], senses=[word, *"bcd"], title=word[:20]
        ),
        plot_occurrences(POINTS, senses=[word[:20], *"bcde"], word=word, titles=["a"]),
    ):
        assert skeleton(plot.html()) == PLAIN_FIGURE
        for text in plot.figure.findobj(mpl.text.Text):
            if drawable(word[:5]) in text.get_text():
                assert not text.get_parse_math()
    label = plot_context_matrix(SIMILARITIES, labels=[word, *"234"]).axes
    assert label.get_yticklabels()[0].get_window_extent().x0 >= 0
    assert label.get_position().width > 0.35


# What is computed


def test_the_plane_is_that_of_the_covariance():
    rows = np.random.default_rng(0).normal(size=(9, 5)) * [5, 3, 1, 1, 1]
    points, shares = plane(rows)
    values, vectors = np.linalg.eigh(np.cov(rows.T))
    np.testing.assert_allclose(shares, values[::-1][:2] / values.sum())
    wanted = (rows - rows.mean(axis=0)) @ vectors[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(points), np.abs(wanted))
    again, _ = plane(rows * -1)
    np.testing.assert_allclose(again, -points)


def test_the_plane_of_points_that_have_none():
    points, shares = plane(np.ones((3, 4)))
    np.testing.assert_array_equal(points, 0)
    assert shares.tolist() == [0, 0]
    # Nor have points that differ by rounding.
    rows = np.ones((9, 40), np.float32)
    rows[::2] += np.finfo(np.float32).eps
    points, shares = plane(rows)
    np.testing.assert_array_equal(points, 0)
    assert shares.tolist() == [0, 0]
    points, shares = plane([[0.0, 1], [0, 3]])
    np.testing.assert_allclose(sorted(points[:, 0]), [-1, 1])
    assert shares.tolist() == [1, 0]


def test_cosines_with_nothing_count_as_none():
    found = cosines(np.array([[[3.0, 4], [4, 3], [0, 0]]]))
    np.testing.assert_allclose(found, [[[1, 0.96, 0], [0.96, 1, 0], [0, 0, 0]]])


def test_random_words_are_different_ones(bert):
    words = random_words(bert)
    layers, hidden = bert.config.num_hidden_layers + 1, bert.config.hidden_size
    assert words.shape == (layers, RANDOM, hidden)
    assert random_words(bert) is words  # computed once
    # At layer 0 no two are alike, so no word comes twice.
    values = cosines(words[:1])[0][np.triu_indices(RANDOM, 1)]
    assert values.max() < 0.8


def test_the_dominant_dimensions_are_left_out(bert):
    raw = context_space(bert, "raw")
    without = context_space(bert, "without the dominant dimensions")
    assert (raw.scale == 1).all()
    words = random_words(bert).astype(float)
    unit = words / np.linalg.norm(words, axis=-1, keepdims=True)
    one, other = np.triu_indices(RANDOM, 1)
    for layer in range(len(words)):
        parts = (unit[layer, one] * unit[layer, other]).mean(axis=0)
        largest = np.argsort(-parts)[:3]
        assert sorted(without.left_out[layer]) == sorted(largest)
        assert sorted(np.flatnonzero(without.scale[layer] == 0)) == sorted(largest)
        np.testing.assert_allclose(without.parts[layer], parts[largest].sum())
        np.testing.assert_allclose(without.means[layer], parts.sum())
        np.testing.assert_allclose(raw.baseline[layer].mean(), parts.sum(), atol=1e-6)
    kept = np.delete(words[LAST], without.left_out[LAST], axis=1)
    by_hand = [
        a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        for a, b in zip(kept[one], kept[other])
    ]
    np.testing.assert_allclose(without.baseline[LAST], by_hand, atol=1e-5)


def test_what_is_found(bert):
    found = find_occurrences(
        bert, " Bank ", "\n\nA bank!\n \nBanks bank the bank.\n\n\nNo.\nmy BANK\n"
    )
    assert found.names == [
        "1 A bank!",
        "2a Banks bank the bank.",
        "2b …bank the bank.",
        "4 my BANK",
    ]
    assert found.senses == ["sense 1", "sense 2", "sense 2", "sense 3"]
    assert found.sentences == ["A bank!", "Banks bank the bank.", "my BANK"]
    assert found.places == [[[2]], [[2], [4]], [[2]]]
    assert found.messages == ["Sentence 3 does not have “Bank” and is left out."]
    # Tokenized once, not for every layer that is looked at.
    assert find_occurrences(bert, "a", "a\na") is find_occurrences(bert, "a", "a\na")


def test_an_unknown_word_is_not_any_other(bert):
    found = find_occurrences(bert, "☃", "a ☃ here\na 👩‍🦰 there\nno ☃ ☃")
    assert [name.split()[0] for name in found.names] == ["1", "3a", "3b"]
    assert found.messages == [
        "Sentence 2 does not have “☃” and is left out.",
        "The model has no token for “☃”: what it gets is [UNK], as for any unknown"
        " word.",
    ]


# The explorer


@pytest.fixture
def explorer(bert):
    return context_explorer(bert, "bank", TEXT)


def states(bert, text=TEXT, word="bank"):
    """Its states, straight from the encoder: (layers + 1, occurrences, hidden)."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        run = encoder.encode(bert, line, attentions=False)
        found += [
            run.hidden_states[:, i] for i, name in enumerate(run.tokens) if name == word
        ]
    return np.stack(found, axis=1)


def square(vectors):
    unit = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit @ unit.swapaxes(-1, -2)


def test_at_first(explorer, bert):
    assert list(explorer.controls) == ["word", "sentences", "layer", "space", "kind"]
    last = bert.config.num_hidden_layers
    assert explorer.layer.value == explorer.layer.max == last
    assert said(explorer) == ""
    assert shown(explorer) == explorer.caption
    assert explorer.caption.startswith(f"“bank”, layer {last}, raw. Cosine similarity")
    values = square(states(bert)[LAST])
    cells = explorer.plot().axes.images[0].get_array().data
    np.testing.assert_allclose(cells, values, atol=1e-5)
    baseline = context_space(bert, "raw").baseline[LAST]
    assert f"Same sense: {values[0, 1]:.2f} on average (1 pair)" in explorer.caption
    other = (values[0, 2] + values[1, 2]) / 2
    assert f"Different senses: {other:.2f} on average (2 pairs)" in explorer.caption
    assert f"Random words: {baseline.mean():.2f} on average" in explorer.caption


def test_each_layer(explorer, bert):
    values = square(states(bert))
    for layer in range(bert.config.num_hidden_layers + 1):
        explorer.layer.value = layer
        cells = explorer.plot().axes.images[0].get_array().data
        np.testing.assert_allclose(cells, values[layer], atol=1e-5)
        assert f"“bank”, layer {layer}, raw." in shown(explorer)


def test_without_dominant_dimensions(explorer, bert):
    explorer.space.value = "without the dominant dimensions"
    space = context_space(bert, explorer.space.value)
    kept = np.delete(states(bert)[LAST], space.left_out[LAST], axis=-1)
    cells = explorer.plot().axes.images[0].get_array().data
    np.testing.assert_allclose(cells, square(kept), atol=1e-5)
    first, second, third = space.left_out[LAST]
    assert (
        f"without dimensions {first}, {second} and {third}, which make"
        f" {space.parts[LAST]:.3f} of {space.means[LAST]:.3f}"
        f" ({space.parts[LAST] / space.means[LAST]:.0%}), the random words' raw mean"
        " cosine: so small a mean has nothing dominant to take out." in explorer.caption
    )
    explorer.layer.value = 3
    assert space.means[3] > 0.1
    assert f"({space.parts[3] / space.means[3]:.0%})" in explorer.caption
    assert "nothing dominant" not in explorer.caption
    explorer.layer.value = explorer.layer.max
    mean = space.baseline[LAST].mean()
    assert f"Random words: {mean:.2f} on average" in explorer.caption


def test_the_map(explorer, bert):
    explorer.kind.value = "map (PCA)"
    points, shares = plane(states(bert)[LAST])
    one, two = explorer.plot().axes.lines
    np.testing.assert_allclose(one.get_xydata(), points[:2], atol=1e-3)
    np.testing.assert_allclose(two.get_xydata(), points[2:], atol=1e-3)
    numbers = {text.get_text() for text in explorer.plot().axes.texts}
    assert numbers == {"1", "2", "3"}
    assert f"components keep: {shares.sum():.0%}." in explorer.caption
    assert "most alike are" in explorer.caption
    explorer.sentences.value = "a bank\na bank"
    assert said(explorer) == module.ONE_POINT
    np.testing.assert_array_equal(explorer.plot().axes.lines[0].get_xydata(), 0)
    explorer.kind.value = "matrix"
    assert said(explorer) == ""
    explorer.kind.value = "map (PCA)"
    assert "keep: 0%" in explorer.caption
    assert [text.get_text() for text in explorer.plot().axes.texts] == ["1, 2"]


def test_by_layer(explorer, bert):
    explorer.kind.value = "by layer"
    values = square(states(bert))
    same, other, random, _ = explorer.plot().axes.lines
    np.testing.assert_allclose(same.get_ydata(), values[:, 0, 1], atol=1e-5)
    np.testing.assert_allclose(
        other.get_ydata(), values[:, :2, 2].mean(axis=1), atol=1e-5
    )
    baseline = context_space(bert, "raw").baseline
    np.testing.assert_allclose(random.get_ydata(), baseline.mean(axis=1), atol=1e-5)
    explorer.layer.value = 1
    assert list(explorer.plot().axes.lines[-1].get_xdata()) == [1, 1]
    explorer.sentences.value = TEXT.replace("\n\n", "\n")
    assert "the word (3 pairs)" in explorer.caption
    assert "sense" not in explorer.caption


def test_sentences_with_and_without_the_word(explorer, bert):
    explorer.sentences.value = "my bank\nmy dog\nour bank\nthe bank's bank"
    assert said(explorer) == "Sentence 2 does not have “bank” and is left out."
    cells = explorer.plot().axes.images[0].get_array().data
    assert cells.shape == (4, 4)
    np.testing.assert_allclose(
        cells, square(states(bert, explorer.sentences.value)[LAST]), atol=1e-5
    )
    names = [label.get_text() for label in explorer.plot().axes.get_yticklabels()]
    assert [name.split()[0] for name in names] == ["1", "3", "4a", "4b"]


def test_a_word_of_several_tokens(explorer, bert):
    explorer.word.value = "embeddings"
    explorer.sentences.value = "two embeddings\nembeddings here"
    pieces = tokenize(bert, "embeddings").tokens[1:-1]
    assert f"is {len(pieces)} tokens ({' '.join(pieces)})" in said(explorer)
    runs = encoder.encode(bert, explorer.sentences.value.splitlines())
    n = len(pieces)
    first, second = (
        run.hidden_states[LAST, at : at + n].mean(axis=0)
        for run, at in zip(runs, (2, 1))
    )
    value = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert f"({value:.2f})" in explorer.caption


@pytest.mark.parametrize(
    ("word", "typed", "says"),
    [
        ("", TEXT, "There is no word yet"),
        (" \t", TEXT, "There is no word yet"),
        ("\x00", TEXT, "keeps nothing of “U+0000”"),
        ("\ud800", TEXT, "half of a character"),
        ("[CLS]", TEXT, "“[CLS]” has a token that the tokenizer adds to each"),
        ("the [SEP]", TEXT, "“the [SEP]” has a token that the tokenizer adds"),
        ("x" * 100_000, TEXT, "has 100,000 characters"),
        ("cat", TEXT, "Sentences 1, 2 and 3 do not have “cat” and are left out. Two"),
        ("bank", "", "There is no sentence yet"),
        ("bank", " \n\n\t\n", "There is no sentence yet"),
        ("bank", "a bank", "needed, and here is one: type sentences that have it."),
        ("bank", "x" * 100_000, "The list of sentences has 100,000 characters"),
        ("bank", "a \ud800\nbank", "Character 3 of the list of sentences is half of"),
        ("bank", "bank " * 600, "Sentence 1 is left out: That is 602 tokens and the"),
    ],
)
def test_what_cannot_be_used(explorer, word, typed, says):
    before = state(explorer)
    explorer.sentences.value = typed
    explorer.word.value = word
    assert says in said(explorer)
    is_refused(explorer, before, explorer.word, word)
    assert explorer.sentences.value == typed
    explorer.word.value, explorer.sentences.value = "the", "the cat\nthe dog"
    assert said(explorer) == ""
    assert state(explorer) != before


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        ("the bank\n" * 100, f"{MOST} the bank"),
        ("bank " * 50, "1dd …bank bank"),
        (("bank of " + "dog " * 300 + "\n") * 10, "6 bank of dog"),
    ],
)
def test_more_than_can_be_shown(explorer, typed, last):
    explorer.sentences.value = typed
    assert f"Up to {MOST} occurrences are shown" in said(explorer)
    assert f"the last is “{last}" in said(explorer)
    assert len(explorer.plot().axes.get_yticklabels()) <= MOST


def test_many_that_are_too_long(explorer):
    explorer.sentences.value = "a bank\nmy bank" + ("\n" + "bank " * 520) * 5
    assert said(explorer).endswith("So are 3 more.")
    assert said(explorer).count("is left out") == 2


def test_one_run_for_all_sentences_and_none_for_what_was_seen(bert, monkeypatch):
    runs = []

    def counted(bert, texts, **more):
        runs.append(texts)
        return encoder.encode(bert, texts, **more)

    random_words(bert)
    monkeypatch.setattr(word_states, "encode", counted)
    word_states.occurrence_states.cache_clear()
    explorer = context_explorer(bert, "bank", TEXT)
    assert runs == [[line for line in TEXT.splitlines() if line]]
    explorer.kind.value = "map (PCA)"
    explorer.layer.value = 1
    explorer.space.value = "without the dominant dimensions"
    explorer.show.click()
    assert len(runs) == 1
    explorer.sentences.value = "a bank\nmy bank"
    explorer.sentences.value = TEXT
    assert len(runs) == 2


def test_the_button_draws_again(explorer):
    before = state(explorer)
    explorer.view.value = ""
    explorer.show.click()
    assert state(explorer) == before


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text(explorer, typed):
    explorer.sentences.value = f"one {typed} bank\nbank two {typed}"
    for kind in module.VIEWS:
        explorer.kind.value = kind
        assert skeleton(explorer.view.value) == PLAIN_FIGURE
        assert shown(explorer) == explorer.caption
        assert not said(explorer).startswith("Please note")
    explorer.word.value = typed
    assert skeleton(explorer.view.value) == PLAIN_FIGURE
    assert "cannot be shown" not in said(explorer)


def test_any_text(explorer):
    @settings(deadline=None, derandomize=True, max_examples=15)
    @given(ANY_TEXT, ANY_TEXT)
    def check(word, text):
        explorer.word.value = word
        explorer.sentences.value = f"{text}\na {word} b\n{word}"
        assert skeleton(explorer.view.value) == PLAIN_FIGURE
        assert shown(explorer) == explorer.caption
        assert "cannot be shown" not in said(explorer)

    check()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"layer": 99}, "The layer must be a whole number from 0 to"),
        ({"layer": "1"}, "The layer must be a whole number from 0 to"),
        ({"space": "odd"}, "There is no space 'odd': take one of raw and without"),
        ({"view": "odd"}, "There is no view 'odd': take one of matrix"),
        ({"sentences": 3}, "The sentences must be texts, not 3"),
        ({"sentences": [1]}, "The sentences must be texts, not "),
        ({"word": 3}, "The word must be a string"),
    ],
)
def test_what_it_cannot_begin_with(bert, wrong, says):
    with pytest.raises(InputError, match=says):
        context_explorer(bert, **wrong)


def test_what_it_begins_with(bert):
    explorer = context_explorer(
        bert, "bank", ["a bank", "my bank"], layer=0, view="by layer"
    )
    assert explorer.sentences.value == "a bank\nmy bank"
    assert explorer.layer.value == 0
    assert explorer.kind.value == "by layer"
    assert explorer.caption.startswith("“bank”, layer 0, raw. Mean cosine similarity")


def test_a_model_with_few_words(tmp_path):
    tiny = bertlab.load(write(tmp_path / "bert", tiny_files()))
    explorer = context_explorer(tiny, "bank", "the bank\nbank .\n" + "the bank " * 9)
    assert "Sentence 3 is left out: That is 20 tokens" in said(explorer)
    assert "There are no random words to compare with" in said(explorer)
    assert "Random words" not in explorer.caption
    assert explorer.caption.startswith(
        "“bank”, layer 2, raw. Cosine similarity of each"
    )
    for kind in module.VIEWS:
        explorer.kind.value = kind
        assert not said(explorer).startswith("Please note")
    before = state(explorer)
    explorer.space.value = "without the dominant dimensions"
    assert said(explorer).startswith("Please note: The dominant dimensions cannot be")
    assert state(explorer) == before


def test_without_tensorflow(bert, monkeypatch):
    def fail(*_, **__):
        raise ModelError("TensorFlow cannot be imported here: install it.")

    monkeypatch.setattr(module, "occurrence_states", fail)
    explorer = context_explorer(bert)
    assert said(explorer) == (
        "Please note: TensorFlow cannot be imported here: install it."
    )
    assert explorer._repr_mimebundle_()[0]["text/plain"].startswith("TensorFlow")


def test_three_faces(explorer, bert):
    first = face(explorer)
    assert len(first[0]) < 160_000
    assert first[1] == (
        "Word: bank · Sentences: A bank lends money. / My bank is shut. / The bank of"
        f" the ri… · Layer: {bert.config.num_hidden_layers} · Space: raw · View:"
        f" matrix. {explorer.caption}"
    )
    explorer.kind.value = "by layer"
    assert face(explorer) == first


def test_plot_is_the_present_state_and_its_own(bert, explorer):
    other = context_explorer(bert, "bank", TEXT)
    before = state(other)
    explorer.layer.value = 1
    explorer.kind.value = "map (PCA)"
    assert explorer.plot().caption == explorer.caption
    assert state(other) == before


def test_every_control_has_a_label(explorer):
    labels = [control.description for control in explorer.controls.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)
