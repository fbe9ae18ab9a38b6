"""The check of the greedy step: right answers, the stub, and each mistake's hint."""

import math

import numpy as np
import pytest

from bertlab.exercises import check_greedy_step
from bertlab.exercises.inversion import ToyModel, greedy_cases

# Written as a learner would: not the package's own.


def cosine(a, b):
    return sum(a * b) / math.sqrt(sum(a * a) * sum(b * b))


def greedy_step(vector_of, target, guess, candidates):
    best, most = None, -2
    for candidate in candidates:
        near = cosine(vector_of([*guess, candidate]), target)
        if near > most:
            best, most = candidate, near
    return best


def near(vector_of, target, guess, candidates):
    return [cosine(vector_of([*guess, c]), target) for c in candidates]


WRONG = {
    "its index": (lambda *case: int(np.argmax(near(*case))), "stands in the list"),
    "dot products": (
        lambda v, target, guess, some: max(some, key=lambda c: v([*guess, c]) @ target),
        "those are dot products",
    ),
    "distance": (
        lambda v, target, guess, some: min(
            some, key=lambda c: np.linalg.norm(v([*guess, c]) - target)
        ),
        "nearest by distance",
    ),
    "furthest": (
        lambda *case: case[3][int(np.argmin(near(*case)))],
        "furthest away",
    ),
    "alone": (
        lambda v, target, guess, some: max(some, key=lambda c: cosine(v([c]), target)),
        "tried alone",
    ),
    "in front": (
        lambda v, target, guess, some: max(
            some, key=lambda c: cosine(v([c, *guess]), target)
        ),
        "before the guess",
    ),
    "never again": (
        lambda v, target, guess, some: greedy_step(
            v, target, guess, [c for c in some if c not in guess]
        ),
        "a token can occur twice",
    ),
    "the cosine": (lambda *case: max(near(*case)), "the largest cosine: return"),
    "all cosines": (lambda *case: np.array(near(*case)), "all the cosines"),
    "the whole guess": (
        lambda *case: [*case[2], greedy_step(*case)],
        "the whole new guess",
    ),
}


def test_the_right_answer():
    feedback = check_greedy_step(greedy_step)
    assert feedback
    assert feedback.text == "Right, on all 5 cases."


def test_the_untouched_stub():
    feedback = check_greedy_step(lambda vector_of, target, guess, candidates: ...)
    assert not feedback
    assert feedback.text == "Not started: the function returns nothing yet. Fill it in."


@pytest.mark.parametrize("mistake", WRONG)
def test_a_typical_mistake_has_its_hint(mistake):
    answer, hint = WRONG[mistake]
    feedback = check_greedy_step(answer)
    assert not feedback
    assert feedback.text.startswith("Not yet: ")
    assert hint in feedback.text


@pytest.mark.parametrize("value", ["dog", [], None, float("nan"), np.ones((2, 3)), {1}])
def test_an_answer_of_another_type(value):
    feedback = check_greedy_step(lambda *given: value)
    assert not feedback
    assert feedback.text.startswith("Not ")


def test_an_error_in_the_answer_names_the_case_in_words():
    def answer(*given):
        raise ZeroDivisionError("by zero")

    feedback = check_greedy_step(answer)
    assert "it stopped with ZeroDivisionError: by zero" in feedback.text
    assert "object at 0x" not in feedback.text


def test_an_answer_may_change_what_it_is_given():
    def answer(vector_of, target, guess, candidates):
        value = greedy_step(vector_of, target, guess, candidates)
        guess.append(value)
        target[:] = 0
        return value

    assert check_greedy_step(answer)


def test_one_case_wants_a_token_again():
    assert any(greedy_step(*case) in case[2] for case in greedy_cases())


def test_the_toy_model_minds_the_order():
    toy = ToyModel(0)
    assert not np.allclose(toy([1, 2]), toy([2, 1]))
