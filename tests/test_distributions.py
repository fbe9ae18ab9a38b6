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


def filled(plot):
    """The filled histograms, one for each group."""
    steps = [p for p in plot.axes.patches if isinstance(p, StepPatch)]
    return [step for step in steps if step.get_fill()]


def medians(plot):
    lines = [line for line in plot.axes.lines if line.get_linewidth() > 2]
    return [line.get_xdata()[0] for line in lines]


def thresholds(plot):
    return [x.get_xdata()[0] for x in plot.axes.lines if x.get_linestyle() == ":"]


def test_a_histogram_has_the_groups_counts():
    plot = plot_distributions(GROUPS, **TWO)
    for row, (step, values) in enumerate(zip(filled(plot), GROUPS.values())):
        data = step.get_data()
        counts, _ = np.histogram(values, data.edges)
        assert counts.sum() == len(values)  # none lies outside
        np.testing.assert_allclose(row - data.values, 0.78 * counts / counts.max())
        assert data.baseline == row
    assert len(filled(plot)) == 2
    assert thresholds(plot) == [0.3, 0.7]
    np.testing.assert_allclose(medians(plot), [0.9, 0.295])
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


def test_one_threshold():
    plot = plot_distributions(GROUPS, thresholds=[0.5], label="cosine", of="values")
    assert thresholds(plot) == [0.5]
    assert texts(plot.axes)[:4] == ["under\n0.5", "0%", "62%", "over\n0.5"]
    assert "between" not in plot.caption
    assert "(8 values)" in plot.caption


@pytest.mark.parametrize(
    "groups",
    [
        GROUPS,
        {"one": [0.5]},
        {"all the same": [0.2] * 9, "beyond": [5.0, -3.0]},
        {
            f"kind number {i} of very many kinds": np.linspace(-1, 1, 9)
            for i in range(8)
        },
    ],
)
def test_letters_lie_inside_and_apart(groups):
    plot = plot_distributions(groups, **TWO)
    assert inside(plot)
    boxes = outlines([*plot.axes.texts, *plot.axes.get_yticklabels()])
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_each_group_has_a_second_cue():
    groups = {f"group {i}": [0.1 * i, 0.5] for i in range(6)}
    steps = filled(plot_distributions(groups, **TWO))
    looks = {(step.get_facecolor(), step.get_hatch()) for step in steps}
    assert len(looks) == 6
    assert len({step.get_hatch() for step in steps}) == 6
