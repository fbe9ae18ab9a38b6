"""One word's occurrences: the pictures, the context explorer, and what it computes."""

import numpy as np
import pytest
from explorers import said, shown
from tiny_bert import tiny_files, write

import bertlab
from bertlab.displays import plot_context_layers, plot_context_matrix, plot_occurrences
from bertlab.displays.occurrences import own_nearest
from bertlab.explorers import context as module
from bertlab.explorers import context_explorer
from bertlab.measures import word_states
from bertlab.measures.occurrences import MOST, find_occurrences
from bertlab.measures.word_states import (
    RANDOM,
    context_space,
    cosines,
    plane,
    random_words,
)
from bertlab.network import encoder
from bertlab.text.tokens import tokenize

SIMILARITIES = np.array(
    [[1, 0.2, 0.9, -0.3], [0.2, 1, 0.1, 0.4], [0.9, 0.1, 1, 0.6], [-0.3, 0.4, 0.6, 1]]
)
LABELS = ["1 a bank", "2 the $x$", "3 one bank", "4 bank"]
SENSES = ["river", "money", "river", "money"]
BASELINE = np.linspace(-0.1, 0.3, 101)  # mean 0.1, middle 90 % -0.08 to 0.28
# Two clusters far from each other, and a lone point of the first sense by the second.
POINTS = np.array([[0, 0], [0, 1], [9, 9], [9, 8.0], [8, 9]])
FIVE = ["river", "river", "money", "money", "river"]
TEXT = "A bank lends money.\nMy bank is shut.\n\nThe bank of the river."
LAST = -1


def matrix():
    return plot_context_matrix(
        SIMILARITIES, labels=LABELS, senses=SENSES, baseline=BASELINE
    )


def occurrences(points=POINTS, senses=FIVE, numbers=None):
    return plot_occurrences(
        points,
        senses=senses,
        word="bank",
        numbers=numbers or range(len(points)),
        titles=["layer 3"],
        shares=[[0.5, 0.25]],
    )


# The square of cosines


def test_every_cell_of_the_matrix_by_sense():
    plot = matrix()
    order = [0, 2, 1, 3]
    cells = plot.axes.images[0].get_array()
    np.testing.assert_array_equal(cells.data, SIMILARITIES[order][:, order])
    np.testing.assert_array_equal(cells.mask, np.eye(4, dtype=bool))
    names = [label.get_text() for label in plot.axes.get_yticklabels()]
    assert names == ["1 a bank", "3 one bank", "2 the $x$", "4 bank"]
    numbers = {t.get_position(): t.get_text() for t in plot.axes.texts}
    assert numbers[1, 0] == numbers[0, 1] == "0.90"
    assert numbers[0, 3] == "-0.30"
    # Random words on the scale: the bar, and the mean.
    bar, mean = plot.figure.axes[1].lines[-2:]
    np.testing.assert_allclose(bar.get_ydata(), [-0.08, 0.28])
    np.testing.assert_allclose(mean.get_ydata(), [0.1])
    # Colours begin where random words or the cosines do.
    assert plot.axes.images[0].get_clim() == (-0.3, 1)


def test_caption_of_the_matrix():
    for found in (
        "Most alike are “1 a bank” and “3 one bank” (0.90); least alike “1 a bank” and"
        " “4 bank” (-0.30); the mean is 0.32.",
        "Same sense: 0.65 on average (2 pairs). Different senses: 0.15",
        "Random words: 0.10 on average, 90 % of 101 pairs between -0.08 and 0.28.",
    ):
        assert found in matrix().caption
    # Of pairs that are equally alike, the first is named.
    noisy = SIMILARITIES.copy()
    noisy[2, 3] = noisy[3, 2] = 0.9 + 1e-7
    caption = plot_context_matrix(noisy, labels=LABELS).caption
    assert "Most alike are “1 a bank” and “3 one bank”" in caption


# The map, and by layer


