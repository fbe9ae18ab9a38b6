"""The intervention explorer, its picture and its measures."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from explorers import TEXT, said
from matplotlib.collections import QuadMesh
from toy import toy_bert

from bertlab.displays import plot_interventions
from bertlab.displays.movement_caption import MEAN
from bertlab.displays.movement_table import CONTROL, MOST_NUMBERS, NEW
from bertlab.errors import InputError
from bertlab.explorers import intervention_explorer
from bertlab.explorers import interventions as module
from bertlab.explorers.explorer import COMPUTING
from bertlab.explorers.interventions import WORDS
from bertlab.measures.interventions import controls, effect, word_places
from bertlab.network import encoder
from bertlab.text import inputs
from bertlab.text.inputs import give_row, unchanged

# Nothing may be said on stderr in a notebook.
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

TOKENS = ["[MASK]", "cat", "$x$"]
# Two tokens that stay, (layers + 1, kept).
MOVED = np.array([[0.0, 0.1], [0.5, 0.2], [0.25, 0.3]])
RUNS = np.array([[0.0, 0.2, 0.5], [0.1, 0.4, 0.6]])  # (runs, layers + 1)
VECTORS = {WORDS: [0.05, 0.1, 0.2], "[CLS]": [np.nan] * 3}


def drawn(**more):
    about = {
        "tokens": TOKENS,
        "places": [1, 2],
        "vectors": VECTORS,
        "control": {MEAN: RUNS, WORDS: RUNS / 2},
        "title": "[CLS] replaced",
    }
    return plot_interventions(MOVED, **about | more)


def tables(plot):
    """What the two tables of a picture hold: the tokens', and the rows below."""
    meshes = [m for m in plot.axes.collections if isinstance(m, QuadMesh)]
    return [np.ma.filled(mesh.get_array().astype(float), np.nan) for mesh in meshes]


def names(plot):
    return [label.get_text() for label in plot.axes.get_yticklabels()]


