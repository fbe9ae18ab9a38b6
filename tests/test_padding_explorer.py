"""A batch padded by hand: its rows, the picture of it, and the padding explorer."""

from types import SimpleNamespace

import numpy as np
import pytest
from explorers import said, shown

from bertlab.displays import plot_padded
from bertlab.displays.padded_caption import MOST_COLUMNS, columns
from bertlab.errors import InputError
from bertlab.explorers import padding as module
from bertlab.explorers import padding_explorer
from bertlab.measures.movement import Compared, compare
from bertlab.network import encoder, padding
from bertlab.network.padding import Padded, pad
from bertlab.text.inputs import prepare

TEXTS = ["The cat sat.", "It rained."]  # 6 and 5 tokens
LAST = -1


# The rows


def test_rows_on_both_sides(bert):
    row, other = pad(bert, TEXTS, 7)
    assert row.tokens == ["[CLS]", "the", "cat", "sat", ".", "[SEP]", "[PAD]"]
    assert row.own == slice(0, 6)
    assert other.mask == [1] * 5 + [0, 0]
    row, other = pad(bert, TEXTS, 7, side="left", mask=False)
    assert row.mask == other.mask == [1] * 7
    assert other.tokens[other.own] == ["[CLS]", "it", "rained", ".", "[SEP]"]
    assert other.own == slice(2, 7)


def test_own_positions_are_those_of_the_text_alone(bert):
    left = pad(bert, TEXTS, 9, side="left", positions="own")
    # As the notebook writes them: pads on the left have position 0.
    assert left[0].positions == [0, 0, 0, 0, 1, 2, 3, 4, 5]
    for row in pad(bert, TEXTS, 9, side="right", positions="own"):
        assert row.positions == list(range(9))


def test_the_same_rows_as_the_tokenizer_makes(bert):
    for side in padding.SIDES:
        tokenizer = type(bert.tokenizer).from_pretrained(
            str(bert.folder), padding_side=side
        )
        theirs = tokenizer(TEXTS, padding="max_length", max_length=9)
        ours = pad(bert, TEXTS, 9, side=side)
        assert [row.ids for row in ours] == theirs["input_ids"]
        assert [row.mask for row in ours] == theirs["attention_mask"]
        assert [row.types for row in ours] == theirs["token_type_ids"]


@pytest.mark.parametrize(
    ("texts", "length", "says"),
    [
        ("a text", None, "Give a list of"),
        (TEXTS, 513, "the length must be from 6 to 512, not 513"),
        (["word " * 600], None, "That is 602 tokens and the model takes 512"),
    ],
)
def test_what_cannot_be_padded(bert, texts, length, says):
    with pytest.raises(InputError, match=says):
        pad(bert, texts, length)


# One vector of a row, and the comparison


def run_of(states):
    """A run whose states are these at layer 1, and zeros at layer 0."""
    states = np.asarray(states, float)
    return SimpleNamespace(
        ids=[0] * len(states), hidden_states=np.stack([0 * states, states])
    )


def row_of(n, own):
    return Padded(
        tokens=["x"] * n,
        ids=[0] * n,
        positions=list(range(n)),
        types=[0] * n,
        mask=[1] * n,
        own=own,
    )


def test_the_comparison_on_vectors_that_are_known():
    alone = [run_of([[3, 4], [0, 5]]), run_of([[1, 0], [0, 1]])]
    together = [
        run_of([[9, 9], [3, 4], [3, 5]]),  # the second has moved by 3 of 5
        run_of([[7, 7], [1, 0], [0, 1]]),
    ]
    batch = [row_of(3, slice(1, 3)), row_of(3, slice(1, 3))]
    found = compare(alone, together, batch, layer=1, pooling="mean of all")
    np.testing.assert_allclose(found.moved[0], [0, 0.6])
    np.testing.assert_allclose(found.moved[1], [0, 0])
    # Means alone (1.5, 4.5) and (0.5, 0.5); with the pad (5, 6) and (8, 8) / 3.
    np.testing.assert_allclose(found.alone[0, 1], 6 / np.sqrt(22.5 * 2))
    np.testing.assert_allclose(found.together[1, 0], 11 / np.sqrt(61 * 2))
    np.testing.assert_allclose(np.diag(found.together), 1)
    np.testing.assert_allclose(
        found.itself, [(1.5 * 5 + 4.5 * 6) / np.sqrt(22.5 * 61), 1]
    )
    # Two tokens of a text: sqrt(10) of 5 each, and sqrt(2) of 1.
    np.testing.assert_allclose(found.apart, (np.sqrt(10) / 5 + np.sqrt(2)) / 2)


