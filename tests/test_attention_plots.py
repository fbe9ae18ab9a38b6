"""Pictures of attention: what the artists hold equals the arrays, captions too."""

import math

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.patches import Rectangle
from test_plots import texts, ticks

from bertlab.displays import (
    plot_attention,
    plot_attention_lines,
    plot_curves,
    plot_heads,
    plot_one_weight,
    plot_patterns,
    plot_weight_and_contribution,
)
from bertlab.displays.head_thumbnails import heads_sprite
from bertlab.displays.weight_lines import LEAST, MOST_LINES, head_look, lines_shown

TOKENS = ["[CLS]", "dog", "bites", "[SEP]"]
WEIGHTS = np.array(
    [
        [0.7, 0.1, 0.1, 0.1],
        [0.004, 0.496, 0.2, 0.3],
        [0.0, 0.05, 0.0, 0.95],
        [0.25, 0.25, 0.25, 0.25],
    ]
)
HEADS = np.stack([WEIGHTS, WEIGHTS[::-1]])
RANDOM = np.random.default_rng(5)


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def some_weights(*shape):
    return softmax(RANDOM.normal(0, 2, shape))


def a_head(tokens=4, size=8):
    query, key = RANDOM.normal(size=(2, tokens, size))
    return query, key, query @ key.T / math.sqrt(size)


def cells(axes):
    """The table that is drawn, as an image or as cells."""
    if axes.images:
        return np.asarray(axes.images[0].get_array())
    mesh = next(c for c in axes.collections if isinstance(c, QuadMesh))
    return np.asarray(mesh.get_array())


def columns(axes):
    return [label.get_text() for label in axes.get_xticklabels()]


def framed(plot):
    return next(p for p in plot.axes.patches if isinstance(p, Rectangle)).get_xy()


# Lines


def drawn_lines(weights=WEIGHTS, tokens=TOKENS, heads=(1,), **more):
    weights = np.asarray(weights)
    weights = weights if weights.ndim == 3 else weights[None]
    return plot_attention_lines(weights, tokens=tokens, heads=heads, **more)


def collection(plot):
    return next(c for c in plot.axes.collections if isinstance(c, LineCollection))


def ends(plot):
    """Where each line begins and ends: (lines, 2)."""
    segments = np.array(collection(plot).get_segments())
    assert (segments[:, :, 0] == [0, 1]).all()
    return segments[:, :, 1]


def beside_lines(plot, side):
    """The names on one side, 0 or 1, by the height at which they stand."""
    named = [a for a in plot.axes.texts if getattr(a, "xycoords", "") == "data"]
    return {a.xy[1]: a.get_text() for a in named if a.xy[0] == side}


def test_each_line_is_a_weight():
    plot = drawn_lines(special=[1, 0, 0, 1])
    opacity = collection(plot).get_colors()[:, 3]
    found = {tuple(pair): alpha for pair, alpha in zip(ends(plot), opacity)}
    expected = {pair: w**0.6 for pair, w in np.ndenumerate(WEIGHTS) if w >= LEAST}
    assert found == pytest.approx(expected)
    for side in (0, 1):
        assert beside_lines(plot, side) == dict(enumerate(TOKENS))
    assert plot.caption == (
        "Attention among 4 tokens, head 1. Strongest line: from bites to [SEP], 0.95."
        " Most is received by [SEP]: 40% of all weight. Of 16 lines 13 are drawn; they"
        " carry 100% of it. To special tokens: [CLS] 24% and [SEP] 40%."
    )


def test_heads_are_named_and_told_apart():
    plot = drawn_lines(HEADS, heads=[2, 11])
    names = [text.get_text() for text in plot.axes.get_legend().get_texts()]
    assert names == ["head 2", "head 11"]
    assert "2 heads. Strongest line: head 2, from bites" in plot.caption
    assert len({head_look(number) for number in range(1, 29)}) == 28
    # They start a little apart from each other.
    starts = ends(drawn_lines([WEIGHTS] * 3, heads=[1, 2, 3]))
    assert len({tuple(pair) for pair in starts}) == len(starts)


def test_of_very_many_lines_the_strongest_are_drawn():
    weights = some_weights(1, 100, 100)
    shown = lines_shown(weights)
    strongest = np.sort(weights, axis=None)[-MOST_LINES:]
    strongest = strongest[strongest >= LEAST]
    assert weights[tuple(shown.T)] == pytest.approx(strongest)
    plot = drawn_lines(weights, [f"t{i}" for i in range(100)])
    assert len(ends(plot)) == len(strongest) > 700
    carried = f"they carry {strongest.sum() / weights.sum():.0%} of it"
    assert f"Of 10,000 lines {len(strongest)} are drawn; {carried}" in plot.caption
    assert list(beside_lines(plot, 0)) == list(range(0, 100, 3))


