import numpy as np
import pytest

from bertlab.displays import plot_clusters
from bertlab.displays.sentence_maps import between_groups
from bertlab.displays.style import CYCLE, MARKERS


def two_maps(n=12, seed=0):
    return np.random.default_rng(seed).normal(size=(2, n, 2))


TOPICS = ["food", "travel", "sport"] * 4
BANDS = np.array([51, 17, 17, 24, 24, 51] * 2)


def drawn(**more):
    given = {
        "groupings": {"topic": TOPICS, "tokens, up to": BANDS},
        "titles": ["words", "all"],
        "shares": [[0.5, 0.25], [0.125, 0.06]],
    }
    return plot_clusters(two_maps(), **(given | more))


def test_each_map_with_each_grouping():
    plot = drawn()
    panels = plot.figure.axes
    assert len(panels) == 4
    assert plot.axes is panels[0]
    titles = [ax.get_title(loc="left") for ax in panels]
    assert titles == ["words", "words", "all", "all"]
    assert panels[0].get_xlabel() == "first component (50%)"
    assert panels[0].get_ylabel() == "second component (25%)"
    assert panels[3].get_xlabel() == "first component (12%)"
    for n, ax in enumerate(panels):
        groups = np.array([TOPICS, BANDS.astype(str)][n % 2])
        for line in ax.lines:
            mine = groups == line.get_label()
            np.testing.assert_allclose(line.get_xydata(), two_maps()[n // 2][mine])
        assert sum(len(line.get_xydata()) for line in ax.lines) == 12


def test_names_keep_their_order_and_numbers_are_sorted():
    left, right = drawn().figure.axes[:2]
    assert [line.get_label() for line in left.lines] == ["food", "travel", "sport"]
    assert [line.get_label() for line in right.lines] == ["17", "24", "51"]
    legend = left.get_legend()
    assert legend.get_title().get_text() == "topic"
    assert [text.get_text() for text in legend.get_texts()] == TOPICS[:3]


def test_a_group_has_its_own_colour_and_marker():
    plot = drawn()
    for ax in plot.figure.axes:
        looks = [(str(line.get_color()), line.get_marker()) for line in ax.lines]
        assert len({colour for colour, _ in looks}) == 3
        assert [marker for _, marker in looks] == list(MARKERS[:3])
    assert plot.axes.lines[0].get_color() == CYCLE[0]
    above, below = plot.figure.axes[1], plot.figure.axes[3]
    for one, other in zip(above.lines, below.lines):
        assert (one.get_color() == other.get_color()).all()
        # From dark to light.
    light = [sum(line.get_color()[:3]) for line in above.lines]
    assert light == sorted(light)


def test_the_caption_has_the_variance_between_groups():
    points = np.zeros((2, 4, 2))
    points[0, :, 0] = [1, 1, -1, -1]  # all of it between the groups
    points[1, :, 0] = [1, -1, 1, -1]  # none of it
    plot = plot_clusters(
        points,
        groupings={"kind": list("aabb")},
        titles=["one", "two"],
        shares=points[:, 0],
    )
    assert plot.caption == (
        "4 sentences on their first two principal components. Of the variance along the"
        " first component lies between groups by kind (a and b): one 100% and two 0%."
    )
    assert len(plot.figure.axes) == 2


def test_variance_between_groups():
    assert between_groups([0, 2, 4, 6], [0, 0, 1, 1]) == pytest.approx(0.8)
    assert between_groups([0, 1, 2], ["a", "b", "c"]) == pytest.approx(1)
    assert between_groups([3, 3, 3], ["a", "b", "b"]) == 0


@pytest.mark.parametrize("kinds", [1, 2, 9])
def test_nothing_is_drawn_over_anything_else(kinds):
    many = [f"kind {i % kinds}" for i in range(12)]
    plot = drawn(groupings={"kind": many, "tokens, up to": BANDS})
    plot.figure.draw_without_rendering()
    boxes = [ax.get_tightbbox() for ax in plot.figure.axes]
    for i, one in enumerate(boxes):
        assert one.x0 >= 0 and one.x1 <= plot.figure.bbox.x1
        assert one.y0 >= 0 and one.y1 <= plot.figure.bbox.y1
        assert not any(one.overlaps(other) for other in boxes[i + 1 :])
