"""The attention explorer's pictures: the live SVG, and matplotlib's for each view."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from ...displays.cells import attention_shades
from ...displays.figure import house_style
from ...displays.head_thumbnails import plot_heads
from ...displays.one_weight import one_weight_caption, plot_one_weight
from ...displays.weight_lines import plot_attention_lines
from ...displays.weight_matrix import plot_attention, plot_weight_and_contribution
from .cells import cells_svg
from .lines import lines_svg
from .svg import Side
from .weight import weight_svg

# Of a part that is not square, inches of one of two pictures side by side.
_WIDE = 6.4


def sides(run, part):
    """The tokens that attend and those attended to, as `Side`."""
    left, right = _side(run, part.rows), _side(run, part.columns)
    if part.beyond:
        right = Side(
            [*right.names, f"{part.beyond:,} others"],
            [*right.numbers, None],
            [*right.texts, right.texts[-1] if right.texts else 0],
        )
    return left, right


def _side(run, numbers):
    types, numbers = run.encoding.types, numbers.tolist()
    return Side([run.tokens[i] for i in numbers], numbers, [types[i] for i in numbers])


def lines(run, part, drawn, title):
    """The head view as inline SVG."""
    left, right = sides(run, part)
    return lines_svg(
        part.matrix,
        drawn,
        heads=part.heads,
        left=left,
        right=right,
        label=title,
        title=title,
    )


def cells(run, parts, title):
    """The matrix view as inline SVGs, on one scale: the mean of the heads.

    What goes to tokens beyond the window is said, and has no column: it is often so
    large that its colour would leave the others dark.
    """
    tables = [part.weights.mean(axis=0) for _, part in parts]
    norm = attention_shades(np.array(tables))["norm"]
    found = []
    for (what, part), table in zip(parts, tables):
        name = f"{title}: {what}"
        found.append(
            cells_svg(
                table,
                norm=norm,
                left=_side(run, part.rows),
                right=_side(run, part.columns),
                outside=part.outside.mean(axis=0) if part.beyond else None,
                label=name,
                title=name,
            )
        )
    return found


def one_file(svgs):
    """One or two pictures as one SVG file."""
    if len(svgs) == 1:
        return svgs[0]
    sizes = [re.search(r" width='(\d+)' height='(\d+)'", svg) for svg in svgs]
    first, width, height = (
        int(sizes[0][1]),
        sum(int(size[1]) for size in sizes),
        max(int(size[2]) for size in sizes),
    )
    inner = "".join(
        svg.replace("<svg ", f"<svg x='{n * first}' ", 1) for n, svg in enumerate(svgs)
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'"
        f" width='{width}' height='{height}'><rect width='{width}' height='{height}'"
        f" style='fill:#fff'/>{inner}</svg>"
    )


def live(svgs, hint, caption):
    """HTML of one or two pictures, in a box that scrolls, a hint and the caption."""
    both = " bertlab-both" if len(svgs) > 1 else ""
    return (
        "<figure class='bertlab-figure' style='margin:0'>"
        f"<div class='bertlab-scroll{both}'>{''.join(svgs)}</div>"
        f"<div class='bertlab-hint'>{html.escape(hint)}</div>"
        "<figcaption style='max-width:48em;line-height:1.4'>"
        f"{html.escape(caption)}</figcaption></figure>"
    )


def captioned(plot, caption):
    """The same picture with another caption."""
    return replace(plot, caption=caption)


def _named(left, right):
    """Keywords that name both sides of a picture: the second where it differs."""
    numbers = left.numbers, right.numbers
    if left.names == right.names and numbers[0] == numbers[1]:
        return {"tokens": left.names, "numbers": numbers}
    return {"tokens": left.names, "columns": right.names, "numbers": numbers}


def matrix(run, parts, title):
    """The matrix view: weight or contribution, or both side by side."""
    tables = [part.weights.mean(axis=0) for _, part in parts]
    part = parts[0][1]
    names = _named(_side(run, part.rows), _side(run, part.columns))
    if len(tables) == 2:
        return plot_weight_and_contribution(*tables, title=title, **names)
    label = {"weight": "attention weight"}.get(parts[0][0], parts[0][0])
    return plot_attention(tables[0], label=label, title=title, **names)


def static_lines(run, parts, title):
    """The head view drawn by matplotlib, for PNG."""
    if len(parts) == 1:
        what, part = parts[0]
        return _static(run, part, f"{title}: {what}")
    single = [_static(run, part, f"{title}: {what}") for what, part in parts]
    height = single[0].figure.get_figheight()
    with house_style():
        figure = Figure(figsize=(2 * _WIDE, height))
        for n, (what, part) in enumerate(parts):
            place = single[n].axes.get_position()
            ax = figure.add_axes(
                (place.x0 / 2 + n / 2, place.y0, place.width / 2, place.height)
            )
            plot = _static(run, part, f"{title}: {what}", ax)
    return replace(plot, figure=figure)


def _static(run, part, title, ax=None):
    types = np.array(run.encoding.types)
    more = {"side": types[part.rows].tolist()} if run.paired else {}
    names = _named(*sides(run, part))
    if "columns" in names:
        more = {}
    return plot_attention_lines(
        part.matrix, heads=part.heads, title=title, ax=ax, **names, **more
    )


def all_heads(run, layer, head):
    """Every layer and head as a thumbnail, one of them outlined."""
    return plot_heads(run.encoding.attentions, tokens=run.tokens, picked=(layer, head))


def live_weight(run, steps, head, row, column, title):
    """The view inside one weight as inline SVG, and its caption."""
    query, key = steps.query[head - 1, row], steps.key[head - 1, column]  # (size,) each
    scores, weights = steps.scores[head - 1, row], steps.weights[head - 1, row]
    about = {"tokens": run.tokens, "row": row, "column": column}
    caption = one_weight_caption(query, key, scores[column], weights, **about)
    svg = weight_svg(query, key, scores, weights, **about, title=title)
    return svg, f"{title}. {caption}"


def one_weight(run, steps, head, row, column, title):
    """Query, key and weight of one pair of tokens."""
    plot = plot_one_weight(
        steps.query[head - 1],
        steps.key[head - 1],
        steps.scores[head - 1],
        tokens=run.tokens,
        row=row,
        column=column,
        title=title,
    )
    return captioned(plot, f"{title}. {plot.caption}")