def test_of_equal_lines_not_only_the_first_are_drawn():
    equal = np.full((1, 32, 32), 1 / 32)
    shown = lines_shown(equal)
    assert len(shown) == MOST_LINES
    assert 14 < shown[:, 1].mean() < 17


def test_lines_too_weak_to_be_seen():
    plot = drawn_lines(np.full((128, 128), 1 / 128), ["w"] * 128)
    assert collection(plot).get_segments() == []
    assert "Of 16,384 lines none is strong enough" in plot.caption


def test_a_pair_of_texts():
    plot = drawn_lines(side=[0, 0, 1, 1])
    rows = {name: row for row, name in beside_lines(plot, 0).items()}
    assert rows["bites"] - rows["dog"] > rows["[SEP]"] - rows["bites"]
    assert plot.caption.endswith(
        "Of what a text's tokens give: A to A 65%, A to B 35%, B to A 28%, B to B 72%."
    )


def test_other_tokens_can_be_attended_to():
    plot = drawn_lines(WEIGHTS[:, 2:], columns=["x", "y"])
    assert beside_lines(plot, 0) == dict(enumerate(TOKENS))
    assert beside_lines(plot, 1) == {0: "x", 1: "y"}
    assert "from bites to y, 0.95" in plot.caption
    plot = plot_attention(WEIGHTS[:, 2:], tokens=TOKENS, columns=["x", "y"])
    assert (ticks(plot.axes), columns(plot.axes)) == (TOKENS, ["x", "y"])
    assert "from bites to y. Highest column: y, 0.40" in plot.caption


# Matrices


def test_the_matrix():
    plot = plot_attention(WEIGHTS, tokens=TOKENS)
    assert (cells(plot.axes) == WEIGHTS).all()
    assert texts(plot.axes) == [f"{w:.2f}" for w in WEIGHTS.ravel()]
    assert plot.axes.yaxis_inverted()
    assert ticks(plot.axes) == columns(plot.axes) == TOKENS
    places = [(t.get_position()) for t in plot.axes.texts]
    assert places == [(x, y) for y in range(4) for x in range(4)]
    norm = plot.axes.collections[0].norm
    assert norm(0.25) == pytest.approx(0.5)  # the square root
    assert plot.caption == (
        "Attention weight from each of 4 tokens (rows) to each (columns): 0.00 to 0.95."
        " Largest: from bites to [SEP]. Highest column: [SEP], 0.40 on average. Colours"
        " follow the square root, so that small values can be seen."
    )


def test_scores_are_centred_on_zero():
    plot = plot_attention(WEIGHTS - 0.5, tokens=TOKENS, label="score")
    norm = plot.axes.collections[0].norm
    assert (norm(0), norm(0.25)) == pytest.approx((0.5, 0.75))
    assert texts(plot.axes)[1] == "−0.40"
    assert ": −0.50 to 0.45." in plot.caption and "square" not in plot.caption


def test_a_large_matrix_has_a_scale_in_place_of_numbers():
    weights = 0.4 * some_weights(40, 40)
    plot = plot_attention(weights, tokens=[f"t{i}" for i in range(40)])
    assert (cells(plot.axes) == weights).all()
    assert texts(plot.axes) == []
    assert ticks(plot.axes) == [f"{i}  t{i}" for i in range(0, 40, 2)]
    scale = plot.figure.axes[1]
    named = [float(name) for name in ticks(scale)]
    assert named == pytest.approx(scale.get_yticks(), abs=0.005)
    assert plot.axes.images[0].norm(weights.max() / 4) == pytest.approx(0.5)


def test_a_part_of_a_text_keeps_its_numbers():
    tokens = [f"t{i}" for i in range(40)]
    about = {"tokens": tokens, "columns": [*tokens[:-1], "others"]}
    about["numbers"] = range(30, 70), [*range(50, 89), None]
    plot = plot_attention(some_weights(40, 40), **about)
    assert ticks(plot.axes)[:2] == ["30  t0", "32  t2"]
    assert columns(plot.axes)[0] == "50  t0"
    plot = drawn_lines(some_weights(40, 40), **about)
    assert [beside_lines(plot, side)[2] for side in (0, 1)] == ["32  t2", "52  t2"]


