"""The explorers by value: set a control, look at what the widget says and shows."""

import base64
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markup import ANY_TEXT, HOSTILE, elements, skeleton
from PIL import Image

from bertlab.embeddings import SPACES, nearest_tokens
from bertlab.tokens import isolated, shorten, tokenize, vocabulary
from bertlab.widgets import neighbour_explorer, tokenizer_explorer
from bertlab.widgets import neighbours as neighbours_module
from bertlab.widgets import tokenizer as tokenizer_module
from bertlab.widgets.explorer import OLD, STILL

# What can stand in a message or a view, whatever is typed.
PLAIN_MESSAGE = {("div", ("role", "style"))}
PLAIN_TOKENS = {
    ("style", ()),
    ("div", ("aria-label", "class", "role")),
    ("div", ("aria-label", "class", "dir", "tabindex")),
    ("ol", ("class", "tabindex")),
    ("p", ("class",)),
    ("li", ()),
    ("li", ("class",)),
    ("b", ("class",)),
    ("span", ()),
    ("span", ("class",)),
    ("small", ()),
}
PLAIN_FIGURE = {
    ("figure", ("class", "style")),
    ("img", ("alt", "src", "style")),
    ("figcaption", ("aria-hidden", "style")),
}
ANY = settings(deadline=None, derandomize=True, max_examples=100)


@pytest.fixture
def neighbours(bert):
    return neighbour_explorer(bert, "dog", k=5)


@pytest.fixture
def tokenizer(bert):
    return tokenizer_explorer(bert, "hello, world!")


def said(explorer):
    """The words of the message, which is a status that screen readers announce."""
    assert skeleton(explorer.message.value) == PLAIN_MESSAGE
    (line,) = elements(explorer.message.value)
    assert line.attributes["role"] == "status"
    return line.words


def shown(explorer):
    """The text that stands for the view where it cannot be seen."""
    for element in elements(explorer.view.value):
        if element.tag == "img":
            return element.attributes["alt"]
        if element.attributes.get("role") == "group":
            return element.attributes["aria-label"]
    raise AssertionError("a view without a text")


def state(explorer):
    return explorer.view.value, explorer.caption


def is_refused(explorer, before, control, typed):
    """Nothing shown has changed, what was typed is kept, and a sentence says why."""
    assert state(explorer) == before
    assert control.value == typed
    assert said(explorer).startswith("Please note: ")
    # It is not taken for the picture of what was typed.
    assert said(explorer).endswith(f". {STILL}")
    assert OLD in explorer.view._dom_classes


def test_the_neighbours_at_first(neighbours, bert):
    assert list(neighbours.controls) == [
        "word",
        "k",
        "space",
        "hide_unused",
        "hide_pieces",
    ]
    assert neighbours.word.value == "dog"
    assert said(neighbours) == ""
    assert shown(neighbours) == neighbours.caption
    for token, value in nearest_tokens(bert, "dog", 5):
        assert f"{token} {value:.2f}" in neighbours.caption


def test_another_word(neighbours, bert):
    before = state(neighbours)
    neighbours.word.value = "  cat "
    assert neighbours.caption.startswith("Nearest to cat in the raw space")
    assert nearest_tokens(bert, "cat", 1)[0][0] in neighbours.caption
    assert shown(neighbours) == neighbours.caption
    assert neighbours.view.value != before[0]
    assert said(neighbours) == ""
    neighbours.word.value = "dog"
    assert state(neighbours) == before


def test_another_number(neighbours, bert):
    neighbours.k.value = 1
    ((token, value),) = nearest_tokens(bert, "dog", 1)
    assert f"by cosine: {token} {value:.2f}. Of" in neighbours.caption
    neighbours.k.value = 30
    assert "and 20 more" in neighbours.caption
    neighbours.k.value = 99
    assert neighbours.k.value == 30
    neighbours.k.value = -1
    assert neighbours.k.value == 1


