"""Notebook 04's pictures, explorer and checks."""

import warnings

import numpy as np
import pytest
from explorers import said, shown

from bertlab.displays import plot_layers, plot_shifts
from bertlab.displays.layer_curves import MOST_NAMES, by_layer
from bertlab.explorers import segment_explorer
from bertlab.network import encoder
from bertlab.text.tokens import tokenize

# Eleven sentences, so that the deciles are among them, at three layers.
STEPS = np.arange(11)[:, None] / 10
CURVES = {"types": STEPS * [1, 0.5, 0.2], "$x$": [0.5, 0.25, 0.125]}
SHIFT = np.array([[0.0, 0.25, 0.1], [0.5, 0.3, 0.2]])  # (layers + 1, tokens)
FIRST, SECOND = "The cat sleeps on the roof.", "It is warm."


def layers(**more):
    return plot_layers(CURVES, label="moved by", **more)


def shifts(**more):
    return plot_shifts(SHIFT, tokens=["[CLS]", "dog", "$x$"], control=[1, 0.5], **more)


# Curves by layer


def test_curves_are_means_and_bands_the_middle_of_the_sample():
    plot = layers(percent=True, lines={"chance": 0.4})
    lines = [line.get_ydata() for line in plot.axes.lines]
    np.testing.assert_allclose(lines[:2], [[50, 25, 10], [50, 25, 12.5]])
    np.testing.assert_allclose(lines[2], [40, 40])
    (band,) = plot.axes.collections
    corners = band.get_paths()[0].vertices
    at = {x: sorted({y for x_, y in corners if x_ == x}) for x in (0, 1, 2)}
    np.testing.assert_allclose(at[0], [10, 90])
    np.testing.assert_allclose(at[1], [5, 45])
    np.testing.assert_allclose(at[2], [2, 18])


def test_caption_of_curves():
    assert layers(percent=True, of="pairs", lines={"chance": 0.48}).caption == (
        "Moved by, from layer 0 on: types 50.0%, 25.0%, 10.0%; $x$ 50.0%, 25.0%,"
        " 12.5%. Bands: the middle 80 % of 11 pairs. Dotted across: chance 48.0%."
    )


def test_values_below_zero_are_shown():
    axes = plot_layers({"cosine": [[-0.5, 0.5]]}, label="cosine").axes
    assert axes.get_ylim()[0] < -0.5


def test_a_layer_without_a_value():
    plot = plot_layers({"words": [np.nan, 0.5]}, label="moved")
    assert plot.caption == "Moved, from layer 0 on: words none, 0.50."
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot.picture()


def test_many_layers_are_told_by_their_ends_and_extremes():
    values = np.concatenate([[0.5], np.linspace(0.9, 0.1, 23), [0.3]])
    assert by_layer(values) == (
        "0.50 at first, 0.30 at layer 24 (least 0.10 at 23, most 0.90 at 1)"
    )
    assert by_layer(values[:13]).count(",") == 12


# Tokens by layers


def test_every_cell_of_the_map():
    plot = shifts(types=([0, 0, 1], [0, 1, 1]))
    np.testing.assert_array_equal(plot.axes.images[0].get_array(), 100 * SHIFT.T)
    assert plot.axes.images[0].get_clim() == (0, 50)
    numbers = {t.get_position(): t.get_text() for t in plot.axes.texts}
    assert numbers == {
        (layer, token): f"{100 * value:.0f}"
        for (layer, token), value in np.ndenumerate(SHIFT)
    }
    names = [label.get_text() for label in plot.axes.get_yticklabels()]
    assert names == ["0 [CLS]", "0→1 dog", "1 $x$"]


def test_caption_of_the_map():
    for found in (
        "Furthest: [CLS], by 50.0% at layer 1.",
        "Mean, from layer 0 on: 11.7%, 33.3%.",
        "are so far apart on average: 100.0%, 50.0%.",
    ):
        assert found in shifts().caption
    again = plot_shifts(SHIFT, tokens=["dog", "cat", "dog"]).caption
    assert "Furthest: dog (token 0), by 50.0% at layer 1." in again


def test_the_caption_keeps_changed_types_and_kept_ones_apart():
    caption = shifts(types=([0, 0, 1], [0, 1, 1])).caption
    assert (
        "Mean where the type changed, from layer 0 on: 25.0%, 30.0%; where it did not,"
        " from layer 0 on: 5.0%, 35.0%. To compare" in caption
    )
    caption = shifts(types=([0, 0, 0], [1, 1, 1])).caption
    assert "Mean, from layer 0 on: 11.7%, 33.3%." in caption


