"""What padding does to the model's words: nothing with the mask, a lot without."""

import numpy as np
import pytest
from tiny_bert import tiny_files, write

import bertlab
from bertlab.network.encoder import encode
from bertlab.text.inputs import prepare

TEXTS = ["the bank .", "the", "the banks . the bank", "."]
PADS = (1, 3, 6)
EXACT = {"atol": 1e-5, "rtol": 0}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return bertlab.load(write(tmp_path_factory.mktemp("tiny") / "bert", tiny_files()))


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