@pytest.mark.parametrize("space", SPACES[1:])
def test_another_space(neighbours, bert, space):
    before = state(neighbours)
    neighbours.space.value = space
    assert f"in the {space} space" in shown(neighbours)
    token, value = nearest_tokens(bert, "dog", 5, space)[-1]
    assert f"{token} {value:.2f}" in neighbours.caption
    assert neighbours.view.value != before[0]


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
        ("", "Type a word, for instance dog"),
        ("  \t ", "Type a word, for instance dog"),
        ("\x00", "keeps nothing of"),
        ("\u200d\u200b", "keeps nothing of"),
        ("\ud800", "half of a character"),
        ("dog " * 600, "600 tokens, a text rather than a word"),
        ("x" * 100_000, "has 100,000 characters"),
    ],
)
def test_a_word_that_cannot_be_used(neighbours, typed, says):
    before = state(neighbours)
    neighbours.word.value = typed
    is_refused(neighbours, before, neighbours.word, typed)
    assert says in said(neighbours)
    neighbours.word.value = "cat"
    assert said(neighbours) == ""
    assert "cat" in shown(neighbours)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("unbelievably", "has no row of its own: it is"),
        ("dog house", "2 tokens, dog house"),
        ("👩", "is not in the vocabulary"),
        ("x" * 101, "has over 100 characters"),
        ("한국어", "has no row of its own"),
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


def test_the_tokens_at_first(tokenizer, bert):
    assert list(tokenizer.controls) == ["text", "pair"]
    assert said(tokenizer).startswith("6 tokens: 4 for what you typed and 2 special.")
    assert shown(tokenizer) == tokenizer.caption
    ids = tokenize(bert, "hello, world!").ids
    assert all(str(i) in tokenizer.caption for i in ids)
    boxes = [e.words for e in elements(tokenizer.view.value) if e.tag == "li"]
    assert len(boxes) == len(ids)


def test_another_text_and_a_pair(tokenizer):
    tokenizer.text.value = "unbelievably"
    assert "split into pieces" in said(tokenizer)
    assert "##" in shown(tokenizer)
    tokenizer.pair.value = "a dog"
    assert "Token type 1: 3 tokens" in shown(tokenizer)
    labels = [e.attributes.get("aria-label") for e in elements(tokenizer.view.value)]
    assert {"your text", "second text"} <= set(labels)
    tokenizer.pair.value = ""
    assert "Token type 1" not in shown(tokenizer)


def test_a_blank_second_text_is_none(tokenizer):
    before = state(tokenizer), said(tokenizer)
    tokenizer.pair.value = "  \t"
    assert (state(tokenizer), said(tokenizer)) == before


def test_letters_from_right_to_left_in_the_line_of_values(bert):
    _, text = face(tokenizer_explorer(bert, "שלום", "\u202edog"))
    assert text.startswith("Text: \u2068שלום\u2069 · Second text: U+202Edog. ")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "nothing to tokenize yet"),
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
    assert tokenizer.text.value == typed
    assert "[SEP] 102" in shown(tokenizer) or "more" in shown(tokenizer)


@pytest.mark.parametrize("control", ["text", "pair"])
@pytest.mark.parametrize(
    ("typed", "says"),
    [("a\ud800", "Character 2 of the"), ("x" * 100_000, "has 100,000 characters")],
)
def test_a_text_that_cannot_be_used(tokenizer, control, typed, says):
    before = state(tokenizer)
    tokenizer.controls[control].value = typed
    is_refused(tokenizer, before, tokenizer.controls[control], typed)
    assert says in said(tokenizer)


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text(neighbours, tokenizer, typed):
    neighbours.word.value = tokenizer.text.value = tokenizer.pair.value = typed
    assert skeleton(neighbours.view.value) == PLAIN_FIGURE
    assert skeleton(tokenizer.view.value) <= PLAIN_TOKENS
    # The words arrive as they were typed.
    own = [
        e.words
        for e in elements(tokenizer.view.value)
        if e.attributes.get("class") == "bertlab-source"
    ]
    assert own == [typed, typed]
    assert typed[:20] in said(neighbours)
    assert typed[:20] in shown(neighbours)
    assert shown(neighbours) == neighbours.caption
    assert shown(tokenizer) == tokenizer.caption
    assert said(tokenizer)


def test_a_token_that_looks_like_a_tag(neighbours):
    neighbours.word.value = "<"
    assert skeleton(neighbours.view.value) == PLAIN_FIGURE
    assert "Nearest to < in" in shown(neighbours)


