"""The attention explorer by value: what it draws is read back and compared."""

import base64
import re
import xml.etree.ElementTree as ET
from io import BytesIO

import matplotlib as mpl
import numpy as np
import pytest
from explorers import TEXT, said
from PIL import Image

from bertlab.errors import InputError
from bertlab.explorers import attention_explorer
from bertlab.explorers.attention import explorer as module
from bertlab.explorers.attention.lines import EDGES, lines_svg
from bertlab.explorers.attention.part import (
    HIDDEN,
    RESCALED,
    choose,
    last_start,
    separators,
    shares,
    strongest_lines,
)
from bertlab.explorers.attention.saving import save_pictures
from bertlab.explorers.attention.svg import Side
from bertlab.explorers.attention.text_attention import read_token
from bertlab.explorers.attention.thumbnails import sprite_style, tooltips
from bertlab.explorers.explorer import STILL
from bertlab.network import attention
from bertlab.network.encoder import encode

PAIR = "It was tired."
SVG = "{http://www.w3.org/2000/svg}"
# Three tokens of text A and two of B; 0 and 2 are special.
WEIGHTS = np.array(
    [
        [0.5, 0.1, 0.2, 0.1, 0.1],
        [0.25, 0.25, 0.25, 0.125, 0.125],
        [0.0, 0.0, 1.0, 0.0, 0.0],
        [0.4, 0.0, 0.4, 0.1, 0.1],
        [0.0, 0.6, 0.0, 0.4, 0.0],
    ]
)[None]
ABOUT = {"types": [0, 0, 0, 1, 1], "special": np.array([1, 0, 1, 0, 0], bool)}


@pytest.fixture(scope="module")
def weights(bert):
    """The model's own weights for `TEXT`, (layers, heads, tokens, tokens)."""
    return encode(bert, TEXT).attentions


@pytest.fixture(scope="module")
def shared(bert):
    """An explorer that tests set to what they need; see `fresh`."""
    return attention_explorer(bert, TEXT)


@pytest.fixture
def fresh(shared):
    """An explorer as it is at first."""
    shared.mode.value = "heads"
    shared.first.value, shared.second.value = TEXT, ""
    shared.heads.several.value = False
    shared.layer.value, shared.heads.value = 3, (5,)
    shared.pairs.value, shared.special.value, shared.show.value = (
        "all",
        "shown",
        "weight",
    )
    shared.from_token.value = shared.to_token.value = ""
    shared.start.value = 0
    return shared


def svgs(explorer):
    """The head views in the page, parsed as XML."""
    found = re.findall(r"<svg .*?</svg>", explorer.view.value, re.DOTALL)
    return [ET.fromstring(text) for text in found]  # noqa: S314 - our own


def group(svg, name):
    (found,) = (g for g in svg.iter(f"{SVG}g") if g.get("class") == name)
    return [g for g in found if g.get("class") == "token"]


def name_of(token):
    return token.find(f"{SVG}text").text


def height_of(token):
    return int(token.find(f"{SVG}text").get("y")) - 4


def drawn(svg, side="from"):
    """Every line as (head, row, column): step, read from the picture."""
    own, other = group(svg, side), group(svg, "to" if side == "from" else "from")
    places = {height_of(token): n for n, token in enumerate(other)}
    found = {}
    for n, token in enumerate(own):
        (lines,) = (g for g in token if g.get("class") == "lines")
        x, y = map(int, re.findall(r"-?\d+", lines.get("transform")))
        assert y == height_of(token)
        assert x == (162 if side == "from" else 358)
        for path in lines:
            step, head = map(int, re.findall(r"\d+", path.get("class")))
            assert path.get("class") == f"w{step} h{head}"
            for line in path.get("d").split("M")[1:]:
                begin, shift, end, down = map(int, re.findall(r"-?\d+", line))
                assert (begin, end) == (0, 196 if side == "from" else -196)
                m = places[y + down - shift]
                key = (head, n, m) if side == "from" else (head, m, n)
                assert key not in found
                found[key] = step
    return found


