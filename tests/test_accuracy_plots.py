"""The picture of accuracies: its dots, lines and figures equal what was given."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from test_plots import inside, texts, ticks

from bertlab.displays import plot_accuracies
from bertlab.displays.style import CYCLE, MARKERS

TOPIC = {"[CLS]": [0.8, 0.9, 0.82], "mean": [0.9, 0.9, 0.9], "shuffled": [0.2, 0.3]}
FEELING = {"mean": [0.7, 0.6], "shuffled": [0.5, 0.5]}
TWO = {"topic": TOPIC, "sentiment": FEELING}
CHANCE = {"topic": 0.25, "sentiment": 0.5}


def dots(plot):
    """Every line of dots, without the lines of chance and between the rows."""
    return [line for line in plot.axes.lines if line.get_linestyle() == "None"]


def spreads(plot):
    found = [c.get_segments() for c in plot.axes.collections]
    return [[(s[0, 0], s[1, 0]) for s in segments] for segments in found]


def levels(plot):
    return {
        round(line.get_xdata()[0], 6): line.get_linestyle()
        for line in plot.axes.lines
        if len(set(line.get_xdata())) == 1 and line.get_linestyle() != "None"
    }


def test_a_dot_is_a_mean_and_its_line_goes_from_the_lowest_to_the_highest():
    plot = plot_accuracies(TOPIC, chance=0.25)
    (line,) = dots(plot)
    np.testing.assert_allclose(line.get_xdata(), [84, 90, 25])
    assert list(line.get_ydata()) == [0, 1, 2]
    (ends,) = spreads(plot)
    np.testing.assert_allclose(ends, [(80, 90), (90, 90), (20, 30)])
    assert ticks(plot.axes) == ["[CLS]", "mean", "shuffled"]
    assert plot.axes.yaxis_inverted()
    assert levels(plot) == {25: ":"}
    assert texts(plot.axes) == ["84.0", "90.0", "25.0"]
    assert plot.caption == (
        "Accuracy, [CLS] 84.0% (80.0% to 90.0%), mean 90.0% and shuffled 25.0% (20.0%"
        " to 30.0%), by chance 25.0%. In brackets: lowest and highest of the repeats."
    )
    assert plot.axes.get_legend() is None


def test_an_interval_is_drawn_as_it_is_given():
    given = {"[CLS]": (0.8, 0.7, 0.95), "mean": (0.9, 0.9, 0.9)}
    plot = plot_accuracies(given, chance=0.5, interval="95 % of texts", label="right")
    np.testing.assert_allclose(dots(plot)[0].get_xdata(), [80, 90])
    np.testing.assert_allclose(spreads(plot)[0], [(70, 95), (90, 90)])
    assert plot.caption == (
        "Right, [CLS] 80.0% (70.0% to 95.0%) and mean 90.0%, by chance 50.0%."
        " In brackets: 95 % of texts."
    )
    assert "line: 95 % of texts" in plot.axes.get_xlabel()
    single = plot_accuracies({"[CLS]": 0.8, "mean": [0.9]}, chance=0.5)
    assert "brackets" not in single.caption
    assert "line" not in single.axes.get_xlabel()


def test_groups_differ_in_colour_and_marker_and_stand_together():
    plot = plot_accuracies(TWO, chance=CHANCE, of="5 seeds")
    assert [line.get_marker() for line in dots(plot)] == list(MARKERS[:2])
    assert [line.get_color() for line in dots(plot)] == list(CYCLE[:2])
    first, second = (line.get_ydata() for line in dots(plot))
    np.testing.assert_allclose(first, [-0.2, 0.8, 1.8])
    np.testing.assert_allclose(second, [1.2, 2.2])  # it has no [CLS]
    assert levels(plot) == {25: ":", 50: "--"}
    legend = [text.get_text() for text in plot.axes.get_legend().get_texts()]
    assert legend == ["topic", "sentiment"]
    assert "dotted: chance (topic); dashed: chance (sentiment)" in " ".join(
        plot.axes.get_xlabel().split()
    )
    assert "sentiment: mean 65.0% (60.0% to 70.0%) and shuffled 50.0%" in plot.caption
    assert plot.caption.endswith("lowest and highest of the 5 seeds.")
    alike = plot_accuracies(TWO, chance=0.5)
    assert levels(alike) == {50: ":"}
    assert "dotted: chance;" in alike.axes.get_xlabel()


def test_controls_are_hollow():
    plot = plot_accuracies(TWO, chance=CHANCE, control=["shuffled"])
    faces = [line.get_markerfacecolor() for line in dots(plot)]
    assert faces == [CYCLE[0], "white", CYCLE[1], "white"]
    hollow = dots(plot)[1]
    np.testing.assert_allclose(hollow.get_xdata(), [25])
    assert to_rgba(hollow.get_markeredgecolor()) == to_rgba(CYCLE[0])
    assert "hollow: control" in plot.axes.get_xlabel()
    assert plot.caption.count("shuffled (control)") == 2
    legend = [text.get_text() for text in plot.axes.get_legend().get_texts()]
    assert legend == ["topic", "sentiment"]
    assert "hollow" not in plot_accuracies(TOPIC, chance=0).axes.get_xlabel()
    # The key shows a group filled where one of its names is no control.
    groups = {"first": {"a": [0.5], "b": [0.6]}, "second": {"a": [0.4]}}
    plot = plot_accuracies(groups, chance=0.25, control=["a"])
    first, second = plot.axes.get_legend().get_lines()
    assert first.get_markerfacecolor() == first.get_color()
    assert second.get_markerfacecolor() == "white"


@pytest.mark.parametrize("rows", [1, 2, 12])
@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_every_letter_lies_within_the_picture(rows, value):
    names = [f"the mean without special token {i}" for i in range(rows)]
    one = {name: [value, abs(value - 0.02)] for name in names}
    for plot in (
        plot_accuracies(one, chance=0.25, of="seeds", control=names[:1]),
        plot_accuracies({"frozen": one, "fine-tuned": one}, chance=0.25),
        plot_accuracies(
            {"topic": one, "sentiment": one}, chance=CHANCE, control=names[:1]
        ),
    ):
        assert inside(plot)
        assert plot.figure.get_size_inches()[0] <= 8.4
        first, last = plot.axes.get_xlim()
        assert first < 100 * value < last
        assert max(plot.axes.get_xticks()) <= 100
