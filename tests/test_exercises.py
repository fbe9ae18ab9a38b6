"""Exercises: one test of each kind for all of them, and what only some can show."""

import ast
import copy
import inspect
import json
import re
from functools import partial
from importlib import import_module
from io import StringIO
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest
from ipywidgets import HTML
from markup import HOSTILE, elements, skeleton

from bertlab import exercises
from bertlab.errors import InputError
from bertlab.exercises import check_costly_text, predict
from bertlab.exercises.attention import _texts
from bertlab.exercises.exercise import Exercise, entries
from bertlab.exercises.sentence_vectors import ToyModel, greedy_cases

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CHECKS = {
    name.removeprefix("check_"): getattr(exercises, name)
    for name in exercises.__all__
    if name.startswith("check_") and name != "check_costly_text"
}
EXERCISES = {
    exercise.right.__name__: exercise
    for module in iter_modules(exercises.__path__)
    for exercise in vars(import_module(f"bertlab.exercises.{module.name}")).values()
    if isinstance(exercise, Exercise)
}
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def given(exercise, request):
    """What an exercise is called with beside the answer: some take a `Bert`."""
    made = callable(exercise.cases) and inspect.signature(exercise.cases).parameters
    return [request.getfixturevalue("bert")] if made else []


@pytest.fixture
def more(exercise, request):
    return given(exercise, request)


@pytest.fixture
def check(name, request):
    """A check by its name, to be called with the answer alone."""
    exercise = CHECKS[name]
    more = given(exercise, request) if isinstance(exercise, Exercise) else []
    return lambda answer: exercise(answer, *more)


def test_every_exercise_has_a_check():
    assert len(EXERCISES) == len(CHECKS)


@every_exercise
def test_the_right_answer(exercise, more):
    for _ in range(2):  # nothing has been spoilt by the first time
        feedback = exercise(exercise.right, *more)
        assert feedback
        assert re.fullmatch(r"Right, on all \d+ cases\.", repr(feedback))


@every_exercise
def test_each_mistake_gets_its_own_hint(exercise, more):
    assert len(exercise.mistakes) >= 2
    for wrong, hint in exercise.mistakes:
        feedback = exercise(wrong, *more)
        assert not feedback
        assert feedback.text == f"Not yet: {hint}"
        assert hint and hint.endswith((".", "?", "…"))


@every_exercise
def test_no_two_mistakes_are_the_same_and_none_is_nearly_right(exercise, more):
    numbered = copy.copy(exercise)
    lines = [code for code, _ in entries(*exercise.tables)]
    numbered.tables = ["\n".join(f"{code} || {n}" for n, code in enumerate(lines))]
    for n, (wrong, _) in enumerate(exercise.mistakes):
        assert numbered(wrong, *more).text == f"Not yet: {n}", lines[n]
    numbered.tables, numbered.atol = [""], 0.01
    for code, (wrong, _) in zip(lines, exercise.mistakes):
        assert not numbered(wrong, *more), code


@every_exercise
def test_an_answer_may_change_what_it_is_given(exercise, more):
    def answer(*case):
        value = copy.deepcopy(exercise.right(*case))
        for argument in case:
            if isinstance(argument, list):
                argument.clear()
            elif isinstance(argument, np.ndarray):
                argument[...] = argument.flat[0]
        return value

    assert exercise(answer, *more)


@every_exercise
def test_an_answer_that_stops(exercise, more):
    def answer(*_):
        raise ZeroDivisionError("by <b>zero</b>")

    text = exercise(answer, *more).text
    assert re.match("Not yet: for .* it stopped with ZeroDivisionError: by <b>", text)
    assert "object at 0x" not in text
    assert "it stopped with TypeError" in exercise(lambda: 1, *more).text


OTHER_TYPES = ["dog", {1}, {}, [], [None], [[1], [1, 2]], len, -7, float("nan"), 1j]


@every_exercise
@pytest.mark.parametrize("value", [*OTHER_TYPES, np.ones((2, 9))], ids=repr)
def test_an_answer_of_another_type(exercise, more, value):
    feedback = exercise(lambda *_: value, *more)
    assert not feedback
    assert feedback.text.startswith("Not yet: the answer for ")
    assert feedback.text.endswith(" is wanted.")


