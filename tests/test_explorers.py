"""What every explorer does alike, each thing tested on all of them."""

import random
import re
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from explorers import (
    EXPLORERS,
    SECOND,
    TYPED,
    assert_legible,
    choices,
    face,
    is_refused,
    prepare,
    refused,
    said,
    shown,
    state,
    values,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from markup import ANY_TEXT, elements
from matplotlib.font_manager import findfont
from PIL import ImageFont

from bertlab import explorers
from bertlab.errors import InputError, ModelError
from bertlab.explorers.explorer import OLD

# Nothing may be said on stderr in a notebook.
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

# What may be in an explorer's text box and means something else elsewhere.
HOSTILE = {
    "markup": "</style></li><script id=x onload=1>\"'&lt;<!-- ]]>",
    "mathematics": "$\\frac{1}{0}$ {0} %s **b**",
    "other scripts": "שלום \u202eabc 👩‍🦰 東京 a\x00\x07\u200b\ufeff",
    "very wide": "W" * 99,
    "half a character": "a\ud800",
    "too many tokens": "dog " * 600,
    "very long": "x" * 100_000,
}
# What cannot be used, by explorer and control, and a piece of what is said about it.
NO_WORD = {"": "Type a word", "\x00": "keeps nothing of", "\ud800": "half of a char"}
NO_TEXT = {
    "": "There is no first text yet",
    "\x00": "keeps nothing of what you typed",
    "\ud800": "half of a character",
    "dog " * 600: "model takes 512: shorten the text",
    "x" * 100_000: "100,000 characters",
}
NOT_A_TEXT = {
    "dog " * 600: "602 tokens and the model takes 512: shorten",
    "a\ud800": "half of a character",
}
BAD = {
    ("tokenizer", "text"): {"a\ud800": "Character 2 of the"},
    ("tokenizer", "pair"): {"x" * 100_000: "second text has 100,000 characters"},
    ("neighbours", "word"): NO_WORD | {"dog " * 600: "a text rather than a word"},
    ("positions", "position"): {
        "512": "There is no position 512: the position table has the rows 0 to 511",
        "-1": "There is no position -1",
        "9" * 5000: "is not a position",
        " ": "Type a position, a whole number from 0 to 511",
        "1.5": "“1.5” is not a position",
        "<b>1</b>": "“<b>1</b>” is not a position",
    },
    ("positions", "word"): NO_WORD,
    ("segments", "first"): NO_TEXT,
    ("reconstruction", "text"): NOT_A_TEXT,
    ("reconstruction", "pair"): {"x" * 100_000: "The second text has 100,000 char"},
    ("context", "word"): {
        " ": "There is no word yet",
        "\x00": "keeps nothing of “U+0000”",
        "the [SEP]": "has a token that the tokenizer adds to each",
        "zebra": "Sentences 1, 2 and 3 do not have “zebra”",
    },
    ("context", "sentences"): {
        " \n\n\t\n": "There is no sentence yet",
        "a bank": "needed, and here is one",
        "a \ud800\nbank": "Character 3 of the list of sentences is half of",
        "bank " * 600: "Sentence 1 is left out: That is 602 tokens and the",
    },
    ("interventions", "first"): NO_TEXT,
    ("interventions", "token"): {
        "": "Token: No token is named",
        "zebra": "“zebra” is no token of this text",
        "9": "There is no token 9: this text has the tokens 0 to 8.",
        "-1": "There is no token -1",
    },
    ("interventions", "by"): {
        " ": "There is nothing to put in",
        "embeddings": "is 4 tokens, em ##bed ##ding ##s. One token",
        "\u200b": "keeps nothing of",
    },
    ("interventions", "to"): {
        "9": "There is no place “9”: type a whole number from 0 to 8, or end.",
        "²": "There is no place “²”",
        "": "No place is given",
    },
    ("interventions", "row"): {
        "512": "“512”: type a whole number from 0 to 511, or end.",
        "2.5": "There is no position row “2.5”",
        "9" * 5000: "There is no position row “99",
    },
    ("padding", "texts"): {
        " \n\t": "There is no sentence yet",
        "a\n" * 7: "Up to 6 sentences can be compared in one picture, and here are 7",
        "a cat\n\x00": "keeps nothing of sentence 2, “U+0000”",
        "dog " * 127: "Sentence 1 has 129 tokens, special ones included",
        "a \ud800": "Character 3 of the list of sentences",
    },
    ("padding", "length"): {
        "": "Padded to: There is no length yet",
        "7.5": "“7.5” is no length: type how many tokens a row has, from 6 to 128.",
        "9" * 5000: "is no length",
        "129": "A row here has up to 128 tokens: type a length from 6 to 128.",
    },
    ("attention", "first"): NO_TEXT,
    ("attention", "from_token"): {
        "9": "There is no token 9: this text has the tokens 0 to 8.",
        "xyz": "“xyz” is no token of this text",
        "<b>": "“<b>” is no token",
    },
}
# What an explorer cannot begin with.
NO_START = [
    ("segment", {"types": "foo"}, "There is no choice 'foo' of types: take one of"),
    ("reconstruction", {"text": "dog " * 600}, "602 tokens and the model takes 512"),
    ("reconstruction", {"text": ["a"]}, "must be a string, such as 'my dog', not list"),
    ("reconstruction", {"pair": 7}, "The second text must be a string"),
    ("attention", {"layer": 0}, "There is no layer 0"),
    ("attention", {"head": (1, 13)}, "There is no head 13"),
    ("attention", {"head": ()}, "There is no head"),
    ("attention", {"view": "x"}, "There is no view 'x'"),
]
# What explorers draw with.
TAGS = "b|circle|div|figcaption|figure|g|image|img|li|ol|p|path|rect|small|span|style"
TAGS += "|svg|text"
ATTRIBUTES = "alt|aria-hidden|aria-label|class|cx|cy|d|dir|fill|font-size|font-weight"
ATTRIBUTES += "|height|href|preserveaspectratio|r|role|src|stroke|style|tabindex"
ATTRIBUTES += "|transform|viewbox|width|x|xmlns|y"
each = pytest.mark.parametrize("name", EXPLORERS)


def kept(bert):
    """Return a function from a name to that explorer, as it is at first if asked."""
    made = {}

    def get(name, anew=True):
        if name not in made:
            explorer = EXPLORERS[name].make(bert)
            made[name] = explorer, values(explorer)
        explorer, first = made[name]
        for control, value in first.items() if anew else ():
            explorer.controls[control].value = value
        return explorer

    return get


@pytest.fixture(scope="module")
def usual(bert):
    return kept(bert)


@pytest.fixture(scope="module")
def on_small(adversarial):
    return kept(adversarial)


def assert_consistent(explorer, before):
    """Either a picture with its caption, or the one before, pale, and a sentence."""
    assert "cannot be shown" not in said(explorer)
    if refused(explorer):
        assert state(explorer) == before
        assert len(said(explorer)) < 400
    if explorer.view.value:
        assert refused(explorer) == (OLD in explorer.view._dom_classes)
        assert shown(explorer) == explorer.caption
        assert_harmless(explorer.view.value)


def assert_harmless(view):
    """There is nothing in it but what explorers draw with."""
    for element in elements(view):
        assert re.fullmatch(TAGS, element.tag)
        assert all(re.fullmatch(ATTRIBUTES, name) for name in element.attributes)
        for name in ("src", "href"):
            assert element.attributes.get(name, "data:image/").startswith("data:image/")


# What is typed


@pytest.mark.parametrize(("name", "control"), TYPED)
def test_hostile_text_is_text_and_changes_nothing_else(usual, name, control):
    explorer = usual(name)
    prepare(explorer, name, control)
    others = values(explorer)
    for what, typed in HOSTILE.items():
        before = state(explorer)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            explorer.controls[control].value = typed
        assert_consistent(explorer, before)
        assert values(explorer) == others | {control: typed}
        if what == "very wide" and not refused(explorer):
            assert_legible(explorer.plot().figure)


def test_any_text(on_small):
    @settings(deadline=None, derandomize=True, max_examples=50)
    @given(st.sampled_from(TYPED), ANY_TEXT)
    def check(where, typed):
        name, control = where
        explorer = on_small(name, anew=False)
        prepare(explorer, name, control)
        before = state(explorer)
        explorer.controls[control].value = typed
        assert_consistent(explorer, before)

    check()


@pytest.mark.parametrize(("name", "control"), BAD)
def test_what_cannot_be_used_gets_a_sentence(usual, name, control):
    explorer = usual(name)
    prepare(explorer, name, control)
    before, box = state(explorer), explorer.controls[control]
    good = box.value
    for typed, says in BAD[name, control].items():
        box.value = typed
        is_refused(explorer, before, box, typed)
        assert says in said(explorer)
    box.value = good
    assert state(explorer) == before
    assert not refused(explorer)
    assert OLD not in explorer.view._dom_classes


@pytest.mark.parametrize(("name", "wrong", "says"), NO_START)
def test_what_nothing_can_begin_with(bert, name, wrong, says):
    with pytest.raises(InputError, match=says):
        getattr(explorers, f"{name}_explorer")(bert, **wrong)


@pytest.mark.parametrize("name", SECOND)
def test_a_blank_second_text_is_none(usual, name):
    explorer = usual(name)
    box = explorer.controls[SECOND[name]]
    box.value = ""
    before = state(explorer), said(explorer)
    box.value = "A cat."
    assert (state(explorer), said(explorer)) != before
    box.value = " \t"
    assert (state(explorer), said(explorer)) == before


# Every control


@each
def test_every_control_gives_a_picture_or_a_sentence(on_small, name):
    """On a model that has little of everything, all values one after the other."""
    explorer = on_small(name)
    if explorer.view.value:
        face(explorer)
    for control, widget in explorer.controls.items():
        prepare(explorer, name, control)
        for value in choices(name, control, widget):
            before = state(explorer)
            widget.value = value
            assert_consistent(explorer, before)
        if explorer.view.value and not refused(explorer):
            plot = explorer.plot()
            assert_legible(plot.figure)


@each
def test_every_control_has_a_name_that_is_not_cut(usual, name):
    explorer = usual(name, anew=False)
    labels = [control.description for control in explorer.controls.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    font = ImageFont.truetype(findfont("DejaVu Sans"), 12)
    for control in explorer.controls.values():
        width = getattr(getattr(control, "style", None), "description_width", "")
        if width.endswith("px"):
            room = float(width.removesuffix("px"))
            assert font.getlength(control.description) <= room, control.description


# Three faces


@each
def test_three_faces(usual, name):
    explorer = usual(name)
    picture, text = face(explorer)
    assert len(picture) < 300_000
    assert text.endswith(f". {explorer.plot().caption}")
    for control in explorer.controls.values():
        named = control.description.rstrip(":") + ": "
        assert (named in text) == (control.layout.display != "none")
    control, widget = next(iter(explorer.controls.items()))
    widget.value = choices(name, control, widget)[0]
    assert explorer.plot().caption not in text
    assert explorer.caption.startswith(explorer.plot().caption)
    assert face(explorer) == (picture, text), "what is saved is the state at first"


# Nothing leaks


@each
def test_settings_leak_neither_in_nor_out(bert, usual, name):
    wanted = state(usual(name))
    odd = {"font.size": 31, "axes.grid": True, "lines.linewidth": 9}

    def everything():
        return (
            dict(mpl.rcParams),
            np.get_printoptions(),
            random.getstate(),
            np.random.get_state()[1].tolist(),
        )

    with mpl.rc_context(odd), np.printoptions(precision=1, threshold=3):
        before = everything()
        explorer = EXPLORERS[name].make(bert)
        assert everything() == before
        if name != "attention":  # its ids are those of one explorer
            assert state(explorer) == wanted
    control, widget = next(iter(explorer.controls.items()))
    widget.value = choices(name, control, widget)[0]
    assert state(usual(name)) == wanted, "two explorers share nothing"


# What goes wrong


@each
def test_an_error_is_said(usual, name, monkeypatch):
    explorer = usual(name)
    before = state(explorer)
    control, value = EXPLORERS[name].anew
    widget = explorer.controls[control]
    first = widget.value

    def fail(*_, **__):
        raise RuntimeError("<b>out</b> of luck")

    with monkeypatch.context() as patch:
        patch.setattr(EXPLORERS[name].computes, fail)
        widget.value = value
        is_refused(explorer, before, widget, value)
        assert "RuntimeError: <b>out</b> of luck" in said(explorer)
    widget.value = first
    assert state(explorer) == before
    assert not refused(explorer)


@each
def test_without_tensorflow(bert, name, monkeypatch):
    says = "TensorFlow cannot be imported here: install it."

    def fail(*_, **__):
        raise ModelError(says)

    monkeypatch.setattr(EXPLORERS[name].computes, fail)
    explorer = EXPLORERS[name].make(bert)
    assert said(explorer) == f"Please note: {says}"
    assert explorer.view.value == ""
    assert explorer._repr_mimebundle_()[0]["text/plain"] == says
