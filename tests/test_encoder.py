"""The whole model on a text: what went in beside what came out of each layer."""

import sys
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_embeddings import TEXTS
from tiny_bert import CONFIG, packed, tiny_files, tiny_tensors, write

import bertlab
from bertlab import encoder
from bertlab.embeddings import embed
from bertlab.encoder import BATCH_TOKENS, LONG, encode
from bertlab.errors import InputError, ModelError
from bertlab.inputs import Inputs, prepare

FIELDS = ("tokens", "ids", "positions", "types", "mask")


def assert_same(found, wanted):
    """Compare two encodings: what went in exactly, what came out to 1e-5."""
    assert [getattr(found, name) for name in FIELDS] == [
        getattr(wanted, name) for name in FIELDS
    ]
    for what in ("hidden_states", "attentions", "vectors"):
        ours, theirs = getattr(found, what), getattr(wanted, what)
        assert (ours is None) == (theirs is None)
        if ours is not None:
            assert ours.dtype == np.float32
            np.testing.assert_allclose(ours, theirs, atol=1e-5, rtol=0)


def batches_of(monkeypatch):
    """List what goes through the model together: each batch's texts' lengths."""
    run, batches = encoder._run, []

    def noted(bert, batch, attentions, *more):
        batches.append([len(given.ids) for given in batch])
        return run(bert, batch, attentions, *more)

    monkeypatch.setattr(encoder, "_run", noted)
    return batches


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Load a BERT so small that a run costs next to nothing."""
    return bertlab.load(write(tmp_path_factory.mktemp("tiny") / "bert", tiny_files()))


@pytest.mark.parametrize("text", TEXTS)
def test_shapes(bert, text):
    found = encode(bert, *text)
    config, n = bert.config, len(found.tokens)
    assert found.hidden_states.shape == (
        config.num_hidden_layers + 1,
        n,
        config.hidden_size,
    )
    heads = config.num_attention_heads
    assert found.attentions.shape == (config.num_hidden_layers, heads, n, n)
    assert found.hidden_states.dtype == found.attentions.dtype == np.float32


@pytest.mark.parametrize("text", TEXTS)
def test_what_went_in_comes_back(bert, text):
    found, wanted = encode(bert, *text), prepare(bert, *text)
    assert all(getattr(found, name) == getattr(wanted, name) for name in FIELDS)
    encoded = bert.tokenizer(*text)
    assert found.ids == encoded["input_ids"]
    assert found.types == encoded["token_type_ids"]


def test_other_numbers_come_back(tiny):
    asked = {
        "ids": [2, 6, 6, 3],
        "positions": [15, 0, 7, 7],
        "types": [1, 0, 1, 0],
        "mask": [1, 1, 0, 1],
    }
    found = encode(tiny, "the", **asked)
    assert {name: getattr(found, name) for name in asked} == asked
    assert found.tokens == ["[CLS]", "bank", "bank", "[SEP]"]
    assert found.hidden_states.shape == (3, 4, 8)


@pytest.mark.parametrize("text", TEXTS)
def test_the_last_state_is_the_models_own(bert, text):
    encoded = bert.tokenizer(*text, return_tensors="tf")
    wanted = bert.model(encoded).last_hidden_state[0]
    np.testing.assert_allclose(
        encode(bert, *text).hidden_states[-1], wanted, atol=1e-5, rtol=0
    )


@pytest.mark.parametrize("text", TEXTS)
def test_hidden_state_0_is_the_embedding_layer(bert, text):
    found, by_hand = encode(bert, *text, attentions=False), embed(bert, *text)
    np.testing.assert_allclose(
        found.hidden_states[0], by_hand.output, atol=1e-5, rtol=0
    )


def test_hidden_state_0_of_any_rows(bert):
    tables = bert.tables

    @settings(deadline=None, derandomize=True, max_examples=12)
    @given(data=st.data())
    def check(data):
        count = data.draw(st.integers(1, 40))

        def rows(table):
            row = st.integers(0, len(table) - 1)
            return data.draw(st.lists(row, min_size=count, max_size=count))

        asked = {
            "ids": rows(tables.token),
            "positions": rows(tables.position),
            "types": rows(tables.token_type),
        }
        found = encode(bert, "", **asked, attentions=False)
        by_hand = embed(bert, "", **asked)
        np.testing.assert_allclose(
            found.hidden_states[0], by_hand.output, atol=1e-5, rtol=0
        )

    check()


def test_each_number_has_its_part(bert):
    usual = encode(bert, "my dog is cute").hidden_states
    for other in (
        {"positions": [0, 1, 9, 3, 4, 5]},
        {"types": [0, 0, 1, 0, 0, 0]},
        {"ids": [101, 2026, 4937, 2003, 10140, 102]},
    ):
        changed = encode(bert, "my dog is cute", **other).hidden_states
        apart = np.abs(changed - usual).max(axis=2)  # (layers + 1, tokens)
        # Before attention the one token alone is another; in the end all are.
        assert list(np.flatnonzero(apart[0] > 1e-6)) == [2]
        assert (apart[-1] > 1e-3).all()


@pytest.mark.parametrize("text", TEXTS[:4])
def test_attention_rows_sum_to_1(bert, text):
    weights = encode(bert, *text).attentions
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-5)


def test_masked_tokens_get_no_attention(bert):
    alone = encode(bert, "my dog is cute")
    ids = [*alone.ids, 0, 0, 0]
    mask = [1] * 6 + [0] * 3
    padded = encode(bert, "", ids=ids, mask=mask)
    assert padded.attentions[..., 6:].max() == 0
    np.testing.assert_allclose(padded.attentions.sum(axis=-1), 1, atol=1e-5)
    # So the words come out as without the padding.
    np.testing.assert_allclose(
        padded.hidden_states[:, :6], alone.hidden_states, atol=1e-5, rtol=0
    )
    unmasked = encode(bert, "", ids=ids)
    assert unmasked.attentions[..., 6:].min() > 0
    assert np.abs(unmasked.hidden_states[-1, :6] - alone.hidden_states[-1]).max() > 0.01


def test_a_hole_in_the_mask(tiny):
    weights = encode(tiny, "the bank", mask=[1, 0, 1, 1]).attentions
    assert weights[..., 1].max() == 0
    assert weights[..., [0, 2, 3]].min() > 0


def test_without_attentions(tiny):
    found = encode(tiny, "the bank", attentions=False)
    assert found.attentions is None
    np.testing.assert_array_equal(
        found.hidden_states, encode(tiny, "the bank").hidden_states
    )


def test_no_dropout(tiny):
    first, second = (encode(tiny, "the bank").hidden_states for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"text": "the " * 20}, "22 tokens and the model takes 16"),
        ({"positions": 16}, "no position 16"),
        ({"positions": -1}, "no position -1"),
        ({"types": 2}, "no token type 2"),
        ({"types": [0, 0]}, "2 token types for them"),
        ({"mask": [1]}, "1 mask value for them"),
        ({"ids": []}, "Give from 1 to 16 token IDs, not 0"),
        ({"ids": [9]}, "no token ID 9"),
        ({"positions": "0 1 2"}, "must be whole numbers"),
    ],
)
def test_bad_input_is_a_sentence(tiny, asked, says):
    with pytest.raises(InputError, match=says):
        encode(tiny, **{"text": "the", **asked})


def test_one_type(tmp_path):
    tensors = tiny_tensors()
    name = "embeddings.token_type_embeddings.weight"
    tensors[name] = tensors[name][:1]
    one = bertlab.load(write(tmp_path / "one", tiny_files(tensors, type_vocab_size=1)))
    assert encode(one, "the bank").hidden_states.shape == (3, 4, 8)
    with pytest.raises(InputError, match="it takes one text, not a pair"):
        encode(one, "the", "bank")


def test_without_tensorflow(tmp_path, monkeypatch):
    tiny = bertlab.load(write(tmp_path / "bert", tiny_files()))
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ModelError, match="TensorFlow cannot be imported here"):
        encode(tiny, "the bank")
    # What is wrong with the input is said first.
    with pytest.raises(InputError):
        encode(tiny, "the bank", types=2)
    assert embed(tiny, "the bank").output.shape == (4, CONFIG["hidden_size"])


def test_weights_that_tensorflow_refuses(tmp_path):
    weights = {"model.safetensors": packed(tiny_tensors(), saved_as="np")}
    refused = bertlab.load(write(tmp_path / "bert", tiny_files() | weights))
    with pytest.raises(ModelError, match="do not say that PyTorch saved them"):
        encode(refused, "the bank")
    assert embed(refused, "the bank").output.shape == (4, CONFIG["hidden_size"])


def test_running_the_model_leaves_the_config_alone(tmp_path):
    fresh = bertlab.load(write(tmp_path / "bert", tiny_files()))
    before = fresh.config.to_dict()
    encode(fresh, "the bank")
    assert fresh.config.to_dict() == before


MANY = [
    "the bank raised its rates again after a long and quiet year.",
    ("The bank by the river.", "Where is my money?"),
    "",
    "dog",
    ("naïve 👩 東京 unbelievably",),
    ("dog", None),
    "The bank by the river.",
    "dog",
]


def test_a_list_is_as_one_by_one(bert):
    found = encode(bert, MANY)
    assert len(found) == len(MANY)
    for entry, one in zip(MANY, found):
        entry = entry if isinstance(entry, tuple) else (entry,)
        assert_same(one, encode(bert, *entry))


def test_a_list_with_a_text_as_long_as_may_be(bert):
    long, short = encode(bert, ["dog " * 510, "a dog"])
    assert len(long.ids) == 512
    assert_same(short, encode(bert, "a dog"))
    assert_same(long, encode(bert, "dog " * 510))


def test_other_numbers_in_a_list(bert):
    """IDs, positions, types, a hole, vectors and plain texts, all in one list."""
    rows = np.random.default_rng(0).normal(size=(5, bert.config.hidden_size))
    asked = [
        {"text": "my dog is cute", "positions": [5, 4, 3, 2, 1, 0]},
        {"text": "", "ids": [101, 2026, 4937, 102]},
        {"text": "my dog", "types": [0, 1, 1, 0], "mask": [1, 1, 0, 1]},
        {"text": "", "ids": [103] * 5, "vectors": rows},
        {"text": "my dog is very cute", "mask": 0},
        {"text": "my dog", "vectors": rows[:4], "positions": 7},
        {"text": "my dog", "mask": 0},
        {"text": "my dog", "pair": "is cute"},
    ]
    given = [prepare(bert, **one) for one in asked]
    given.insert(2, "a plain text among them")
    found = encode(bert, given)
    del given[2]
    assert found.pop(2).tokens[1:-1] == ["a", "plain", "text", "among", "them"]
    for one, wanted in zip(found, asked):
        assert_same(one, encode(bert, **wanted))
    # What came out goes in again.
    for once, again in zip(found, encode(bert, found)):
        assert_same(again, once)


@pytest.mark.parametrize("mask", [None, [1, 0, 1], 0], ids=["none", "a hole", "all"])
def test_padding_does_not_leak(tmp_path, mask):
    """Whatever is in the row that pads, and however long the other texts are."""
    tensors = tiny_tensors()
    tensors["embeddings.word_embeddings.weight"][0] = 50 * np.arange(8)
    loud = bertlab.load(write(tmp_path / "bert", tiny_files(tensors)))
    wanted = encode(loud, "bank", mask=mask)
    for longer in ("the bank", "the bank the bank the bank the bank"):
        short = prepare(loud, "bank", mask=mask)
        assert_same(encode(loud, [longer, short, longer])[1], wanted)


def test_a_list_keeps_its_own_memory(tiny):
    """What is kept of one text does not keep the batch."""
    found = encode(tiny, ["the bank the bank", "bank"])[1]
    for array in (found.hidden_states, found.attentions):
        assert array.base is None
        assert array.flags.writeable
        assert array.flags.c_contiguous


def test_short_lists(tiny, monkeypatch):
    batches = batches_of(monkeypatch)
    assert encode(tiny, []) == []
    assert batches == []
    (alone,) = encode(tiny, ["the bank"])
    assert_same(alone, encode(tiny, "the bank"))


def test_a_list_without_attentions(tiny):
    with_them = encode(tiny, ["the bank", "bank"])
    without = encode(tiny, ["the bank", "bank"], attentions=False)
    assert [one.attentions for one in without] == [None, None]
    for one, other in zip(without, with_them):
        np.testing.assert_array_equal(one.hidden_states, other.hidden_states)


def test_what_goes_in_is_left_alone(tiny):
    given = prepare(tiny, "the bank", positions=[3, 2, 1, 0])
    texts = ["bank", given, ("the", "bank"), "the bank the bank"]
    before = list(texts)
    found = encode(tiny, texts)
    assert all(one is other for one, other in zip(texts, before))
    found[1].ids.append(5)
    assert given == prepare(tiny, "the bank", positions=[3, 2, 1, 0])


@pytest.mark.parametrize("attentions", [True, False])
def test_batches(bert, monkeypatch, attentions):
    """Alike in length, no more tokens than is said, and a long text alone."""
    batches = batches_of(monkeypatch)
    texts = ["dog " * n for n in (LONG, 3, LONG - 2, 300, 5, *range(100, 108))]
    found = encode(bert, [*texts, *["dog"] * 12], attentions=attentions)
    assert [len(one.ids) for one in found[:5]] == [LONG + 2, 5, LONG, 302, 7]
    assert list(chain(*batches)) == sorted(
        (len(one.ids) for one in found), reverse=True
    )
    assert batches[:2] == [[302], [LONG + 2]]
    for batch in batches:
        assert len(batch) * max(batch) <= BATCH_TOKENS
        assert len(batch) == 1 or max(batch) <= LONG
    # No batch could have taken the next text too.
    for batch in batches[2:-1]:
        assert (len(batch) + 1) * max(batch) > BATCH_TOKENS


def test_many_long_texts_take_the_memory_of_one(bert, monkeypatch):
    """What is inside the model at one time does not grow with the list."""
    batches = batches_of(monkeypatch)
    found = encode(bert, ["dog " * 510] * 3, attentions=False)
    assert batches == [[512]] * 3
    np.testing.assert_array_equal(found[0].hidden_states, found[2].hidden_states)


def test_many_short_ones_take_few_batches(tiny, monkeypatch):
    batches = batches_of(monkeypatch)
    encode(tiny, ["the bank"] * 416)
    assert [len(batch) for batch in batches] == [256, 160]


def test_a_text_that_fills_a_batch_by_itself(tiny, monkeypatch):
    monkeypatch.setattr(encoder, "BATCH_TOKENS", 7)
    monkeypatch.setattr(encoder, "LONG", 4)
    batches = batches_of(monkeypatch)
    encode(tiny, ["the", "bank", "", "the bank", "the bank the"])
    assert batches == [[5], [4], [3, 3], [2]]


def test_another_kind_of_string(tiny):

    class Text(str):
        __slots__ = ()

    assert encode(tiny, [Text("bank")])[0].ids == [2, 6, 3]
    assert encode(tiny, Text("bank")).ids == [2, 6, 3]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (5, "Entry 1 of the list: The text must be a string"),
        (None, "Entry 1 of the list: The text must be a string"),
        (["bank"], "Entry 1 of the list: The text must be a string"),
        ((), "Entry 1 of the list must be a text or a tuple of two texts, not ()."),
        (("the", "bank", "the"), "Entry 1 of the list must be a text or a tuple of"),
        ((None, "bank"), "Entry 1 of the list: The text must be a string"),
        (("bank", 5), "Entry 1 of the list: The second text must be a string"),
        ("the " * 20, "Entry 1 of the list: That is 22 tokens and the model takes 16"),
        ("\ud800", "Entry 1 of the list: Character 1 of the text is half of"),
        (
            Inputs(["x"], [99], [0], [0], [1]),
            "Entry 1 of the list: There is no token ID 99",
        ),
        (
            Inputs(["x"], [5], [0, 1], [0], [1]),
            "Entry 1 of the list: There is 1 token, special ones included, and 2",
        ),
        (
            Inputs(["x"], [5], [0], [0], [1], np.ones((1, 9))),
            "Entry 1 of the list: The vectors have the shape (1, 9)",
        ),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_a_bad_entry_is_named(tiny, entry, says, monkeypatch):
    batches = batches_of(monkeypatch)
    with pytest.raises(InputError) as error:
        encode(tiny, ["the bank", entry, "bank"])
    assert str(error.value).startswith(says)
    assert batches == []  # it is said before the model runs


@pytest.mark.parametrize(
    "beside",
    [
        {"pair": "bank"},
        {"ids": [5]},
        {"positions": 0},
        {"types": 0},
        {"mask": 1},
        {"vectors": np.ones((3, 8))},
    ],
    ids=lambda value: next(iter(value)),
)
def test_nothing_goes_beside_a_list(tiny, beside):
    with pytest.raises(InputError, match="A list of texts takes no second text and no"):
        encode(tiny, ["the", "bank"], **beside)


@pytest.mark.parametrize("text", [None, 5, iter(["the"]), {"the"}, b"the", np.ones(2)])
def test_neither_text_nor_list(tiny, text):
    with pytest.raises(InputError, match="The text must be a string"):
        encode(tiny, text)


def test_a_tuple_is_no_list(tiny):
    with pytest.raises(InputError, match="A tuple is a text and its second text: give"):
        encode(tiny, ("the", "bank"))


@pytest.mark.parametrize("text", TEXTS)
def test_the_tables_rows_as_vectors(bert, text):
    """In the place of the IDs' rows, the same rows lead to the same states."""
    usual = encode(bert, *text)
    rows = bert.tables.token[usual.ids]
    found = encode(bert, *text, vectors=rows)
    np.testing.assert_allclose(
        found.hidden_states, usual.hidden_states, atol=1e-5, rtol=0
    )
    np.testing.assert_allclose(found.attentions, usual.attentions, atol=1e-5, rtol=0)
    np.testing.assert_array_equal(found.vectors, rows)
    assert found.ids == usual.ids
    assert usual.vectors is None


