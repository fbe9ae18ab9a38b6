"""The picture of accuracies: its dots, lines and figures equal what was given."""

import numpy as np
import pytest
from test_plots import inside, texts, ticks

from bertlab.displays import plot_accuracies

TOPIC = {"[CLS]": [0.8, 0.9, 0.82], "mean": [0.9, 0.9, 0.9], "shuffled": [0.2, 0.3]}
FEELING = {"mean": [0.7, 0.6], "shuffled": [0.5, 0.5]}
TWO = {"topic": TOPIC, "sentiment": FEELING}
CHANCE = {"topic": 0.25, "sentiment": 0.5}


def dots(plot):
    """Every line of dots, without the lines of chance and between the rows."""
    return [line for line in plot.axes.lines if line.get_linestyle() == "None"]


def spreads(plot):
    (drawn,) = plot.axes.collections
    return [segment[:, 0] for segment in drawn.get_segments()]


def levels(plot):
    """Where the lines of chance are."""
    upright = [line for line in plot.axes.lines if len(set(line.get_xdata())) == 1]
    return {round(line.get_xdata()[0], 6) for line in upright}


def test_a_dot_is_a_mean_and_its_line_goes_from_the_lowest_to_the_highest():
    plot = plot_accuracies(TOPIC, chance=0.25)
    (line,) = dots(plot)
    np.testing.assert_allclose(line.get_xdata(), [84, 90, 25])
    np.testing.assert_allclose(spreads(plot), [(80, 90), (90, 90), (20, 30)])
    assert ticks(plot.axes) == ["[CLS]", "mean", "shuffled"]
    assert plot.axes.yaxis_inverted()
    assert levels(plot) == {25}
    assert texts(plot.axes) == ["84.0", "90.0", "25.0"]
    assert plot.caption == (
        "Accuracy, [CLS] 84.0% (80.0% to 90.0%), mean 90.0% and shuffled 25.0% (20.0%"
        " to 30.0%), by chance 25.0%. In brackets: lowest and highest of the repeats."
    )


def test_an_interval_is_drawn_as_it_is_given():
    given = {"[CLS]": (0.8, 0.7, 0.95), "mean": (0.9, 0.9, 0.9)}
    plot = plot_accuracies(given, chance=0.5, interval="95 % of texts", label="right")
    np.testing.assert_allclose(dots(plot)[0].get_xdata(), [80, 90])
    np.testing.assert_allclose(spreads(plot), [(70, 95), (90, 90)])
    assert plot.caption == (
        "Right, [CLS] 80.0% (70.0% to 95.0%) and mean 90.0%, by chance 50.0%."
        " In brackets: 95 % of texts."
    )
    single = plot_accuracies({"[CLS]": 0.8, "mean": [0.9]}, chance=0.5)
    assert "brackets" not in single.caption


def test_groups_stand_together_and_controls_are_hollow():
    plot = plot_accuracies(TWO, chance=CHANCE, of="5 seeds", control=["shuffled"])
    full, hollow, other, _ = dots(plot)
    np.testing.assert_allclose(full.get_ydata(), [-0.2, 0.8])
    np.testing.assert_allclose(other.get_ydata(), [1.2])  # it has no [CLS]
    np.testing.assert_allclose(hollow.get_xdata(), [25])
    assert hollow.get_markerfacecolor() == "white" != full.get_markerfacecolor()
    assert full.get_marker() != other.get_marker()
    assert levels(plot) >= {25, 50}
    legend = [text.get_text() for text in plot.axes.get_legend().get_texts()]
    assert legend == ["topic", "sentiment"]
    assert "dotted: chance (topic); dashed: chance (sentiment)" in " ".join(
        plot.axes.get_xlabel().split()
    )
    assert "mean 65.0% (60.0% to 70.0%) and shuffled (control) 50.0%" in plot.caption
    assert plot.caption.endswith("lowest and highest of the 5 seeds.")


@pytest.mark.parametrize("rows", [1, 12])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_every_letter_lies_within_the_picture(rows, value):
    names = [f"the mean without special token {i}" for i in range(rows)]
    one = {name: [value, abs(value - 0.02)] for name in names}
    two = {"topic": one, "sentiment": one}
    for plot in (
        plot_accuracies(one, chance=0.25),
        plot_accuracies(two, chance=CHANCE, control=names[:1]),
    ):
        assert inside(plot)
        first, last = plot.axes.get_xlim()
        assert first < 100 * value < last
        assert max(plot.axes.get_xticks()) <= 100
