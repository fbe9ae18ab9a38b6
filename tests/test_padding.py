"""What padding does to the model's words: nothing with the mask, a lot without."""

import numpy as np
import pytest
from tiny_bert import CONFIG, tiny_files, tiny_tensors, write

import bertlab
from bertlab.network.encoder import encode
from bertlab.text.inputs import prepare

TEXTS = ["the bank .", "the", "the banks . the bank", "."]
PADS = (1, 3, 6)
PAD, MASK = 0, 4
EXACT = {"atol": 1e-5, "rtol": 0}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return bertlab.load(write(tmp_path_factory.mktemp("tiny") / "bert", tiny_files()))


@pytest.fixture(scope="module")
def forced(tmp_path_factory):
    """All tokens look at [PAD] alone, wherever there is one that is not hidden.

    In both layers all keys are zero but in dimension 0 of each head, to which only
    [PAD]'s row of the token table leads; all queries are the same.
    """
    tensors = tiny_tensors()
    hidden, heads = CONFIG["hidden_size"], CONFIG["num_attention_heads"]
    size = hidden // heads
    for name, tensor in tensors.items():
        if "attention.self.query" in name or "attention.self.key" in name:
            tensor[:] = 0
        if name.endswith("attention.self.query.bias"):
            tensor[::size] = 300
        if name.endswith("attention.self.key.weight"):  # (out, in)
            tensor[::size, 0] = 1
        # What comes out of a layer keeps the first dimension of what goes in.
        if "output.dense" in name:
            tensor[0] = 0
        if name.endswith("LayerNorm.weight"):
            tensor[:] = 1
        if name.endswith("LayerNorm.bias"):
            tensor[:] = 0
        if name.endswith("embeddings.weight"):
            tensor[:, 0] = 0
        if name.endswith("word_embeddings.weight"):
            tensor[PAD, 0] = 60
    files = tiny_files(tensors)
    return bertlab.load(write(tmp_path_factory.mktemp("forced") / "bert", files))


@pytest.fixture(params=["tiny", "default"])
def model(request):
    return request.getfixturevalue("bert" if request.param == "default" else "tiny")


def padded(bert, text, pads, side, hide=True, own=True):
    """A text as prepared, and with pads written out; where its own tokens stand."""
    alone = prepare(bert, text)
    n = len(alone.ids)
    more, hidden = [bert.tokenizer.pad_token_id] * pads, [0 if hide else 1] * pads
    if side == "right":
        ids, mask, positions = alone.ids + more, alone.mask + hidden, None
        place = slice(0, n)
    else:
        ids, mask = more + alone.ids, hidden + alone.mask
        positions = [0] * pads + alone.positions if own else None
        place = slice(pads, pads + n)
    return alone, prepare(bert, "", ids=ids, mask=mask, positions=positions), place


@pytest.mark.parametrize("pads", PADS)
@pytest.mark.parametrize("side", ["right", "left"])
def test_with_the_mask_words_are_what_they_are_alone(model, side, pads):
    pairs = [padded(model, text, pads, side) for text in TEXTS]
    singles = [encode(model, [row])[0] for _, row, _ in pairs]
    batch = encode(model, [row for _, row, _ in pairs])
    for (alone, _, place), single, run in zip(pairs, singles, batch):
        wanted = encode(model, [alone])[0]
        for found in (single, run):
            states = found.hidden_states[:, place]
            np.testing.assert_allclose(states, wanted.hidden_states, **EXACT)
            weights = found.attentions[..., place, place]
            np.testing.assert_allclose(weights, wanted.attentions, **EXACT)
            hidden = np.array(found.mask) == 0
            assert hidden.sum() == pads
            assert (found.attentions[..., hidden] == 0).all()
            np.testing.assert_allclose(found.attentions.sum(axis=-1), 1, **EXACT)


def test_the_tokenizer_pads_as_we_do(bert):
    """What the notebook writes by hand is what the library makes of a list."""
    texts = ["It rains.", "The grey parrot whistles all day long."]
    for side in ("right", "left"):
        batch = bert.tokenizer(
            texts, padding=True, padding_side=side, return_tensors="np"
        )
        longest = batch.input_ids.shape[1]
        positions = np.maximum(np.cumsum(batch.attention_mask, axis=1) - 1, 0)
        out = bert.model(**batch, position_ids=positions).last_hidden_state.numpy()
        for n, text in enumerate(texts):
            pads = longest - len(prepare(bert, text).ids)
            alone, row, place = padded(bert, text, pads, side)
            assert batch.input_ids[n].tolist() == row.ids
            assert batch.attention_mask[n].tolist() == row.mask
            wanted = encode(bert, [alone], attentions=False)[0].hidden_states[-1]
            np.testing.assert_allclose(out[n, place], wanted, **EXACT)


@pytest.mark.parametrize(
    "how",
    [
        {"side": "right", "hide": False},
        {"side": "left", "hide": False},
        {"side": "left", "own": False},  # masked, and counted from the row's start
    ],
    ids=str,
)
def test_otherwise_words_move(model, how):
    for text in TEXTS:
        alone, row, place = padded(model, text, 3, **how)
        wanted, found = encode(model, [alone, row], attentions=False)
        moved = np.abs(found.hidden_states[:, place] - wanted.hidden_states)
        # The embedding layer mixes nothing.
        assert (moved[0].max() < 1e-5) == how.get("own", True)
        assert (moved[-1].max(axis=-1) > 1e-3).all()


def test_attention_forced_to_a_pad_leaks_without_the_mask_alone(forced):
    """All weight would go to the one pad: with the mask it is 0 even so."""
    for text in TEXTS:
        for side in ("right", "left"):
            alone, row, place = padded(forced, text, 1, side)
            at = 0 if side == "left" else -1
            hidden, wanted = encode(forced, [row]), encode(forced, [alone])
            assert (hidden[0].attentions[..., at] == 0).all()
            np.testing.assert_allclose(
                hidden[0].hidden_states[:, place], wanted[0].hidden_states, **EXACT
            )
            _, row, place = padded(forced, text, 1, side, hide=False)
            leaking = encode(forced, [row])[0]
            np.testing.assert_allclose(leaking.attentions[0, ..., at], 1, **EXACT)
            moved = leaking.hidden_states[1, place] - wanted[0].hidden_states[1]
            assert (np.abs(moved).max(axis=-1) > 0.1).all()
