"""Pictures of tokens, rows and their neighbours, read off their artists."""

from itertools import pairwise

import numpy as np
import pytest
from markup import elements
from matplotlib.patches import FancyBboxPatch
from test_plots import BASELINE, POINTS, inside, outlines, texts, ticks
from test_plots import tokens as made_up_tokens
from toy import toy_bert

from bertlab.displays import (
    plot_dimensions,
    plot_map,
    plot_neighbours,
    plot_norms,
    plot_rows,
    plot_similarities,
    plot_tokens,
)
from bertlab.displays.figure import drawable
from bertlab.displays.token_boxes import (
    MOST_DRAWN,
    MOST_HTML,
    drawn,
    tokens_caption,
    tokens_html,
)
from bertlab.text.tokens import tokenize, vocabulary

CHANCE = np.linspace(0, 0.42, 43)  # 95 % lie below 0.399
NEIGHBOURS = [("dogs", 0.873), ("cat", 0.414), ("$x$", 0.2), ("<b>", -0.05)]
GROUPS = {"kin": {"dog, cat": 0.5, "dog, pup": 0.7}, "far": {"dog, $of$": -0.1}}
ROWS = np.array([[0.5, -2.0, 0.25], [1.5, 0.0, 1.0]])


@pytest.fixture
def toy(tmp_path):
    return toy_bert(tmp_path, positions=8)


def neighbours(found=NEIGHBOURS, word="dog", **more):
    return plot_neighbours(found, BASELINE, chance=CHANCE, word=word, **more)


def assert_band_of_random_pairs(axes):
    patch = next(p for p in axes.patches if p.get_hatch())
    ends = patch.get_x(), patch.get_x() + patch.get_width()
    assert ends == pytest.approx((-0.17, 0.37))
    assert axes.lines[0].get_xdata()[0] == pytest.approx(0.1)  # the mean


def test_neighbours():
    plot = neighbours(space="centred")
    bars = [p for p in plot.axes.patches if not p.get_hatch()]
    assert [bar.get_width() for bar in bars] == [value for _, value in NEIGHBOURS]
    assert ticks(plot.axes) == ["dogs", "cat", "$x$", "<b>"]
    assert texts(plot.axes) == ["0.87", "0.41", "0.20", "-0.05"]
    # The first is at the top, and every bar is inside the axes.
    assert [bar.get_y() for bar in bars] == sorted(bar.get_y() for bar in bars)
    assert plot.axes.yaxis_inverted()
    assert neighbours([("far", -0.9)]).axes.get_xlim()[0] < -0.9
    assert_band_of_random_pairs(plot.axes)
    assert plot.axes.lines[1].get_xdata() == pytest.approx([0.399, 0.399])
    assert plot.caption == (
        "Nearest to dog in the centred space, by cosine: dogs 0.87, cat 0.41, $x$ 0.20"
        " and <b> -0.05. Of 61 random pairs 90 % lie between -0.17 and 0.37; their mean"
        " is 0.10. The best match of a row with shuffled entries is above 0.40 once in"
        " 20 times: of the 4 neighbours shown, 2 lie above that."
    )


def test_the_longest_names_fit_the_picture(bert):
    longest = sorted(vocabulary(bert), key=lambda name: len(drawable(name)))[-10:]
    plot = neighbours([(name, 0.5) for name in longest])
    assert inside(neighbours(word="東京" * 12, space="without dominant"))
    assert min(box.x0 for box in outlines(plot.axes.get_yticklabels())) >= 0


def test_similarities():
    plot = plot_similarities(GROUPS, BASELINE, compared="random pairs")
    points = plot.axes.lines[1:]
    assert [list(line.get_xdata()) for line in points] == [[0.5, 0.7], [-0.1]]
    assert [list(line.get_ydata()) for line in points] == [[0, 1], [2]]
    assert ticks(plot.axes) == ["dog, cat", "dog, pup", "dog, $of$"]
    assert texts(plot.axes) == ["0.50", "0.70", "-0.10"]
    assert_band_of_random_pairs(plot.axes)
    assert plot.caption == (
        "Mean cosine similarity: kin 0.60 and far -0.10; random pairs 0.10, 90 % of"
        " them between -0.17 and 0.37. 2 of 3 pairs lie above that band."
    )


