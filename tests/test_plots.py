"""What the pictures show, read off their artists; pixels are never compared."""

import base64
import re
import warnings
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from markup import HOSTILE, elements, skeleton
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from PIL import Image
from toy import toy_bert

from bertlab.plots import (
    plot_dimensions,
    plot_map,
    plot_neighbours,
    plot_norms,
    plot_rows,
    plot_similarities,
    plot_tokens,
)
from bertlab.plots.layers import plot_layers
from bertlab.plots.plot import drawable, listed
from bertlab.plots.text import (
    MOST_DRAWN,
    MOST_HTML,
    drawn,
    tokens_caption,
    tokens_html,
)
from bertlab.tokens import tokenize, vocabulary

BASELINE = np.linspace(-0.2, 0.4, 61)  # 5 % lie below -0.17, 95 % below 0.37
CHANCE = np.linspace(0, 0.42, 43)  # 95 % lie below 0.399
NEIGHBOURS = [("dogs", 0.873), ("cat", 0.414), ("$x$", 0.2), ("<b>", -0.05)]
GROUPS = {"kin": {"dog, cat": 0.5, "dog, pup": 0.7}, "far": {"dog, $of$": -0.1}}
POINTS = np.array([[0, 0], [1, 0], [10, 1], [11, 0], [5, 9]])
ROWS = np.array([[0.5, -2.0, 0.25], [1.5, 0.0, 1.0]])


@pytest.fixture
def toy(tmp_path):
    return toy_bert(tmp_path, positions=8)


def neighbours(**more):
    return plot_neighbours(NEIGHBOURS, BASELINE, chance=CHANCE, word="dog", **more)


def similarities(**more):
    return plot_similarities(GROUPS, BASELINE, **more)


def a_map(**more):
    labels = ["a", "b", "$c$", "d", "e"]
    return plot_map(POINTS, labels=labels, groups=["x", "x", "y", "y", "x"], **more)


def norms(**more):
    rank = np.arange(1, 1001)
    return plot_norms(rank, np.where(rank < 100, 1.0, 2.0), edges=(1, 100), **more)


def rows(**more):
    return plot_rows(ROWS, labels=["dog", "$x$"], **more)


def dimensions(**more):
    return plot_dimensions([0.1, 0.4, 0.0, 0.2, 0.3], highlight=2, **more)