def test_texts_of_one_token_have_no_two_to_compare():
    alone, together = [run_of([[3, 4]])], [run_of([[3, 4], [9, 9]])]
    found = compare(alone, together, [row_of(2, slice(0, 1))], layer=1)
    assert found.apart == 0
    assert "up to rounding" in plot_padded([row_of(2, slice(0, 1))], found).caption


# The picture


def compared(moved, **more):
    n = len(moved)
    values = {
        "moved": [np.array(x, float) for x in moved],
        "apart": 0.8,
        "alone": np.full((n, n), 0.25),
        "together": np.full((n, n), 0.5),
        "itself": np.linspace(0.9, 0.7, n),
        "pooling": "mean of all",
        "layer": 3,
    }
    return Compared(**(values | more))


def named(tokens, first, length, mask=0):
    """A row with these tokens from place `first` on."""
    end = first + len(tokens)
    rest = length - end
    return Padded(
        tokens=["[PAD]"] * first + list(tokens) + ["[PAD]"] * rest,
        ids=[0] * length,
        positions=list(range(length)),
        types=[0] * length,
        mask=[mask] * first + [1] * len(tokens) + [mask] * rest,
        own=slice(first, end),
    )


MOVED = [[0.1, 0.2, 0.7], [0.3, 0.4], [0.0, 0.5]]


def picture():
    batch = [
        named(["[CLS]", "$x$", "."], 0, 4),
        named(["[CLS]", "b"], 0, 4),
        named(["c", "d"], 0, 4),
    ]
    return plot_padded(batch, compared(MOVED))


def words(ax):
    return [text.get_text() for text in ax.texts]


def parts(plot):
    """The grid, the key of its colours, and the cosines."""
    outer = next(ax for ax in plot.figure.axes if ax.child_axes)
    return outer.child_axes


def test_tokens_numbers_and_pads_in_the_grid():
    plot = picture()
    found = words(plot.axes)
    assert [w for w in found if "PAD" in w] == ["[PAD]", "[PAD] × 2", "[PAD] × 2"]
    shares = [w for w in found if "." in w and w != "."]
    assert shares == ["0.10", "0.20", "0.70", "0.30", "0.40", "0.00", "0.50"]
    tokens = [w for w in found if w in ("[CLS]", "$x$", ".", "b", "c", "d")]
    assert tokens == ["[CLS]", "$x$", ".", "[CLS]", "b", "c", "d"]
    grid, key, _ = parts(plot)
    meshes = [mesh for mesh in grid.collections if mesh.get_array() is not None]
    for mesh, moved in zip(meshes, MOVED, strict=True):
        np.testing.assert_allclose(mesh.get_array().compressed(), moved)
        assert mesh.get_clim() == (0, 0.8)  # from nothing to two tokens apart
    assert "0.80 (line: 0.80, two tokens of a sentence, on average)" in words(key)


def test_cosines_of_pairs_then_of_selves():
    cosines = parts(picture())[2]
    names = [label.get_text() for label in cosines.get_yticklabels()]
    assert names[:4] == ["1 and 2", "1 and 3", "2 and 3", "1: in the batch, alone"]
    before, after = cosines.lines[:2]
    np.testing.assert_allclose(before.get_xdata(), [0.25] * 3)
    np.testing.assert_allclose(after.get_xdata(), [0.5] * 3 + [0.9, 0.8, 0.7])
    assert words(cosines)[:6] == ["0.25 → 0.50"] * 3 + ["0.90", "0.80", "0.70"]


