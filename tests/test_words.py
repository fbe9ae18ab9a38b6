"""Where a word stands in a text. `look_up_word` is tested with the tokenizer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_bert import WORDS, tiny_files, write
from toy import toy_bert

import bertlab
from bertlab.errors import InputError
from bertlab.text.tokens import tokenize
from bertlab.text.words import find_word


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_bert(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def cased(tmp_path_factory):
    """A tiny BERT that knows bank and Bank."""
    files = tiny_files(words=[*WORDS[:-1], "Bank"])
    files["tokenizer_config.json"] = b'{"do_lower_case": false}'
    return bertlab.load(write(tmp_path_factory.mktemp("cased") / "bert", files))


@pytest.mark.parametrize(
    ("text", "word", "places"),
    [
        ("dog cat dog", "dog", [[1], [3]]),
        ("dog", " dog ", [[1]]),
        ("DOG Dog", "dOg", [[1], [2]]),
        ("dög", "dog", [[1]]),
        # Pieces: a word is found whole or not at all.
        ("dogs dog", "dog", [[3]]),
        ("dogss dogs", "dogs", [[4, 5]]),
        # Punctuation beside it.
        ("!dog!dogs!", "dog", [[2]]),
        ("dog!!", "!", [[2], [3]]),
        # Several words, in this order; no token twice.
        ("dog dogs cat", "dogs  cat", [[2, 3, 4]]),
        ("dog dog dog dog", "dog dog", [[1, 2], [3, 4]]),
        # Not in the vocabulary: known by their letters.
        ("emu Gnu", "gNU", [[2]]),
        ("dog emu cat", "emu cat", [[2, 3]]),
        # Special tokens, typed or not.
        ("dog [SEP] cat", "[SEP]", [[2], [4]]),
        ("emu [UNK] gnu", "[UNK]", [[2]]),
        ("dog", "[CLS]", [[0]]),
        # More than the model takes.
        ("dog " * 9 + "cat", "cat", [[10]]),
    ],
)
def test_where_a_word_stands(toy, text, word, places):
    assert find_word(toy, text, word) == places


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("dogs", "dog"),
        ("dogs", "##s"),
        ("cat dog", "dog cat"),
        ("emu", "gnu"),
        ("[UNK]", "emu"),
    ],
)
def test_a_word_that_is_not_there(toy, text, word):
    with pytest.raises(InputError) as error:
        find_word(toy, text, word)
    assert str(error.value) == f"“{word}” does not occur in “{text}”."


@pytest.mark.parametrize("word", ["  ", "\u200b"])
def test_no_word(toy, word):
    with pytest.raises(
        InputError, match=r"^Type a word that occurs in the sentences, fo"
    ):
        find_word(toy, "dog", word)


def test_a_word_is_a_string(toy):
    with pytest.raises(InputError, match=r"^The word must be a string"):
        find_word(toy, "dog", None)


def test_capital_letters_in_a_cased_vocabulary(cased):
    assert find_word(cased, "bank Bank banks", "bank") == [[1]]
    assert find_word(cased, "bank Bank banks", "Bank") == [[2]]
    assert find_word(cased, "Bank emu Emu", "Emu") == [[3]]
    with pytest.raises(InputError, match="“BANK” does not occur in “bank Bank”"):
        find_word(cased, "bank Bank", "BANK")


WORD = st.sampled_from(["dog", "dogs", "cat", "Cats", "emu", "!", "[MASK]"])


@settings(deadline=None, derandomize=True, max_examples=200)
@given(words=st.lists(WORD, max_size=8), word=WORD)
def test_as_counted_by_words(toy, words, word):
    count = [one.lower() for one in words].count(word.lower())
    try:
        found = find_word(toy, " ".join(words), word)
    except InputError:
        found = []
    assert len(found) == count
    t = tokenize(toy, " ".join(words))
    for places in found:
        spans = [t.span(i).lower() for i in places]
        assert "".join(spans) == word.lower()