def test_map():
    shares = 0.5, 0.25
    plot = plot_map(POINTS, labels="abcde", groups=list("xxyyx"), shares=shares)
    assert [line.get_xydata().tolist() for line in plot.axes.lines] == [
        [[0, 0], [1, 0], [5, 9]],
        [[10, 1], [11, 0]],
    ]
    assert texts(plot.axes) == list("abcde")
    assert [tuple(text.xy) for text in plot.axes.texts] == list(map(tuple, POINTS))
    # The point at the top is nearest to one of the other group.
    assert plot.caption == (
        "A map of 5 words in 2 groups (x and y). For 4 of them the nearest word on the"
        " map is of the same group. The two axes keep 75% of the variance."
    )
    alone = plot_map(POINTS, labels="abcde")
    assert alone.caption.endswith("nearest to each other are a and b.")


def test_every_group_has_its_own_look():
    groups = list("abcdefghij")
    lines = plot_map(np.eye(10)[:, :2], labels=groups, groups=groups).axes.lines
    assert len({(line.get_marker(), line.get_color()) for line in lines}) == 10


def test_norms():
    rank = np.array([*range(1, 501), 7000])  # nobody between 501 and 5,000
    plot = plot_norms(rank, np.where(rank < 101, 1.0, 2.0))
    assert len(plot.axes.lines[0].get_xdata()) == 501
    assert texts(plot.axes) == ["1.00", "2.00", "2.00"]
    assert plot.caption == (
        "Norms of 501 rows by rank. Mean norm: 1.00 (ranks 1 to 100), 2.00 (ranks 101"
        " to 500), 2.00 (ranks 7,000 to 7,000)."
    )


def test_rows():
    plot = plot_rows(ROWS, labels=["dog", "$x$"])
    (image,) = plot.axes.images
    np.testing.assert_array_equal(image.get_array(), ROWS)
    assert image.get_clim() == (-2, 2)  # symmetric: 0 is the map's middle
    assert ticks(plot.axes) == ["dog", "$x$"]
    assert texts(plot.axes) == [f"{value:.2f}" for value in ROWS.ravel()]
    assert plot.caption == (
        "2 rows of 3 numbers each, from -2.00 to 1.50. Length (norm) of each: dog 2.08"
        " and $x$ 1.80."
    )


def test_dimensions():
    plot = plot_dimensions([0.1, 0.4, 0.0, 0.2, 0.3])
    np.testing.assert_allclose(plot.axes.lines[0].get_ydata(), [40, 30, 20, 10, 0])
    assert plot.axes.lines[1].get_ydata()[0] == 20
    marked = plot.axes.lines[2]
    np.testing.assert_allclose(marked.get_xydata(), [[1, 40], [2, 30], [3, 20]])
    assert plot.caption == (
        "The 3 largest of 5 dimensions (1, 4 and 3) make up 90.0 % of the mean cosine"
        " of random pairs; equal shares would make that 60.0 %."
    )


def boxes(axes):
    return [p for p in axes.patches if isinstance(p, FancyBboxPatch)]