def test_captions():
    for found in (
        "3 sentences in rows of 4 places, padded on the right: 5 of 12 places (42%)",
        "“.” of sentence 1, by 0.70 of its norm; all tokens: 0.31 on average; two",
        "tokens of a sentence are 0.80 apart",
        "0.25 alone and 0.50 in the batch; most changed are 1 and 2, from 0.25 to 0.50",
        "that of sentence 3 (0.70)",
    ):
        assert found in picture().caption
    one = plot_padded([named("ab", 0, 2)], compared([[0.1, 0.2]])).caption
    assert "a cosine of 0.90 with its vector alone" in one
    part = named("a", 0, 3)
    part.mask[1] = 1
    assert "the mask hides 1 of them" in plot_padded([part], compared([[0.1]])).caption


def test_a_cosine_of_1_as_it_is_written_can_still_be_an_angle():
    same = np.full((2, 2), 0.3)
    found = compared(
        [[1e-6, 0], [0, 0, 2e-6]], alone=same, together=same + 0.01, itself=np.ones(2)
    )
    caption = plot_padded([named("ab", 1, 3), named("cde", 0, 3)], found).caption
    assert "each token's state is the one that it has alone, up to rounding" in caption
    assert "the cosine of 1 and 2 goes from 0.30 to 0.31." in caption


@pytest.mark.parametrize(
    ("first", "n", "length", "left_out"),
    [
        (0, 4, MOST_COLUMNS, None),
        (0, 40, 40, range(11, 38)),
        (36, 4, 40, range(4, 31)),
    ],
)
def test_the_middle_of_long_rows_is_counted(first, n, length, left_out):
    row = named([f"t{i}" for i in range(n)], first, length)
    found = columns([row])
    assert len(found) == min(length, MOST_COLUMNS)
    gaps = [item for item in found if isinstance(item, range)]
    assert gaps == ([left_out] if left_out else [])
    flat = [p for item in found for p in (item if isinstance(item, range) else [item])]
    assert flat == list(range(length))
    plot = plot_padded([row], compared([np.linspace(0, 1, n)]))
    if left_out:
        assert f"{len(left_out)}\nmore" in words(parts(plot)[0])
        assert f"row: {len(left_out)} places ({left_out[0]} to" in plot.caption
    else:
        assert "Not drawn" not in plot.caption


# The explorer

THREE = "The cat sat.\nIt rained.\n\nMy dog is cute."


@pytest.fixture(scope="module")
def shared(bert):
    return padding_explorer(bert, THREE, 9)


@pytest.fixture
def explorer(shared):
    """An explorer as it is at first."""
    shared.texts.value, shared.length.value = THREE, "9"
    shared.side.value, shared.mask.value = "right", "on"
    shared.positions.value = "from the row's start"
    shared.pooling.value, shared.layer.value = "mean of all", shared.layer.max
    return shared


def by_hand(bert, texts, length, side, mask, positions):
    """Distances of each token, straight from the encoder with lists made here."""
    moved = []
    for text in texts:
        alone = encoder.encode(bert, text, attentions=False)
        n = len(alone.ids)
        pads = [bert.tokenizer.pad_token_id] * (length - n)
        seen = [0 if mask else 1] * len(pads)
        given = {
            "ids": alone.ids + pads,
            "positions": list(range(length)),
            "mask": [1] * n + seen,
        }
        start = 0
        if side == "left":
            start = len(pads)
            given["ids"], given["mask"] = pads + alone.ids, seen + [1] * n
            if positions == "own":
                given["positions"] = [0] * start + list(range(n))
        run = encoder.encode(bert, "", attentions=False, **given)
        before = alone.hidden_states
        after = run.hidden_states[:, start : start + n]
        moved.append(
            np.linalg.norm(after - before, axis=-1) / np.linalg.norm(before, axis=-1)
        )
    return moved


def drawn_moves(explorer):
    meshes = explorer.plot().axes.collections
    arrays = (mesh.get_array() for mesh in meshes)
    return [array.compressed() for array in arrays if array is not None]


def test_at_first(bert):
    explorer = padding_explorer(bert)
    longest = max(len(prepare(bert, text).ids) for text in module.TEXTS)
    assert explorer.length.value == str(longest + 2)
    # What the start is for: no token moves, and yet the means with pads do.
    assert "each token's state is the one that it has alone" in explorer.caption
    assert "The sentences' vectors (mean of all): the pairs' mean" in explorer.caption


