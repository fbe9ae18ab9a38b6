"""Interventions: which tokens, positions and types are left, and which are the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import toy_bert

from bertlab.errors import InputError
from bertlab.text import inputs


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_bert(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def before(toy):
    """[CLS] dog cat [SEP] car [SEP]: the IDs 2 6 7 3 8 3, the types 0 0 0 0 1 1."""
    return inputs.prepare(toy, "dog cat", "car")


def test_replace(toy, before):
    change = inputs.replace(toy, before, {0: 4, -2: 6})
    assert change.inputs.tokens == ["[MASK]", "dog", "cat", "[SEP]", "dog", "[SEP]"]
    assert change.inputs.ids == [4, 6, 7, 3, 6, 3]
    assert change.inputs.positions == before.positions
    assert change.inputs.types == before.types
    assert change.before == change.after == [1, 2, 3, 5]
    assert before.ids == [2, 6, 7, 3, 8, 3]  # as it was


def test_remove_moves_the_others_up(toy, before):
    change = inputs.remove(toy, before, [0, 3])
    assert change.inputs.tokens == ["dog", "cat", "car", "[SEP]"]
    assert change.inputs.positions == [0, 1, 2, 3]
    assert change.inputs.types == [0, 0, 1, 1]
    assert (change.before, change.after) == ([1, 2, 4, 5], [0, 1, 2, 3])


def test_remove_and_leave_a_gap(toy, before):
    change = inputs.remove(toy, before, [0, -3], close=False)
    assert change.inputs.tokens == ["dog", "cat", "car", "[SEP]"]
    assert change.inputs.positions == [1, 2, 4, 5]


def test_move(toy, before):
    change = inputs.move(toy, before, 0, -1)
    assert change.inputs.tokens == ["dog", "cat", "[SEP]", "car", "[SEP]", "[CLS]"]
    assert change.inputs.positions == [0, 1, 2, 3, 4, 5]
    assert change.inputs.types == [0, 0, 0, 1, 1, 0]
    assert change.before == [1, 2, 3, 4, 5, 0]
    assert change.after == [0, 1, 2, 3, 4, 5]


def test_move_with_its_position(toy, before):
    change = inputs.move(toy, before, 4, 1, close=False)
    assert change.inputs.tokens == ["[CLS]", "car", "dog", "cat", "[SEP]", "[SEP]"]
    assert change.inputs.positions == [0, 4, 1, 2, 3, 5]


@settings(deadline=None)
@given(st.integers(0, 5), st.integers(0, 5), st.booleans(), st.data())
def test_the_same_tokens_are_paired(toy, before, place, to, close, data):
    change = data.draw(
        st.sampled_from(
            [
                inputs.move(toy, before, place, to, close=close),
                inputs.remove(toy, before, [place], close=close),
                inputs.replace(toy, before, {place: 9}),
            ]
        )
    )
    for b, a in zip(change.before, change.after, strict=True):
        assert before.ids[b] == change.inputs.ids[a]
        assert before.types[b] == change.inputs.types[a]
        if not close:
            assert before.positions[b] == change.inputs.positions[a]
    assert len(change.before) == len(set(change.before))


def test_own_positions_and_mask_go_along(toy):
    own = inputs.prepare(toy, "dog cat", positions=[4, 0, 2, 6], mask=[1, 0, 1, 1])
    change = inputs.remove(toy, own, [1])
    assert change.inputs.mask == [1, 1, 1]
    assert change.inputs.positions == [4, 0, 2]
    swapped = inputs.prepare(toy, "dog cat", positions=[1, 0, 2, 3])
    assert inputs.remove(toy, swapped, [3]).inputs.positions == [1, 0, 2]
    assert inputs.move(toy, swapped, 3, 1).inputs.positions == [1, 0, 2, 3]
    change = inputs.remove(toy, own, [1], close=False)
    assert change.inputs.positions == [4, 2, 6]


@pytest.mark.parametrize(
    "change, says",
    [
        (lambda toy, b: inputs.replace(toy, b, {6: 4}), "There is no place 6"),
        (lambda toy, b: inputs.replace(toy, b, {0: 99}), "no token ID 99"),
        (lambda toy, b: inputs.remove(toy, b, range(6)), "Give from 1 to 8 token IDs"),
        (lambda toy, b: inputs.move(toy, b, -7, 0), "There is no place -7"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(toy, before, change, says):
    with pytest.raises(InputError, match=says):
        change(toy, before)