def test_weight_and_contribution_share_a_scale_if_both_are_shares():
    other = WEIGHTS.copy()
    other[2] = 0.3, 0.2, 0.05, 0.45
    plot = plot_weight_and_contribution(WEIGHTS, other, tokens=TOKENS)
    left, right = plot.figure.axes
    assert (cells(left) == WEIGHTS).all()
    assert (cells(right) == other).all()
    assert [c.norm.vmax for ax in (left, right) for c in ax.collections] == [1, 1]
    assert "They differ most from bites to [SEP]: 0.95 and 0.45." in plot.caption
    apart = plot_weight_and_contribution(WEIGHTS, 3 * other, tokens=TOKENS)
    limits = [c.norm.vmax for ax in apart.figure.axes for c in ax.collections]
    assert limits == pytest.approx([1, 3 * 0.7])
    assert "differ" not in apart.caption


# All heads


def colour(weight):
    level = round(255 * math.sqrt(weight))
    return np.rint(255 * np.array(mpl.colormaps["cividis"](level)[:3]))


def test_the_thumbnails():
    weights = some_weights(2, 3, 5, 5).astype("float32")
    sprite = heads_sprite(weights, cell=12)  # 10 pixels of 5 tokens, and the edge
    assert sprite.shape == (24, 36, 3)
    for (layer, head, i, j), weight in np.ndenumerate(weights):
        block = sprite[12 * layer + 2 * i :, 12 * head + 2 * j :][:2, :2]
        assert (block == colour(weight)).all()


def test_a_thumbnail_of_many_tokens_keeps_the_largest_weights():
    weights = np.zeros((1, 1, 100, 100))
    weights[0, 0, 7, 93] = 1
    sprite = heads_sprite(weights, cell=12)
    assert (sprite[0, 9] == colour(1)).all()
    others = sprite[:10, :10].reshape(-1, 3)
    assert (others == colour(0)).all(axis=1).sum() == 99


def test_all_heads():
    weights = some_weights(2, 3, 4, 4)
    weights[1, 2] = np.eye(4)[3]  # everything to the last token
    weights[0, 1] = np.full((4, 4), [0.7, 0.1, 0.1, 0.1])
    plot = plot_heads(weights, tokens=TOKENS, picked=(1, 2))
    assert (cells(plot.axes) == heads_sprite(weights)).all()
    assert plot.axes.images[0].get_extent() == [0.5, 3.5, 2.5, 0.5]
    assert framed(plot) == (1.5, 0.5)
    assert plot.caption.endswith(
        "Most on one token: layer 2, head 3, to [SEP], 100% on average. Framed: layer"
        " 1, head 2, mostly to [CLS], 70% on average."
    )


# Inside one weight


@pytest.mark.parametrize("size", [8, 64])
def test_products_add_up_to_the_score(size):
    query, key, scores = a_head(size=size)
    plot = plot_one_weight(query, key, scores, tokens=TOKENS, row=1, column=2)
    strips, products, total, left, right = plot.figure.axes
    assert (cells(strips) == [query[1], key[2]]).all()
    assert ticks(strips) == ["query dog", "key bites"]
    heights = [bar.get_height() for bar in products.patches]
    assert heights == pytest.approx(query[1] * key[2])
    running = total.lines[0].get_ydata()
    assert running == pytest.approx(np.cumsum(heights))
    assert running[-1] / math.sqrt(size) == pytest.approx(scores[1, 2])
    assert [bar.get_width() for bar in left.patches[:4]] == pytest.approx(scores[1])
    weights = softmax(scores[1])
    assert [bar.get_width() for bar in right.patches[:4]] == pytest.approx(weights)
    assert texts(right) == [f"{weight:.2f}" for weight in weights]
    # The one in question has a frame.
    assert right.patches[4].get_y() == right.patches[2].get_y()
    if size > 8:  # the dimensions that count most have their numbers
        top = np.argsort(-np.abs(heights))[:3]
        named = {int(t.get_text()): t.xy for t in products.texts}
        assert named == {d: (d, pytest.approx(heights[d])) for d in top}


def test_caption_of_one_weight():
    query = [[1.0, 2], [0, 0], [0, 0]]
    key = [[3.0, -4], [0, 0.0], [1, 0.0]]
    scores = np.array(query) @ np.array(key).T / math.sqrt(2)
    plot = plot_one_weight(query, key, scores, tokens=list("abb"), row=0, column=0)
    e = np.exp(scores[0])
    assert plot.caption == (
        "From a to itself: q·k = −5.000, / √2 = −3.536, softmax over 3 tokens:"
        f" {e[0] / e.sum():.3f}. Dimensions that count most: 1 (−8.00) and 0 (+3.00)."
        f" The row's largest weight goes to b (token 2): {e[2] / e.sum():.3f}. Entries"
        " of query and key: −4.00 to 3.00; blue is below 0, red above."
    )
    best = plot_one_weight(query, key, scores, tokens=list("abb"), row=0, column=2)
    assert "It is the row's largest weight." in best.caption