def test_other_vectors(bert):
    """Vectors and no IDs decide; positions and types are added to them."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(4, bert.config.hidden_size)).astype(np.float32)
    asked = {"positions": [3, 9, 0, 5], "types": [1, 0, 0, 1]}
    found = encode(bert, "a dog", vectors=rows, **asked)
    tables = bert.tables
    total = rows + tables.position[asked["positions"]]
    total = total + tables.token_type[asked["types"]]
    centred = total - total.mean(axis=1, keepdims=True)
    wanted = centred / np.sqrt(total.var(axis=1, keepdims=True) + tables.eps)
    wanted = wanted * tables.gamma + tables.beta
    np.testing.assert_allclose(found.hidden_states[0], wanted, atol=1e-5, rtol=0)
    other = encode(bert, "", ids=[0, 0, 0, 0], vectors=rows, **asked)
    np.testing.assert_array_equal(found.hidden_states, other.hidden_states)


def test_half_way_between_two_words(tiny):
    """What the vectors are for: an input that no token has."""
    table, usual = tiny.tables.token, prepare(tiny, "the bank")
    rows = table[usual.ids].copy()
    rows[1] = (table[5] + table[6]) / 2
    found = encode(tiny, "the bank", vectors=rows).hidden_states[0]
    ends = [encode(tiny, one).hidden_states[0] for one in ("the bank", "bank bank")]
    np.testing.assert_allclose(found[[0, 2, 3]], ends[0][[0, 2, 3]], atol=1e-6)
    assert all(np.abs(found[1] - end[1]).max() > 0.01 for end in ends)


@pytest.mark.parametrize("pooler", [True, False])
@pytest.mark.parametrize("types", [1, 2])
def test_lists_on_other_berts(tmp_path, pooler, types):
    tensors = tiny_tensors()
    name = "embeddings.token_type_embeddings.weight"
    tensors[name] = tensors[name][:types]
    if pooler:
        tensors["pooler.dense.weight"] = np.eye(8, dtype=np.float32)
        tensors["pooler.dense.bias"] = np.zeros(8, np.float32)
    files = tiny_files(tensors, type_vocab_size=types)
    other = bertlab.load(write(tmp_path / "bert", files))
    found = encode(other, ["the bank", "bank", "the bank ."])
    for one, text in zip(found, ("the bank", "bank", "the bank .")):
        assert_same(one, encode(other, text))
        assert one.hidden_states.shape == (3, len(one.ids), 8)
    if types == 1:
        with pytest.raises(InputError, match=r"Entry 1 of .* one text, not a pair"):
            encode(other, ["the bank", ("the", "bank")])
    else:
        assert encode(other, [("the", "bank")])[0].types == [0, 0, 0, 1, 1]


def test_any_list_is_as_one_by_one(tiny):
    @settings(deadline=None, derandomize=True, max_examples=15)
    @given(data=st.data())
    def check(data):
        words = st.lists(st.sampled_from(["the", "bank", "banks", "."]), max_size=6)
        texts = data.draw(st.lists(words.map(" ".join), max_size=6))
        for text, one in zip(texts, encode(tiny, texts)):
            assert_same(one, encode(tiny, text))

    check()


def counted(fresh, monkeypatch):
    """Give a model's calls a list to stand in, which is returned."""
    model, called = fresh.model, []

    def noted(*args, **more):
        called.append(args)
        return model(*args, **more)

    noted.get_input_embeddings = model.get_input_embeddings
    monkeypatch.setitem(vars(fresh), "model", noted)
    return called