def test_tokens(toy):
    plot = plot_tokens(tokenize(toy, "dogs x", "cat!"))
    found = texts(plot.axes)
    assert found[:6] == ["[CLS]", "2", "type 0", "dog", "6", "0–3 · type 0"]
    assert found[9:12] == ["[UNK]", "1", "5–6 · type 0"]
    assert found[15:18] == ["cat", "7", "0–3 · type 1"]
    assert plot.caption == (
        "8 tokens with their IDs: [CLS] 2; dog 6; ##s 9; [UNK] 1; [SEP] 3; cat 7; ! 10;"
        " [SEP] 3. Token type 1: 3 tokens."
    )
    # The kinds are told apart without colours, and the key names what is there.
    by_kind = [boxes(plot.axes)[i] for i in (2, 3, 4)]
    assert len({str(box.get_linestyle()) for box in by_kind}) == 3
    kinds = ("a word or its beginning", "continues a word", "special", "unknown")
    assert all(kind in " ".join(found[24:]) for kind in kinds)
    lost = plot_tokens(tokenize(toy, "dog " * 9))
    assert len(lost.axes.lines) == 3
    assert lost.caption.endswith("Crossed out, beyond 8: 3.")


@pytest.mark.parametrize(("first", "second"), [(998, 0), (600, 300), (5, 900)])
def test_a_long_text_is_drawn_without_its_middle(toy, first, second):
    tokens = tokenize(toy, "dog " * first, "cat " * second or None)
    for most in (MOST_DRAWN, MOST_HTML):
        items = drawn(tokens, most)
        gaps = [item for item in items if isinstance(item, range)]
        assert len(items) - len(gaps) == most
        # Nothing twice, nothing lost on the way, in order.
        every = [i for item in items for i in (item if item in gaps else [item])]
        assert every == list(range(len(tokens.ids)))
        ends = {0, 1, first, first + 1, min(first + 2, every[-1]), every[-1]}
        assert ends <= set(items)
        assert f"the middle: {sum(map(len, gaps)):,}." in tokens_caption(tokens, most)
    # Here, those left out are lost as well.
    words = " ".join(e.words for e in elements(tokens_html(tokens)) if e.tag == "li")
    assert all(f"… {len(gap)} more, {len(gap)} of them lost …" in words for gap in gaps)


def test_letters_from_right_to_left_do_not_move_the_numbers(bert):
    caption = neighbours([("ש", 0.5), ("dog", 0.4)], "\u202eשלום").caption
    assert "Nearest to \u2068U+202Eשלום\u2069 in the raw" in caption
    assert "cosine: \u2068ש\u2069 0.50 and dog 0.40." in caption
    tokens = tokenize(bert, "ש dog")
    assert f"\u2068ש\u2069 {tokens.ids[1]}; dog " in tokens_caption(tokens)
    assert "unicode-bidi:isolate" in elements(tokens_html(tokens))[0].words


def test_boxes_do_not_overlap_or_leave_the_picture(bert):
    plot = plot_tokens(tokenize(bert, "unbelievably 한국어 " * 8))
    placed = [b.get_bbox() for b in boxes(plot.axes)]
    assert max(b.x1 for b in placed) <= plot.axes.get_xlim()[1]
    plain = [b for b in placed if b.height > 0.25]  # without the inner borders
    assert all(b.x0 > a.x1 or b.y1 < a.y0 for a, b in pairwise(plain))


def test_tokens_as_html(toy):
    tokens = tokenize(toy, "Dogs x " + "dog " * 6, "cat")
    found = elements(tokens_html(tokens))
    items = [e for e in found if e.tag == "li"]
    assert items[1].words == "dog60–3 · type 0"
    classes = [e.attributes.get("class") for e in items]
    lost = [i for i, name in enumerate(classes) if name == "bertlab-lost"]
    assert lost == tokens.lost and len(items) == len(tokens.ids)
    assert found[1].attributes["aria-label"] == tokens_caption(tokens)
    own = [e for e in found if e.attributes.get("class") == "bertlab-source"]
    assert [e.words for e in own] == [tokens.text, "cat"]
    assert [e.words for e in own[0].children][:3] == ["Dog", "s", "x"]


def test_a_token_can_be_a_tag():
    """Other models have entries such as <s>, which BERT's own tokenizer takes apart."""
    tag = "<img src=x onload=>"
    found = elements(tokens_html(made_up_tokens(tag)))
    assert not any(element.tag == "img" for element in found)
    assert any(tag in element.words for element in found if element.tag == "b")