@every_exercise
@pytest.mark.parametrize("answer", [7, None, ..., "dog", np.ones(3)], ids=repr)
def test_no_function(exercise, more, answer):
    text = exercise(answer, *more).text
    assert text == "Not yet: a function is needed here, defined with def."


def helper(*_):
    """Of the exercise before; not written yet."""


def calls_a_helper(*case):
    return helper(*case)


def calls_nothing(*case):
    kept = case  # noqa: F841 - as learners leave it


@every_exercise
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda *_: None, "Not started: the function returns nothing yet. Fill it in."),
        (calls_nothing, "Not yet: your function returns nothing. Is there a `return`"),
        (calls_a_helper, "its end, and does helper, which it calls, return something?"),
        (partial(print, end="", file=StringIO()), "Is there a `return` at its end?"),
    ],
)
def test_a_function_that_returns_nothing(exercise, more, answer, says):
    feedback = exercise(answer, *more)
    assert not feedback
    assert says in feedback.text
    assert feedback.text.count("Not ") == 1


def stubs():
    """Each function that a notebook gives to a check, as it stands there."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
        functions = {}
        for source in code:
            for found in re.findall(r"^def (\w+)\(.*?(?=^\S|\Z)", source, re.M | re.S):
                functions[found] = source
            for name, called in re.findall(r"exercises\.check_(\w+)\((\w+)", source):
                if called in functions:
                    yield name, called, functions[called]


STUBS = {name: (called, source) for name, called, source in stubs()}


@pytest.mark.parametrize("name", CHECKS)
def test_the_stub_in_the_notebook(name, check):
    called, source = STUBS[name]
    (stub,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == called
    )
    space = {}
    exec(ast.unparse(stub), space)  # noqa: S102 - the notebook's own
    text = check(space[called]).text
    assert text == "Not started: the function returns nothing yet. Fill it in."
    parameters = ", ".join(inspect.signature(space[called]).parameters)
    first = CHECKS[name].__doc__.partition("\n")[0]
    assert first.startswith(f"Check ``answer({parameters})``: ")
    assert first.endswith(".")


# Right answers in other forms, and wrong ones as learners write them, where the table
# builds them in another way. (Worked answers, in notebooks, are right ones too.)


def arrays(parts):
    return [np.array(part) for part in parts]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("token_types", lambda types: np.array(types) > 0),
        ("pca", lambda points: points * [1, -1]),
        ("layer_norm", list),
        ("layer_norm", np.float32),
        ("find_head", list),
        ("text_spans", arrays),
        ("pad_batch", np.array),
        ("pad_batch", arrays),
        ("run_sorted", lambda found: dict(enumerate(found)).values()),
    ],
)
def test_other_right_answers(name, check, form):
    feedback = check(lambda *case: form(EXERCISES[name].right(*case)))
    assert feedback, feedback


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def best_head(attentions, value_of):
    """Name the head for which `value_of` one head's weights is largest on average."""
    mean = {
        (n + 1, m + 1): np.mean([value_of(a[n, m]) for a in attentions])
        for n, m in np.ndindex(attentions[0].shape[:2])
    }
    return max(mean, key=mean.get)


def in_order_of_the_list(texts, size, run):
    starts = range(0, len(texts), size)
    return [result for n in starts for result in run(texts[n : n + size])]