@pytest.mark.parametrize("attentions", [True, False])
@pytest.mark.parametrize("vectors", [True, False])
def test_who_goes_on_gets_a_compiled_model(tmp_path, monkeypatch, attentions, vectors):
    """After many calls it is compiled, and gives the same for texts of any length."""
    fresh = bertlab.load(write(tmp_path / "bert", tiny_files()))
    monkeypatch.setattr(encoder, "COMPILED_AFTER", 1)
    given = [prepare(fresh, text) for text in ("the bank", "bank", "the the the")]
    if vectors:
        rows = fresh.tables.token
        given = [
            prepare(fresh, "", ids=one.ids, vectors=rows[one.ids]) for one in given
        ]
    ordinary = encode(fresh, given, attentions=attentions)
    called = counted(fresh, monkeypatch)
    for texts in (given, given[:2], [given[2], given[0], given[0], given[1]]):
        for one, other in zip(texts, encode(fresh, texts, attentions=attentions)):
            (usual,) = (o for o in ordinary if o.ids == one.ids)
            np.testing.assert_allclose(
                usual.hidden_states, other.hidden_states, atol=1e-5
            )
            if attentions:
                np.testing.assert_allclose(
                    usual.attentions, other.attentions, atol=1e-5
                )
            else:
                assert other.attentions is None
    encode(fresh, given[:1], attentions=attentions)
    assert len(called) == 1, "traced once, for all lengths"


