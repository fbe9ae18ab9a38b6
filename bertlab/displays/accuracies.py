"""Accuracies side by side: a dot and its spread for each, beside what chance gives."""

from textwrap import wrap

import numpy as np

from ..text.tokens import isolated, shorten
from .captions import capital
from .figure import Plot, beside, drawable, framed_axes, legend_above, listed, styled
from .style import INK, ON_LINES, group_look

_LONGEST = 28  # characters of a name beside its row
_KEY = 78  # characters of a line under the axis
_STYLES = (":", "--", "-.")
_MOST_TOLD = 12


@styled
def plot_accuracies(
    accuracies,
    *,
    chance,
    label="accuracy",
    interval=None,
    control=(),
    of="repeats",
):
    """Draw accuracies as dots, each with its spread, under one another.

    Parameters
    ----------
    accuracies : dict of str to (n,) array_like, or dict of str to such a dict
        Accuracies from 0 to 1 by name: one for each repeat (or seed), drawn as their
        mean and a line from the lowest to the highest. Or several groups of them, such
        as {"frozen": {"[CLS]": …}, "fine-tuned": {"[CLS]": …}}: a name's rows stand
        together, and each group has its colour and marker. Not every group needs every
        name.
    chance : float or dict of str to float
        What guessing would give, in each group or in all.
    label : str
        Of the horizontal axis.
    interval : str, optional
        With it the three values of each name are (value, low, high), and this says
        what lies between low and high: "95 % of resampled texts".
    control : sequence of str
        Names that are there to compare with: drawn hollow.
    of : str
        What the values of a name are, where no interval is given: "5 repeats".

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        Where there is no accuracy, one is not finite, or an interval is not three
        numbers in order.
    """
    groups = _grouped(accuracies, interval)
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    levels = chance if isinstance(chance, dict) else dict.fromkeys(groups, chance)
    labels = [shorten(drawable(name), _LONGEST) for name in names]
    step = 0.15 + 0.2 * len(groups)
    left = 0.3 + 0.1 * max([6, *map(len, labels)])
    key = wrap(_key(levels, interval, of, groups, control), _KEY)
    width, height = 7.6, 1.25 + 0.19 * len(key) + step * max(len(names), 2)
    ax = framed_axes(width, height, left=left, bottom=0.67 + 0.19 * len(key))
    for n, level in enumerate(dict.fromkeys(levels.values())):
        look = {"linestyle": _STYLES[n % len(_STYLES)], "linewidth": 1.4}
        ax.axvline(100 * level, color=INK, zorder=1, **look)
    for n, (group, rows) in enumerate(groups.items()):
        offset = (n - (len(groups) - 1) / 2) * 0.8 / len(groups)
        y = [names.index(name) + offset for name in rows]
        hollow = [name in control for name in rows]
        _draw_group(ax, list(rows.values()), y, hollow, n, drawable(group))
    for between in range(1, len(names) if len(groups) > 1 else 0):
        ax.axhline(between - 0.5, color="#E4E4E4", linewidth=0.8, zorder=0)
    ax.set_yticks(range(len(names)), labels, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(max(len(names), 2) - 0.5, -0.5)
    rows = [row for group in groups.values() for row in group.values()]
    low = min(*levels.values(), *(row[1] for row in rows), 1)
    high = max(*levels.values(), *(row[2] for row in rows), 0)
    room = max(high - low, 0.05)
    # The last figure is written to the right of its dot.
    ax.set_xlim(100 * (low - 0.05 * room), 100 * (high + 0.17 * room))
    ax.set_xticks([tick for tick in ax.get_xticks() if 0 <= tick <= 100])
    ax.set_xlim(100 * (low - 0.05 * room), 100 * (high + 0.17 * room))
    # In the middle of the picture: the key is wider than what the names leave.
    middle = (width / 2 - left) / (width - left - 0.12)
    text = "\n".join([drawable(f"{label}, %"), *key])
    ax.set_xlabel(text, parse_math=False, x=middle)
    if len(groups) > 1:
        columns = max(1, min(len(groups), 72 // (6 + max(map(len, groups)))))
        legend_above(ax, ncols=columns, fontsize=10)
    caption = accuracies_caption(groups, levels, label, interval, control, of)
    return Plot(ax.figure, ax, caption)


def _grouped(accuracies, interval):
    """Return {group: {name: (value, low, high)}}, or raise `ValueError`."""
    if not accuracies:
        raise ValueError("There is no accuracy to draw: give at least one.")
    nested = isinstance(next(iter(accuracies.values())), dict)
    groups = accuracies if nested else {"": accuracies}
    return {
        group: {name: _summary(values, name, interval) for name, values in rows.items()}
        for group, rows in groups.items()
    }


def _summary(values, name, interval):
    values = np.asarray(values, float).ravel()
    if not values.size or not np.isfinite(values).all():
        raise ValueError(f"The accuracies of {name!r} are no finite numbers: {values}.")
    if not interval:
        return values.mean(), values.min(), values.max()
    if len(values) != 3 or not values[1] <= values[0] <= values[2]:
        raise ValueError(
            f"With an interval each name needs (value, low, high), in order, and"
            f" {name!r} has {values}."
        )
    return tuple(values)


def _draw_group(ax, rows, y, hollow, n, name):
    colour, marker = group_look(n)
    values, low, high = 100 * np.array(rows).T  # (names,) each
    ax.hlines(y, low, high, color=colour, linewidth=2.2)
    look = {"linestyle": "none", "marker": marker, "color": colour, "markersize": 8}
    for empty in (False, True):
        those = [i for i, h in enumerate(hollow) if h == empty]
        if those:
            ax.plot(
                values[those],
                np.array(y)[those],
                markerfacecolor="white" if empty else colour,
                label=name if empty == all(hollow) else "_",
                **look,
            )
    for at, value, end in zip(y, values, high):
        # The line of chance must not strike a figure through.
        box = ON_LINES | {"alpha": 1}
        beside(ax, f"{value:.1f}", (end, at), (8, 0), ha="left", bbox=box)


def _key(levels, interval, of, groups, control):
    """Say in a line what is drawn."""
    lines = {0: "dotted", 1: "dashed", 2: "dash-dotted"}
    by_level = {}
    for group, level in levels.items():
        by_level.setdefault(level, []).append(drawable(group))
    parts = [
        f"{lines[n % 3]}: chance" + (f" ({listed(those)})" if len(by_level) > 1 else "")
        for n, those in enumerate(by_level.values())
    ]
    if _spread(groups):
        parts.append(f"line: {interval or f'lowest to highest of the {of}'}")
    if any(name in control for rows in groups.values() for name in rows):
        parts.append("hollow: control")
    return "; ".join(parts)


def accuracies_caption(groups, levels, label, interval, control, of):
    """Say in words what a picture of accuracies shows."""
    told = []
    for group, rows in groups.items():
        # In the order given: sorted, two that are all but equal could change places on
        # another processor.
        named = [
            f"{isolated(name)}{' (control)' if name in control else ''} {value:.1%}"
            + (f" ({low:.1%} to {high:.1%})" if low < high else "")
            for name, (value, low, high) in rows.items()
        ]
        start = f"{isolated(group)}: " if group else ""
        told.append(
            f"{start}{listed(named, _MOST_TOLD)}, by chance {levels[group]:.1%}"
        )
    what = f"{capital(label)}, {'; '.join(told)}."
    if not _spread(groups):
        return what
    return f"{what} In brackets: {interval or f'lowest and highest of the {of}'}."


def _spread(groups):
    """Say whether any accuracy has a spread."""
    rows = [row for group in groups.values() for row in group.values()]
    return any(low < high for _, low, high in rows)
