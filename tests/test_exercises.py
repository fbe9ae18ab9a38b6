import inspect
from functools import partial
from importlib import import_module
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import test_positions
import test_reconstruction
import test_segments
from ipywidgets import HTML
from markup import HOSTILE, elements, skeleton

from bertlab import exercises
from bertlab.exercises import (
    check_cosine,
    check_costly_text,
    check_nearest,
    check_pca,
    check_separators,
    check_token_types,
    check_wordpiece,
    predict,
)
from bertlab.exercises.feedback import check


@pytest.fixture
def checks(bert):
    """Every check of a function, to be called with the answer alone."""
    return {
        "wordpiece": check_wordpiece,
        "separators": lambda answer: check_separators(answer, bert),
        "token_types": lambda answer: check_token_types(answer, bert),
        "cosine": check_cosine,
        "nearest": check_nearest,
        "pca": check_pca,
    }


# Right answers, written as a learner would: not the package's own.


def wordpiece(word, vocabulary):
    pieces, mark = [], ""
    while word:
        for end in range(len(word), 0, -1):
            if mark + word[:end] in vocabulary:
                pieces.append(mark + word[:end])
                word, mark = word[end:], "##"
                break
        else:
            return ["[UNK]"]
    return pieces


def wordpiece_shortest(word, vocabulary):
    pieces, mark = [], ""
    while word:
        for end in range(1, len(word) + 1):
            if mark + word[:end] in vocabulary:
                pieces.append(mark + word[:end])
                word, mark = word[end:], "##"
                break
        else:
            return ["[UNK]"]
    return pieces


def wordpiece_unmarked(word, vocabulary):
    pieces = []
    while word:
        ends = [n for n in range(1, len(word) + 1) if word[:n] in vocabulary]
        if not ends:
            return ["[UNK]"]
        pieces.append(word[: max(ends)])
        word = word[max(ends) :]
    return pieces


def wordpiece_until_unknown(word, vocabulary):
    pieces, mark = [], ""
    while word:
        ends = [n for n in range(1, len(word) + 1) if mark + word[:n] in vocabulary]
        if not ends:
            return pieces
        pieces.append(mark + word[: max(ends)])
        word, mark = word[max(ends) :], "##"
    return pieces


def separators(ids, sep_id):
    found = []
    while sep_id in ids:  # spoils the list it was given, and is right all the same
        found.append(ids.index(sep_id))
        ids[found[-1]] = None
    return found


def token_types(ids, sep_id):
    types, kind = [], 0
    for token_id in ids:
        types.append(kind)
        if token_id == sep_id:
            kind = 1
    return types


def cosine(a, b):
    return float(sum(a * b) / (sum(a**2) * sum(b**2)) ** 0.5)


def nearest(table, row, k):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    similarity = unit @ unit[row]
    similarity[row] = -2
    return np.argsort(similarity)[::-1][:k]


def pca(rows):
    centred = rows - rows.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    return -centred @ vectors[:, np.argsort(values)[::-1][:2]]


RIGHT = {
    f.__name__: f for f in (wordpiece, separators, token_types, cosine, nearest, pca)
}

WRONG = {
    "shortest": ("wordpiece", wordpiece_shortest, "takes the longest"),
    "unmarked": ("wordpiece", wordpiece_unmarked, "the others begin with ##"),
    "half known": ("wordpiece", wordpiece_until_unknown, "the whole word becomes"),
    "last only": ("separators", lambda ids, sep: [len(ids) - 1], "a pair has a [SEP]"),
    "first only": (
        "separators",
        lambda ids, sep: [ids.index(sep)],
        "only the first one",
    ),
    "all ones": (
        "token_types",
        lambda ids, sep: [1 for _ in ids],
        "a first text has type 0",
    ),
    "all zeros": ("token_types", lambda ids, sep: [0] * len(ids), "a pair has type 1"),
    "too early": (
        "token_types",
        lambda ids, sep: [0] * ids.index(sep) + [1] * (len(ids) - ids.index(sep)),
        "the first [SEP] still belongs",
    ),
    "dot": ("cosine", lambda a, b: sum(a * b), "that is the dot product"),
    "one length": ("cosine", lambda a, b: a @ b / (a @ a) ** 0.5, "first length only"),
    "squared": (
        "cosine",
        lambda a, b: a @ b / (a @ a * (b @ b)),
        "the root is missing",
    ),
    "distance": ("cosine", lambda a, b: sum((a - b) ** 2) ** 0.5, "the distance of"),
    "cosine distance": ("cosine", lambda a, b: 1 - cosine(a, b), "1 minus yours"),
    "itself": (
        "nearest",
        lambda t, row, k: np.argsort(
            -(t / np.linalg.norm(t, axis=1, keepdims=True)) @ t[row]
        )[:k],
        "the row itself",
    ),
    "dot products": (
        "nearest",
        lambda t, row, k: [i for i in np.argsort(-(t @ t[row])) if i != row][:k],
        "divide each by its length",
    ),
    "farthest": (
        "nearest",
        lambda t, row, k: np.argsort((t / np.linalg.norm(t, axis=1)[:, None]) @ t[row])[
            :k
        ],
        "those are the farthest",
    ),
    "not centred": (
        "pca",
        lambda r: r @ np.linalg.svd(r, full_matrices=False)[2][:2].T,
        "subtract the mean row first",
    ),
    "not scaled": (
        "pca",
        lambda r: np.linalg.svd(r - r.mean(axis=0), full_matrices=False)[0][:, :2],
        "multiply them by the singular values",
    ),
}