def expected(matrix, heads, least):
    """The same from the array: (heads, rows, columns)."""
    return {
        (heads[k], i, j): int(np.searchsorted(EDGES, w, side="right"))
        for (k, i, j), w in np.ndenumerate(matrix)
        if w >= least
    }


def numbers(svg, side):
    """For each token of a side, the numbers beside the other side's tokens."""
    other = {
        height_of(token): n
        for n, token in enumerate(group(svg, "to" if side == "from" else "from"))
    }
    found = []
    for token in group(svg, side):
        (numbers,) = (g for g in token if g.get("class") == "numbers")
        found.append({other[int(t.get("y"))]: t.text for t in numbers})
    return found


# What is shown of a layer's attention


@pytest.mark.parametrize(
    ("pairs", "rows", "columns"),
    [
        ("all", [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]),
        ("A→B", [0, 1, 2], [3, 4]),
        ("B→A", [3, 4], [0, 1, 2]),
        ("B→B", [3, 4], [3, 4]),
    ],
)
def test_pairs(pairs, rows, columns):
    part = choose(WEIGHTS, [1], pairs=pairs, **ABOUT)
    assert part.rows.tolist() == rows and part.columns.tolist() == columns
    np.testing.assert_array_equal(part.weights, WEIGHTS[:, rows][..., columns])
    assert part.outside is None and part.beyond == 0 and part.hidden == 0


def test_special_tokens_hidden():
    part = choose(WEIGHTS, [1], hide=HIDDEN, **ABOUT)
    words = [1, 3, 4]
    assert part.rows.tolist() == part.columns.tolist() == words
    np.testing.assert_array_equal(part.weights, WEIGHTS[:, words][..., words])
    # From the words 0.5, 0.8 and 0 went to the two special tokens.
    assert part.hidden == pytest.approx(1.3 / 3)


def test_special_tokens_hidden_and_the_rest_rescaled():
    part = choose(WEIGHTS, [1], hide=RESCALED, **ABOUT)
    np.testing.assert_allclose(
        part.weights[0], [[0.5, 0.25, 0.25], [0, 0.5, 0.5], [0.6, 0.4, 0]]
    )
    assert part.hidden == pytest.approx(1.3 / 3)
    # Rescaled first: what is left sums to 1 before one text is chosen.
    part = choose(WEIGHTS, [1], hide=RESCALED, pairs="A→B", **ABOUT)
    np.testing.assert_allclose(part.weights[0], [[0.25, 0.25]])


def test_a_row_without_anything_left_stays_zero():
    alone = np.array([[[1.0, 0.0], [1.0, 0.0]]])
    part = choose(alone, [1], types=[0, 0], special=[True, False], hide=RESCALED)
    assert part.weights.tolist() == [[[0.0]]]
    assert part.hidden == 1


def test_a_window_sums_up_what_goes_beyond():
    part = choose(WEIGHTS, [1], start=1, most=2, **ABOUT)
    assert part.rows.tolist() == part.columns.tolist() == [1, 2]
    np.testing.assert_array_equal(part.weights[0], [[0.25, 0.25], [0, 1]])
    np.testing.assert_allclose(part.outside, [[0.5, 0.0]])
    assert part.beyond == 3
    np.testing.assert_allclose(part.matrix.sum(axis=-1), 1)
    part = choose(WEIGHTS, [1], start=1, most=2, hide=HIDDEN, **ABOUT)
    # The window holds so many tokens of those that are left.
    assert part.rows.tolist() == [1, 3] and part.beyond == part.left_out == 1
    np.testing.assert_allclose(part.matrix[0, 0], [0.25, 0.125, 0.125])
    assert part.hidden == pytest.approx(1.3 / 3)


def test_each_side_of_a_pair_has_its_own_window():
    part = choose(WEIGHTS, [1], pairs="A→B", most=2, **ABOUT)
    assert part.rows.tolist() == [0, 1] and part.columns.tolist() == [3, 4]
    assert (part.beyond, part.left_out, part.outside) == (0, 1, None)
    part = choose(WEIGHTS, [1], pairs="B→A", start=9, most=2, **ABOUT)
    assert part.rows.tolist() == [3, 4] and part.columns.tolist() == [1, 2]
    np.testing.assert_allclose(part.outside, [[0.4, 0.0]])
    assert last_start(**ABOUT, most=2) == 3
    assert last_start(**ABOUT, hide=HIDDEN, most=2) == 3
    assert last_start(**ABOUT, pairs="A→B", most=2) == 1
    assert last_start(**ABOUT, pairs="B→B", most=2) == 0