def twice(texts, size, run):
    in_order_of_the_list(sorted(texts, key=len), size, run)
    return in_order_of_the_list(texts, size, run)


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("pca", lambda r: r @ np.linalg.svd(r)[2][:2].T, "subtract the mean row first"),
        (
            "attention_weights",
            lambda q, k: softmax(q @ k.T, axis=0),
            "are not divided by the root of the size. Also: your columns sum to 1",
        ),
        (
            "find_head",
            lambda a: best_head(a, lambda w: np.trace(w, -1) / len(w)),
            "one token fewer",
        ),
        (
            "text_spans",
            lambda *case: [slice(*s) for s in EXERCISES["text_spans"].right(*case)],
            "those are slices",
        ),
        (
            "batch_weights",
            lambda s, m: softmax(s + (1 - m[:, None, :, None]) * -1e4),
            "added to a whole row changes nothing",
        ),
        ("masked_mean", lambda s, m: (s * m).sum(1), "Shapes that do not fit"),
        ("greedy_step", lambda v, target, guess, c: v([*guess, max(c)]), "is wanted."),
        ("run_sorted", in_order_of_the_list, "put texts of about the same length"),
        ("run_sorted", lambda t, n, run: run(t), "than the 2 texts that are allowed"),
        ("run_sorted", twice, "more than once"),
    ],
)
def test_other_wrong_answers(name, check, answer, hint):
    feedback = check(answer)
    assert not feedback
    assert feedback.text.startswith("Not yet: ")
    assert hint in feedback.text


@pytest.mark.parametrize("seed", range(3))
def test_planted_heads_are_what_they_are_planted_as(seed):
    texts, planted = _texts(seed)
    for a in texts:
        assert np.allclose(a.sum(axis=-1), 1)
    found = best_head(texts, lambda w: np.diagonal(w, -1).mean())
    assert found == planted["previous"]
    assert found[0] != found[1]  # or "the layer comes first" would be about nothing


def test_a_token_can_be_wanted_again_and_the_order_counts():
    greedy_step = EXERCISES["greedy_step"].right
    assert any(greedy_step(*case) in case[2] for case in greedy_cases())
    assert not np.allclose(ToyModel(0)([1, 2]), ToyModel(0)([2, 1]))


def cosine(a, b):
    return float(sum(a * b) / (sum(a * a) * sum(b * b)) ** 0.5)


def normalised(tables, total):
    centred = total - total.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + tables.eps)
    return centred / spread * tables.gamma + tables.beta


def test_no_other_pair_leads_near_the_output_that_is_given():
    """So the answer is one, by whatever distance it is looked for."""
    for tables, output in EXERCISES["find_token"].cases():
        every = np.concatenate([
            normalised(tables, row + tables.position + tables.token_type[0])
            for row in tables.token
        ])  # fmt: skip
        away = np.sort(np.linalg.norm(every - output, axis=1))
        assert away[0] < 1e-9 and away[1] > 0.5
        assert np.sort([cosine(vector, output) for vector in every])[-2] < 0.99


# The engine


def half(x, scale=1):
    """Half of a number."""
    return x / 2 * scale


def said(answer, right=half, cases=((2,), (4,)), table="", **options):
    return Exercise(right, cases, table, **options)(answer).text


TABLE = """
    2 * x || that is double.
    right + 0 * x + right
        || that is the number itself: it is
           halved.
    x
    half(x, scale=-1) || the sign.
    """


def test_a_table_of_mistakes():
    assert entries(TABLE, "x - 1 || less.") == [
        ("2 * x", "that is double."),
        ("right + 0 * x + right", "that is the number itself: it is halved."),
        ("x", "the sign."),
        ("half(x, scale=-1)", "the sign."),
        ("x - 1", "less."),
    ]
    assert said(lambda x: -x / 2, table=TABLE) == "Not yet: the sign."
    assert said(lambda x: 9, table=TABLE).endswith("for 2 is 9; 1.0 is wanted.")


def test_what_is_compared():
    assert said(lambda x: x / 2 + 9e-6) == "Right, on all 2 cases."
    assert said(lambda x: x / 2 + 9e-5).startswith("Not yet")
    # Whole numbers are compared as such, nested lists entry by entry.
    assert said(lambda x: 2, right=lambda x: 1).startswith("Not yet")
    ragged = [[1], [1, 2]]
    assert said(lambda x: ragged, right=lambda x: ragged).startswith("Right")
    assert said(lambda x: [[1], [1, 3]], right=lambda x: ragged).startswith("Not yet")


