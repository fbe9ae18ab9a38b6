"""What of a sample a model can be measured on, and trios of a word's occurrences."""

from types import SimpleNamespace

import numpy as np
import pytest
from tiny_bert import tiny_files, write

import bertlab
from bertlab import measures
from bertlab.errors import InputError
from bertlab.text.samples import Occurrence
from bertlab.text.tokens import tokenize


def given(text):
    """Tokens, as if a tokenizer had made them."""
    return SimpleNamespace(tokens=["[CLS]", *text.split(), "[SEP]"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the bank , 3 banks .", "the bank banks"),
        ("a bank ##er sat", "a sat"),
        ("he don ' t sit", "he sit"),
        ("doreen ’ s bank", "bank"),
        ("[UNK] [MASK] 東京 x1 x", "東京 x"),
        ("##ing ##s", ""),
        ("", ""),
    ],
)
def test_whole_words(text, words):
    one = given(text)
    found = [one.tokens[i] for i in measures.whole_words(one)]
    assert found == words.split()


def test_whole_words_of_a_text(bert):
    t = tokenize(bert, "Don't the bankers' embeddings sit, unhappily?")
    found = [t.tokens[i] for i in measures.whole_words(t)]
    assert found[0] == "the"
    assert {"sit"} <= set(found) <= {"the", "sit", "unhappily"}


def test_random_places_are_of_different_words():
    texts = [given("the bank"), given("the the"), given("the"), given("a , the bank")]
    for start in range(4):
        some = texts[start:] + texts[:start]
        drawn = measures.random_places(some)
        tokens = [some[n].tokens[i] for n, i in drawn]
        assert len(set(tokens)) == len(tokens) >= 2
        assert set(tokens) <= {"the", "bank", "a"}
        texts_of = [n for n, _ in drawn]
        assert texts_of == sorted(set(texts_of))


def test_random_places_leave_out():
    texts = [given("the bank"), given("a bank"), given("my bank")]
    places = [[2], [2], [2]]
    assert measures.random_places(texts, places) == [(0, 1), (1, 1), (2, 1)]


def test_frequent_words():
    texts = [given("the bank the"), given("a bank ##er"), given("the bank"), given("a")]
    assert measures.frequent_words(texts, 2) == {
        "the": [(0, 1), (2, 1)],
        "bank": [(0, 2), (2, 2)],
        "a": [(1, 1), (3, 1)],
    }


def many(words, each=4):
    """Occurrences of words in two senses."""
    return [
        Occurrence(word, sense, f"a {word}" + " is" * n)
        for word in words
        for sense in "ab"
        for n in range(each)
    ]


def test_usable_occurrences(bert):
    words = ["bank", "bat", "light", "match", "organ"]
    one_sense = [one for one in many(["crane"], 8) if one.sense == "a"]
    few = [*one_sense, *many(["seal"], 3), *many(["☃"])]
    gone = [Occurrence("bank", "a", "a dog"), Occurrence("bank", "b", "bank " * 600)]
    usable = measures.usable_occurrences(bert, [*few, *many(words), *gone])
    assert usable.occurrences == many(words)
    assert usable.places == [[2]] * 40
    assert usable.enough
    fewer = measures.usable_occurrences(bert, many(words[:4]))
    assert not fewer.enough
    assert len(fewer.occurrences) == 32


def test_a_model_that_knows_few_words(tmp_path):
    tiny = bertlab.load(write(tmp_path / "bert", tiny_files()))
    usable = measures.usable_occurrences(tiny, many(["bank", "☃", "dog"]))
    assert not usable.enough
    assert len(usable.occurrences) == len(usable.places) == 24
    with pytest.raises(InputError, match="fits into the model's 16 positions"):
        measures.usable_occurrences(tiny, [Occurrence("bank", "a", "bank " * 20)])


# Trios


def test_nearer():
    similarities = np.array([[1, 0.9, 0.1], [0.9, 1, 0.9], [0.1, 0.9, 1]])
    found = measures.nearer(similarities)
    assert found[0, 1, 2] == 1
    assert found[0, 2, 1] == 0
    assert found[1, 0, 2] == found[1, 2, 0] == 0.5
    np.testing.assert_array_equal(found + found.transpose(0, 2, 1), 1)


def test_a_tie_is_small_beside_the_range():
    square = np.array([[1, 0.5, 0.5 + 2e-6], [0.5, 1, 0.5], [0.5 + 2e-6, 0.5, 1]])
    assert measures.nearer(square)[0, 2, 1] == 0.5
    # Where all are the same, rounding does not decide.
    noise = 1 - 1e-13 * np.arange(9).reshape(3, 3)
    assert (measures.nearer(noise) == 0.5).all()


def test_shuffled_trios(monkeypatch):
    monkeypatch.setattr(measures.cosines, "SHUFFLES", 20)
    rows = np.random.default_rng(5).normal(size=(7, 4))
    similarities = np.corrcoef(rows)
    senses = np.array(["a", "b", "a", "b", "b", "a", "a"])
    draws = np.random.default_rng(0)
    wanted = []
    for _ in range(20):
        mixed = draws.permutation(senses)
        right = [
            similarities[i, j] > similarities[i, k]
            for i in range(7)
            for j in range(7)
            for k in range(7)
            if i != j and mixed[i] == mixed[j] and mixed[i] != mixed[k]
        ]
        wanted.append(np.mean(right))
    found = measures.shuffled_trios(similarities, senses)
    np.testing.assert_allclose(found, wanted)
    assert np.ptp(found) > 0.05
