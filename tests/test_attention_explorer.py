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

from bertlab.explorers import attention_explorer
from bertlab.explorers.attention import explorer as module
from bertlab.explorers.attention.lines import EDGES
from bertlab.explorers.attention.part import HIDDEN, RESCALED, choose, shares
from bertlab.explorers.attention.saving import save_pictures
from bertlab.explorers.attention.text_attention import read_token
from bertlab.network import attention
from bertlab.network.encoder import encode

PAIR = "It was tired."
SVG = "{http://www.w3.org/2000/svg}"


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
    shared.pairs.value, shared.special.value = "all", "shown"
    shared.show.value = "weight"
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
        y = height_of(token)
        for path in lines:
            step, head = map(int, re.findall(r"\d+", path.get("class")))
            for line in path.get("d").split("M")[1:]:
                _, shift, _, down = map(int, re.findall(r"-?\d+", line))
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
    other = group(svg, "to" if side == "from" else "from")
    places = {height_of(token): n for n, token in enumerate(other)}
    found = []
    for token in group(svg, side):
        (numbers,) = (g for g in token if g.get("class") == "numbers")
        found.append({places[int(t.get("y"))]: t.text for t in numbers})
    return found


# Head view


def test_a_row_without_anything_left_stays_zero():
    alone = np.array([[[1.0, 0.0], [1.0, 0.0]]])
    part = choose(alone, [1], types=[0, 0], special=[True, False], hide=RESCALED)
    assert (part.weights.tolist(), part.hidden) == ([[[0.0]]], 1)


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
            assert found == {j: f"{w:.2f}" for j, w in enumerate(row) if w >= 0.01}
        j = table[2].argmax()
        assert group(svg, side)[2].get("aria-label") == (
            f"cat (2): most {way} {tokens[j]} ({j}), {table[2, j]:.2f}"
        )


def test_caption_of_lines(fresh, weights):
    matrix, tokens = weights[2, 4], encode_tokens(fresh)
    i, j = np.unravel_index(matrix.argmax(), matrix.shape)
    mean = matrix.mean(axis=0)
    seen = matrix[matrix >= 0.01]
    for found in (
        f"{tokens[i]} ({i}) to {tokens[j]} ({j}) {matrix.max():.2f}.",
        f"goes to {tokens[mean.argmax()]} ({mean.argmax()}): {mean.max():.0%}.",
        f"[CLS] and [SEP] get {mean[0] + mean[-1]:.0%} of the weight.",
        f"{len(seen)} of 81 lines, those from {seen.min():.3f} on, with"
        f" {seen.sum() / 9:.0%} of these tokens' weight.",
    ):
        assert found in fresh.caption


def test_several_heads(fresh, weights):
    fresh.heads.value = (7, 2)
    (svg,) = svgs(fresh)
    assert drawn(svg) == expected(weights[2, [1, 6]], [2, 7], 0.01)
    # Beside a token stands the larger of the two.
    largest = weights[2, [1, 6], 2].max(axis=0)
    shown = {j: f"{w:.2f}" for j, w in enumerate(largest) if w >= 0.01}
    assert numbers(svg, "from")[2] == shown


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
    fresh.pairs.value = "A→B"
    assert "There is no second text, so A→B does not apply" in said(fresh)
    fresh.second.value = PAIR
    assert said(fresh) == ""
    run = encode(bert, TEXT, PAIR)
    a, b = (np.flatnonzero(np.array(run.types) == n) for n in (0, 1))
    for pairs, rows, columns in (("A→B", a, b), ("B→A", b, a), ("B→B", b, b)):
        fresh.pairs.value = pairs
        chosen = run.attentions[2, 4:5][:, rows][..., columns]
        assert drawn(svgs(fresh)[0]) == expected(chosen, [5], 0.01)
        share = chosen.sum(axis=-1).mean()
        assert f"of text {pairs[-1]}: {share:.0%} of all they give" in fresh.caption
    # What is left sums to 1 before one text is chosen.
    fresh.special.value = RESCALED
    b = b[:-1]
    left = shares(run.attentions[2, 4:5][:, b][..., [*a[1:-1], *b]])
    assert drawn(svgs(fresh)[0]) == expected(left[..., -len(b) :], [5], 0.01)