def test_the_case_that_is_shown_is_the_one_that_is_wrong():
    assert "the answer for 4 is 1; 2.0 is wanted" in said(lambda x: 1)
    text = said(lambda x: 1.0 if x == 2 else None)
    assert text == "Not yet: for 4 the function returns nothing."


@pytest.mark.parametrize(
    ("value", "wanted", "says"),
    [
        ([1], [1, 2], "'dog' is [1]; [1, 2] is wanted."),
        (np.ones(2), np.ones(3), "has shape (2,); shape (3,) is wanted."),
        (2 * np.ones(9), np.ones(9), "begins with [2., 2., 2.]; [1., 1., 1.] is"),
        (np.eye(3, dtype=int), np.eye(3, dtype=int) + np.eye(3, k=-2, dtype=int),
         "first differs at [2, 0]: 0 there; 1 is wanted."),
        ([0.5, 0.20004], np.array([0.5, 0.2]), "at [1]: 0.20004 there; 0.2 is wanted."),
        ("x" * 999, "y", "…; 'y' is wanted."),
    ],
)  # fmt: skip
def test_what_was_wanted_is_shown(value, wanted, says):
    text = said(lambda x: value, right=lambda x: wanted, cases=[("dog",)])
    assert text.startswith("Not yet: the answer for ")
    assert says in text
    assert len(text) < 200


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("한국어" * 3, "Right: 9 characters became 24 tokens."),
        (..., "Not started"),
        (" \n", "Not started"),
        (7, "must be a string"),
        ("\ud800", "half of a character"),
        ("한국어" * 4, "Not yet: 12 characters became 32 tokens; use at most 10"),
        ("dog", "Not yet: 3 characters became 1 token; 20 are wanted"),
    ],
)
def test_costly_text(bert, text, says):
    feedback = check_costly_text(text, bert)
    assert feedback.right == says.startswith("Right")
    assert says in feedback.text


# Predictions


@pytest.fixture
def prediction():
    return predict("How many?", [1, 2, "many"])


def status(prediction):
    (line,) = elements(prediction.message.value)
    assert line.attributes == {"role": "status"}
    return line.words


def test_a_prediction_is_committed_once(prediction):
    prediction.commit.click()
    assert prediction.answer is None
    assert status(prediction) == "Choose one first."
    assert not prediction.choice.disabled
    prediction.choice.value = "2"
    assert prediction.answer is None, "only the button commits"
    prediction.commit.click()
    assert prediction.answer == "2"
    assert status(prediction) == "You predict: 2. Now run the next cells."
    assert prediction.choice.disabled
    prediction.choice.value = "1"
    # The button keeps the focus, and says what a second press does: nothing.
    prediction.commit.click()
    assert prediction.answer == "2"
    assert status(prediction) == "Already made: you predict 2."


def test_a_prediction_is_compared_and_what_it_is_revealed(prediction):
    for feedback, text in (
        (prediction.compare(2), "Measured: 2. (No prediction was made.)"),
        (prediction.reveal(2), "It is: 2. (No prediction was made.)"),
    ):
        assert not feedback
        assert repr(feedback) == text
    prediction.choice.value = "2"
    prediction.commit.click()
    for feedback, right, text in (
        (prediction.compare(2), True, "Predicted: 2. Measured: 2. You predicted it."),
        (prediction.compare(3), False, "Predicted: 2. Measured: 3. A surprise"),
        (prediction.reveal(2), True, "It is: 2. You predicted it."),
        (prediction.reveal("many"), False, "It is: many. You predicted: 2. A surprise"),
    ):
        assert bool(feedback) == right
        assert text in repr(feedback)
    with pytest.raises(InputError, match=r"'3' is none of .*: use one of '1', '2'"):
        prediction.reveal(3)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_prediction(text):
    hostile, plain = predict(text, [text, "b"]), predict("question", ["a", "b"])
    for p in (hostile, plain):
        p.choice.index = 0
        p.commit.click()
    assert status(hostile) == f"You predict: {text}. Now run the next cells."
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
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == "Predict. How many? Choices: 1 / 2 / many"
    items = [e.words for e in elements(bundle["text/html"]) if e.tag == "li"]
    assert items == ["1", "2", "many"]
