"""The picture of how each token's entries are spread, read off its artists."""

from itertools import pairwise

import numpy as np
import pytest
from test_plots import inside, outlines, ticks

from bertlab.displays import plot_spread

# Means 0 and 5, standard deviations 2 and 3.
ROWS = np.array([[-2.0, 2.0, -2.0, 2.0], [2.0, 8.0, 8.0, 2.0]])
MANY = (25, 41, 300)


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


@pytest.mark.parametrize("n", [1, 6, 24, 25, 60, 512])
def test_any_number_of_tokens_is_readable(n):
    plot = spread(n, stages=3)
    assert inside(plot)
    boxes = outlines(plot.axes.get_yticklabels())
    assert all(above.y0 >= below.y1 for above, below in pairwise(boxes))
    titles = [axes._left_title.get_window_extent() for axes in panels(plot)]
    assert all(left.x1 < right.x0 for left, right in pairwise(titles))
    assert plot.size[1] < 800


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
        plot.picture()
        assert f"means {rows.mean():.2f}, standard deviations 0.00" in plot.caption
