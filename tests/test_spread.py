"""The picture of how each token's entries are spread, read off its artists."""

from itertools import pairwise

import numpy as np
import pytest
from test_plots import inside, outlines, ticks

from bertlab.displays import plot_spread

# Means 0 and 5, standard deviations 2 and 3.
ROWS = np.array([[-2.0, 2.0, -2.0, 2.0], [2.0, 8.0, 8.0, 2.0]])


def rows_of(n, hidden=24):
    """Vectors of `n` tokens, no two of one mean or spread, with a giant each."""
    random = np.random.default_rng(n)
    rows = random.normal(size=(n, hidden)) * random.uniform(1, 3, size=(n, 1))
    rows += random.normal(size=(n, 1))
    rows[np.arange(n), random.integers(hidden, size=n)] = random.uniform(12, 15, n)
    return rows


def spread(n, stages=1):
    rows = {f"stage {i}": (i + 1) * rows_of(n) for i in range(stages)}
    return plot_spread(rows, tokens=[f"t{i}" for i in range(n)])


@pytest.mark.parametrize("n", [1, 24])
def test_each_entry_is_a_tick(n):
    plot, rows = spread(n), rows_of(n)
    entries, mean, _ = plot.axes.lines
    np.testing.assert_allclose(entries.get_xdata(), rows.ravel())
    at = np.round(entries.get_ydata()).reshape(rows.shape)
    assert (at == np.arange(n)[:, None]).all()
    np.testing.assert_allclose(mean.get_xdata(), rows.mean(axis=1))
    (bars,) = plot.axes.collections
    wanted = [rows.mean(1) - rows.std(1), rows.mean(1) + rows.std(1)]
    found = np.array([segment[:, 0] for segment in bars.get_segments()])
    np.testing.assert_allclose(found.T, wanted)
    assert plot.axes.yaxis_inverted()  # the first token is at the top
    assert ticks(plot.axes) == [f"t{i}" for i in range(n)]


def crossed(path, y):
    """Where a horizontal line at `y` goes through an outline: from, to."""
    found = []
    for (x0, y0), (x1, y1) in pairwise(path.vertices):
        if min(y0, y1) < y < max(y0, y1):
            found.append(x0 + (x1 - x0) * (y - y0) / (y1 - y0))
    return min(found), max(found)


def test_many_tokens_are_areas_and_nothing_is_lost_at_the_ends():
    axes, rows = spread(41).axes, rows_of(41)
    middle, deviation = (c.get_paths()[0] for c in axes.collections)
    for k, row in enumerate(rows):
        wanted = row.mean() - row.std(), row.mean() + row.std()
        for y in (k - 0.4, k + 0.4):
            assert crossed(deviation, y) == pytest.approx(wanted)
            quantiles = np.quantile(row, [0.05, 0.95])
            assert crossed(middle, y) == pytest.approx(tuple(quantiles))
    drawn = [patch.get_data().values for patch in axes.patches]
    wanted = [rows.min(axis=1), rows.max(axis=1), rows.mean(axis=1)]
    np.testing.assert_allclose(drawn, wanted)


def test_the_caption_names_the_figures():
    plot = plot_spread({"the sum": ROWS, "twice": 2 * ROWS}, tokens=["a", "b"])
    assert plot.caption == (
        "All entries of 2 tokens. The sum: means from 0.00 to 5.00, standard deviations"
        " from 2.00 to 3.00, entries from -2.00 to 8.00; twice: means from 0.00 to"
        " 10.00, standard deviations from 4.00 to 6.00, entries from -4.00 to 16.00."
    )
    equal = plot_spread({"sum": np.zeros((1, 4))}, tokens=["a"]).caption
    assert "means 0.00, standard deviations 0.00, entries 0.00." in equal


@pytest.mark.parametrize(("n", "named"), [(40, 1), (41, 2), (300, 8)])
def test_the_caption_says_that_not_all_is_drawn(n, named):
    plot = spread(n)
    assert plot.caption.startswith(f"The entries of {n} tokens, too many for each")
    assert (f" One token in {named} is named." in plot.caption) == (named > 1)
    assert [name.split()[-1] for name in ticks(plot.axes)] == [
        f"t{i}" for i in range(0, n, named)
    ]


@pytest.mark.parametrize("n", [1, 24, 60, 512])
def test_any_number_of_tokens_is_readable(n):
    plot = spread(n, stages=3)
    assert inside(plot)
    boxes = outlines(plot.axes.get_yticklabels())
    assert all(above.y0 >= below.y1 for above, below in pairwise(boxes))
    assert plot.size[1] < 800
