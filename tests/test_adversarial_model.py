"""The package on a small model that differs from the default one in all that it can.

It is cased and lacks "the" and "dog"; it takes 24 tokens of one type; [PAD]'s row is
zeros.
"""

import numpy as np
import pytest

from bertlab import measures
from bertlab.errors import InputError
from bertlab.measures.movement import compare
from bertlab.measures.occurrences import find_occurrences
from bertlab.measures.word_states import random_words
from bertlab.network.attention import attend, feed_forward
from bertlab.network.embedding import INGREDIENTS, embed, rebuild
from bertlab.network.encoder import encode
from bertlab.network.padding import pad
from bertlab.network.similarity import nearest_tokens
from bertlab.text import samples
from bertlab.text.tokens import tokenize
from bertlab.text.words import find_word, look_up_word

TEXTS = [
    "The dog barks.",
    "I went to the bank, the Bank!",
    "",
    "nice " * 22,
    "hello, world 🦕",
]


def test_capital_letters_and_missing_words(adversarial):
    t = tokenize(adversarial, TEXTS[1])
    assert " ".join(t.tokens[:8]) == "[CLS] I we ##nt to [UNK] bank ,"
    assert " ".join(t.tokens[8:]) == "[UNK] Ban ##k ! [SEP]"
    assert any("“the” is not in the vocabulary" in said for said in t.sentences)
    assert find_word(adversarial, TEXTS[1], "Bank") == [[9, 10]]
    assert find_word(adversarial, TEXTS[1], "the") == [[5], [8]]
    assert "the row of [UNK]" in look_up_word(adversarial, "the").sentence
    assert "has no row of its own" in look_up_word(adversarial, "dog").sentence
    # A row of zeros has no direction, and is a neighbour of nothing.
    assert all(cosine == 0 for _, cosine in nearest_tokens(adversarial, "[PAD]", k=3))
    names = [name for name, _ in nearest_tokens(adversarial, "bank", k=17_000)]
    assert "[PAD]" in names[1000:-1000]


def test_the_whole_model_is_tensorflows(adversarial):
    """Batches and single texts, by TFBertModel and by hand."""
    for text, run in zip(TEXTS, encode(adversarial, TEXTS), strict=True):
        ids = np.array([tokenize(adversarial, text).ids])
        wanted = adversarial.model(
            ids, output_hidden_states=True, output_attentions=True, training=False
        )
        assert run.hidden_states.shape == (4, ids.size, 24)
        np.testing.assert_allclose(
            run.hidden_states, np.concatenate(wanted.hidden_states), atol=1e-5, rtol=0
        )
        np.testing.assert_allclose(
            run.attentions, np.concatenate(wanted.attentions), atol=1e-5, rtol=0
        )
        layer = embed(adversarial, text)
        rebuilt = rebuild(adversarial, layer)
        for states in (rebuilt, run.hidden_states[0]):
            np.testing.assert_allclose(states, layer.output, atol=1e-5, rtol=0)
        states = layer.output
        for n in (1, 2, 3):
            states = feed_forward(adversarial, n, attend(adversarial, n, states).output)
            np.testing.assert_allclose(states, run.hidden_states[n], atol=3e-5, rtol=0)


@pytest.mark.parametrize("without", INGREDIENTS)
def test_each_ingredient_can_be_left_out(adversarial, without):
    # The rows of [PAD] alone at one position: zeros, where position and type are gone.
    layer = embed(adversarial, "", ids=[0, 0, 7], positions=[0, 1, 2])
    assert np.isfinite(rebuild(adversarial, layer, [without])).all()
    nothing = rebuild(adversarial, layer, ["position", "token type", without])
    assert np.isfinite(nothing).all()


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_with_a_row_of_zeros(adversarial, side):
    batch = pad(adversarial, TEXTS[:3], 24, side=side, positions="own")
    alone, together = encode(adversarial, TEXTS[:3]), encode(adversarial, batch)
    found = compare(alone, together, batch, layer=3)
    np.testing.assert_allclose(found.itself, 1, atol=1e-6)
    assert max(moved.max() for moved in found.moved) < 1e-5


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda bert: encode(bert, "nice " * 23), "25 tokens and the model takes 24"),
        (lambda bert: embed(bert, "I", "We"), "one text, not a pair"),
        (lambda bert: embed(bert, "I", types=1), "the rows 0 alone"),
        (lambda bert: pad(bert, ["I"], 25), "24"),
        (lambda bert: attend(bert, 4, np.ones((3, 24))), "3"),
        (lambda bert: find_word(bert, "The Bank", "bank"), "“bank” does not occur"),
    ],
)
def test_what_it_cannot_do_is_said(adversarial, call, sentence):
    with pytest.raises(InputError, match=sentence):
        call(adversarial)


def test_measures_that_need_words(adversarial):
    words = random_words(adversarial)
    assert words is None or words.shape[::2] == (4, 24)
    found = measures.usable_occurrences(adversarial, samples.occurrences())
    for occurrence, place in zip(found.occurrences, found.places, strict=True):
        t = tokenize(adversarial, occurrence.text)
        assert len(t.ids) <= 24
        assert "".join(t.span(i) for i in place).lower() == occurrence.word
    of_the = find_occurrences(adversarial, "the", "I saw the cat.\nOn the mat.")
    assert of_the.places == [[[3]], [[3]]]
    assert "no token for “the”" in " ".join(of_the.messages)
    placed, others = measures.place(adversarial, 0, 23)
    assert placed[23] == pytest.approx(1)
    assert -1 <= others[0] < others[1] <= 1