def test_every_check_is_tested(checks):
    tested = [f"check_{name}" for name in checks] + ["check_costly_text"]
    own_files = sorted(Path(__file__).parent.glob("test_*_exercises.py"))
    modules = [import_module(path.stem) for path in own_files]
    for module in (*modules, test_positions, test_segments, test_reconstruction):
        own = [name for name in vars(module) if name.startswith("check_")]
        assert own, module
        tested += own
    exported = [name for name in exercises.__all__ if name.startswith("check_")]
    assert sorted(tested) == sorted(exported), "each in one place"
    assert set(RIGHT) == set(checks)
    for name in checks:
        assert sum(which == name for which, *_ in WRONG.values()) >= 2


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_answer(checks, name):
    feedback = checks[name](RIGHT[name])
    assert feedback
    assert repr(feedback).startswith("Right, on all ")


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("stub", [lambda *_: None, lambda *_: ...])
def test_the_untouched_stub(checks, name, stub):
    feedback = checks[name](stub)
    assert not feedback
    assert feedback.text == "Not started: the function returns nothing yet. Fill it in."


def with_a_doc(*_):
    """Return what the exercise asks for."""
    ...  # your answer


def helper(*_):
    """Of the exercise before; not written yet."""


def calls_nothing(*given):
    kept = given  # noqa: F841 - as learners leave it


def calls_a_helper(*given):
    return helper(len(given), np.zeros(3))


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (with_a_doc, "Not started: the function returns nothing yet. Fill it in."),
        (calls_nothing, "Not yet: your function returns nothing. Is there a `return`"),
        (calls_a_helper, "its end, and does helper, which it calls, return something?"),
        (lambda *x: helper(*x), "does helper, which it calls, return something?"),
        (lambda *x: print(end=""), "Is there a `return` at its end?"),
        (partial(print, end="", file=StringIO()), "Is there a `return` at its end?"),
    ],
)
def test_a_function_that_returns_nothing(checks, name, answer, says):
    feedback = checks[name](answer)
    assert not feedback
    assert says in feedback.text
    assert feedback.text.count("Not ") == 1


@pytest.mark.parametrize("mistake", WRONG)
def test_a_typical_mistake_has_its_hint(checks, mistake):
    name, answer, hint = WRONG[mistake]
    feedback = checks[name](answer)
    assert not feedback
    assert feedback.text.startswith("Not yet: ")
    assert hint in feedback.text


@pytest.mark.parametrize("name", RIGHT)
def test_an_answer_that_stops(checks, name):
    def answer(*_):
        raise ZeroDivisionError("by <b>zero</b>")

    feedback = checks[name](answer)
    assert not feedback
    assert "it stopped with ZeroDivisionError: by <b>zero</b>" in feedback.text


@pytest.mark.parametrize("name", RIGHT)
def test_an_answer_with_other_parameters(checks, name):
    assert "it stopped with TypeError" in checks[name](lambda: 1).text


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("answer", [7, "dog", [1, 2], np.ones(3)])
def test_no_function(checks, name, answer):
    feedback = checks[name](answer)
    assert not feedback
    assert "a function is needed here, defined with def" in feedback.text


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize(
    "value",
    [
        "dog",
        {1},
        {},
        [],
        [None],
        [[1], [1, 2]],
        ["a", "b"],
        len,
        True,
        float("nan"),
        1j,
    ],
    ids=repr,
)
def test_an_answer_of_another_type(checks, name, value):
    feedback = checks[name](lambda *_: value)
    assert not feedback
    assert feedback.text.startswith("Not yet: the answer for ")
    assert feedback.text.endswith(" is wanted.")


@pytest.mark.parametrize("name", RIGHT)
def test_an_answer_almost_right(checks, name):
    def answer(*arguments):
        value = RIGHT[name](*arguments)
        return [*value[::-1], 0] if isinstance(value, list) else value * 1.01 + 1

    feedback = checks[name](answer)
    assert not feedback
    assert " is wanted." in feedback.text


def test_what_was_wanted_is_shown():
    def text(value, wanted):
        return check(lambda x: value, lambda x: wanted, [("dog",)]).text

    assert (
        text([1], [1, 2]) == "Not yet: the answer for 'dog' is [1]; [1, 2] is wanted."
    )
    assert (
        text(0.5, np.float64(1))
        == "Not yet: the answer for 'dog' is 0.5; 1. is wanted."
    )
    assert "has shape (2,); shape (3,) is wanted" in text(np.ones(2), np.ones(3))
    assert "has rows of unequal lengths; shape" in text([[1], [1, 2]], np.ones(3))
    assert "begins with [2., 2., 2.]; [1., 1., 1.] is" in text(
        np.ones(9) * 2, np.ones(9)
    )
    later = np.ones((3, 3), int)
    later[2, 0] = 7
    assert text(later, np.ones((3, 3), int)) == (
        "Not yet: the answer for 'dog' first differs at [2, 0]: 7 there; 1 is wanted."
    )
    near = text([0.5, 0.20004], np.array([0.5, 0.2]))
    assert "differs at [1]: 0.20004 there; 0.2 is wanted." in near
    assert len(text("x" * 999, "y")) < 200


