"""The picture of how each token's entries are spread, read off its artists."""

import re
import warnings
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from markup import HOSTILE, elements, skeleton
from test_plots import UNUSUAL, ticks
from test_reconstruction import png
from test_widgets import PLAIN_FIGURE

from bertlab.plots import plot_spread
from bertlab.plots.plot import drawable

# Means 0 and 5, standard deviations 2 and 3.
ROWS = np.array([[-2.0, 2.0, -2.0, 2.0], [2.0, 8.0, 8.0, 2.0]])
MANY = (25, 40, 41, 60, 300)


def rows_of(n, hidden=24):
    """Vectors of `n` tokens, no two of one mean or spread, with a giant each."""
    random = np.random.default_rng(n)
    rows = random.normal(size=(n, hidden)) * random.uniform(1, 3, size=(n, 1))
    rows += random.normal(size=(n, 1))
    rows[np.arange(n), random.integers(hidden, size=n)] = random.uniform(12, 15, n)
    return rows


def spread(n, stages=2, **more):
    rows = {f"stage {i}": (i + 1) * rows_of(n) for i in range(stages)}
    return plot_spread(rows, tokens=[f"t{i}" for i in range(n)], **more)


def panels(plot):
    return [axes for axes in plot.figure.axes if axes.get_title(loc="left")]


@pytest.mark.parametrize("n", [1, 2, 6, 24])
def test_each_entry_is_a_tick(n):
    plot = spread(n)
    assert len(panels(plot)) == 2
    for i, axes in enumerate(panels(plot)):
        rows = (i + 1) * rows_of(n)
        assert axes.get_title(loc="left") == f"stage {i}"
        entries, mean, zero = axes.lines
        assert entries.get_marker() == "|"
        np.testing.assert_allclose(entries.get_xdata(), rows.ravel())
        np.testing.assert_allclose(
            entries.get_ydata(), np.repeat(np.arange(n) - 0.14, rows.shape[1])
        )
        np.testing.assert_allclose(mean.get_xdata(), rows.mean(axis=1))
        np.testing.assert_allclose(mean.get_ydata(), np.arange(n) + 0.3)
        (bars,) = axes.collections
        wanted = np.stack(
            [rows.mean(1) - rows.std(1), rows.mean(1) + rows.std(1)], axis=1
        )
        ends = np.array([segment[:, 0] for segment in bars.get_segments()])
        np.testing.assert_allclose(ends, wanted)
        assert set(zero.get_xdata()) == {0}
    assert plot.axes is panels(plot)[0]
    assert plot.axes.yaxis_inverted()  # the first token is at the top
    assert ticks(plot.axes) == [f"t{i}" for i in range(n)]


def crossed(path, y):
    """Where a horizontal line at `y` goes through an outline: from, to."""
    found = []
    for (x0, y0), (x1, y1) in pairwise(path.vertices):
        if min(y0, y1) < y < max(y0, y1):
            found.append(x0 + (x1 - x0) * (y - y0) / (y1 - y0))
    return min(found), max(found)


@pytest.mark.parametrize("n", MANY)
def test_many_tokens_are_areas_and_nothing_is_lost_at_the_ends(n):
    plot = spread(n)
    for i, axes in enumerate(panels(plot)):
        rows = (i + 1) * rows_of(n)
        assert [line.get_marker() for line in axes.lines] == ["None"], "0, no tick"
        middle, deviation = (c.get_paths()[0] for c in axes.collections)
        for k, row in enumerate(rows):
            for y in (k - 0.4, k + 0.4):
                assert crossed(middle, y) == pytest.approx(
                    tuple(np.quantile(row, [0.05, 0.95]))
                )
                assert crossed(deviation, y) == pytest.approx(
                    (row.mean() - row.std(), row.mean() + row.std())
                )
        drawn = [patch.get_data() for patch in axes.patches]
        for steps, wanted in zip(
            drawn, (rows.min(axis=1), rows.max(axis=1), rows.mean(axis=1))
        ):
            np.testing.assert_allclose(steps.values, wanted)
            np.testing.assert_allclose(steps.edges, np.arange(n + 1) - 0.5)
        assert len(drawn) == 3
        low, high = axes.get_xlim()
        assert low <= rows.min() < rows.max() <= high
        assert axes.collections[1].get_hatch(), "more than a colour"


def test_the_caption_names_the_figures():
    plot = plot_spread({"the sum": ROWS, "twice": 2 * ROWS}, tokens=["a", "b"])
    assert plot.caption == (
        "All entries of 2 tokens. The sum: means from 0.00 to 5.00, standard deviations"
        " from 2.00 to 3.00, entries from -2.00 to 8.00; twice: means from 0.00 to"
        " 10.00, standard deviations from 4.00 to 6.00, entries from -4.00 to 16.00."
    )
    one = plot_spread({"sum": ROWS[:1]}, tokens=["a"]).caption
    assert one == (
        "All entries of 1 token. Sum: means 0.00, standard deviations 2.00, entries"
        " from -2.00 to 2.00."
    )
    tiny = plot_spread({"sum": [[-0.001, 0.0, 0.0]]}, tokens=["a"]).caption
    assert "-0.00" not in tiny