@pytest.mark.parametrize(("texts", "calls"), [(1, 2), (3, 4), (4, 1)])
def test_a_list_of_many_batches_is_worth_compiling_at_once(
    tmp_path, monkeypatch, texts, calls
):
    """Three calls are ordinary; a list that is sure to need four waits for none."""
    fresh = bertlab.load(write(tmp_path / "bert", tiny_files()))
    monkeypatch.setattr(encoder, "COMPILED_AFTER", 3)
    monkeypatch.setattr(encoder, "BATCH_TOKENS", 3)  # a text of one word in each batch
    called = counted(fresh, monkeypatch)
    for _ in range(2):
        encode(fresh, ["bank"] * texts)
    assert len(called) == calls, "that which is traced is called once"


def test_a_compiled_model_sees_a_larger_table(tmp_path, monkeypatch):
    fresh = bertlab.load(write(tmp_path / "bert", tiny_files()))
    monkeypatch.setattr(encoder, "COMPILED_AFTER", 1)
    texts = ["the bank", "bank the"]
    before = [encode(fresh, texts) for _ in range(3)][-1]
    model = fresh.model
    model.resize_token_embeddings(len(fresh.tables.token) + 1)
    weight = model.get_input_embeddings().weight
    weight.assign(weight * 2)
    after = [encode(fresh, texts) for _ in range(3)][-1]
    for one, other in zip(before, after):
        assert np.abs(one.hidden_states - other.hidden_states).max() > 0.01