def test_contribution(fresh, bert):
    run = encode(bert, TEXT)
    steps = attention.attend(bert, 3, run.hidden_states[2])
    found = shares(attention.contributions(bert, 3, steps))[4:5]
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)
    fresh.show.value = "contribution"
    assert f"Largest contribution: {run.tokens[found[0].max(axis=1).argmax()]}" in (
        fresh.caption
    )
    fresh.show.value = "both"
    weight, contribution = map(drawn, svgs(fresh))
    assert weight == expected(run.attentions[2, 4:5], [5], 0.01)
    assert contribution == expected(found, [5], 0.01)


# Any size


def test_nothing_but_special_tokens_is_left(fresh):
    fresh.first.value = "[SEP]"
    before = fresh.view.value
    fresh.special.value = HIDDEN
    assert said(fresh).startswith("Please note: There are only special tokens")
    assert fresh.view.value == before


def test_512_tokens_and_a_window_that_moves(fresh, bert):
    fresh.first.value = text = "dog cat " * 255
    matrix = encode(bert, text).attentions[2, 4]
    assert fresh.start.max == 512 - 128
    fresh.start.value = 300
    inside = matrix[300:428, 300:428]
    beyond = 1 - inside.sum(axis=-1)
    (svg,) = svgs(fresh)
    assert name_of(group(svg, "to")[-1]) == "384 others"
    whole = np.concatenate([inside, beyond[:, None]], axis=1)
    lines = drawn(svg)
    assert len(lines) <= 3000
    for (_, i, j), step in lines.items():
        # A sum of float32s can lie on the other side of an edge.
        near = np.searchsorted(EDGES, whole[i, j] + np.array([-1e-5, 1e-5]), "right")
        assert step in near
    assert "128 tokens of 512 attend here, from token 300 to 427" in fresh.caption
    assert f"; {beyond.mean():.0%} of their weight goes to the 384" in fresh.caption
    assert len(fresh.view.value.encode()) < 250_000
    fresh.mode.value = "matrix"
    # The brightest is the largest inside; what goes beyond is said, not drawn.
    inside = matrix[300:364, 300:364]
    (svg,) = svgs(fresh)
    apart = cells(svg)[1].astype(int) - colours(inside, inside.max())
    assert np.abs(apart).max() <= 4
    label = next(g for g in svg.iter(f"{SVG}g") if g.get("class") == "token")
    beyond = 1 - inside[0].sum()
    assert label.get("aria-label").endswith(f"; to tokens beyond {beyond:.2f}")


def test_a_click_shows_one_head_or_adds_it(fresh):
    fresh.heads.buttons[1].value = True
    fresh.heads.buttons[1].value = False  # a second click
    assert fresh.heads.value == (2,) and fresh.heads.buttons[1].value
    fresh.heads.several.value = True
    fresh.heads.buttons[6].value = True
    assert fresh.heads.value == (2, 7)
    fresh.heads.buttons[1].value = fresh.heads.buttons[6].value = False
    assert said(fresh).startswith("Please note: No head is chosen")
    # Another view takes the last one that was.
    fresh.mode.value = "all layers"
    assert said(fresh) == ""
    assert fresh.thumbnails.value == (3, 7)


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
    rows = [g for g in svgs(fresh)[0].iter(f"{SVG}g") if g.get("class") == "token"]
    assert [name_of(row) for row in rows] == tokens
    j = matrix[2].argmax()
    label = f"cat (2): most to {tokens[j]} ({j}), {matrix[2, j]:.2f}"
    assert rows[2].get("aria-label") == label
    plot = fresh.plot()
    saved = (*plot.axes.images, *plot.axes.collections)[0].get_array()
    np.testing.assert_allclose(np.ravel(saved), np.ravel(matrix), atol=1e-6)
    # Of several heads it is the mean; weight and contribution stand side by side.
    steps = attention.attend(bert, 3, encode(bert, TEXT).hidden_states[2])
    given = shares(attention.contributions(bert, 3, steps))
    fresh.heads.value, fresh.show.value = (1, 2), "both"
    for svg, table in zip(svgs(fresh), (weights[2], given), strict=True):
        mean = table[:2].mean(axis=0)
        found, picture = cells(svg)
        np.testing.assert_allclose(found, mean, atol=0.0051)
        apart = picture.astype(int) - colours(mean)
        assert np.abs(apart).max() <= 4  # rounding may move a colour by a step
    assert said(fresh) == "The matrix is the mean of heads 1 and 2."