def test_points_by_sense():
    plot = occurrences(numbers=["1", "2a", "2b", "$3$", "4"])
    river, money = plot.axes.lines
    np.testing.assert_array_equal(river.get_xydata(), POINTS[[0, 1, 4]])
    np.testing.assert_array_equal(money.get_xydata(), POINTS[[2, 3]])
    assert [text.get_text() for text in plot.axes.texts][:4] == ["1", "2a", "2b", "$3$"]
    for text, point in zip(plot.axes.texts, POINTS):
        np.testing.assert_array_equal(text.xy, point)
    for found in (
        "river (0, 1 and 4); money (2 and 3)",
        "for: 3.5 of 5; a random other one would be for 2",
        "keep: 75%",
    ):
        assert found in occurrences().caption


def test_no_label_lies_on_a_point_or_another_label():
    points = np.array([[0, 0], [0.4, 0], [0.8, 0], [10, 0], [10, 0.5], [5, 9]])
    plot = occurrences(points, "aaabbb")
    at = plot.axes.transData.transform(points)
    boxes = [text.get_window_extent() for text in plot.axes.texts]
    assert not any(box.contains(*point) for box in boxes for point in at)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    # Points in one place share theirs.
    plot = occurrences(np.array([[0, 0], [1, 1], [0, 1e-9], [2, 0]]), "abab")
    assert [text.get_text() for text in plot.axes.texts] == ["0, 2", "1", "3"]


def test_neighbours_that_are_equally_near_count_in_parts():
    points = np.array([[0, 0], [0, 0], [0, 1e-9], [5, 5], [5, 6]])
    # Each of the first three has the other two beside it: one of 2, or none.
    assert own_nearest(points, list("aabcc")) == pytest.approx(0.5 + 0.5 + 0 + 1 + 1)


def test_curves_of_pairs():
    curves = {"same": [[0.9, 0.5], [0.7, 0.3]], "random": [[-0.2, 0.0], [0.2, 0.1]]}
    plot = plot_context_layers(curves, layer=1)
    means = [line.get_ydata() for line in plot.axes.lines[:2]]
    np.testing.assert_allclose(means, [[0.8, 0.4], [0, 0.05]], atol=1e-12)
    assert "same (2 pairs) 0.80, 0.40; random (2 pairs) 0.00, 0.05." in plot.caption


# What is computed


def test_the_plane_is_that_of_the_covariance():
    rows = np.random.default_rng(0).normal(size=(9, 5)) * [5, 3, 1, 1, 1]
    points, shares = plane(rows)
    values, vectors = np.linalg.eigh(np.cov(rows.T))
    np.testing.assert_allclose(shares, values[::-1][:2] / values.sum())
    wanted = (rows - rows.mean(axis=0)) @ vectors[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(points), np.abs(wanted))


def test_the_plane_of_points_that_have_none():
    same = np.ones((9, 40), np.float32)
    rounded = same.copy()
    rounded[::2] += np.finfo(np.float32).eps
    for rows in (same, rounded):
        points, shares = plane(rows)
        np.testing.assert_array_equal(points, 0)
        assert shares.tolist() == [0, 0]


def test_the_dominant_dimensions_are_left_out(bert):
    raw = context_space(bert, "raw")
    without = context_space(bert, "without the dominant dimensions")
    assert (raw.scale == 1).all()
    words = random_words(bert).astype(float)
    assert words.shape[1] == RANDOM
    # At layer 0 no two are alike, so no word comes twice.
    assert cosines(words[:1])[0][np.triu_indices(RANDOM, 1)].max() < 0.8
    unit = words / np.linalg.norm(words, axis=-1, keepdims=True)
    one, other = np.triu_indices(RANDOM, 1)
    for layer in range(bert.config.num_hidden_layers + 1):
        parts = (unit[layer, one] * unit[layer, other]).mean(axis=0)
        largest = np.argsort(-parts)[:3]
        assert sorted(without.left_out[layer]) == sorted(largest)
        assert sorted(np.flatnonzero(without.scale[layer] == 0)) == sorted(largest)
        np.testing.assert_allclose(without.parts[layer], parts[largest].sum())
        np.testing.assert_allclose(without.means[layer], parts.sum())
        np.testing.assert_allclose(raw.baseline[layer].mean(), parts.sum(), atol=1e-6)
    kept = np.delete(words[LAST], without.left_out[LAST], axis=1)
    by_hand = [
        a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        for a, b in zip(kept[one], kept[other])
    ]
    np.testing.assert_allclose(without.baseline[LAST], by_hand, atol=1e-5)