# The measures


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_bert(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def prepared(toy):
    """[CLS] dog cat ! car [SEP]."""
    return inputs.prepare(toy, "dog cat! car")


def as_encoding(given, states):
    return SimpleNamespace(**vars(given), hidden_states=np.asarray(states, float))


def test_where_words_stand():
    found = word_places(["[CLS]", "dog", "##s", "!", "[UNK]", "[SEP]", "7", "[MASK]"])
    assert found == [1, 2, 4, 6]
    assert word_places(["[CLS]", "!", "?", "[SEP]"]) == [1, 2]
    assert word_places(["[CLS]", "[SEP]"]) == []


def test_an_effect_by_hand(toy, prepared):
    change = inputs.remove(toy, prepared, [2])
    random = np.random.default_rng(1)
    old, new = random.normal(size=(3, 6, 4)), random.normal(size=(3, 5, 4))
    found = effect(as_encoding(prepared, old), as_encoding(change.inputs, new), change)
    np.testing.assert_allclose(found.tokens, moves(old[:, [0, 1, 3, 4, 5]], new))
    # dog and car stay, cat is gone and ! is no word
    was, now = old[:, [1, 4]].mean(axis=1), new[:, [1, 3]].mean(axis=1)
    np.testing.assert_allclose(found.words, moves(was, now))
    np.testing.assert_allclose(found.cls, found.tokens[:, 0])


def test_controls_are_other_words(toy, prepared):
    def alter(place):
        return inputs.remove(toy, prepared, [place])

    found = controls(prepared, 0, alter)
    assert [change.before for change in found] == [
        [i for i in range(6) if i != gone] for gone in (1, 2, 4)
    ]
    others = [change.before for change in controls(prepared, 2, alter)]
    assert len(others) == 2
    assert all(2 in before for before in others)
    # Those that change nothing are none.
    dog = 6
    found = controls(
        prepared, 0, lambda place: inputs.replace(toy, prepared, {place: dog})
    )
    assert [change.inputs.tokens[1:5] for change in found] == [
        ["dog", "dog", "!", "car"],
        ["dog", "cat", "!", "dog"],
    ]


def test_another_position_row(toy, prepared):
    change = give_row(toy, prepared, 2, 7)
    assert change.inputs.positions == [0, 1, 7, 3, 4, 5]
    assert change.inputs.ids == prepared.ids
    assert change.before == change.after == [0, 1, 2, 3, 4, 5]
    assert not unchanged(prepared, change)
    assert unchanged(prepared, give_row(toy, prepared, 2, 2))
    with pytest.raises(InputError, match="no position 8: the position table has the"):
        give_row(toy, prepared, 2, 8)


# The picture


def test_every_cell_of_the_picture():
    plot = drawn()
    tokens, below = tables(plot)
    np.testing.assert_allclose(tokens, [[np.nan] * 3, *MOVED.T])
    medians = np.median(RUNS, axis=0)
    means = [MOVED.mean(axis=1), medians, VECTORS[WORDS], medians / 2]
    np.testing.assert_allclose(below, means)
    shown = ["0  [MASK]", "1  cat", "2  $x$", MEAN, CONTROL, WORDS, CONTROL]
    assert names(plot) == shown
    # What is written in a row stands at the height of its name.
    written = {}
    for text in plot.axes.texts:
        x, y = text.get_position()
        written.setdefault(round(y, 3), {})[x] = text.get_text()
    rows = [written[round(y, 3)] for y in plot.axes.get_yticks()]
    assert rows[0] == {1: "new"}
    assert rows[1:] == [
        {k: f"{100 * v:.0f}" for k, v in enumerate(values)}
        for values in [*MOVED.T, *means]
    ]
    for found in (
        "each of the 2 tokens that stay",
        "cat (1), by 50.0% at layer 1",
        "from layer 0 on: 5.0%, 35.0%, 27.5%",
        "(2, median): 5.0%, 30.0%, 55.0%. At layer 2 it goes from 50.0% to 60.0%",
        "0.50 times as far there as in the control, farther than in 0 of 2",
        "by 20.0% (control: 27.5%) at layer 2",
    ):
        assert found in plot.caption


def test_one_run_unlike_the_others_does_not_carry_the_control():
    unlike = [[np.nan] * 3, [0.0, 0.1, 0.1], [0.0, 0.1, 0.2], [0.0, 0.9, 0.75]]
    plot = drawn(control=unlike, vectors=None)
    np.testing.assert_allclose(tables(plot)[1][1], [0, 0.1, 0.2])
    assert "1.38 times as far there as in the control, farther than in 2 of 3." in (
        plot.caption
    )


def test_rounding_errors_do_not_fill_the_scale():
    still = plot_interventions(1e-6 * MOVED, tokens=["a", "b"], control=RUNS)
    assert still.caption.startswith("None of the 2 tokens that stay moves")
    assert still.axes.collections[0].get_clim() == (0, 0.01)
    # A control that does not move is nothing to divide by.
    assert "times as far" not in drawn(control=0 * RUNS).caption


@pytest.mark.parametrize("count", [MOST_NUMBERS, 512])
def test_many_tokens_none_of_them_left_out(count):
    tokens = [f"w{i}" for i in range(count)]
    places = [i for i in range(count) if i != 5]
    moved = np.linspace(0, 1, 10 * len(places)).reshape(10, -1)
    plot = plot_interventions(moved, tokens=tokens, places=places)
    cells = tables(plot)[0]
    np.testing.assert_allclose(cells[places], moved.T)
    assert np.isnan(cells[5]).all()
    assert len(plot.axes.texts) == (10 * count + 1 if count <= MOST_NUMBERS else 10)
    # The new token has its name, and no two names are over each other.
    assert "5  w5" in names(plot)
    plot.figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in plot.axes.get_yticklabels()]
    assert all(one.y0 > other.y1 - 3 for one, other in pairwise(boxes))


# The explorer


@pytest.fixture(scope="module")
def shared(bert):
    return intervention_explorer(bert, TEXT)