def test_only_separators_are_special(bert):
    ids = bert.tokenizer("a [MASK] b").input_ids
    assert separators(bert, ids).tolist() == [True, False, False, False, True]


def test_lines_that_cannot_be_seen_are_not_drawn():
    matrix = np.array([[[0.009, 0.01, 0.981]]])
    assert strongest_lines(matrix, 3).tolist() == [[[False, True, True]]]
    # Half of an even spread over 500 tokens is 0.001.
    assert strongest_lines(matrix, 500).all()
    assert strongest_lines(matrix, 500, 1).tolist() == [[[False, False, True]]]
    assert strongest_lines(np.full((2, 3, 3), 0.5), 3, 4).sum() == 4


# Head view


def test_lines_are_the_weights(fresh, weights):
    (svg,) = svgs(fresh)
    found = drawn(svg)
    assert found == expected(weights[2, 4:5], [5], 0.01)
    assert drawn(svg, "to") == found
    assert len(found) > 10
    tokens = encode_tokens(fresh)
    assert [name_of(token) for token in group(svg, "from")] == tokens
    assert [name_of(token) for token in group(svg, "to")] == tokens


def encode_tokens(explorer):
    return explorer._text().tokens


def test_numbers_beside_the_tokens_are_the_weights(fresh, weights):
    (svg,) = svgs(fresh)
    matrix, tokens = weights[2, 4], encode_tokens(fresh)
    for side, table, way in (("from", matrix, "to"), ("to", matrix.T, "from")):
        for row, found in zip(table, numbers(svg, side), strict=True):
            shown = {j: f"{w:.2f}" for j, w in enumerate(row) if w >= 0.01}
            assert found == shown
        j = table[2].argmax()
        assert group(svg, side)[2].get("aria-label") == (
            f"cat (2): most {way} {tokens[j]} ({j}), {table[2, j]:.2f}"
        )
        assert {token.get("tabindex") for token in group(svg, side)} == {"0"}


def test_caption_of_lines(fresh, weights):
    matrix, tokens = weights[2, 4], encode_tokens(fresh)
    i, j = np.unravel_index(matrix.argmax(), matrix.shape)
    mean = matrix.mean(axis=0)
    special = mean[0] + mean[-1]
    seen = matrix[matrix >= 0.01]
    for found in (
        f"Layer 3, head 5. Largest weight: {tokens[i]} ({i}) to {tokens[j]} ({j})"
        f" {matrix.max():.2f}.",
        f"goes to {tokens[mean.argmax()]} ({mean.argmax()}): {mean.max():.0%}.",
        f"[CLS] and [SEP] get {special:.0%} of the weight.",
        f"{len(seen)} of 81 lines, those from {seen.min():.3f} on, with"
        f" {seen.sum() / 9:.0%} of these tokens' weight.",
    ):
        assert found in fresh.caption
    assert said(fresh) == ""


def test_several_heads(fresh, weights):
    fresh.heads.value = (7, 2)
    assert fresh.heads.value == (2, 7)
    (svg,) = svgs(fresh)
    assert drawn(svg) == expected(weights[2, [1, 6]], [2, 7], 0.01)
    assert drawn(svg, "to") == drawn(svg)
    keys = [g for g in svg.iter(f"{SVG}g") if g.get("class").startswith("key")]
    assert [key.find(f"{SVG}text").text for key in keys] == ["head 2", "head 7"]
    looks = re.findall(r"\.h(\d+)\{(stroke:[^}]*)\}", svg.find(f"{SVG}style").text)
    assert len({look for _, look in looks}) == 2
    # Beside a token stands the larger of the two.
    two = weights[2, [1, 6], 2]
    shown = {j: f"{w:.2f}" for j, w in enumerate(two.max(axis=0)) if w >= 0.01}
    assert numbers(svg, "from")[2] == shown
    k, j = np.unravel_index(two.argmax(), two.shape)
    assert group(svg, "from")[2].get("aria-label") == (
        f"cat (2): most to {encode_tokens(fresh)[j]} ({j}), {two[k, j]:.2f}"
        f" (head {(2, 7)[k]})"
    )