def test_all_layers(fresh, weights):
    fresh.mode.value = "all layers"
    layers, heads = weights.shape[:2]
    style = fresh.grid_style.value
    assert style.count("background-position") == layers * heads
    fresh.thumbnails.value = (2, 7)
    assert (fresh.layer.value, fresh.heads.value) == (2, (7,))
    assert drawn(svgs(fresh)[0]) == expected(weights[1, 6:7], [7], 0.01)
    before = fresh.grid_style.value
    fresh.second.value = PAIR
    assert fresh.grid_style.value != before


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
    fresh.heads.value = (2, 7)
    assert "one head, the first of those chosen: 2" in said(fresh)


def test_what_another_text_left_in_a_box_counts_as_empty(fresh):
    fresh.mode.value = "inside one weight"
    fresh.from_token.value, fresh.to_token.value = "cat", "6"
    fresh.first.value = "A dog."  # 5 tokens
    assert said(fresh).startswith("From ")
    assert "“From token” counts as empty: “cat” was typed for another" in said(fresh)
    assert "“To token” counts as empty: “6” was typed for another" in said(fresh)
    # What a text has again is taken again.
    fresh.first.value = "A dog, a cat."
    assert said(fresh).startswith("From cat (5) to ")


def test_a_word_of_several_pieces(fresh):
    fresh.mode.value = "inside one weight"
    fresh.first.value = "The tokenization is done."
    fresh.from_token.value = "Tokenization"
    assert said(fresh).startswith("From token (2) to ")
    assert "“Tokenization” is 2 tokens here, token ##ization." in said(fresh)


def test_tokens_by_name():
    tokens = ["[CLS]", "the", "bank", "##s", "7", "[SEP]"]
    names = {" ": None, "0": 0, "Bank": 2, "s": 3, "##s": 3, "[sep]": 5}
    assert {typed: read_token(tokens, typed) for typed in names} == names


def test_the_live_picture_of_one_weight(fresh, bert):
    fresh.from_token.value, fresh.to_token.value = "1", "4"
    fresh.mode.value = "inside one weight"
    steps = attention.attend(bert, 3, encode(bert, TEXT).hidden_states[2])
    products = steps.query[4, 1] * steps.key[4, 4]
    (svg,) = svgs(fresh)

    def lengths(kind, name="height"):
        bars = (e for e in svg.iter(f"{SVG}rect") if e.get("class") == kind)
        return np.array([float(e.get(name)) for e in bars])

    for kind, sign in (("up", 1), ("down", -1)):
        own = np.abs(products[np.sign(products) == sign])
        found = lengths(kind) / lengths("up").max()
        np.testing.assert_allclose(found, own / max(products), atol=0.01)
    written = [t.text for t in svg.iter(f"{SVG}text")]
    score, weight = steps.scores[4, 1, 4], steps.weights[4, 1, 4]
    total = f"sum {products.sum():.2f}, divided by √{len(products)}: score {score:.2f}"
    assert total.replace("-", "−") in written
    assert f"{weight:.2f}" in written
    widths = lengths("bar", "width")[len(steps.weights[4]) - 1 :]
    others = np.delete(steps.weights[4, 1], 4)
    np.testing.assert_allclose(widths / widths.max(), others / others.max(), atol=0.001)


# Saved and shown elsewhere


def test_save(fresh, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fresh.save.click()
    svg = ET.parse(tmp_path / "attention-layer3-head5.svg").getroot()  # noqa: S314
    assert drawn(svg) == drawn(svgs(fresh)[0])
    with Image.open(tmp_path / "attention-layer3-head5.png") as picture:
        assert picture.width > 300
    fresh.save.click()
    assert "attention-layer3-head5-2.svg" in said(fresh)
    for mode, name in (
        ("matrix", "attention-matrix-layer3-head5"),
        ("all layers", "attention-all-layers"),
        ("inside one weight", "attention-one-weight-layer3-head5"),
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
