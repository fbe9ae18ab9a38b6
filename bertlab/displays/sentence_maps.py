"""The same texts on maps of several kinds of vectors, grouped in several ways."""

import numpy as np
from matplotlib import colormaps

from ..text.tokens import isolated
from .figure import (
    Plot,
    draw_groups,
    drawable,
    framed_panels,
    legend_above,
    listed,
    styled,
)


@styled
def plot_clusters(points, *, groupings, titles, shares):
    """Draw maps of the same texts, a row for each and a column for each grouping.

    Parameters
    ----------
    points : (maps, n, 2) array_like
        Where each text is, on each map.
    groupings : dict of str to (n,) sequence
        By name, the group of each text: a colour and a marker. Groups of a sequence of
        str stand in the order of their first text; those of an array of int are
        ordered, and their colours go from dark to light.
    titles : sequence of str
        One for each map.
    shares : (maps, 2) array_like
        Share of the variance along each axis, from 0 to 1.

    Returns
    -------
    Plot
        With the axes of the first map. The caption says how much of the variance along
        the first axis lies between the groups.

    Raises
    ------
    ValueError
        If the numbers of points, groups, titles and shares do not go together.
    """
    points, shares = np.asarray(points, float), np.asarray(shares, float)
    titles = list(titles)
    if points.shape[0::2] != (len(titles), 2) or shares.shape != (len(titles), 2):
        raise ValueError(
            "For points of shape (maps, n, 2) give a title and two shares for each"
            f" map, not {len(titles)} titles and shares of shape {shares.shape} for"
            f" points of {points.shape}."
        )
    for name, groups in groupings.items():
        if len(groups) != points.shape[1]:
            raise ValueError(
                f"{name!r} has {len(groups)} groups for {points.shape[1]} points."
            )
    rows, columns = len(points), len(groupings)
    most = max(len(_order(groups)) for groups in groupings.values())
    all_axes = _axes(rows, columns, lines=-(-most // 2))
    look = {"markersize": 4.5, "alpha": 0.75, "markeredgewidth": 0}
    for column, groups in enumerate(groupings.values()):
        names = _order(groups)
        steps = np.linspace(0, 0.9, len(names))
        colours = colormaps["cividis"](steps) if _counted(groups) else None
        for ax, some in zip(all_axes[:, column], points):
            draw_groups(ax, some, groups, names, colours, **look)
            ax.locator_params(nbins=4)
    for name, ax in zip(groupings, all_axes[0]):
        _legend(ax, drawable(name))
    for row, (title, kept) in enumerate(zip(titles, shares)):
        for ax in all_axes[row]:
            ax.set_title(drawable(title), parse_math=False)
            ax.set_xlabel(f"first component ({kept[0]:.0%})")
        all_axes[row, 0].set_ylabel(f"second component ({kept[1]:.0%})")
    caption = clusters_caption(points, groupings, titles)
    return Plot(all_axes[0, 0].figure, all_axes[0, 0], caption)


def _axes(rows, columns, lines):
    """New axes at fixed places, with room above for `lines` of a legend."""
    one, top, bottom, gap = 2.6, 0.65 + 0.2 * lines, 0.62, 0.95
    height = top + rows * one + (rows - 1) * gap + bottom
    frame = {"left": 0.8, "right": 0.1, "bottom": bottom, "top": top}
    width, between = 0.7 + 3.7 * columns, {"hspace": gap / one, "wspace": 0.2}
    return framed_panels(rows, columns, width, height, **frame, **between)


def _counted(groups):
    return np.asarray(groups).dtype.kind in "iu"


def _order(groups):
    """The groups in their order: that of numbers, or that of the first text of each."""
    return list(np.unique(groups) if _counted(groups) else dict.fromkeys(groups))


def _legend(ax, name):
    """What the colours are, above the first map of a column."""
    legend = legend_above(
        ax,
        bbox_to_anchor=(-0.05, 1.1),
        ncols=2,
        title=name,
        alignment="left",
        fontsize=10,
        columnspacing=1,
        handletextpad=0.2,
        labelspacing=0.2,
        markerscale=1.5,
        borderpad=0,
    )
    legend.get_title().set_parse_math(False)


def between_groups(values, groups):
    """Share of the variance of (n,) values that lies between the groups."""
    values, groups = np.asarray(values, float), np.asarray(groups)
    centred = values - values.mean()
    total = (centred**2).sum()
    if total == 0:
        return 0.0
    means = [centred[groups == name] for name in np.unique(groups)]
    return float(sum(len(one) * one.mean() ** 2 for one in means) / total)


def clusters_caption(points, groupings, titles):
    """Say in words what maps of the same texts show."""
    told = []
    for name, groups in groupings.items():
        shares = [
            f"{isolated(title)} {between_groups(one[:, 0], groups):.0%}"
            for title, one in zip(titles, points)
        ]
        names = listed([isolated(str(group)) for group in _order(groups)])
        told.append(f"between groups by {isolated(name)} ({names}): {listed(shares)}")
    return (
        f"{points.shape[1]:,} sentences on their first two principal components. Of the"
        f" variance along the first component lies {'; '.join(told)}."
    )
