"""The embedding layer rebuilt: its pictures, its explorer and its exercises' checks."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from explorers import is_refused, said, shown, state
from test_plots import texts, ticks
from toy import toy_bert

from bertlab.displays import plot_parts, plot_reconstruction
from bertlab.explorers import reconstruction_explorer
from bertlab.explorers.reconstruction import leave_out
from bertlab.network.embedding import INGREDIENTS, embed
from bertlab.text.tokens import quoted

PARTS = ["token", "position", "token type"]
SHARES = np.array([[0.36, 0.62, 0.02], [1.4, -0.3, -0.1], [0.05, 0.05, 0.9]])
DISTANCES = {name: 0.5 + i / 8 for i, name in enumerate(INGREDIENTS)}
COSINES = {name: 0.9 - i / 4 for i, name in enumerate(INGREDIENTS)}
REBUILT, TRUE = np.array([1.0, -0.5, 0.0, 4.0]), np.array([1.0, 0.5, -2.0, 0.0])
SWITCHES = [name.replace(" ", "_") for name in INGREDIENTS]


def random_shares(n, parts=3):
    """Shares of `n` random sums: each row adds up to 1, some entries are negative."""
    rows = np.random.default_rng(n).normal(0.4, 0.4, size=(n, parts))
    return rows / np.where(abs(rows.sum(axis=1)) < 0.3, 0.3, rows.sum(axis=1))[:, None]


def parts(shares=SHARES, tokens=("[CLS]", "$x$", "dog"), names=PARTS):
    return plot_parts(shares, tokens=tokens, parts=names)


def reconstruction(rebuilt=REBUILT, true=TRUE, **more):
    given = {"distances": DISTANCES, "cosines": COSINES, "present": 0.75}
    given |= {"left_out": ["token type", "beta"], "token": "dog", "place": 1}
    return plot_reconstruction(rebuilt, true, **{**given, **more})


def pieces(shares):
    """Where each part of each bar begins and ends: positive ones right of 0."""
    right, left = np.zeros(len(shares)), np.zeros(len(shares))
    for share in shares.T:
        start = np.where(share >= 0, right, left)
        yield start, start + share
        right, left = right + np.maximum(share, 0), left + np.minimum(share, 0)


# The shares of the sum


def test_each_bar_is_a_share():
    n = 60
    shares = random_shares(n)
    axes = parts(shares, [f"t{i}" for i in range(n)]).axes
    assert len(axes.patches) == 6 * n
    for m, (start, end) in enumerate(pieces(shares)):
        positive = axes.patches[2 * n * m : 2 * n * m + n]
        negative = axes.patches[2 * n * m + n : 2 * n * (m + 1)]
        for i in range(n):
            own, other = positive[i], negative[i]
            if shares[i, m] < 0:
                own, other = other, own
            assert other.get_width() == 0
            assert own.get_x() == pytest.approx(start[i])
            assert own.get_x() + own.get_width() == pytest.approx(end[i])
            assert own.get_y() + own.get_height() / 2 == pytest.approx(i)


def test_many_tokens_are_areas():
    n = 128
    shares = random_shares(n)
    plot = parts(shares, [f"t{i}" for i in range(n)])
    assert len(plot.axes.patches) == 0
    areas = [collection.get_paths() for collection in plot.axes.collections]
    for m, (start, end) in enumerate(pieces(shares)):
        for i in range(0, n, 3):
            own = areas[2 * m : 2 * m + 2][:: 1 if shares[i, m] > 0 else -1][0]
            low, high = sorted((start[i], end[i]))
            wide = high - low > 1e-3
            for x, inside in ((low + 1e-3, wide), (high + 1e-3, False)):
                assert any(p.contains_point((x, i)) for p in own) == inside
    # Labels name the places, for not every token has one.
    assert ticks(plot.axes) == [f"{i}  t{i}" for i in range(0, n, 3)]


def test_shares_are_written_where_there_is_room():
    axes = parts().axes
    assert ticks(axes) == ["[CLS]", "$x$", "dog"]
    assert texts(axes) == ["36%", "140%", "62%", "−30%", "90%"]


def test_caption_of_the_shares():
    for found in (
        "mean over 3 tokens: token 60%, position 12% and token type 27%",
        "“$x$”, at place 1: 140%",
        "“[CLS]”, at place 0: 62%",
        "“dog”, at place 2: 90%",
    ):
        assert found in parts().caption
    zero = parts([[1.004, -0.004, 0.0]] * 2, ["a", "b"]).caption
    assert "token 100%, position 0% and token type 0%." in zero


# The rebuilt vector over the true one, and the ingredients


def test_reconstruction():
    plot = reconstruction()
    strips, _, axes = plot.figure.axes
    (image,) = strips.images
    np.testing.assert_array_equal(image.get_array(), [REBUILT, TRUE, REBUILT - TRUE])
    assert image.get_clim() == (-2, 2)  # the true one's largest, symmetric
    # 0.75 / (√17.25 · √5.25)
    assert strips.get_title(loc="left") == "dog (token 1): distance 0.75, cosine 0.08"
    assert [bar.get_width() for bar in axes.patches] == list(DISTANCES.values())
    assert texts(axes)[:2] == ["0.50   cosine 0.90", "0.62   cosine 0.65"]
    assert texts(axes)[-1] == "1.38   cosine −0.85"
    out = [name in ("token type", "beta") for name in INGREDIENTS]
    assert ticks(axes) == [
        f"{'put back' if gone else 'without'} {name}"
        for name, gone in zip(INGREDIENTS, out)
    ]
    (dashed,) = axes.lines
    assert set(dashed.get_xdata()) == {0.75}


def test_the_present_state_is_said_in_the_caption():
    plot = reconstruction(-TRUE, present=2.0)
    assert (
        "“dog” (token 1) is 2.00 of its norm away from the true one, cosine -1.00."
        in plot.caption
    )


def test_what_is_least_and_most_missed():
    assert "least do without gamma: it would be 1.25 away" in reconstruction().caption
    distances = {**DISTANCES, "epsilon": 0.0, "mean": 4e-4}
    plot = reconstruction(distances=distances, present=0.0, left_out=[])
    assert "can least do without beta: it would be 1.38 away" in plot.caption
    assert "mean and epsilon does not change the distance" in plot.caption
    nearer = dict.fromkeys(INGREDIENTS, 0.5)
    caption = reconstruction(distances=nearer, left_out=["token"]).caption
    assert caption.endswith("Leaving out another would take it no further away.")


def test_vectors_of_zeros():
    plot = reconstruction(np.zeros(4), np.zeros(4))
    assert plot.figure.axes[0].images[0].get_clim() == (-1, 1)


# The explorer, by value


@pytest.fixture(scope="module")
def shared(bert):
    return reconstruction_explorer(bert)


@pytest.fixture
def explorer(shared):
    """An explorer as it is at first."""
    for name in SWITCHES:
        shared.controls[name].value = True
    shared.text.value, shared.pair.value = "hello, world!", ""
    shared.place.value = 1
    return shared


def by_hand(tables, ids, place, without, types=None):
    """The layer's output for one token, from the tables alone, in another order."""
    zeros = np.zeros(tables.gamma.shape)
    x = zeros.copy()
    if "token" not in without:
        x += tables.token[ids[place]]
    if "position" not in without:
        x += tables.position[place]
    if "token type" not in without:
        x += tables.token_type[types[place] if types else 0]
    m = sum(x) / len(x)
    v = sum((x - m) ** 2) / len(x)
    if "mean" not in without:
        x = x - m
    if "variance" not in without:
        v = v if "epsilon" in without else v + tables.eps
        x = x / v**0.5 if v else zeros
    if "gamma" not in without:
        x = x * tables.gamma
    return x if "beta" in without else x + tables.beta