def test_small_differences_are_right():
    assert check(lambda x: 1 + 9e-6, lambda x: 1.0, [(0,)])
    assert not check(lambda x: 1 + 9e-5, lambda x: 1.0, [(0,)])
    assert not check(lambda x: 2, lambda x: 1, [(0,)])


def test_the_case_that_is_shown_is_the_one_that_is_wrong():
    feedback = check(lambda x: 1, lambda x: x, [(1,), (2,), (3,)])
    assert "the answer for 2 is 1; 2 is wanted" in feedback.text


def test_checks_say_what_answer_they_expect():
    for name in exercises.__all__:
        if name.startswith("check_"):
            first = inspect.getdoc(getattr(exercises, name)).partition("\n")[0]
            assert "``answer(" in first or "`text`" in first


def test_costly_text(bert):
    right = check_costly_text("한국어" * 3, bert)
    assert right
    assert right.text == "Right: 9 characters became 24 tokens."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (..., "Not started"),
        (None, "Not started"),
        ("", "Not started"),
        (" \n", "Not started"),
        (7, "must be a string"),
        ("\ud800", "half of a character"),
        ("x" * 30_000, "30,000 characters"),
        ("한국어" * 4, "Not yet: 12 characters became 32 tokens; use at most 10"),
        ("dog", "Not yet: 3 characters became 1 token; 20 are wanted"),
        ("🙂🙂🙂🙂🙂🙂🙂🙂🙂", "20 are wanted"),
    ],
)
def test_no_costly_text(bert, text, says):
    feedback = check_costly_text(text, bert)
    assert not feedback
    assert says in feedback.text


@pytest.fixture
def prediction():
    return predict("How many?", [1, 2, "many"])


def said(prediction):
    (line,) = elements(prediction.message.value)
    assert line.attributes == {"role": "status"}
    return line.words


def test_a_prediction_is_committed_and_compared(prediction):
    assert prediction.choice.value is None
    prediction.choice.value = "2"
    prediction.commit.click()
    assert prediction.answer == "2"
    assert said(prediction) == "You predict: 2. Now run the next cells."
    assert prediction.compare(2)
    assert repr(prediction.compare(2)) == "Predicted: 2. Measured: 2. You predicted it."
    surprise = prediction.compare("many")
    assert not surprise
    assert surprise.text == ("Predicted: 2. Measured: many. A surprise: find out why.")


def test_a_prediction_without_a_choice(prediction):
    prediction.commit.click()
    assert prediction.answer is None
    assert said(prediction) == "Choose one first."
    assert not prediction.choice.disabled
    assert prediction.compare(1).text == "Measured: 1. (No prediction was made.)"
    prediction.choice.value = "1"
    assert prediction.answer is None, "only the button commits"


def test_a_prediction_cannot_be_changed_afterwards(prediction):
    prediction.choice.value = "1"
    prediction.commit.click()
    assert prediction.choice.disabled
    prediction.choice.value = "2"
    # The button keeps the focus, and says what a second press does: nothing.
    assert not prediction.commit.disabled
    prediction.commit.click()
    assert prediction.answer == "1"
    assert said(prediction) == "Already made: you predict 1."
    assert prediction.compare(1)


def test_a_measurement_that_was_no_choice(prediction):
    prediction.choice.value = "1"
    prediction.commit.click()
    feedback = prediction.compare(3)
    assert not feedback
    assert "Measured: 3. A surprise" in feedback.text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_prediction(text):
    hostile, plain = predict(text, [text, "b"]), predict("question", ["a", "b"])
    for p in (hostile, plain):
        p.choice.index = 0
        p.commit.click()
    assert said(hostile) == f"You predict: {text}. Now run the next cells."
    for mine, other in zip(hostile.children, plain.children):
        if isinstance(mine, HTML):
            assert skeleton(mine.value) == skeleton(other.value)
    shown, harmless = (p._repr_mimebundle_()["text/html"] for p in (hostile, plain))
    assert skeleton(shown) == skeleton(harmless)
    words = [element.words for element in elements(shown)]
    assert words[0].endswith(text)
    assert words[-2:] == [text, "b"]


def test_the_three_faces_of_a_prediction(prediction):
    bundle = prediction._repr_mimebundle_()
    assert set(bundle) == {
        "application/vnd.jupyter.widget-view+json",
        "text/html",
        "text/plain",
    }
    assert bundle["text/plain"] == "Predict. How many? Choices: 1 / 2 / many"
    items = [e.words for e in elements(bundle["text/html"]) if e.tag == "li"]
    assert items == ["1", "2", "many"]