def test_hidden_and_rescaled_in_the_explorer(fresh, weights):
    words = weights[2, 4, 1:-1, 1:-1]
    lost = 1 - words.sum(axis=-1).mean()
    fresh.special.value = HIDDEN
    assert drawn(svgs(fresh)[0]) == expected(words[None], [5], 0.01)
    assert (
        f"Not shown: [CLS] and [SEP], which get {lost:.0%} of the words' weight; all"
        f" words together get the other {1 - lost:.0%}." in fresh.caption
    )
    fresh.special.value = RESCALED
    assert drawn(svgs(fresh)[0]) == expected(shares(words)[None], [5], 0.01)
    assert f"{1 - lost:.0%} on average, so that it sums to 1 again" in fresh.caption


def test_pairs_in_the_explorer(fresh, bert):
    assert fresh.pairs.disabled
    fresh.pairs.value = "A→B"
    assert "There is no second text, so A→B does not apply" in said(fresh)
    fresh.second.value = PAIR
    assert not fresh.pairs.disabled
    assert said(fresh) == ""
    run = encode(bert, TEXT, PAIR)
    a, b = (np.flatnonzero(np.array(run.types) == n) for n in (0, 1))
    part = run.attentions[2, 4:5]
    for pairs, rows, columns in (("A→B", a, b), ("B→A", b, a), ("B→B", b, b)):
        fresh.pairs.value = pairs
        (svg,) = svgs(fresh)
        chosen = part[:, rows][..., columns]
        assert drawn(svg) == expected(chosen, [5], 0.01)
        assert [name_of(t) for t in group(svg, "to")] == [
            run.tokens[i] for i in columns
        ]
        share = chosen.sum(axis=-1).mean()
        assert f"of text {pairs[-1]}: {share:.0%} of all they give" in fresh.caption


def test_contribution(fresh, bert):
    fresh.show.value = "contribution"
    run = encode(bert, TEXT)
    steps = attention.attend(bert, 3, run.hidden_states[2])
    found = shares(attention.contributions(bert, 3, steps))[4:5]
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)
    assert drawn(svgs(fresh)[0]) == expected(found, [5], 0.01)
    assert f"Largest contribution: {run.tokens[found[0].max(axis=1).argmax()]}" in (
        fresh.caption
    )
    assert "each row is divided by its sum" in fresh.caption
    fresh.show.value = "both"
    weight, contribution = map(drawn, svgs(fresh))
    assert weight == expected(run.attentions[2, 4:5], [5], 0.01)
    assert contribution == expected(found, [5], 0.01)
    assert weight != contribution
    assert "Largest weight" in fresh.caption


# Any size


def test_nothing_but_special_tokens_is_left(fresh):
    fresh.first.value = "[SEP]"
    before = fresh.view.value
    fresh.special.value = HIDDEN
    assert said(fresh).startswith("Please note: There are only special tokens")
    assert fresh.view.value == before