def test_one_weight_of_many_tokens():
    query, key, scores = a_head(tokens=60)
    tokens = [f"t{i}" for i in range(60)]
    plot = plot_one_weight(query, key, scores, tokens=tokens, row=0, column=41)
    right = plot.figure.axes[4]
    weights = softmax(scores[0])
    area = right.collections[0].get_paths()[0].vertices
    assert area[:, 0].max() == pytest.approx(weights.max())
    assert texts(right) == [f"{weights[41]:.2f}"]
    assert right.patches[0].get_width() == pytest.approx(weights[41])


# A number for each head


def test_patterns():
    values = np.array([[0.1, 0.25, 0.5], [0.5, 0.75, 0.9]])
    plot = plot_patterns(values, label="share of $x_", expected=0.3)
    assert (cells(plot.axes) == values).all()
    assert texts(plot.axes) == [f"{v:.2f}" for v in values.ravel()]
    assert framed(plot) == (1.5, 0.5)
    assert plot.caption == (
        "Share of $x_ of 6 heads, 0.50 on average. Highest: layer 2, head 3, 0.90;"
        " lowest: layer 1, head 1, 0.10. Mean of each layer: 0.28, 0.72. To compare:"
        " 0.30; 4 of the 6 heads are above it."
    )
    plot = plot_patterns([[0.123, 0.5]], label="share", percent=True, expected=0.1)
    assert texts(plot.axes) == ["12", "50"]
    assert "Highest: layer 1, head 2, 50.0%" in plot.caption


# Curves with gaps


def test_curves():
    values = np.array([[0.1, 0.5, np.nan], [0.3, np.nan, np.nan]])
    plot = plot_curves(
        {"near": values, "far": [0.2, 0.2, np.nan]},
        label="share",
        along="distance",
        places=["1", "2–3", "over 3"],
        lines={"equal": [0.4, 0.3, 0.2], "level": 0.25},
        percent=True,
    )
    drawn = [line.get_ydata() for line in plot.axes.lines]
    assert np.allclose(drawn, [[20, 50], [20, 20], [40, 30], [25, 25]])
    assert columns(plot.axes) == ["1", "2–3"]  # nothing was measured over 3
    low, high = np.quantile([10, 30], [0.1, 0.9])
    band = plot.axes.collections[0].get_paths()[0].vertices
    assert set(band[band[:, 0] == 0][:, 1].round(6)) == {low, high}
    assert plot.caption == (
        "Share, by distance (1 and 2–3): near 20.0%, 50.0%; far 20.0%, 20.0%. To"
        " compare: equal 40.0%, 30.0%; level 25.0%. Bands: the middle 80 % of 2"
        " sentences."
    )


def test_curves_of_unlike_samples_say_how_many_there_are():
    three, twenty, one = (np.ones((n, 2)) for n in (3, 20, 1))
    for curves, told in (
        ({"a": three, "b": one}, "80 % of 3 tokens."),
        ({"a": three, "b": twenty}, "of 3 to 20 tokens."),
        ({"a": one}, "a 1.00, 1.00."),
    ):
        plot = plot_curves(curves, label="x", along="layer", of="tokens")
        assert plot.caption.endswith(told)


# Whatever comes


@pytest.mark.parametrize(
    "weights",
    [some_weights(1, 1), some_weights(512, 512), np.zeros((4, 4))],
    ids=["one token", "512 tokens", "no weight"],
)
def test_any_weights(weights):
    n = len(weights)
    tokens, scores = [f"t{i}" for i in range(n)], weights @ weights.T / math.sqrt(n)
    about = {"tokens": tokens, "row": 0, "column": 0}
    for plot in (
        drawn_lines(weights, tokens),
        plot_attention(weights, tokens=tokens),
        plot_weight_and_contribution(weights, weights, tokens=tokens),
        plot_heads(weights[None, None], tokens=tokens, picked=(1, 1)),
        plot_one_weight(weights, weights, scores, **about),
    ):
        width, height = plot.picture().size
        assert width <= 2 * 8.4 * 80
        assert 120 < height < 2000
        assert "nan" not in plot.caption