def test_a_map_without_a_name_for_each_token_is_refused():
    for values, names in ((np.zeros((3, 0)), []), (SHIFT, ["dog", "cat"])):
        with pytest.raises(ValueError, match=r"give one for each, at least one\.$"):
            plot_shifts(values, tokens=names)


def test_no_curve_or_one_without_a_value_is_refused():
    with pytest.raises(ValueError, match="give at least one"):
        plot_layers({}, label="moved")
    with pytest.raises(ValueError, match="'words' has no value"):
        plot_layers({"words": [np.nan, np.nan]}, label="moved")


def test_a_map_of_nothing_that_moves():
    plot = plot_shifts(np.zeros((3, 4)), tokens="abcd")
    assert plot.caption == "None of the 4 tokens moves, at any layer."
    # Rounding errors do not fill the scale.
    assert plot.axes.images[0].get_clim() == (0, 1)


@pytest.mark.parametrize("count", [MOST_NAMES, MOST_NAMES + 1, 512])
def test_a_map_of_many_tokens_leaves_none_out(count):
    names = [f"w{i}" for i in range(count)]
    values = np.linspace(0, 1, 13 * count).reshape(13, count)
    plot = plot_shifts(values, tokens=names)
    assert plot.axes.images[0].get_array().shape == (count, 13)
    assert not plot.axes.texts
    labels = [label.get_text() for label in plot.axes.get_yticklabels()]
    step = round(plot.axes.get_yticks()[1])
    assert labels == names[::step]
    said_so = f"one token in {step}" in plot.axes.get_xlabel()
    assert said_so == (step > 1) == (count > MOST_NAMES)
    # Rows are at least as high as the letters beside them.
    row = plot.axes.get_window_extent().height / count * step
    assert row > 10 / 72 * plot.figure.dpi


# The explorer


@pytest.fixture
def explorer(bert):
    return segment_explorer(bert, FIRST, SECOND)


def shares(bert, first, second, types):
    """How far each token moves, straight from the encoder."""
    own, other = (
        encoder.encode(bert, first, second, types=t, attentions=False).hidden_states
        for t in (None, types)
    )
    distance = ((other - own) ** 2).sum(-1) ** 0.5
    return distance / (own**2).sum(-1) ** 0.5


def drawn(explorer):
    return explorer.plot().axes.images[0].get_array() / 100


def test_at_first(explorer, bert):
    values = shares(bert, FIRST, SECOND, 0)
    assert values.max() > 0.1
    changed = np.array(tokenize(bert, FIRST, SECOND).types) == 1
    for where, those in (("type changed", changed), ("did not", ~changed)):
        means = ", ".join(f"{value:.1%}" for value in values[:, those].mean(axis=1))
        assert f"{where}, from layer 0 on: {means}" in explorer.caption


@pytest.mark.parametrize(
    ("choice", "of"),
    [
        ("the tokenizer's", lambda types: types),
        ("all 0", lambda types: [0 for _ in types]),
        ("all 1", lambda types: [1 for _ in types]),
        ("swapped", lambda types: [{0: 1, 1: 0}[t] for t in types]),
    ],
)
def test_each_choice_of_types(explorer, bert, choice, of):
    types = tokenize(bert, FIRST, SECOND).types
    explorer.types.value = choice
    values = shares(bert, FIRST, SECOND, of(types))
    np.testing.assert_allclose(drawn(explorer), values.T, atol=1e-5)
    moves = types != of(types)
    assert moves != explorer.caption.startswith("None of the 14 tokens moves")
    assert moves != ("nothing moves: choose others." in said(explorer))
    labels = [label.get_text() for label in explorer.plot().axes.get_yticklabels()]
    changed = [a != b for a, b in zip(types, of(types))]
    assert ["→" in label for label in labels] == changed


def test_as_many_tokens_as_the_model_takes(explorer, bert):
    limit = len(bert.tables.position)
    explorer.second.value = ""
    explorer.types.value = "all 1"
    explorer.first.value = "dog " * (limit - 2)
    assert f"How far each of {limit} tokens moves" in shown(explorer)
    assert drawn(explorer).shape[0] == limit


def test_a_model_with_one_type(adversarial):
    explorer = segment_explorer(adversarial, "a bank", "a bank")
    assert said(explorer).startswith("Please note: This model has one token type")
    assert explorer.view.value == ""
    explorer.second.value = ""
    explorer.types.value = "all 1"
    assert "one token type" in said(explorer)