def compared(got, true):
    """Distance as a share of the true one's norm, and cosine (0 with zeros)."""
    norm, length = np.sqrt(sum(true**2)), np.sqrt(sum(got**2))
    cosine = sum(got * true) / (norm * length) if length else 0.0
    return np.sqrt(sum((got - true) ** 2)) / norm, cosine


def test_leaving_out_any_of_them(tmp_path):
    """All 256 choices of what is left out, each with one more switched."""
    toy = toy_bert(tmp_path, positions=8)  # with an epsilon that can be felt
    toy = replace(toy, tables=replace(toy.tables, eps=0.5))
    breakdown = embed(toy, "dogs x")
    ids, place = breakdown.ids, 2
    subsets = [set(s) for n in range(9) for s in combinations(INGREDIENTS, n)]
    vectors = {frozenset(s): by_hand(toy.tables, ids, place, s) for s in subsets}
    true = vectors[frozenset()]
    np.testing.assert_allclose(breakdown.output[place], true, atol=1e-5)
    for out in subsets:
        rebuilt, present, distances, cosines = leave_out(toy, breakdown, place, out)
        np.testing.assert_allclose(rebuilt, vectors[frozenset(out)], atol=1e-5)
        assert present == pytest.approx(compared(rebuilt, true)[0], abs=1e-5)
        assert list(distances) == list(cosines) == list(INGREDIENTS)
        for name in INGREDIENTS:
            distance, cosine = compared(vectors[frozenset(out ^ {name})], true)
            assert distances[name] == pytest.approx(distance, abs=1e-5)
            assert cosines[name] == pytest.approx(cosine, abs=1e-5)
    # The eight can be told apart, epsilon too.
    singles = leave_out(toy, breakdown, place, ())[2].values()
    assert len({round(d, 4) for d in singles}) == 8
    assert min(singles) > 0.001