def test_what_is_found(bert):
    found = find_occurrences(
        bert, " Bank ", "\n\nA bank!\n \nBanks bank the bank.\n\n\nNo.\nmy BANK\n"
    )
    names = ["1 A bank!", "2a Banks bank the bank.", "2b …bank the bank.", "4 my BANK"]
    assert found.names == names
    assert found.senses == ["sense 1", "sense 2", "sense 2", "sense 3"]
    assert found.places == [[[2]], [[2], [4]], [[2]]]
    assert found.messages == ["Sentence 3 does not have “Bank” and is left out."]


def test_an_unknown_word_is_not_any_other(bert):
    found = find_occurrences(bert, "☃", "a ☃ here\na 👩‍🦰 there\nno ☃ ☃")
    assert [name.split()[0] for name in found.names] == ["1", "3a", "3b"]
    assert "Sentence 2 does not have “☃”" in found.messages[0]
    assert "no token for “☃”: what it gets is [UNK]" in found.messages[1]


# The explorer


@pytest.fixture(scope="module")
def shared(bert):
    return context_explorer(bert, "bank", TEXT)


@pytest.fixture
def explorer(shared):
    """An explorer as it is at first."""
    shared.word.value, shared.sentences.value = "bank", TEXT
    shared.layer.value = shared.layer.max
    shared.space.value, shared.kind.value = "raw", "matrix"
    return shared