@pytest.fixture
def explorer(shared):
    """An explorer as it is at first."""
    shared.first.value, shared.second.value = TEXT, ""
    shared.token.value, shared.by.value = "[CLS]", "[MASK]"
    shared.to.value, shared.row.value, shared.keep.value = "end", "5", False
    shared.change.value = "replace"
    return shared


def states(bert, **more):
    return encoder.encode(bert, TEXT, attentions=False, **more).hidden_states


def moves(old, new):
    """How far each of the same tokens moves, straight from the definition."""
    distance = ((np.asarray(new, float) - old) ** 2).sum(-1) ** 0.5
    return distance / (np.asarray(old, float) ** 2).sum(-1) ** 0.5


def test_cls_is_replaced_at_first(explorer, bert):
    ids, mask = inputs.prepare(bert, TEXT).ids, bert.tokenizer.mask_token_id
    before, after = states(bert), states(bert, ids=[mask, *ids[1:]])
    own = moves(before, after)[:, 1:]
    plot = explorer.plot()
    tokens, below = tables(plot)
    assert np.isnan(tokens[0]).all()
    np.testing.assert_allclose(tokens[1:], own.T, atol=1e-4)
    assert own[1:].min() > 0.01
    # The scale: each of the six words in its place, and how far the others move then.
    others = []
    for i in range(1, 7):
        changed = moves(before, states(bert, ids=[*ids[:i], mask, *ids[i + 1 :]]))
        others.append(np.delete(changed, i, axis=1).mean(axis=1))
    np.testing.assert_allclose(below[1], np.median(others, axis=0), atol=1e-4)
    vectors = (run[:, 1:7].mean(axis=1) for run in (before, after))
    np.testing.assert_allclose(below[2], moves(*vectors), atol=1e-4)
    assert explorer.caption.startswith("[CLS] (0) replaced by [MASK]. How far each of")


def test_a_word_of_two_is_replaced(explorer, bert):
    explorer.by.value = "dog"
    explorer.token.value = "the"
    assert "the is there 2 times, as tokens 1 and 5: this is token 1." in said(explorer)
    assert np.isnan(tables(explorer.plot())[0][1]).all()
    explorer.token.value = "5"
    assert said(explorer) == ""
    ids = inputs.prepare(bert, TEXT).ids
    dog = bert.tokenizer.convert_tokens_to_ids("dog")
    own = moves(states(bert), states(bert, ids=[*ids[:5], dog, *ids[6:]]))
    own[:, 5] = np.nan
    np.testing.assert_allclose(tables(explorer.plot())[0], own.T, atol=1e-4)


@pytest.mark.parametrize("keep", [False, True])
def test_removed(explorer, bert, keep):
    explorer.change.value = "remove"
    explorer.keep.value = keep
    ids = inputs.prepare(bert, TEXT).ids
    rows = list(range(1, 9)) if keep else list(range(8))
    own = moves(states(bert)[:, 1:], states(bert, ids=ids[1:], positions=rows))
    plot = explorer.plot()
    np.testing.assert_allclose(tables(plot)[0], own.T, atol=1e-4)
    assert bool(own[0].max() < 1e-6) is keep  # the embedding layer's output
    assert names(plot)[:2] == (
        ["1  the", "2  cat"] if keep else ["1→0  the", "2→1  cat"]
    )
    told = "Here 8 tokens also got another position row, in the control 4.5 on average"
    assert (told in said(explorer)) is not keep
    # What is another thing than its control has no ratio to it.
    assert ("times as far" in explorer.caption) is keep


def test_moved(explorer, bert):
    explorer.change.value = "move"
    ids = inputs.prepare(bert, TEXT).ids
    for to, place in (("3", 3), ("end", 8)):
        explorer.to.value = to
        order = [*range(1, place + 1), 0, *range(place + 1, 9)]
        own = moves(states(bert)[:, order], states(bert, ids=[ids[i] for i in order]))
        plot = explorer.plot()
        np.testing.assert_allclose(tables(plot)[0], own.T, atol=1e-4)
        assert f"[CLS] (0) moved to place {place}." in explorer.caption
        assert names(plot)[place] == f"0→{place}  [CLS]"
    # The position rows keep to their tokens: BERT is blind to the order.
    explorer.keep.value = True
    assert "None of the 9 tokens that stay moves" in explorer.caption
    assert "only the order in which they are listed is another." in said(explorer)