@pytest.mark.parametrize("side", padding.SIDES)
@pytest.mark.parametrize("mask", ["on", "off"])
@pytest.mark.parametrize("counted", list(module.COUNTED))
def test_every_way_to_pad(explorer, bert, side, mask, counted):
    explorer.side.value, explorer.mask.value = side, mask
    explorer.positions.value = counted
    texts = [line for line in THREE.splitlines() if line]
    moved = by_hand(bert, texts, 9, side, mask == "on", module.COUNTED[counted])
    for layer in (bert.config.num_hidden_layers, 2):
        explorer.layer.value = layer
        found = drawn_moves(explorer)
        for values, wanted in zip(found, moved, strict=True):
            np.testing.assert_allclose(values, wanted[layer], atol=1e-5)
        assert f"Layer {layer}: " in shown(explorer)
    assert f"padded on the {side}" in explorer.caption
    hides = "the mask hides them" in explorer.caption
    assert hides == (mask == "on")
    # With the mask nothing moves, unless pads on the left are counted as well.
    same = hides and (side == "right" or module.COUNTED[counted] == "own")
    farthest = max(values.max() for values in found)
    assert farthest < 1e-5 if same else farthest > 0.1


@pytest.mark.parametrize("pooling", padding.POOLINGS)
def test_every_pooling(explorer, bert, pooling):
    explorer.side.value, explorer.mask.value = "left", "off"
    explorer.pooling.value = pooling
    texts = [line for line in THREE.splitlines() if line]
    batch = pad(bert, texts, 9, side="left", mask=False)
    together = encoder.encode(bert, batch, attentions=False)
    vectors = []
    for run, row in zip(together, batch):
        states = run.hidden_states[LAST]
        first = row.own.start
        vectors.append(
            {
                "[CLS]": states[first],
                "first place": states[0],
                "mean of tokens": states[first:].mean(axis=0),
                "mean of all": states.mean(axis=0),
                "max of tokens": states[first:].max(axis=0),
                "max of all": states.max(axis=0),
            }[pooling]
        )
    unit = np.array(vectors) / np.linalg.norm(vectors, axis=1, keepdims=True)
    after = parts(explorer.plot())[2].lines[1].get_xdata()
    wanted = (unit @ unit.T)[np.triu_indices(3, 1)]
    np.testing.assert_allclose(after[:3], wanted, atol=1e-5)
    assert f"({pooling})" in explorer.caption
    assert ("first place of rows 1, 2 and 3 holds [PAD]" in said(explorer)) == (
        pooling == "first place"
    )


def test_another_length(explorer):
    explorer.length.value = " 12 "
    assert said(explorer) == ""
    assert "in rows of 12 places" in explorer.caption
    explorer.length.value = "5"
    assert "The longest sentence has 7 tokens" in said(explorer)
    assert "in rows of 7 places" in explorer.caption


def test_what_is_odd_and_can_be_used(explorer):
    explorer.texts.value = "one 😀\n[PAD] 👩‍🦰 [UNK]\nשלום"
    found = said(explorer)
    assert "“😀” and “👩‍🦰” are not in the vocabulary" in found
    assert "You typed [PAD] and [UNK]: the tokenizer takes that" in found
    assert "Please note" not in found
    assert "שלום" not in found


def test_it_says_where_a_control_changes_nothing(explorer):
    explorer.positions.value = "from the sentence's start"
    assert "With the pads on the right, both ways of counting" in said(explorer)
    explorer.side.value = "left"
    assert said(explorer) == ""
    explorer.texts.value, explorer.length.value = "one cat", "4"
    assert "No sentence is padded, so nothing can move" in said(explorer)


def test_the_lengths_that_a_small_model_takes(adversarial):
    explorer = padding_explorer(adversarial, "bank\n" + "bank " * 23)
    assert "Sentence 2 has 25 tokens" in said(explorer)
    explorer.texts.value = "bank\nbank bank"
    explorer.length.value = "25"
    assert "type a length from 4 to 24." in said(explorer)
    explorer.length.value = "24"
    assert said(explorer) == ""
    assert "each token's state is the one that it has alone" in explorer.caption