def test_512_tokens_and_a_window_that_moves(fresh, bert):
    fresh.first.value = text = "dog cat " * 255
    run = encode(bert, text)
    assert len(run.tokens) == 512
    assert fresh.start.layout.display is None
    assert fresh.start.max == 512 - 128
    fresh.start.value = 300
    window = slice(300, 428)
    matrix = run.attentions[2, 4]
    inside = matrix[window, window]
    beyond = 1 - inside.sum(axis=-1)
    (svg,) = svgs(fresh)
    right = group(svg, "to")
    assert [name_of(t) for t in right] == [*run.tokens[window], "384 others"]
    whole = np.concatenate([inside, beyond[:, None]], axis=1)
    lines = drawn(svg)
    assert len(lines) <= 3000
    for (_, i, j), step in lines.items():
        # A sum of float32s can lie on the other side of an edge.
        near = np.searchsorted(EDGES, whole[i, j] + np.array([-1e-5, 1e-5]), "right")
        assert step in near
    assert "128 tokens of 512 attend here, from token 300 to 427" in fresh.caption
    assert f"; {beyond.mean():.0%} of their weight goes to the 384" in fresh.caption
    assert "shown are 300 to 427. Move “First shown”" in said(fresh)
    assert len(fresh.view.value.encode()) < 250_000
    fresh.mode.value = "matrix"
    assert fresh.start.max == 512 - 64
    assert "64 tokens of 512 attend here, from token 300 to 363" in fresh.caption
    # The brightest is the largest inside; what goes beyond is said, not drawn.
    inside = matrix[300:364, 300:364]
    (svg,) = svgs(fresh)
    apart = cells(svg)[1].astype(int) - colours(inside, inside.max())
    assert np.abs(apart).max() <= 4
    label = next(g for g in svg.iter(f"{SVG}g") if g.get("class") == "token")
    beyond = 1 - inside[0].sum()
    assert label.get("aria-label").endswith(f"; to tokens beyond {beyond:.2f}")
    fresh.mode.value, fresh.first.value = "heads", TEXT
    assert fresh.start.layout.display == "none"
    assert len(group(svgs(fresh)[0], "to")) == 9


def watched(widget, name):
    """What the trait `name` of a widget becomes, one after the other."""
    found = []
    widget.observe(lambda change: found.append(change.new), names=name)
    return found


def test_the_slider_keeps_the_focus_and_has_its_new_range(fresh):
    fresh.first.value = "dog cat " * 66  # 134 tokens
    assert fresh.start.max == 134 - 128
    shown = watched(fresh.start.layout, "display")
    made = watched(fresh.window, "children")
    fresh.start.value = 2
    fresh.heads.value = (4,)
    assert shown == made == []
    # Another range: made again, since a slider keeps the keys of its first one.
    fresh.first.value = "dog cat " * 100
    assert fresh.start.max == 202 - 128
    assert made == [(), (fresh.start,)]
    assert shown == []
    # A text that cannot be used leaves it beside the picture that is kept.
    fresh.first.value = "dog " * 600
    assert said(fresh).startswith("Please note")
    assert fresh.start.layout.display is None


def test_odd_names_are_escaped_and_kept():
    names = ["<script>", "&", '"', "'", "שלום", "a\x00b\ufffe", "x" * 40]
    side = Side(names, list(range(7)), [0] * 7)
    text = lines_svg(
        np.full((1, 7, 7), 0.1),
        np.ones((1, 7, 7), bool),
        heads=[1],
        left=side,
        right=side,
        label='"<b>',
        title="<i>&",
    )
    svg = ET.fromstring(text)  # noqa: S314
    assert svg.get("aria-label") == '"<b>'
    found = [name_of(token) for token in group(svg, "to")]
    assert found[:4] == names[:4]
    assert found[4] == "\u2068שלום\u2069"
    assert found[5].startswith("aU+0000b")
    assert "<script>" not in text and "\x00" not in text


# Heads


def test_a_click_shows_one_head_or_adds_it(fresh):
    fresh.heads.buttons[1].value = True
    assert fresh.heads.value == (2,)
    assert [b.value for b in fresh.heads.buttons].index(True) == 1
    assert sum(b.value for b in fresh.heads.buttons) == 1
    fresh.heads.buttons[1].value = False  # a second click
    assert fresh.heads.value == (2,) and fresh.heads.buttons[1].value
    fresh.heads.several.value = True
    fresh.heads.buttons[6].value = True
    assert fresh.heads.value == (2, 7)
    assert "heads 2 and 7" in fresh.caption
    fresh.heads.buttons[1].value = False
    assert fresh.heads.value == (7,)
    before = fresh.view.value
    fresh.heads.buttons[6].value = False
    assert said(fresh) == (
        f"Please note: No head is chosen: choose one, or “all”. {STILL}"
    )
    assert fresh.view.value == before
    fresh.heads.all.click()
    assert fresh.heads.value == tuple(range(1, 13))
    assert "all 12 heads" in fresh.caption
    fresh.heads.several.value = False
    assert fresh.heads.value == (1,)
    with pytest.raises(InputError, match="There is no head 13"):
        fresh.heads.value = (13,)