def test_another_row(explorer, bert):
    explorer.change.value = "position row"
    explorer.token.value, explorer.row.value = "cat", "end"
    last = len(bert.tables.position) - 1
    own = moves(states(bert), states(bert, positions=[0, 1, last, *range(3, 9)]))
    plot = explorer.plot()
    np.testing.assert_allclose(tables(plot)[0], own.T, atol=1e-4)
    assert names(plot)[2] == f"2→{last}  cat"
    assert own[0].max() > 0.01


def test_what_changes_nothing_is_said(explorer):
    explorer.by.value = "[CLS]"
    assert said(explorer).startswith("This is how it is already, so nothing changes")
    assert NEW not in [text.get_text() for text in explorer.plot().axes.texts]
    assert "None of the 9 tokens that stay moves" in explorer.caption


def test_a_pair(explorer, bert):
    explorer.second.value = "It was tired."
    explorer.token.value, explorer.to.value = "tired", "1"
    explorer.change.value = "move"
    assert said(explorer).endswith("A token takes its token type with it.")
    t = inputs.prepare(bert, TEXT, "It was tired.")
    place = t.tokens.index("tired")
    order = [0, place, *[i for i in range(1, len(t.ids)) if i != place]]
    before = encoder.encode(bert, TEXT, "It was tired.", attentions=False)
    ids, types = ([row[i] for i in order] for row in (t.ids, t.types))
    after = states(bert, ids=ids, types=types)
    own = moves(before.hidden_states[:, order], after)
    np.testing.assert_allclose(tables(explorer.plot())[0], own.T, atol=1e-4)
    explorer.second.value = " \t"
    assert "tired” is no token of this text" in said(explorer)


@pytest.mark.parametrize(
    ("typed", "token", "says"),
    [
        ("Dog", "dog", "The tokenizer writes “Dog” as dog."),
        ("##ing", "##ing", ""),
        ("😀", "[UNK]", "“😀” is not in the vocabulary and cannot be built from its"),
        ("ש", "\u2068ש\u2069", ""),
        ("103", "103", "That is the word 103, not token ID 103 ([MASK])"),
    ],
)
def test_what_is_put_in(explorer, typed, token, says):
    explorer.by.value = f" {typed} "
    assert says in said(explorer)
    assert explorer.caption.startswith(f"[CLS] (0) replaced by {token}. How far")
    assert bool(says) == bool(said(explorer))


def test_a_long_text_is_said_to_take_a_moment(explorer, monkeypatch):
    meanwhile = []

    def seen(*given, **more):
        meanwhile.append(said(explorer))
        return encoder.encode(*given, **more)

    monkeypatch.setattr(module, "encode", seen)
    explorer.first.value = "a dog"
    assert meanwhile == ["", ""]
    explorer.first.value = "dog cat " * 60
    assert meanwhile[2:] == [COMPUTING] * 2
    assert said(explorer) == ""


def test_a_text_of_one_word_has_no_scale(explorer):
    explorer.first.value, explorer.token.value = "dog", "dog"
    explorer.change.value = "remove"
    assert "no other word to do the same to, so there is no scale." in said(explorer)
    assert "Control" not in explorer.caption


def test_the_model_runs_once_for_each_input(bert, monkeypatch):
    runs = []

    def counted(bert, texts, **more):
        runs.append(len(texts))
        return encoder.encode(bert, texts, **more)

    monkeypatch.setattr(module, "encode", counted)
    explorer = intervention_explorer(bert, "a cat sat")
    assert runs == [1, 4]  # the text; the change, and three controls
    explorer.by.value = "dog"
    explorer.by.value = " [mask]"
    assert runs == [1, 4, 4]
    explorer.token.value = "1"
    assert runs == [1, 4, 4, 3]
