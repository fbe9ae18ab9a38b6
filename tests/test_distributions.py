"""The picture of distributions: its heights, lines and shares are those of the data."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.patches import StepPatch
from test_plots import inside, outlines, texts, ticks

from bertlab.displays import plot_distributions

GROUPS = {
    "two pads": [0.75, 0.9, 0.9, 0.95],
    "pad, word": [-0.2, 0.1, 0.2, 0.29, 0.3, 0.5, 0.69, 0.7],
}
TWO = {"thresholds": (0.3, 0.7), "label": "cosine similarity", "of": "pairs"}


def test_a_histogram_has_the_groups_counts():
    plot = plot_distributions(GROUPS, **TWO)
    steps = [p for p in plot.axes.patches if isinstance(p, StepPatch) and p.get_fill()]
    for row, (step, values) in enumerate(zip(steps, GROUPS.values(), strict=True)):
        data = step.get_data()
        counts, _ = np.histogram(values, data.edges)
        assert counts.sum() == len(values)  # none lies outside
        np.testing.assert_allclose(row - data.values, 0.78 * counts / counts.max())
        assert data.baseline == row
    at = {line.get_xdata()[0] for line in plot.axes.lines}
    assert {0.3, 0.7, 0.9, np.median(GROUPS["pad, word"])} <= at
    assert plot.axes.yaxis_inverted()
    assert ticks(plot.axes) == ["two pads", "pad, word"]


def test_the_shares_stand_beside_and_add_up():
    plot = plot_distributions(GROUPS, **TWO)
    # A value on a threshold belongs to what is above it.
    assert texts(plot.axes) == [
        *("under\n0.3", "0%", "50%"),
        *("between", "0%", "38%"),
        *("over\n0.7", "100%", "12%"),
    ]
    assert plot.caption == (
        "Cosine similarity: two pads (4 pairs) median 0.90, 0% under 0.3, 0% between,"
        " 100% over 0.7; pad, word (8 pairs) median 0.29, 50% under 0.3, 38% between,"
        " 12% over 0.7."
    )
    plot = plot_distributions(GROUPS, thresholds=[0.5], label="cosine", of="values")
    assert texts(plot.axes)[:4] == ["under\n0.5", "0%", "62%", "over\n0.5"]


MANY = {f"kind number {i} of very many kinds": np.linspace(-1, 1, 9) for i in range(8)}


@pytest.mark.parametrize("groups", [{"all": [0.2] * 9, "beyond": [5.0, -3.0]}, MANY])
def test_letters_lie_inside_and_apart(groups):
    plot = plot_distributions(groups, **TWO)
    assert inside(plot)
    boxes = outlines([*plot.axes.texts, *plot.axes.get_yticklabels()])
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