@pytest.mark.parametrize(
    ("n", "named"), [(25, 1), (40, 1), (41, 2), (60, 2), (80, 2), (300, 8)]
)
def test_the_caption_says_that_not_all_is_drawn(n, named):
    plot = spread(n)
    assert plot.caption.startswith(
        f"The entries of {n} tokens, too many for each entry to be drawn: the middle"
        " 90 % of each token's as an area, its lowest and highest as lines."
    )
    assert ("is named" in plot.caption) == (named > 1)
    if named > 1:
        assert f" One token in {named} is named. Stage 0: means" in plot.caption
        assert ticks(plot.axes) == [f"{i}  t{i}" for i in range(0, n, named)]
    else:
        assert ticks(plot.axes) == [f"t{i}" for i in range(n)]
    rows = rows_of(n)
    assert f"entries from {rows.min():.2f} to {rows.max():.2f}; " in plot.caption
    assert "thin lines: lowest and highest" in plot.figure.get_supxlabel()


@pytest.mark.parametrize("n", [1, 6, 24, *MANY, 512])
def test_any_number_of_tokens_is_readable(n):
    plot = spread(n, stages=3)
    plot.figure.draw_without_rendering()
    page = plot.figure.bbox
    labels = [label for label in plot.axes.get_yticklabels() if label.get_text()]
    boxes = [label.get_window_extent() for label in labels]
    assert all(above.y0 >= below.y1 for above, below in pairwise(boxes))
    assert all(label.get_fontsize() >= 10 for label in labels)
    titles = [axes._left_title.get_window_extent() for axes in panels(plot)]
    assert all(left.x1 < right.x0 for left, right in pairwise(titles))
    boxes += [*titles, plot.figure._supxlabel.get_window_extent()]
    for box in boxes:
        assert page.x0 - 0.5 <= box.x0 < box.x1 <= page.x1 + 0.5
        assert page.y0 - 0.5 <= box.y0 < box.y1 <= page.y1 + 0.5
    width, height = plot.size
    assert width <= 8.4 * 80
    assert height < 800
    assert len(png(plot)) < 200_000


def test_a_large_model_is_drawn_within_a_notebook():
    rows = np.random.default_rng(0).normal(size=(24, 1024))
    plot = plot_spread(dict.fromkeys("abc", rows), tokens=["t"] * 24)
    assert len(png(plot)) < 150_000


@pytest.mark.parametrize("n", [3, 60])
@pytest.mark.parametrize(
    "token",
    [*HOSTILE[:3], "$\\frac{1}{0}$ {0} %s", "東京한국어", "W" * 99, "\u202ea\x00\n"],
)
def test_any_token_is_drawn_as_it_is(token, n):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot = plot_spread({token: rows_of(n)}, tokens=[token] * n)
        plot.figure.draw_without_rendering()
        _, image, caption = elements(plot.html())
    assert skeleton(plot.html()) == PLAIN_FIGURE
    assert image.attributes["alt"] == caption.words == plot.caption
    label = plot.axes.get_yticklabels()[0]
    assert not label.get_parse_math()
    text = label.get_text().removeprefix("0  ")
    assert 0 < len(text) <= 14
    assert drawable(token).startswith(text.rstrip("…"))
    assert label.get_window_extent().x0 >= 0
    title = plot.axes._left_title
    assert not title.get_parse_math()
    assert drawable(token).startswith(title.get_text().rstrip("…"))


def test_long_names_of_stages_do_not_touch():
    stages = {letter * 40: ROWS for letter in "eoa"}
    plot = plot_spread(stages, tokens=["a", "b"])
    plot.figure.draw_without_rendering()
    assert [axes.get_title(loc="left") for axes in panels(plot)] == [
        f"{letter * 23}…" for letter in "eoa"
    ]
    titles = [axes._left_title.get_window_extent() for axes in panels(plot)]
    assert all(left.x1 < right.x0 for left, right in pairwise(titles))


def test_equal_numbers_and_a_single_dimension():
    for rows in (np.zeros((2, 4)), np.ones((2, 1)), np.zeros((30, 4))):
        plot = plot_spread({"sum": rows}, tokens=["a"] * len(rows))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            plot.picture()
        assert f"means {rows.mean():.2f}, standard deviations 0.00" in plot.caption


@pytest.mark.parametrize(
    ("stages", "tokens", "says"),
    [
        ({"sum": np.zeros((0, 4))}, [], "There are no tokens to draw."),
        ({}, ["a"], "There are no stages to draw."),
        ({"sum": ROWS}, ["a"], r"sum need one row for each of 1 token, not .*\(2, 4\)"),
        ({"sum": ROWS[0]}, ["a"], r"not shape \(4,\)"),
        ({"sum": np.zeros((1, 0))}, ["a"], r"not shape \(1, 0\)"),
        ({"sum": ROWS, "out": ROWS * np.nan}, ["a", "b"], "out cannot be drawn: of 8"),
        ({"sum": [[1.0, np.inf]]}, ["a"], "of 2 numbers 1 are NaN or infinite"),
    ],
)
def test_what_cannot_be_drawn_is_said(stages, tokens, says):
    with pytest.raises(ValueError, match=says):
        plot_spread(stages, tokens=tokens)


@pytest.mark.parametrize("n", [6, 60])
def test_a_readers_settings_neither_leak_in_nor_change(n):
    wanted = spread(n).svg()
    with mpl.rc_context(UNUSUAL):
        before = dict(mpl.rcParams)
        assert spread(n).svg() == wanted
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("n", [6, 60])
def test_the_caption_never_leans_on_colour_alone(n):
    assert re.fullmatch(r"[A-Z].{40,}\.", spread(n).caption)
    assert not re.search(r"\b(blue|orange|pale|dark)\b", spread(n).caption)


def test_what_it_is_given_is_left_as_it_was():
    rows = rows_of(30)
    before = rows.copy()
    plot_spread({"sum": rows}, tokens=["t"] * 30)
    np.testing.assert_array_equal(rows, before)