def drawn_state(explorer):
    """What the explorer's picture shows: rebuilt and true vector, and the distances."""
    figure = explorer.plot().figure
    strips, _, axes = figure.axes
    rebuilt, true, _ = np.asarray(strips.images[0].get_array())
    return rebuilt, true, [bar.get_width() for bar in axes.patches]


@pytest.mark.parametrize(
    ("pair", "place", "left_out"),
    [
        ("", 1, set()),
        ("", 1, {"variance", "beta"}),
        ("a dog", 7, set()),
        ("a dog", 7, {"position", "gamma"}),
        ("", 1, set(INGREDIENTS)),
    ],
)
def test_what_is_shown_is_by_hand_the_same(explorer, bert, pair, place, left_out):
    explorer.pair.value = pair
    explorer.place.value = place
    for name in left_out:
        explorer.controls[name.replace(" ", "_")].value = False
    assert set(explorer.without) == left_out
    given = embed(bert, "hello, world!", pair or None)
    rebuilt, true, distances = drawn_state(explorer)
    np.testing.assert_array_equal(true, given.output[place])
    wanted = by_hand(bert.tables, given.ids, place, left_out, given.types)
    np.testing.assert_allclose(rebuilt, wanted, atol=1e-4)
    for name, distance in zip(INGREDIENTS, distances):
        out = by_hand(bert.tables, given.ids, place, left_out ^ {name}, given.types)
        assert distance == pytest.approx(compared(out, true)[0], abs=1e-4)
    name = quoted(given.tokens[place])
    assert f"the output of {name} (token {place}) is" in shown(explorer)
    if left_out:
        present, cosine = compared(wanted, true)
        assert (
            f" is {present:.2f} of its norm away from the true one, cosine"
            f" {round(cosine, 2) + 0:.2f}. " in explorer.caption
        )
    kind = f", of type {given.types[place]}" if pair else ""
    assert said(explorer) == (
        f"{len(given.ids)} tokens; token {place} is {name}{kind}."
    )


def test_the_slider_follows_the_text(explorer):
    explorer.place.value = 5
    explorer.text.value = "dog"
    assert (explorer.place.value, explorer.place.max) == (2, 2)
    assert said(explorer) == "3 tokens; token 2 is “[SEP]”."
    explorer.text.value = "one two three four five"
    assert (explorer.place.value, explorer.place.max) == (2, 6)
    assert said(explorer) == "7 tokens; token 2 is “two”."
    explorer.text.value = "dog " * 510
    explorer.place.value = 511
    assert "“[SEP]” (token 511)" in shown(explorer)


def test_other_controls_wait_for_a_text_that_can_be_used(explorer):
    before, last = state(explorer), explorer.place.max
    explorer.text.value = typed = "dog " * 600
    assert explorer.place.max == last
    explorer.place.value = 4
    explorer.beta.value = False
    is_refused(explorer, before, explorer.text, typed)
    explorer.text.value = "dog"
    assert said(explorer) == "3 tokens; token 2 is “[SEP]”."
    assert explorer.caption.startswith("Without beta the output of “[SEP]”")


def test_nothing_to_begin_with(bert):
    explorer = reconstruction_explorer(bert, "", "\u200b")
    assert said(explorer).startswith("3 tokens; token 1 is “[SEP]”")
    assert "The tokenizer keeps nothing of what was typed" in said(explorer)
    explorer.pair.value, explorer.text.value = "", "a dog"
    assert said(explorer) == "4 tokens; token 1 is “a”."
