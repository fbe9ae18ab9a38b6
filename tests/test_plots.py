"""What every picture has in common, and text that learners typed in all of them."""

import base64
import inspect
import re
import warnings
import xml.etree.ElementTree as ElementTree
from io import BytesIO
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from markup import HOSTILE, elements, skeleton
from matplotlib.font_manager import findfont, get_font
from matplotlib.text import Text
from PIL import Image

from bertlab import displays
from bertlab.displays.captions import rounded, written
from bertlab.displays.figure import drawable, listed
from bertlab.text.tokens import Tokens, vocabulary

UNUSUAL = {
    "font.size": 31,
    "axes.facecolor": "black",
    "text.color": "white",
    "savefig.dpi": 30,
    "savefig.bbox": "tight",
    "text.parse_math": False,
}
PLAIN = {
    ("figure", ("class", "style")),
    ("img", ("alt", "src", "style")),
    ("figcaption", ("aria-hidden", "style")),
}
STRANGE = [HOSTILE[2], HOSTILE[-1], "\u202eש\x00\n$x_", "東한👩" + "W" * 40]
RANDOM = np.random.default_rng(5)
BASELINE = np.linspace(-0.2, 0.4, 61)  # 5 % lie below -0.17, 95 % below 0.37
WEIGHTS = np.array([[0.7, 0.2, 0.1], [0.004, 0.496, 0.5], [0.0, 0.05, 0.95]])
POINTS = np.array([[0, 0], [1, 0], [10, 1], [11, 0], [5, 9.0]])
HALF = {"shares": (0.5, 0.25)}


def texts(axes):
    return [text.get_text() for text in axes.texts]