@pytest.mark.parametrize(
    ("make", "module", "computes", "control"),
    [
        (neighbour_explorer, neighbours_module, "nearest_tokens", "word"),
        (tokenizer_explorer, tokenizer_module, "tokenize", "text"),
    ],
)
def test_an_error_is_said(bert, monkeypatch, make, module, computes, control):
    explorer = make(bert)
    before = state(explorer)

    def fail(*_, **__):
        raise RuntimeError("<b>out</b> of luck")

    with monkeypatch.context() as patch:
        patch.setattr(module, computes, fail)
        explorer.controls[control].value = "cat"
    is_refused(explorer, before, explorer.controls[control], "cat")
    assert "RuntimeError: <b>out</b> of luck" in said(explorer)
    explorer.controls[control].value = "mouse"
    assert state(explorer) != before
    assert "luck" not in said(explorer)


def face(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert set(data) == {
        "application/vnd.jupyter.widget-view+json",
        "image/png",
        "text/plain",
    }
    picture = Image.open(BytesIO(base64.b64decode(data["image/png"])))
    assert picture.format == "PNG"
    alt = metadata["image/png"]
    assert alt["alt"] == data["text/plain"]
    assert alt["width"] == picture.width // 2
    return data["image/png"], data["text/plain"]


def test_three_faces_of_the_neighbours(neighbours):
    first = face(neighbours)
    assert len(first[0]) < 100_000
    assert first[1] == (
        "Word: dog · Neighbours: 5 · Space: raw · hide [unused] rows: yes · hide ##"
        f" pieces: yes. {neighbours.caption}"
    )
    neighbours.word.value = "cat"
    neighbours.hide_pieces.value = False
    assert face(neighbours) == first


def test_three_faces_of_the_tokens(tokenizer):
    first = face(tokenizer)
    assert len(first[0]) < 100_000
    assert first[1] == (
        f"Text: hello, world! · Second text: (empty). {tokenizer.caption}"
    )
    tokenizer.text.value = "\ud800"
    tokenizer.pair.value = "dog"
    assert face(tokenizer) == first


@pytest.mark.parametrize("start", ["", "👩 東京 <b>$x$</b>", "dog " * 200, "a · b\nc"])
def test_any_text_to_begin_with(bert, start):
    face(tokenizer_explorer(bert, start, start))


def test_explorers_share_no_state(bert):
    one, other = neighbour_explorer(bert), neighbour_explorer(bert)
    before = state(other)
    one.word.value = "cat"
    assert state(other) == before


def test_plot_is_the_present_state(neighbours, tokenizer):
    neighbours.word.value = "cat"
    tokenizer.text.value = "cat"
    assert neighbours.plot().caption == neighbours.caption
    assert tokenizer.plot().caption == tokenizer.caption


@pytest.mark.parametrize("make", [neighbour_explorer, tokenizer_explorer])
def test_every_control_has_a_label(bert, make):
    controls = make(bert).controls.values()
    labels = [control.description for control in controls]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_any_text_in_the_tokenizer_explorer(tokenizer):
    @ANY
    @given(ANY_TEXT, ANY_TEXT)
    def check(text, pair):
        tokenizer.text.value, tokenizer.pair.value = "dog", ""
        tokenizer.text.value = text
        tokenizer.pair.value = pair
        assert skeleton(tokenizer.view.value) <= PLAIN_TOKENS
        assert shown(tokenizer) == tokenizer.caption
        if said(tokenizer).startswith("Please note"):
            assert "surrogate" in said(tokenizer)
        else:
            words = [
                e.words
                for e in elements(tokenizer.view.value)
                if e.attributes.get("class") == "bertlab-source"
            ]
            assert words == [
                *([text] if text else []),
                *([pair] if pair.strip() else []),
            ]

    check()


def test_any_text_in_the_neighbour_explorer(neighbours, bert):
    names = vocabulary(bert)

    @settings(ANY, max_examples=30)
    @given(ANY_TEXT | st.sampled_from(names))
    def check(word):
        neighbours.word.value = word
        assert skeleton(neighbours.view.value) == PLAIN_FIGURE
        assert shown(neighbours) == neighbours.caption
        assert "cannot be shown" not in said(neighbours)
        if not said(neighbours).startswith("Please note"):
            assert neighbours.caption.startswith(
                f"Nearest to {isolated(shorten(word.strip()))} in"
            )

    check()