def states(bert, text=TEXT, word="bank"):
    """Its states, straight from the encoder: (layers + 1, occurrences, hidden)."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        run = encoder.encode(bert, line, attentions=False)
        found += [
            run.hidden_states[:, i] for i, name in enumerate(run.tokens) if name == word
        ]
    return np.stack(found, axis=1)


def square(vectors):
    unit = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit @ unit.swapaxes(-1, -2)


def drawn(explorer):
    return explorer.plot().axes.images[0].get_array().data


def test_each_layer(explorer, bert):
    values = square(states(bert))
    for layer in range(bert.config.num_hidden_layers + 1):
        explorer.layer.value = layer
        np.testing.assert_allclose(drawn(explorer), values[layer], atol=1e-5)
        assert f"“bank”, layer {layer}, raw." in shown(explorer)
    baseline = context_space(bert, "raw").baseline[LAST]
    assert f"Same sense: {values[LAST, 0, 1]:.2f} on" in explorer.caption
    assert f"Random words: {baseline.mean():.2f} on average" in explorer.caption


def test_without_dominant_dimensions(explorer, bert):
    explorer.space.value = "without the dominant dimensions"
    space = context_space(bert, explorer.space.value)
    kept = np.delete(states(bert)[LAST], space.left_out[LAST], axis=-1)
    np.testing.assert_allclose(drawn(explorer), square(kept), atol=1e-5)
    assert "nothing dominant to take out" in explorer.caption
    explorer.layer.value = 3
    assert "nothing dominant to take out" not in explorer.caption
    first, second, third = space.left_out[3]
    part, mean, random = space.parts[3], space.means[3], space.baseline[3].mean()
    assert (
        f"without dimensions {first}, {second} and {third}, which make {part:.3f}"
        f" of {mean:.3f} ({part / mean:.0%})" in explorer.caption
    )
    assert f"Random words: {random:.2f} on average" in explorer.caption


def test_the_map(explorer, bert):
    explorer.kind.value = "map (PCA)"
    points, shares = plane(states(bert)[LAST])
    one, two = explorer.plot().axes.lines
    np.testing.assert_allclose(one.get_xydata(), points[:2], atol=1e-3)
    np.testing.assert_allclose(two.get_xydata(), points[2:], atol=1e-3)
    assert f"components keep: {shares.sum():.0%}." in explorer.caption
    explorer.sentences.value = "a bank\na bank"
    assert said(explorer) == module.ONE_POINT
    np.testing.assert_array_equal(explorer.plot().axes.lines[0].get_xydata(), 0)


def test_by_layer(explorer, bert):
    explorer.kind.value = "by layer"
    values = square(states(bert))
    wanted = [
        values[:, 0, 1],
        values[:, :2, 2].mean(axis=1),
        context_space(bert, "raw").baseline.mean(axis=1),
    ]
    lines = [line.get_ydata() for line in explorer.plot().axes.lines[:3]]
    np.testing.assert_allclose(lines, wanted, atol=1e-5)
    explorer.sentences.value = TEXT.replace("\n\n", "\n")
    assert "the word (3 pairs)" in explorer.caption


def test_sentences_with_and_without_the_word(explorer, bert):
    explorer.sentences.value = "my bank\nmy dog\nour bank\nthe bank's bank"
    wanted = square(states(bert, explorer.sentences.value)[LAST])
    assert wanted.shape == (4, 4)
    np.testing.assert_allclose(drawn(explorer), wanted, atol=1e-5)
    names = [label.get_text() for label in explorer.plot().axes.get_yticklabels()]
    assert [name.split()[0] for name in names] == ["1", "3", "4a", "4b"]


def test_a_word_of_several_tokens(explorer, bert):
    explorer.sentences.value = "two embeddings\nembeddings here"
    explorer.word.value = "embeddings"
    pieces = tokenize(bert, "embeddings").tokens[1:-1]
    assert f"is {len(pieces)} tokens ({' '.join(pieces)})" in said(explorer)
    runs = encoder.encode(bert, explorer.sentences.value.splitlines())
    n = len(pieces)
    first, second = (
        run.hidden_states[LAST, at : at + n].mean(axis=0)
        for run, at in zip(runs, (2, 1))
    )
    value = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert f"({value:.2f})" in explorer.caption


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        ("the bank\n" * 100, f"{MOST} the bank"),
        (("bank of " + "dog " * 300 + "\n") * 10, "6 bank of dog"),
    ],
)
def test_more_than_can_be_shown(bert, typed, last):
    found = find_occurrences(bert, "bank", typed)
    assert f"Up to {MOST} occurrences are shown" in " ".join(found.messages)
    assert f"the last is “{last}" in " ".join(found.messages)


def test_one_run_for_all_sentences_and_none_for_what_was_seen(bert, monkeypatch):
    runs = []

    def counted(bert, texts, **more):
        runs.append(texts)
        return encoder.encode(bert, texts, **more)

    random_words(bert)
    monkeypatch.setattr(word_states, "encode", counted)
    word_states.occurrence_states.cache_clear()
    explorer = context_explorer(bert, "bank", TEXT)
    assert runs == [[line for line in TEXT.splitlines() if line]]
    explorer.layer.value = 1
    explorer.space.value = "without the dominant dimensions"
    explorer.sentences.value = "a bank\nmy bank"
    explorer.sentences.value = TEXT
    assert len(runs) == 2


def test_a_model_with_few_words(tmp_path):
    tiny = bertlab.load(write(tmp_path / "bert", tiny_files()))
    explorer = context_explorer(tiny, "bank", "the bank\nbank .\n" + "the bank " * 9)
    assert "Sentence 3 is left out: That is 20 tokens" in said(explorer)
    assert "There are no random words to compare with" in said(explorer)
    assert "Random words" not in explorer.caption
    explorer.space.value = "without the dominant dimensions"
    assert said(explorer).startswith("Please note: The dominant dimensions cannot be")