def ticks(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def outlines(texts):
    return [text.get_window_extent() for text in texts if text.get_text().strip()]


def inside(plot, edge=0.5):
    """Whether every letter lies within the picture."""
    plot.figure.draw_without_rendering()
    width, height = plot.figure.bbox.size
    texts = [text for ax in plot.figure.axes for text in _shown(ax)]
    texts += plot.figure.texts
    return all(
        -edge <= box.x0 <= box.x1 <= width + edge
        and -edge <= box.y0 <= box.y1 <= height + edge
        for box in outlines(texts)
    )


def _shown(ax):
    """What is written in and around axes; ticks beyond the limits are not."""
    legend = ax.get_legend().get_texts() if ax.get_legend() else []
    places = [(ax.get_yticks(), sorted(ax.get_ylim()), ax.get_yticklabels())]
    places.append((ax.get_xticks(), sorted(ax.get_xlim()), ax.get_xticklabels()))
    named = [
        label
        for at, (low, high), labels in places
        for tick, label in zip(at, labels)
        if low <= tick <= high and ax.axison
    ]
    around = [ax.xaxis.label, ax.yaxis.label, ax._left_title] if ax.axison else []
    return [*ax.texts, *legend, *named, *around]


def tokens(word):
    return Tokens(
        text=f"{word} x",
        pair=word,
        tokens=["[CLS]", word, "##s", "[UNK]", "[SEP]", word, "[SEP]"],
        ids=[2, 6, 9, 1, 3, 6, 3],
        types=[0] * 5 + [1] * 2,
        offsets=[(0, 0), (0, 1), (1, 2), (2, 3), (0, 0), (0, 1), (0, 0)],
        source=[None, 0, 0, 0, None, 1, None],
        words=[None, 0, 0, 1, None, 0, None],
        kept=[True] * 6 + [False],
        limit=6,
        unknown_id=1,
        special_ids=(1, 2, 3),
    )


def padded(word):
    row = SimpleNamespace(
        tokens=[word, "b", "[PAD]"],
        ids=[6, 7, 0],
        positions=range(3),
        mask=[1, 1, 1],
        own=slice(0, 2),
    )
    compared = SimpleNamespace(
        moved=[np.array([0.1, 0.2])] * 2,
        apart=0.8,
        alone=np.full((2, 2), 0.25),
        together=np.full((2, 2), 0.5),
        itself=np.array([0.9, 0.7]),
        pooling="mean of all",
        layer=3,
    )
    return displays.plot_padded([row, row], compared)


def one_weight(word, scale=1.0):
    scores = scale * WEIGHTS @ WEIGHTS.T / np.sqrt(3)
    how = {"tokens": [word, "b", "c"], "row": 1, "column": 2, "title": word}
    return displays.plot_one_weight(WEIGHTS, WEIGHTS, scores, **how)


def reconstruction(word):
    shares = {"beta": 0.5, "gamma": 0.0}
    return displays.plot_reconstruction(
        [1.0, -2, 3, 0],
        [1.0, 2, 3, 0],
        distances=shares,
        cosines=shares,
        present=0.2,
        left_out=["beta"],
        token=word,
        place=1,
    )


def learned(word):
    return displays.plot_learned(
        np.array([[0.2, 0.8]]),
        POINTS,
        {word: [0.1, 0.9]},
        tokens=[[word[:4], "b"]],
        answers=[1],
        classes=[word[:9], "y"],
        labels=[0, 1, 0, 1, 0],
        steps=[0, 10],
        at=1,
        chance={word: 0.5},
    )


# A picture of each kind, with a word of somebody's own wherever there can be one.
CASES = {
    "accuracies": lambda word: displays.plot_accuracies(
        {word: {word: [0.5, 0.6]}, "b": {"c": 0.5}}, chance=0.5
    ),
    "attention": lambda word: displays.plot_attention(
        WEIGHTS, tokens=[word, "b", "c"], title=word[:50]
    ),
    "attention_lines": lambda word: displays.plot_attention_lines(
        [WEIGHTS, WEIGHTS],
        tokens=[word, "b", "c"],
        heads=[1, word[:9]],
        title=word[:50],
    ),
    "by_distance": lambda word: displays.plot_by_distance(
        {"one": [1, 0.9, 0.4], "two": [1, 0.5, 0.6]}, peaks=[1]
    ),
    "by_position": lambda word: displays.plot_by_position(np.arange(9.0), label="norm"),
    "clusters": lambda word: displays.plot_clusters(
        POINTS[None],
        groupings={word[:30]: [word[:20], "b", word[:20], "b", "b"]},
        titles=[word[:40]],
        shares=[[0.5, 0.25]],
    ),
    "context_layers": lambda word: displays.plot_context_layers(
        {word[:20]: np.eye(3), "b": np.ones((1, 3))}, layer=1
    ),
    "context_matrix": lambda word: displays.plot_context_matrix(
        WEIGHTS, labels=[word, "2 b", "3 c"], senses=[word, "b", "b"], title=word[:40]
    ),
    "curves": lambda word: displays.plot_curves(
        {word: [0.1, 0.2]}, label="share", along="place", lines={word: 0.1}
    ),
    "dimensions": lambda word: displays.plot_dimensions(0.1 * np.arange(1, 6)),
    "distributions": lambda word: displays.plot_distributions(
        {word: [0.1, 0.9], "b": [0.3]}, thresholds=[0.5], label="cosine", of="pairs"
    ),
    "heads": lambda word: displays.plot_heads(
        [[WEIGHTS, WEIGHTS]], tokens=[word, "b", "c"], picked=(1, 2)
    ),
    "interventions": lambda word: displays.plot_interventions(
        [[0, 0.1], [0.5, 0.2]], tokens=[word, "b", word], places=[0, 1], title="Gone"
    ),
    "layers": lambda word: displays.plot_layers(
        {word: [0.1, 0.2]}, label="share", lines={"chance": 0.3}
    ),
    "learned": learned,
    "learning": lambda word: displays.plot_learning(
        {word: [0.1, 0.9]}, steps=[0, 10], chance={word: 0.5}
    ),
    "map": lambda word: displays.plot_map(
        POINTS, labels=[word[:20], *"bcde"], groups=[word[:20], *"xxyy"], **HALF
    ),
    "neighbours": lambda word: displays.plot_neighbours(
        [(word[:20], 0.5), ("b", 0.4)], BASELINE, chance=BASELINE, word=word
    ),
    "norms": lambda word: displays.plot_norms(np.arange(1, 301), np.ones(300)),
    "occurrences": lambda word: displays.plot_occurrences(
        POINTS,
        senses=[word[:20], "b", word[:20], "b", "b"],
        word=word,
        numbers=range(5),
        titles=[word[:40]],
        **HALF,
    ),
    "one_weight": one_weight,
    "padded": padded,
    "parts": lambda word: displays.plot_parts(
        [[0.5, 0.5], [1.2, -0.2]], tokens=[word, "b"], parts=["token", "position"]
    ),
    "path": lambda word: displays.plot_path(POINTS, numbered=3, **HALF),
    "patterns": lambda word: displays.plot_patterns(
        WEIGHTS, label="share", expected=0.3, percent=True
    ),
    "position": lambda word: displays.plot_position(
        1, BASELINE, BASELINE + 1, BASELINE, pairs=(0, 0.2), others=(0, 0.3), word=word
    ),
    "position_map": lambda word: displays.plot_position_map(WEIGHTS, title=word[:40]),
    "reconstruction": reconstruction,
    "rows": lambda word: displays.plot_rows(WEIGHTS, labels=[word[:20], "b", "c"]),
    "shifts": lambda word: displays.plot_shifts(
        [[0, 0.1], [0.5, 0.2]],
        tokens=[word, "b"],
        types=([0, 0], [0, 1]),
        control=[0.5, 0.6],
        title=word[:40],
    ),
    "similarities": lambda word: displays.plot_similarities(
        {word[:20]: {word[:20]: 0.5}, "b": {"c": 0.1}}, BASELINE, compared="other pairs"
    ),
    "spread": lambda word: displays.plot_spread(
        {word: WEIGHTS}, tokens=[word, "b", "c"]
    ),
    "tokens": lambda word: displays.plot_tokens(tokens(word)),
    "waves": lambda word: displays.plot_waves(WEIGHTS, periods=[6, 6, 50], mark=1),
    "weight_and_contribution": lambda word: displays.plot_weight_and_contribution(
        WEIGHTS, WEIGHTS[::-1], tokens=[word, "b", "c"], title=word[:60]
    ),
}
# They write no word that is somebody's own.
WITHOUT = {"by_distance", "by_position", "dimensions", "norms", "path", "patterns"}
WITHOUT |= {"waves"}
each = pytest.mark.parametrize("draw", CASES.values(), ids=list(CASES))


def test_no_plot_is_forgotten():
    public = {n for n, f in vars(displays).items() if inspect.isfunction(f)}
    assert {name for name in public if name.startswith("plot_")} == {
        f"plot_{name}" for name in CASES
    }


@pytest.fixture
def outputs(monkeypatch):
    """What is displayed, as (data, metadata) of each output."""
    shown = []

    def display(data, *, raw, metadata=None):
        assert raw
        shown.append((data, metadata))

    monkeypatch.setattr("IPython.display.display", display)
    return shown


@each
def test_a_plot_shows_itself_with_its_caption_in_words(draw, outputs):
    plot = draw("dog")
    plot._ipython_display_()
    (shown, metadata), (below, _) = outputs
    saved = Image.open(BytesIO(base64.b64decode(shown["image/png"])))
    picture = draw("dog").picture()
    # In fewer colours, to be small in a notebook, but the same picture.
    assert np.abs(np.int16(saved.convert("RGB")) - np.int16(picture)).mean() < 1
    width, height = plot.size
    assert 300 < width <= 9.2 * 80
    assert picture.size == pytest.approx((2 * width, 2 * height), abs=2)
    size = {"width": width, "height": height}
    assert metadata == {"image/png": {**size, "alt": plot.caption}}
    assert shown["text/plain"] == below["text/plain"] == plot.caption
    assert elements(below["text/html"])[0].words == plot.caption
    # Whole sentences, that lean on no colour alone.
    assert re.fullmatch(r"(?s)[A-Z0-9].{35,}\.", plot.caption)
    about = plot.caption.replace("blue is below 0, red above", "")
    assert not re.search(r"\b(blue|orange|green|red|dark|pale)\b", about)


@each
def test_letters_can_be_read_and_lie_within_the_picture(draw):
    plot = draw("a dog")
    assert inside(plot)
    sizes = [text.get_fontsize() for text in plot.figure.findobj(Text)]
    assert min(sizes) >= 8


@each
def test_a_readers_settings_neither_leak_in_nor_change(draw):
    wanted = draw("dog").svg()
    with mpl.rc_context(UNUSUAL):
        before = dict(mpl.rcParams)
        assert draw("dog").svg() == wanted
        assert dict(mpl.rcParams) == before


def test_nor_do_they_into_a_saved_picture():
    wanted = CASES["rows"]("dog").picture()
    with mpl.rc_context(UNUSUAL):
        assert CASES["rows"]("dog").picture() == wanted


@each
def test_a_picture_as_html_is_a_figure_with_its_letters_as_text(draw):
    plot = draw("dog")
    figure, image, caption = elements(plot.html())
    assert (figure.tag, image.tag, caption.tag) == ("figure", "img", "figcaption")
    assert image.attributes["alt"] == caption.words == plot.caption
    assert f"width:{plot.size[0]}px;max-width:100%" in image.attributes["style"]
    data = image.attributes["src"].removeprefix("data:image/svg+xml;base64,")
    tree = ElementTree.fromstring(base64.b64decode(data))  # noqa: S314 - our own
    assert tree.tag.endswith("}svg")
    assert len([e for e in tree.iter() if e.tag.endswith("}text")]) >= 4


@pytest.mark.parametrize("word", STRANGE)
@pytest.mark.parametrize("name", sorted(CASES.keys() - WITHOUT))
def test_what_somebody_typed_is_text_and_nothing_else(name, word):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot = CASES[name](word)
        svg = plot.svg()
    tree = ElementTree.fromstring(svg)  # noqa: S314 - our own
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert not tags & {"script", "iframe", "img", "foreignObject"}
    assert skeleton(plot.html()) == PLAIN
    drawn = [text for text in plot.figure.findobj(Text) if "$" in text.get_text()]
    assert not any(text.get_parse_math() for text in drawn)
    assert not re.search("[\u202e\x00\n]", plot.caption)


@pytest.mark.parametrize("family", ["DejaVu Sans", "DejaVu Sans Mono"])
def test_drawable(bert, family):
    glyphs = get_font(findfont(family)).get_charmap()
    for name in (*vocabulary(bert), *HOSTILE, "\ud800\x00\n\u202e\U0001f469"):
        assert all(ord(c) in glyphs for c in drawable(name, family))
    assert drawable("dog é") == "dog é"
    assert drawable("a東\n\ud800") == "aU+6771U+000AU+D800"


def test_lists_and_numbers_in_captions():
    assert [listed(x) for x in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
    assert listed(range(10), 3) == "0, 1, 2 and 7 more"
    assert [rounded(-0.004), rounded(-1.5), written(-1.5)] == ["0.00", "-1.50", "−1.50"]


def test_a_saved_picture_keeps_the_colours_of_its_areas():
    curves = {name: RANDOM.random((30, 7)) + 2 * n for n, name in enumerate("abc")}
    plot = displays.plot_layers(curves, label="x", of="texts")
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


ABC = {"tokens": ["a", "b", "c"]}
BY_KIND = {"groupings": {"kind": "aab"}, "titles": "x", "shares": [[0.5, 0.2]]}
FALLING = {"thresholds": (0.7, 0.3), "label": "x", "of": "pairs"}


@pytest.mark.parametrize(
    ("name", "data", "how", "words"),
    [
        ("attention", WEIGHTS, {"tokens": "ab"}, r"shape \(2, 2\), not"),
        ("attention_lines", [-WEIGHTS], {**ABC, "heads": [1]}, "negative"),
        ("heads", [[3 * WEIGHTS]], {**ABC, "picked": (1, 1)}, "between 0 and 1"),
        ("patterns", [[]], {"label": "x", "expected": 0}, "at least one"),
        ("curves", {"a": []}, {"label": "x", "along": "y"}, "no value"),
        ("accuracies", {"x": [np.nan]}, {"chance": 0.5}, "no finite numbers"),
        ("distributions", {"a": [0.1]}, FALLING, "thresholds that rise"),
        ("spread", {"sum": np.nan * WEIGHTS}, ABC, "sum cannot be drawn"),
        ("clusters", POINTS[None], BY_KIND, "'kind' has 3 groups for 5 points"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_sentence(name, data, how, words):
    with pytest.raises(ValueError, match=words):
        getattr(displays, f"plot_{name}")(data, **how)


def test_scores_of_another_head_are_refused():
    with pytest.raises(ValueError, match="same layer and head"):
        one_weight("a", scale=2)