def test_the_model_runs_once_for_a_text(fresh, monkeypatch):
    fresh.first.value = "A text that nobody has typed yet."
    monkeypatch.setattr(module, "run_text", None)
    before = fresh.view.value
    fresh.heads.value = (3,)
    assert fresh.view.value != before
    fresh.layer.value = 2
    assert fresh.caption.startswith("Layer 2, head 3")
    assert said(fresh) == ""


# The other views


def cells(svg):
    """The numbers in the cells, and the picture behind them as rows of colours."""
    found = [
        [float(text.text) for text in g]
        for g in svg.iter(f"{SVG}g")
        if (g.get("class") or "").startswith("numbers")
    ]
    address = svg.find(f"{SVG}image").get("href").partition("base64,")[2]
    picture = Image.open(BytesIO(base64.b64decode(address)))
    return np.array(found), np.array(picture)


def colours(matrix, top=1):
    """By the square root, as in the thumbnails."""
    return mpl.colormaps["cividis"](np.sqrt(matrix / top), bytes=True)[..., :3]


def test_matrix(fresh, bert, weights):
    fresh.mode.value = "matrix"
    matrix, tokens = weights[2, 4], encode_tokens(fresh)
    (svg,) = svgs(fresh)
    rows = [g for g in svg.iter(f"{SVG}g") if g.get("class") == "token"]
    assert [name_of(row) for row in rows] == tokens
    j = matrix[2].argmax()
    label = f"cat (2): most to {tokens[j]} ({j}), {matrix[2, j]:.2f}"
    assert rows[2].get("aria-label") == label
    columns = [t.text for t in svg.findall(f"{SVG}text") if t.get("transform")]
    assert columns == tokens
    plot = fresh.plot()
    drawn_by_plot = (*plot.axes.images, *plot.axes.collections)[0].get_array()
    np.testing.assert_allclose(np.ravel(drawn_by_plot), np.ravel(matrix), atol=1e-6)
    # Of several heads it is the mean; weight and contribution stand side by side.
    steps = attention.attend(bert, 3, encode(bert, TEXT).hidden_states[2])
    given = shares(attention.contributions(bert, 3, steps))
    for heads in ((5,), (1, 2)):
        fresh.heads.value, fresh.show.value = heads, "both"
        chosen = [head - 1 for head in heads]
        for svg, table in zip(svgs(fresh), (weights[2], given), strict=True):
            mean = table[chosen].mean(axis=0)
            found, picture = cells(svg)
            np.testing.assert_allclose(found, mean, atol=0.0051)
            apart = picture.astype(int) - colours(mean)
            assert np.abs(apart).max() <= 4  # rounding may move a colour by a step
    assert said(fresh) == "The matrix is the mean of heads 1 and 2."


def test_all_layers_without_a_head(fresh):
    fresh.heads.several.value = True
    fresh.heads.buttons[4].value = False
    assert "No head is chosen" in said(fresh)
    fresh.mode.value = "all layers"
    assert said(fresh) == ""
    assert fresh.thumbnails.value == (3, 5)
    assert fresh.heads.value == (5,)
    assert "Layer 3, head 5" in fresh.caption


def test_all_layers(fresh, weights):
    fresh.mode.value = "all layers"
    names = [label for label, _ in fresh.thumbnails.options]
    assert names == [f"{i}·{j}" for i in range(1, 7) for j in range(1, 13)]
    assert fresh.thumbnails.value == (3, 5)
    hidden = {n for n, c in fresh.controls.items() if c.layout.display == "none"}
    assert hidden == set(fresh.controls) - {"first", "second", "mode"}
    fresh.thumbnails.value = (2, 7)
    assert (fresh.layer.value, fresh.heads.value) == (2, (7,))
    assert drawn(svgs(fresh)[0]) == expected(weights[1, 6:7], [7], 0.01)
    fresh.mode.value = "heads"
    fresh.layer.value = 6
    fresh.mode.value = "all layers"
    assert fresh.thumbnails.value == (6, 7)


