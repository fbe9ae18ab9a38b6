import numpy as np
import pytest

from bertlab.displays import plot_clusters
from bertlab.displays.sentence_maps import between_groups

POINTS = np.random.default_rng(0).normal(size=(2, 12, 2))
TOPICS = ["food", "travel", "sport"] * 4
BANDS = np.array([51, 17, 17, 24, 24, 51] * 2)


def drawn(topics=TOPICS):
    return plot_clusters(
        POINTS,
        groupings={"topic": topics, "tokens, up to": BANDS},
        titles=["words", "all"],
        shares=[[0.5, 0.25], [0.125, 0.06]],
    )


def test_each_map_with_each_grouping():
    panels = drawn().figure.axes
    titles = [ax.get_title(loc="left") for ax in panels]
    assert titles == ["words", "words", "all", "all"]
    assert panels[0].get_xlabel() == "first component (50%)"
    assert panels[0].get_ylabel() == "second component (25%)"
    assert panels[3].get_xlabel() == "first component (12%)"
    for n, ax in enumerate(panels):
        groups = np.array([TOPICS, BANDS.astype(str)][n % 2])
        # Names keep their order, and numbers are sorted.
        names = [line.get_label() for line in ax.lines]
        assert names == [["food", "travel", "sport"], ["17", "24", "51"]][n % 2]
        for line in ax.lines:
            mine = groups == line.get_label()
            np.testing.assert_allclose(line.get_xydata(), POINTS[n // 2][mine])
        looks = [(str(line.get_color()), line.get_marker()) for line in ax.lines]
        assert [len(set(cues)) for cues in zip(*looks)] == [3, 3]


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
    assert between_groups([0, 2, 4, 6], [0, 0, 1, 1]) == pytest.approx(0.8)
    assert between_groups([3, 3, 3], ["a", "b", "b"]) == 0


@pytest.mark.parametrize("kinds", [1, 9])
def test_nothing_is_drawn_over_anything_else(kinds):
    plot = drawn([f"kind {i % kinds}" for i in range(12)])
    plot.figure.draw_without_rendering()
    boxes = [ax.get_tightbbox() for ax in plot.figure.axes]
    for i, one in enumerate(boxes):
        assert one.x0 >= 0 and one.x1 <= plot.figure.bbox.x1
        assert one.y0 >= 0 and one.y1 <= plot.figure.bbox.y1
        assert not any(one.overlaps(other) for other in boxes[i + 1 :])
