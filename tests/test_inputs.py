"""IDs, positions, token types and mask: what goes in, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import toy_bert

from bertlab.errors import InputError
from bertlab.text.inputs import Inputs, prepare


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_bert(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def one_type(tmp_path_factory):
    return toy_bert(tmp_path_factory.mktemp("one"), types=1)


def test_a_text(toy):
    assert prepare(toy, "dogs") == Inputs(
        tokens=["[CLS]", "dog", "##s", "[SEP]"],
        ids=[2, 6, 9, 3],
        positions=[0, 1, 2, 3],
        types=[0, 0, 0, 0],
        mask=[1, 1, 1, 1],
    )


def test_a_pair(toy):
    found = prepare(toy, "dog", "cat!")
    assert found.ids == [2, 6, 3, 7, 10, 3]
    assert found.types == [0, 0, 0, 1, 1, 1]
    assert found.positions == [0, 1, 2, 3, 4, 5]


def test_an_empty_second_text(toy):
    # transformers takes the empty string for no second text, but not a space.
    assert prepare(toy, "dog", "") == prepare(toy, "dog")
    found = prepare(toy, "dog", " ")
    assert found.tokens == ["[CLS]", "dog", "[SEP]", "[SEP]"]
    assert found.types == [0, 0, 0, 1]


@pytest.mark.parametrize("given", [(3, 0, 7), np.uint8([3, 0, 7])])
def test_other_numbers_in_any_kind_of_list(toy, given):
    found = prepare(toy, "dog", positions=given)
    assert found.positions == [3, 0, 7]
    assert {type(position) for position in found.positions} == {int}
    assert prepare(toy, "", ids=given).ids == [3, 0, 7]


@pytest.mark.parametrize("given", [1, np.array(1), True])
def test_one_number_for_all(toy, given):
    found = prepare(toy, "dogs", positions=given, types=given, mask=given)
    assert found.positions == found.types == found.mask == [1, 1, 1, 1]


def test_each_goes_to_its_own_place(toy):
    found = prepare(
        toy, "dog", positions=[5, 6, 7], types=[1, 0, 1], mask=[1, 0, 0], ids=[7, 8, 9]
    )
    assert found == Inputs(
        ["cat", "car", "##s"], [7, 8, 9], [5, 6, 7], [1, 0, 1], [1, 0, 0]
    )


def test_ids_of_another_length(toy):
    longer = prepare(toy, "dog", ids=[2, 7, 7, 7, 3])
    assert longer.tokens == ["[CLS]", "cat", "cat", "cat", "[SEP]"]
    assert longer.positions == [0, 1, 2, 3, 4]
    assert longer.types == [0] * 5
    assert prepare(toy, "dog", "cat", ids=[2, 8, 3, 8, 3]).types == [0, 0, 0, 1, 1]
    assert prepare(toy, "dog " * 99, ids=[6, 6]).ids == [6, 6]


def test_rows_without_a_token_have_a_name(tmp_path):
    padded = toy_bert(tmp_path, rows=np.ones((13, 6)))
    assert prepare(padded, "", ids=[6, 12]).tokens == ["dog", "[row 12]"]


@pytest.mark.parametrize(
    ("what", "row", "says"),
    [
        ("positions", 8, "no position 8: the position table has the rows 0 to 7."),
        ("types", 2, "no token type 2: the token type table has the rows 0 to 1."),
        ("ids", 12_345, "no token ID 12,345: the token table has the rows 0 to 10."),
        ("ids", 2**63, "no token ID 9,223,372,036,854,775,808: the token table has"),
        ("mask", 2, "no mask value 2: a mask has 0 and 1."),
    ],
)
def test_a_number_without_a_row(toy, what, row, says):
    numbers = np.array([0, 1, row], dtype="uint64")
    with pytest.raises(InputError) as error:
        prepare(toy, "dog", **{what: numbers})
    assert str(error.value).startswith(f"There is {says}")


def test_a_table_of_one_row(one_type):
    assert prepare(one_type, "dog", types=0).types == [0, 0, 0]
    with pytest.raises(InputError, match="token type table has the rows 0 alone"):
        prepare(one_type, "dog", types=[0, 0, 1])
    with pytest.raises(InputError, match=r"has 1 token type: it takes one text, not a"):
        prepare(one_type, "dog", "cat")
    # What it does take: both texts as one sentence.
    assert prepare(one_type, "dog", "cat", types=0).types == [0] * 5


@pytest.mark.parametrize(
    ("what", "numbers", "says"),
    [
        ("positions", [], "0 positions for them: give one for each token"),
        ("types", [0], "1 token type for them"),
        ("mask", [0, 1, 0, 1], "3 tokens, special ones included, and 4 mask values"),
    ],
)
def test_the_wrong_number_of_entries(toy, what, numbers, says):
    with pytest.raises(InputError, match=says):
        prepare(toy, "dog", **{what: numbers})


@pytest.mark.parametrize("numbers", [[], range(9)])
def test_too_few_or_too_many_ids(toy, numbers):
    says = f"Give from 1 to 8 token IDs, not {len(numbers)}: that is what"
    with pytest.raises(InputError, match=says):
        prepare(toy, "dog", ids=numbers)


def test_a_text_that_is_too_long(toy):
    with pytest.raises(InputError) as error:
        prepare(toy, "dog " * 6 + "cat car")
    assert str(error.value) == (
        "That is 10 tokens and the model takes 8: shorten the text, which is too long"
        " from “cat car” on."
    )
    with pytest.raises(InputError, match="from “\u2068שלום\u2069” on"):
        prepare(toy, "dog " * 6 + "שלום")
    assert len(prepare(toy, "dog " * 6).ids) == 8


@pytest.mark.parametrize("what", ["ids", "positions", "types", "mask"])
@pytest.mark.parametrize(
    "numbers",
    [
        [0.0, 1.0, 0.0],
        "010",
        [[0], [1, 0]],
        [0, None, 0],
        [10**30, 0, 0],
        {0, 1},
        1.5,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_are_not_whole_numbers(toy, what, numbers):
    with pytest.raises(InputError) as error:
        prepare(toy, "dog", **{what: numbers})
    text = str(error.value)
    assert "s must be whole numbers, one for each token, such as [0, 1, 2], not" in text
    assert len(text) < 160
    assert "\n" not in text


@settings(deadline=None, derandomize=True, max_examples=200)
@given(data=st.data())
def test_any_numbers_come_back_or_get_a_sentence(toy, data):
    count = data.draw(st.integers(0, 9))

    def numbers(last):
        many = st.lists(st.integers(-1, last), min_size=count, max_size=count)
        return data.draw(st.none() | st.integers(-1, last) | many)

    asked = {
        "ids": data.draw(st.lists(st.integers(-1, 11), min_size=count, max_size=count)),
        "positions": numbers(8),
        "types": numbers(2),
        "mask": numbers(2),
    }
    rows = {"ids": 11, "positions": 8, "types": 2, "mask": 2}
    usual = {"positions": list(range(count)), "types": [0] * count, "mask": [1] * count}
    wanted = {
        name: usual[name]
        if value is None
        else [value] * count
        if isinstance(value, int)
        else value
        for name, value in asked.items()
    }
    fits = 1 <= count <= 8 and all(
        0 <= number < rows[name] for name, many in wanted.items() for number in many
    )
    try:
        found = prepare(toy, "x", **asked)
    except InputError as error:
        assert not fits
        assert str(error).endswith(".")
    else:
        assert fits
        assert {name: getattr(found, name) for name in wanted} == wanted