def test_pictures_of_all_heads(fresh, weights):
    layers, heads = weights.shape[:2]
    places = re.findall(
        r"nth-child\((\d+)\)::before\{background-position:([\d.]+)%? ([\d.]+)%?\}",
        sprite_style(weights, "one"),
    )
    assert len(places) == layers * heads
    place = [float(number) for number in places[2 * heads + 4]]
    assert place == pytest.approx([2 * heads + 5, 400 / 11, 40], rel=1e-3)
    fresh.mode.value = "all layers"
    tip = tooltips(weights, encode_tokens(fresh))[2 * heads + 4]
    assert fresh.thumbnails.tooltips[2 * heads + 4] == tip
    before = fresh.grid_style.value
    fresh.second.value = PAIR
    assert fresh.grid_style.value != before


def test_a_head_is_named_by_what_gets_most_over_all_its_places():
    weights = np.broadcast_to([0.3, 0.4, 0.3], (1, 1, 3, 3))
    said_of = tooltips(weights, ["the", "cat", "the"])
    assert said_of == ["layer 1, head 1: most goes to the, 60%"]


def test_inside_one_weight(fresh, bert, weights):
    fresh.mode.value = "inside one weight"
    words = weights[2, 4, 1:-2, 1:-2]  # without the full stop
    i, j = np.unravel_index(words.argmax(), words.shape)
    tokens = encode_tokens(fresh)
    assert said(fresh).startswith(
        f"From {tokens[i + 1]} ({i + 1}) to {tokens[j + 1]} ({j + 1})."
    )
    fresh.from_token.value, fresh.to_token.value = "cat", " 6 "
    steps = attention.attend(bert, 3, encode(bert, TEXT).hidden_states[2])
    dot = (steps.query[4, 2] * steps.key[4, 6]).sum()
    assert f"{dot:.3f}".replace("-", "−") in fresh.caption
    assert f"{steps.weights[4, 2, 6]:.3f}" in fresh.caption
    assert said(fresh).startswith("From cat (2) to mat (6).")
    fresh.to_token.value = ""
    j = weights[2, 4, 2, 1:-2].argmax() + 1
    assert said(fresh).startswith(f"From cat (2) to {tokens[j]} ({j}).")
    fresh.heads.value = (2, 7)
    assert "one head, the first of those chosen: 2" in said(fresh)


def test_what_another_text_left_in_a_box_counts_as_empty(fresh):
    fresh.mode.value = "inside one weight"
    fresh.from_token.value, fresh.to_token.value = "cat", "6"
    fresh.first.value = "A dog."  # 5 tokens
    assert said(fresh).startswith("From ") and fresh.plot().picture().width > 300
    for name, typed in (("From", "cat"), ("To", "6")):
        assert (
            f"“{name} token” counts as empty: “{typed}” was typed for another text and"
            " is no token of this one." in said(fresh)
        )
    # What a text has again is taken again.
    fresh.from_token.value = "dog"
    fresh.first.value = "Cats."
    assert "“From token” counts as empty: “dog”" in said(fresh)
    fresh.first.value = "A cat, a dog."
    assert said(fresh).startswith("From dog (5) to ")


def test_a_word_of_several_pieces(fresh, bert):
    word = "tokenization"
    pieces = bert.tokenizer.tokenize(word)
    assert len(pieces) > 1
    fresh.mode.value = "inside one weight"
    fresh.first.value = f"The {word} is done."
    fresh.from_token.value = word.title()
    assert said(fresh).startswith(f"From {pieces[0]} (2) to ")
    assert said(fresh).endswith(
        f"“{word.title()}” is {len(pieces)} tokens here, {' '.join(pieces)}. The first"
        " of them is taken."
    )
    fresh.first.value, fresh.second.value = TEXT, f"It is {word}."
    assert said(fresh).startswith(f"From {pieces[0]} (11) to ")
    assert encode_tokens(fresh)[11] == pieces[0]


def test_the_first_pair_is_of_words(fresh):
    fresh.mode.value = "inside one weight"
    fresh.first.value = "!!! dog , cat ..."
    words = {"dog (4)", "cat (6)"}
    for layer in range(1, 7):
        fresh.layer.value = layer
        start, end = re.match(r"From (.*) to (.*?\))\.", said(fresh)).groups()
        assert {start, end} <= words
    fresh.first.value = "! ?"
    assert re.match(r"From [!?] \(", said(fresh))