PLOTS = [neighbours, similarities, a_map, norms, rows, dimensions]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def ticks(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def title(plot):
    found = plot.axes.findobj(Text)
    return next(text for text in found if text.get_text().startswith("Nearest to"))


def band(axes):
    """The limits of the band of random pairs, and where their mean is."""
    patch = next(p for p in axes.patches if p.get_hatch())
    return (patch.get_x(), patch.get_x() + patch.get_width()), axes.lines[
        0
    ].get_xdata()[0]


def test_neighbours():
    plot = neighbours()
    bars = [p for p in plot.axes.patches if not p.get_hatch()]
    assert [bar.get_width() for bar in bars] == [value for _, value in NEIGHBOURS]
    assert ticks(plot.axes) == ["dogs", "cat", "$x$", "<b>"]
    assert texts(plot.axes) == ["0.87", "0.41", "0.20", "-0.05"]
    # The first is at the top, and every bar is inside the axes.
    assert [bar.get_y() for bar in bars] == sorted(bar.get_y() for bar in bars)
    assert plot.axes.yaxis_inverted()
    low, high = plot.axes.get_xlim()
    assert low < -0.2 + 0.05
    assert high > 1
    assert plot.axes.get_title(loc="left") == "Nearest to dog, raw space"


@pytest.mark.parametrize("plot", [neighbours, similarities])
def test_the_band_is_where_90_percent_of_random_pairs_lie(plot):
    (low, high), mean = band(plot().axes)
    assert (low, high) == pytest.approx((-0.17, 0.37))
    assert mean == pytest.approx(0.1)


def test_caption_of_neighbours():
    assert neighbours(space="centred").caption == (
        "Nearest to dog in the centred space, by cosine: dogs 0.87, cat 0.41, $x$ 0.20"
        " and <b> -0.05. Of 61 random pairs 90 % lie between -0.17 and 0.37; their mean"
        " is 0.10. The best match of a row with shuffled entries is above 0.40 once in"
        " 20 times: of the 4 neighbours shown, 2 lie above that."
    )


def test_the_best_by_chance_is_a_line():
    line = neighbours().axes.lines[1]
    assert line.get_xdata() == pytest.approx([0.399, 0.399])
    assert line.get_linestyle() == "--"


def test_neighbours_below_the_band():
    axes = plot_neighbours([("far", -0.9)], BASELINE, chance=CHANCE, word="dog").axes
    assert axes.get_xlim()[0] < -0.9


def test_similarities():
    plot = similarities()
    points = plot.axes.lines[1:]
    assert [list(line.get_xdata()) for line in points] == [[0.5, 0.7], [-0.1]]
    assert [list(line.get_ydata()) for line in points] == [[0, 1], [2]]
    assert ticks(plot.axes) == ["dog, cat", "dog, pup", "dog, $of$"]
    assert texts(plot.axes) == ["0.50", "0.70", "-0.10"]
    assert len({line.get_marker() for line in points}) == 2
    assert len({line.get_color() for line in points}) == 2
    assert [t.get_text() for t in plot.axes.get_legend().get_texts()] == ["kin", "far"]
    assert plot.caption == (
        "Mean cosine similarity: kin 0.60 and far -0.10; random pairs 0.10, 90 % of"
        " them between -0.17 and 0.37. 2 of 3 pairs lie above that band."
    )


def test_map():
    plot = a_map(shares=(0.5, 0.25))
    assert [line.get_xydata().tolist() for line in plot.axes.lines] == [
        [[0, 0], [1, 0], [5, 9]],
        [[10, 1], [11, 0]],
    ]
    assert [line.get_marker() for line in plot.axes.lines] == ["o", "s"]
    assert texts(plot.axes) == ["a", "b", "$c$", "d", "e"]
    assert [tuple(text.xy) for text in plot.axes.texts] == list(map(tuple, POINTS))
    assert "50% of the variance" in plot.axes.get_xlabel()
    assert "25%" in plot.axes.get_ylabel()
    # The point at the top is nearest to one of the other group.
    assert plot.caption == (
        "A map of 5 words in 2 groups (x and y). For 4 of them the nearest word on the"
        " map is of the same group. The two axes keep 75% of the variance."
    )


def test_map_without_groups():
    plot = plot_map(POINTS, labels="abcde")
    assert (
        plot.caption == "A map of 5 words; the two nearest to each other are a and b."
    )
    assert plot.axes.get_legend() is None
    assert len(plot.axes.lines[0].get_xdata()) == 5


def test_every_group_has_its_own_marker_and_colour():
    groups = list("abcdefg")
    lines = plot_map(np.eye(7)[:, :2], labels=groups, groups=groups).axes.lines
    assert len({line.get_marker() for line in lines}) == 7
    assert len({line.get_color() for line in lines}) == 7


def test_norms():
    plot = norms()
    rank, norm = plot.axes.lines[0].get_data()
    assert len(rank) == len(norm) == 1000
    means = [line for line in plot.axes.lines[1:] if line.get_color() != "white"]
    assert [list(line.get_xdata()) for line in means] == [[1, 99], [100, 1000]]
    assert [list(line.get_ydata()) for line in means] == [[1, 1], [2, 2]]
    assert texts(plot.axes) == ["1.00", "2.00"]
    assert plot.axes.get_xscale() == "log"
    assert plot.caption == (
        "Norms of 1,000 rows by rank. Mean norm: 1.00 (ranks 1 to 99), 2.00 (ranks 100"
        " to 1,000)."
    )


def test_parts_without_rows_are_left_out():
    plot = plot_norms([5, 5000], [1.0, 2.0], edges=(1, 100, 500, 3000, 9000))
    assert texts(plot.axes) == ["1.00", "2.00"]


def test_rows():
    plot = rows()
    (image,) = plot.axes.images
    np.testing.assert_array_equal(image.get_array(), ROWS)
    assert image.get_clim() == (-2, 2)  # symmetric: 0 is the map's middle
    assert ticks(plot.axes) == ["dog", "$x$"]
    assert plot.axes.get_xticks().tolist() == [0, 1, 2]  # few: no half dimensions
    assert texts(plot.axes) == [f"{value:.2f}" for value in ROWS.ravel()]
    assert plot.caption == (
        "2 rows of 3 numbers each, from -2.00 to 1.50. Length (norm) of each: dog 2.08"
        " and $x$ 1.80."
    )


def test_long_rows_have_no_numbers_in_them():
    plot = plot_rows(np.ones((2, 13)), labels="ab")
    assert texts(plot.axes) == []


def test_dimensions():
    plot = dimensions()
    np.testing.assert_allclose(plot.axes.lines[0].get_ydata(), [40, 30, 20, 10, 0])
    assert plot.axes.lines[1].get_ydata()[0] == 20
    marked = plot.axes.lines[2]
    np.testing.assert_allclose(marked.get_xydata(), [[1, 40], [2, 30]])
    assert plot.caption == (
        "The 2 largest of 5 dimensions (1 and 4) make up 70.0 % of the mean cosine of"
        " random pairs; equal shares would make that 40.0 %."
    )


def boxes(axes):
    return [p for p in axes.patches if isinstance(p, FancyBboxPatch)]


def test_tokens(toy):
    plot = plot_tokens(tokenize(toy, "dogs x", "cat!"))
    found = texts(plot.axes)
    assert found[:6] == ["[CLS]", "2", "type 0", "dog", "6", "0–3 · type 0"]
    assert found[9:12] == ["[UNK]", "1", "5–6 · type 0"]
    assert found[15:18] == ["cat", "7", "0–3 · type 1"]
    # Each of the three special tokens has a double border.
    assert len(boxes(plot.axes)) == 8 + 3
    by_kind = {i: boxes(plot.axes)[i] for i in (2, 3, 4)}
    looks = {(str(b.get_linestyle()), b.get_edgecolor()) for b in by_kind.values()}
    assert len(looks) == 3
    key = " ".join(found[24:])
    assert all(
        w in key
        for w in ("a word or its beginning", "continues a word", "special", "unknown")
    )
    assert plot.axes.lines[:] == []
    assert plot.caption == (
        "8 tokens with their IDs: [CLS] 2; dog 6; ##s 9; [UNK] 1; [SEP] 3; cat 7; ! 10;"
        " [SEP] 3. Token type 1: 3 tokens."
    )


def test_the_key_names_only_what_is_there(toy):
    key = " ".join(texts(plot_tokens(tokenize(toy, "dog")).axes)[9:])
    assert "a word or its beginning" in key
    assert "unknown" not in key


def test_tokens_lost_are_crossed_out(toy):
    plot = plot_tokens(tokenize(toy, "dog " * 9))
    assert len(plot.axes.lines) == 3
    assert plot.caption.endswith("Crossed out, beyond 8: 3.")


def test_many_tokens(toy):
    tokens = tokenize(toy, "! " * 998)
    plot = plot_tokens(tokens)
    assert len(boxes(plot.axes)) == MOST_DRAWN + 2  # the special ones have two
    assert plot.caption.startswith("1,000 tokens with their IDs: ")
    assert plot.caption.endswith(" Not drawn, from the middle: 880.")
    assert "… 880 more, 880 of them lost …" in texts(plot.axes)
    items = [e for e in elements(tokens_html(tokens)) if e.tag == "li"]
    assert len(items) == MOST_HTML + 1
    assert items[MOST_HTML // 2].words == "… 400 more, 400 of them lost …"
    assert items[-1].words == "[SEP]3type 0"


@pytest.mark.parametrize(("first", "second"), [(600, 300), (300, 600), (5, 900)])
def test_both_texts_of_a_long_pair_are_drawn(toy, first, second):
    tokens = tokenize(toy, "dog " * first, "cat " * second)
    for most in (MOST_DRAWN, MOST_HTML):
        items = drawn(tokens, most)
        gaps = [item for item in items if isinstance(item, range)]
        assert gaps
        assert len(items) - len(gaps) == most
        # Nothing twice, nothing lost on the way, in order.
        every = [i for item in items for i in (item if item in gaps else [item])]
        assert every == list(range(len(tokens.ids)))
        ends = [0, 1, first, first + 1, first + 2, first + 1 + second, -1]
        assert {range(len(every))[i] for i in ends} <= set(items)
        assert f"the middle: {sum(map(len, gaps)):,}." in tokens_caption(tokens, most)
    found = texts(plot_tokens(tokens).axes)
    assert found.count("[SEP]") == 2
    assert found.count("dog") >= 5
    assert found.count("cat") >= 58
    view = elements(tokens_html(tokens))
    lost = [e for e in view if e.attributes.get("class") == "bertlab-lost"]
    assert any("cat" in e.words for e in lost if e.tag == "li")
    assert any("cat" in e.words for e in lost if e.tag == "span")
    own = [e.words for e in view if e.attributes.get("class") == "bertlab-source"]
    assert own == [tokens.text, tokens.pair]


def test_the_entries_of_the_key_stand_at_even_distances(toy):
    plot = plot_tokens(tokenize(toy, "dogs x"))
    key = [t.get_window_extent() for t in plot.axes.texts[-5:-1]]
    gaps = [b.x0 - a.x1 for a, b in pairwise(key)]
    assert max(gaps) - min(gaps) < 0.05 * plot.figure.dpi
    assert min(gaps) > 0.2 * plot.figure.dpi


def test_letters_from_right_to_left_do_not_move_the_numbers(bert):
    caption = plot_neighbours(
        [("ש", 0.5), ("dog", 0.4)], BASELINE, chance=CHANCE, word="\u202eשלום"
    ).caption
    assert "Nearest to \u2068U+202Eשלום\u2069 in the raw" in caption
    assert "cosine: \u2068ש\u2069 0.50 and dog 0.40." in caption
    tokens = tokenize(bert, "ש dog")
    assert f"\u2068ש\u2069 {tokens.ids[1]}; dog " in tokens_caption(tokens)
    view = tokens_html(tokens)
    css = elements(view)[0].words
    for selector in (".bertlab-source", ".bertlab-tokens b"):
        assert re.search(rf"\{selector}{{[^}}]*unicode-bidi:isolate", css)


def test_boxes_do_not_overlap_or_leave_the_picture(bert):
    plot = plot_tokens(tokenize(bert, "unbelievably 한국어 " * 8))
    low, high = plot.axes.get_xlim()
    placed = [b.get_bbox() for b in boxes(plot.axes)]
    assert min(b.x0 for b in placed) >= low
    assert max(b.x1 for b in placed) <= high
    assert min(b.y0 for b in placed) >= plot.axes.get_ylim()[0]
    plain = [b for b in placed if b.height > 0.25]  # without the inner borders
    for a, b in pairwise(plain):
        assert b.x0 > a.x1 or b.y1 < a.y0


def test_tokens_as_html(toy):
    tokens = tokenize(toy, "Dogs x " + "dog " * 6, "cat")
    found = elements(tokens_html(tokens))
    items = [e for e in found if e.tag == "li"]
    assert len(items) == len(tokens.ids)
    assert items[1].words == "dog60–3 · type 0"
    assert [
        e.attributes["class"]
        for item in items[:4]
        for e in item.children
        if e.tag == "b"
    ] == [
        "bertlab-special",
        "bertlab-word",
        "bertlab-piece",
        "bertlab-unknown",
    ]
    lost = [
        i for i, e in enumerate(items) if e.attributes.get("class") == "bertlab-lost"
    ]
    assert lost == tokens.lost
    assert found[1].attributes["aria-label"] == tokens_caption(tokens)
    own = [e for e in found if e.attributes.get("class") == "bertlab-source"]
    assert [e.words for e in own] == [tokens.text, "cat"]
    assert [e.words for e in own[0].children][:3] == ["Dog", "s", "x"]


@pytest.mark.parametrize("offsets", [(0, 3), (0, 19), (19, 22)])
def test_a_token_can_be_a_tag(toy, offsets):
    """Other models have entries such as <s>, which BERT's own tokenizer takes apart."""
    tag = "<img src=x onload=>"
    tokens = tokenize(toy, f"{tag}dog")
    tokens = replace(
        tokens,
        tokens=["[CLS]", tag, "[SEP]"],
        ids=[2, 6, 3],
        types=[0] * 3,
        offsets=[(0, 0), offsets, (0, 0)],
        source=[None, 0, None],
        kept=[True] * 3,
    )
    found = elements(tokens_html(tokens))
    assert not any(element.tag == "img" for element in found)
    assert sum(tag in element.words for element in found if element.tag == "b") == 1


@pytest.mark.parametrize("plot", PLOTS)
def test_drawn_on_the_axes_that_are_given(plot):
    figure = Figure()
    first, second = figure.subplots(1, 2)
    drawn = plot(ax=first)
    assert drawn.axes is first
    assert drawn.figure is figure
    assert first.has_data()
    assert not second.has_data()
    assert drawn.caption == plot().caption


def test_tokens_on_the_axes_that_are_given(toy):
    axes = Figure().add_subplot()
    assert plot_tokens(tokenize(toy, "dog"), ax=axes).axes is axes
    assert len(boxes(axes)) == 5


UNUSUAL = {
    "font.size": 31,
    "axes.facecolor": "black",
    "text.color": "white",
    "xtick.color": "white",
    "lines.linewidth": 9,
    "savefig.dpi": 30,
    "savefig.bbox": "tight",
    "text.parse_math": False,
    "axes.grid": True,
}


@pytest.mark.parametrize("plot", PLOTS)
def test_a_readers_settings_neither_leak_in_nor_change(plot):
    wanted = plot().picture(), plot().svg()
    with mpl.rc_context(UNUSUAL):
        before = dict(mpl.rcParams)
        assert (plot().picture(), plot().svg()) == wanted
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("plot", PLOTS)
def test_the_picture_has_the_size_that_is_stated(plot):
    drawn = plot()
    picture = drawn.picture()
    width, height = drawn.size
    assert picture.width == pytest.approx(2 * width, abs=2)
    assert picture.height == pytest.approx(2 * height, abs=2)
    assert 300 < width < 800


@pytest.mark.parametrize("label", HOSTILE)
def test_svg_keeps_letters_as_text_and_no_markup(label):
    drawn = plot_neighbours([(label, 0.5)], BASELINE, chance=CHANCE, word="dog").svg()
    tree = ElementTree.fromstring(drawn)  # noqa: S314 - our own
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert not tags & {"script", "iframe", "img", "image", "foreignObject"}
    texts = ["".join(e.itertext()) for e in tree.iter() if e.tag.endswith("}text")]
    assert drawable(label).strip() in texts
    assert "0.50" in texts
    assert (
        drawn
        == plot_neighbours([(label, 0.5)], BASELINE, chance=CHANCE, word="dog").svg()
    )


@pytest.fixture
def outputs(monkeypatch):
    """What is displayed, as (data, metadata) of each output."""
    shown = []

    def display(data, *, raw, metadata=None):
        assert raw
        shown.append((data, metadata))

    monkeypatch.setattr("IPython.display.display", display)
    return shown


@pytest.mark.parametrize("plot", PLOTS)
def test_a_plot_shows_itself_with_its_caption_below(plot, outputs):
    drawn = plot()
    drawn._ipython_display_()
    (picture, metadata), (caption, _) = outputs
    saved = Image.open(BytesIO(base64.b64decode(picture["image/png"])))
    # In fewer colours, to be small in a notebook, but the same picture.
    wanted = np.int16(drawn.picture())
    assert np.abs(np.int16(saved.convert("RGB")) - wanted).mean() < 1
    assert picture["text/plain"] == drawn.caption
    width, height = drawn.size
    assert metadata == {
        "image/png": {"width": width, "height": height, "alt": drawn.caption}
    }
    assert caption["text/plain"] == drawn.caption
    (paragraph,) = elements(caption["text/html"])
    assert paragraph.words == drawn.caption


@pytest.mark.parametrize("plot", PLOTS)
def test_a_plot_as_html(plot):
    drawn = plot()
    figure, image, caption = elements(drawn.html())
    assert (figure.tag, image.tag, caption.tag) == ("figure", "img", "figcaption")
    assert image.attributes["alt"] == caption.words == drawn.caption
    assert f"width:{drawn.size[0]}px;max-width:100%" in image.attributes["style"]
    data = image.attributes["src"].removeprefix("data:image/svg+xml;base64,")
    tree = ElementTree.fromstring(base64.b64decode(data))  # noqa: S314 - our own
    letters = [e.tag for e in tree.iter() if e.tag.endswith("}text")]
    assert tree.tag.endswith("}svg")
    assert len(letters) >= 4


@pytest.mark.parametrize("label", HOSTILE)
def test_labels_are_never_markup(label, bert):
    neighbour = plot_neighbours([(label, 0.5)], BASELINE, chance=CHANCE, word=label)
    assert ticks(neighbour.axes) == [label]
    assert not neighbour.axes.get_yticklabels()[0].get_parse_math()
    assert not title(neighbour).get_parse_math()
    on_map = plot_map(POINTS[:2], labels=[label, label])
    assert not on_map.axes.texts[0].get_parse_math()
    neighbour.picture()
    on_map.picture()
    assert skeleton(neighbour.html()) == skeleton(neighbours().html())
    plain = skeleton(tokens_html(tokenize(bert, "unbelievably 👩", "a")))
    assert skeleton(tokens_html(tokenize(bert, label, label))) <= plain


@pytest.mark.parametrize("family", ["DejaVu Sans", "DejaVu Sans Mono"])
def test_drawable(bert, family):
    glyphs = get_font(findfont(family)).get_charmap()
    for name in (*vocabulary(bert), *HOSTILE, "\ud800\x00\n\u202e\U0001f469"):
        assert all(ord(c) in glyphs for c in drawable(name, family))
    assert drawable("dog é") == "dog é"
    assert drawable("a東") == "aU+6771"
    assert drawable("a\n\ud800") == "aU+000AU+D800"


def test_every_kind_of_label_is_drawn_without_a_warning(bert):
    names = vocabulary(bert)
    # One from each block of 256 code points that the vocabulary has.
    blocks = {ord(name[-1]) // 256: name for name in names}
    sample = [*blocks.values(), *names[:1000:50], "\u0300", "$", "\\", "$_{", "%"]
    assert {0x4E // 1, 0x06, 0x30} <= set(blocks)  # CJK, Arabic, kana
    values = np.linspace(1, 0, len(sample))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot_neighbours(
            list(zip(sample, values)), BASELINE, chance=CHANCE, word="東ש🙂"
        ).picture()
        plot_map(
            np.random.default_rng(0).normal(size=(len(sample), 2)), labels=sample
        ).picture()
        plot_similarities({"東": dict(zip(sample, values))}, BASELINE).picture()
        plot_rows(np.outer(values, [1, 2]), labels=sample).picture()
        plot_tokens(tokenize(bert, " ".join(sample))).picture()


@pytest.mark.parametrize("word", ["東京" * 12, "W" * 24, "한국어" * 8])
def test_a_title_fits_the_picture(word):
    drawn = plot_neighbours(
        NEIGHBOURS, BASELINE, chance=CHANCE, word=word, space="without dominant"
    )
    box = title(drawn).get_window_extent()
    assert 0 <= box.x0 < box.x1 <= drawn.figure.bbox.width


def test_labels_fit_the_picture(bert):
    # The longest labels that there are, some of them as code points.
    longest = sorted(vocabulary(bert), key=lambda name: len(drawable(name)))[-10:]
    drawn = plot_neighbours(
        [(n, 0.5) for n in longest], BASELINE, chance=CHANCE, word="x"
    )
    for label in drawn.axes.get_yticklabels():
        assert label.get_window_extent().x0 >= 0


def test_listed():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed("abc") == "a, b and c"
    assert listed(range(10), 3) == "0, 1, 2 and 7 more"
    assert listed("abc", 3) == "a, b and c"


def test_captions_never_lean_on_colour_alone(toy):
    plots = [plot().caption for plot in PLOTS] + [
        plot_tokens(tokenize(toy, "dog")).caption
    ]
    for caption in plots:
        assert re.fullmatch(r"(?s)[A-Z0-9].{40,}\.", caption)
        assert not re.search(r"\b(blue|orange|green|red)\b", caption)


def test_a_saved_picture_keeps_the_colours_of_its_areas():
    draw = np.random.default_rng(0)
    curves = {name: draw.random((30, 7)) + 2 * n for n, name in enumerate("abc")}
    plot = plot_layers(curves, label="x", of="texts")
    saved = Image.open(BytesIO(base64.b64decode(plot.image()[0]["image/png"])))
    assert saved.mode == "P"
    true, found = (np.int16(image.convert("RGB")) for image in (plot.picture(), saved))
    off = np.abs(true - found).max(axis=-1)
    _, which = np.unique(true.reshape(-1, 3), axis=0, return_inverse=True)
    share = np.bincount(which.ravel()) / which.size
    # White, and a band about each of three curves.
    assert (share > 0.02).sum() >= 4
    assert off[(share > 0.001)[which].reshape(off.shape)].max() == 0
    assert (off > 8).mean() < 0.01
