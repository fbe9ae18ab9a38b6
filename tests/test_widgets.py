"""The explorers' base, and what the neighbour and tokenizer explorers have alone."""

import subprocess
import sys

import pytest
from explorers import face, is_refused, said, shown, state
from markup import elements

from bertlab.displays.figure import Plot, new_axes
from bertlab.errors import InputError
from bertlab.exercises import predict
from bertlab.explorers import neighbour_explorer, tokenizer_explorer
from bertlab.explorers.explorer import OLD, Explorer, radio, text_box
from bertlab.network.similarity import SPACES, nearest_tokens
from bertlab.page import Page
from bertlab.text.tokens import tokenize

# The base


def draw(number, colour):
    """Draw as many points as somebody typed."""
    if not number.isdigit():
        raise InputError(f"{number} is no number.")
    ax = new_axes(4, 3)
    ax.plot(range(int(number)), color=colour)
    plot = Plot(ax.figure, ax, f"{number} points in {colour}.")
    return plot, ["None at all."] if number == "0" else []


def built(number="3"):
    box = text_box(number, "Number:", "a number")
    return Explorer(
        {"number": box, "colour": radio(["red", "blue"], "red", "Colour:")}, draw
    )


def test_a_function_of_the_controls_is_an_explorer():
    explorer = built()
    assert explorer.controls["number"] is explorer.number
    assert shown(explorer) == explorer.caption == "3 points in red."
    first = face(explorer)
    assert first[1] == "Number: 3 · Colour: red. 3 points in red."
    assert said(explorer) == ""
    explorer.colour.value = "blue"
    assert shown(explorer) == explorer.plot().caption == "3 points in blue."
    explorer.number.value = "0"
    assert said(explorer) == "None at all."
    before = state(explorer)
    explorer.number.value = "x"
    is_refused(explorer, before, explorer.number, "x")
    explorer.number.value = "4"
    assert shown(explorer) == "4 points in blue."
    assert OLD not in explorer.view._dom_classes
    assert face(explorer) == first


def test_a_function_that_refuses_what_it_begins_with():
    explorer = built("x")
    assert said(explorer) == "Please note: x is no number."
    assert explorer.view.value == ""
    assert explorer._repr_mimebundle_()[0]["text/plain"] == "x is no number."


@pytest.mark.parametrize("make", [built, lambda: predict("How many?", ["1", "2"])])
def test_what_works_in_the_page_is_hidden_and_not_saved(make):
    widget = make()
    (page,) = (child for child in widget.children if isinstance(child, Page))
    assert page.layout.display == "none"
    assert page._esm.startswith("//")
    data = widget._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert page.model_id not in str(data)


def test_anywidget_waits_for_an_explorer():
    """A lesson that has not come to one, or has none, does not wait for its import."""
    code = (
        "import sys, bertlab; from bertlab import exercises, explorers;"
        " bertlab.load(); print('anywidget' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.split() == ["False"], run.stderr


# Neighbours


@pytest.fixture
def neighbours(bert):
    return neighbour_explorer(bert, "dog", k=5)


def test_the_neighbours_at_first(neighbours, bert):
    for token, value in nearest_tokens(bert, "dog", 5):
        assert f"{token} {value:.2f}" in neighbours.caption
    assert face(neighbours)[1] == (
        "Word: dog · Neighbours: 5 · Space: raw · hide [unused] rows: yes · hide ##"
        f" pieces: yes. {neighbours.caption}"
    )


def test_another_number(neighbours, bert):
    neighbours.k.value = 1
    ((token, value),) = nearest_tokens(bert, "dog", 1)
    assert f"by cosine: {token} {value:.2f}. Of" in neighbours.caption
    neighbours.k.value = 30
    assert "and 20 more" in neighbours.caption


@pytest.mark.parametrize("space", SPACES[1:])
def test_another_space(neighbours, bert, space):
    neighbours.space.value = space
    assert f"in the {space} space" in shown(neighbours)
    token, value = nearest_tokens(bert, "dog", 5, space)[-1]
    assert f"{token} {value:.2f}" in neighbours.caption


def test_hidden_rows(neighbours):
    neighbours.word.value = "##ing"
    assert "##" not in neighbours.caption.replace("to ##ing", "")
    neighbours.hide_pieces.value = False
    assert "##" in neighbours.caption.replace("to ##ing", "")
    neighbours.word.value = "[unused5]"
    assert "[unused" not in neighbours.caption.replace("to [unused5]", "")
    neighbours.hide_unused.value = False
    assert "[unused" in neighbours.caption.replace("to [unused5]", "")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("unbelievably", "has no row of its own: it is"),
        ("dog house", "2 tokens, dog house"),
        ("👩", "is not in the vocabulary"),
        ("Dog", "The tokenizer writes “Dog” as dog"),
        ("café", "as cafe"),
    ],
)
def test_a_word_that_is_explained_and_shown(neighbours, typed, says):
    before = state(neighbours)
    neighbours.word.value = typed
    assert says in said(neighbours)
    assert not said(neighbours).startswith("Please note")
    assert neighbours.view.value != before[0]
    assert typed[:20] in shown(neighbours)


# Tokens


@pytest.fixture
def tokenizer(bert):
    return tokenizer_explorer(bert, "hello, world!")


def test_the_tokens_at_first(tokenizer, bert):
    assert said(tokenizer).startswith("6 tokens: 4 for what you typed and 2 special.")
    assert shown(tokenizer) == tokenizer.caption
    ids = tokenize(bert, "hello, world!").ids
    assert all(str(i) in tokenizer.caption for i in ids)
    boxes = [e.words for e in elements(tokenizer.view.value) if e.tag == "li"]
    assert len(boxes) == len(ids)


def test_another_text_and_a_pair(tokenizer):
    tokenizer.text.value = "unbelievably"
    assert "split into pieces" in said(tokenizer)
    tokenizer.pair.value = "<b>a</b> dog"
    assert "Token type 1: 10 tokens" in shown(tokenizer)
    found = elements(tokenizer.view.value)
    assert {"your text", "second text"} <= {
        e.attributes.get("aria-label") for e in found
    }
    # The words arrive as they were typed.
    own = [e.words for e in found if e.attributes.get("class") == "bertlab-source"]
    assert own == ["unbelievably", "<b>a</b> dog"]


def test_letters_from_right_to_left_in_the_line_of_values(bert):
    _, text = face(tokenizer_explorer(bert, "שלום", "\u202edog"))
    assert text.startswith("Text: \u2068שלום\u2069 · Second text: U+202Edog. ")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("   ", "nothing to tokenize yet"),
        ("\x00", "keeps nothing of what you typed"),
        ("dog " * 600, "Truncation would lose 90 tokens, from “dog dog"),
        ("👩", "is not in the vocabulary"),
        ("x" * 101, "over 100 characters"),
    ],
)
def test_a_text_that_is_explained_and_shown(tokenizer, typed, says):
    tokenizer.text.value = typed
    assert says in said(tokenizer)
    assert not said(tokenizer).startswith("Please note")
    assert "[SEP] 102" in shown(tokenizer) or "more" in shown(tokenizer)