def test_tokens_by_name():
    tokens = ["[CLS]", "the", "bank", "##s", "7", "[SEP]"]
    for typed, number in (
        ("", None),
        (" ", None),
        ("0", 0),
        ("bank", 2),
        ("Bank", 2),
        ("s", 3),
        ("##s", 3),
        ("[sep]", 5),
    ):
        assert read_token(tokens, typed) == number


@pytest.mark.parametrize("words", [2, 100])
def test_the_live_picture_of_one_weight(fresh, bert, words):
    fresh.first.value = text = "dog cat " * words
    fresh.from_token.value, fresh.to_token.value = "1", "4"
    fresh.mode.value = "inside one weight"
    steps = attention.attend(bert, 3, encode(bert, text).hidden_states[2])
    query, key = steps.query[4, 1], steps.key[4, 4]
    (svg,) = svgs(fresh)

    def all_of(tag, kind):
        return [e for e in svg.iter(f"{SVG}{tag}") if e.get("class") == kind]

    def heights(kind, name="height"):
        return np.array([float(e.get(name)) for e in all_of("rect", kind)])

    products = query * key
    for kind, own in (
        ("up", products[products >= 0]),
        ("down", -products[products < 0]),
    ):
        found = heights(kind)
        np.testing.assert_allclose(
            found / heights("up").max(), own / max(products), atol=0.01
        )
    said_of = [g.get("aria-label") for g in all_of("g", "token")]
    minus = f"{query[3]:.2f} × key {key[3]:.2f} = {products[3]:.2f}"
    assert said_of[3] == f"dimension 3: query {minus}".replace("-", "−")
    assert len(said_of) == len(query)
    written = [t.text for t in svg.iter(f"{SVG}text")]
    score, weight = steps.scores[4, 1, 4], steps.weights[4, 1, 4]
    total = f"sum {products.sum():.2f}, divided by √{len(query)}: score {score:.2f}"
    assert total.replace("-", "−") in written
    assert f"{weight:.2f}" in written
    if words == 2:
        widths = heights("bar", "width")[len(steps.weights[4]) - 1 :]
        others = np.delete(steps.weights[4, 1], 4)
        np.testing.assert_allclose(
            widths / widths.max(), others / others.max(), atol=0.001
        )


# Saved and shown elsewhere


def test_save(fresh, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fresh.save.click()
    assert said(fresh) == (
        "Saved beside the notebook: attention-layer3-head5.png and"
        " attention-layer3-head5.svg."
    )
    svg = ET.parse(tmp_path / "attention-layer3-head5.svg").getroot()  # noqa: S314
    assert drawn(svg) == drawn(svgs(fresh)[0])
    with Image.open(tmp_path / "attention-layer3-head5.png") as picture:
        assert picture.width > 300
    fresh.save.click()
    assert "attention-layer3-head5-2.svg" in said(fresh)
    fresh.heads.value, fresh.show.value = (1, 5), "both"
    fresh.save.click()
    both = ET.parse(tmp_path / "attention-layer3-heads1-5.svg").getroot()  # noqa: S314
    assert len(both.findall(f"{SVG}svg")) == 2
    for mode, name in (
        ("matrix", "attention-matrix-layer3-heads1-5"),
        ("all layers", "attention-all-layers"),
        ("inside one weight", "attention-one-weight-layer3-head1"),
    ):
        fresh.mode.value = mode
        fresh.save.click()
        assert said(fresh).startswith(f"Saved beside the notebook: {name}.png")
        ET.parse(tmp_path / f"{name}.svg")  # noqa: S314


def test_a_folder_that_cannot_be_written_to(fresh, tmp_path, monkeypatch):
    def refuse(name, picture, svg):
        save_pictures(name, picture, svg, tmp_path / "not there")

    monkeypatch.setattr(module, "save_pictures", refuse)
    before = fresh.view.value
    fresh.save.click()
    assert re.match(r"Please note: .*cannot be saved in .*start Jupyter", said(fresh))
    assert fresh.view.value == before
