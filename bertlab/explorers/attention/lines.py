"""The head view: tokens left and right, a line for each weight, as inline SVG.

Hover and keyboard focus need no script. Each token on the left is a group that holds
its own lines, and these are what one sees; each token on the right holds the same lines
once more, which are only shown while it is pointed at. All of a token's lines that look
alike are one path.
"""

from __future__ import annotations

import numpy as np

from ...displays.style import BLUE
from ...displays.weight_lines import head_look
from ...text.tokens import shorten
from .svg import NAME, called, opened, safe

# A line's look goes in steps: from which weight on, how opaque and how wide.
EDGES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
OPACITY = (0.2, 0.28, 0.36, 0.46, 0.57, 0.68, 0.79, 0.9, 1)
WIDTHS = (0.8, 1, 1.3, 1.7, 2.1, 2.6, 3.1, 3.6, 4.2)
# Pixels: the whole, where names end and begin, where lines begin and end.
WIDTH, LEFT, RIGHT, FIRST, LAST = 520, 124, 396, 162, 358
# Numbers beside the other side's tokens, at most.
NUMBERS = 8
# Up to so many rows there is room for larger letters, and for a number at every line.
MOST_ROWS = 40

_LOOKS = "".join(
    f".bertlab-heads .w{k}{{stroke-opacity:{opacity};stroke-width:{width}}}"
    for k, (opacity, width) in enumerate(zip(OPACITY, WIDTHS))
)
_STYLE = f"""
.bertlab-heads path{{fill:none;pointer-events:none}}
.bertlab-heads .numbers{{display:none;pointer-events:none;font-size:11px}}
.bertlab-heads .to .numbers{{text-anchor:end}}
.bertlab-heads .token:hover rect,.bertlab-heads .token:focus rect{{fill:#DCE9F5}}
.bertlab-heads .token:focus-visible rect,.bertlab-heads .key:focus-visible rect
{{stroke:#222;stroke-width:2}}
.bertlab-heads .key{{outline:none}}
.bertlab-heads .to .lines{{display:none}}
.bertlab-heads .token:hover .numbers,.bertlab-heads .token:focus .numbers,
.bertlab-heads .to .token:hover .lines,.bertlab-heads .to .token:focus .lines
{{display:inline}}
.bertlab-heads .from:hover .token:not(:hover):not(:focus) .lines,
.bertlab-heads .from:focus-within .token:not(:hover):not(:focus) .lines,
.bertlab-heads .to:hover~.from .token:not(:hover):not(:focus) .lines,
.bertlab-heads .to:focus-within~.from .token:not(:hover):not(:focus) .lines
{{opacity:.06}}
{_LOOKS}"""


def lines_svg(matrix, drawn, *, heads, left, right, label, title=""):
    """Draw the head view as an ``<svg>`` element.

    Parameters
    ----------
    matrix : (heads, rows, columns) ndarray
    drawn : (heads, rows, columns) ndarray of bool
        Which of them get a line.
    heads : sequence of int
        Numbers from 1.
    left, right : Side
        Names of the rows and of the columns.
    label, title : str
        As in `opened`.
    """
    row = 22 if max(len(left.names), len(right.names)) <= MOST_ROWS else 16
    keys, top = _keys(heads, 26 if title else 4)
    top += 24  # the names of the two sides
    places = [_places(side, row, top) for side in (left, right)]
    bottom = max(max(side) for side in places) + row
    shift = _shifts(len(heads), row)
    parts = [
        opened(
            "bertlab-heads",
            (WIDTH, bottom),
            letters=(14 if row > 16 else 12, 11),
            style=_STYLE + _colours(heads),
            label=label,
            title=title,
        ),
        keys,
        f"<text class='end small' x='{LEFT}' y='{top - 9}'>attending</text>"
        f"<text class='small' x='{RIGHT}' y='{top - 9}'>attended to</text>",
        *_texts(left, places[0], 2),
        *_texts(right, places[1], WIDTH - 12),
    ]
    steps = np.searchsorted(EDGES, matrix, side="right")
    most = matrix.max(axis=0)  # of several heads the strongest
    ends = places[0], places[1]
    for side, name in ((1, "to"), (0, "from")):
        parts.append(f"<g class='{name}'>")
        own, other = (right, left) if side else (left, right)
        for n, place in enumerate(ends[side]):
            take = (slice(None), slice(None), n) if side else (slice(None), n)
            best = int(most[take[1:]].argmax())
            head = heads[int(matrix[take][:, best].argmax())]
            said = (
                f"{called(own, n)}: most {'from' if side else 'to'}"
                f" {called(other, best)}, {most[take[1:]][best]:.2f}"
                f"{f' (head {head})' if len(heads) > 1 else ''}"
            )
            parts.append(
                _token(own.names[n], said, place, row, side)
                + _lines(
                    drawn[take], steps[take], heads, place, ends[1 - side], side, shift
                )
                + _numbers(
                    most[take[1:]], drawn[take].any(axis=0), ends[1 - side], side
                )
                + "</g>"
            )
        parts.append("</g>")
    return "".join(parts) + "</svg>"


def _places(side, row, top):
    """The middle of each row, in pixels, with a gap between two texts."""
    texts = np.array(side.texts)
    gaps = np.cumsum(np.append(0, texts[1:] != texts[:-1]))
    return (top + row // 2 + row * np.arange(len(texts)) + row * gaps // 2).tolist()


def _shifts(n, row):
    """By how much each head's lines are moved, so that they do not cover each other."""
    step = min(2, (row - 6) // max(n - 1, 1)) if n > 1 else 0
    return [step * k - step * (n - 1) // 2 for k in range(n)]


def _keys(heads, top):
    """What the colours and the widths mean; and where the picture goes on below."""
    parts, x = [], 4
    for head in heads if len(heads) > 1 else ():
        if x > WIDTH - 90:
            x, top = 4, top + 20
        parts.append(
            f"<g class='key k{head}' tabindex='0' role='img' aria-label='head {head}'>"
            f"<rect x='{x - 2}' y='{top}' width='84' height='18'/>"
            f"<path class='w7 h{head}' d='M{x} {top + 9}h24'/>"
            f"<text class='small' x='{x + 29}' y='{top + 13}'>head {head}</text></g>"
        )
        x += 86
    top += 22 if len(heads) > 1 else 0
    x = 4
    for k, words in (
        (0, "under 0.02"),
        (2, "0.05"),
        (4, "0.2"),
        (6, "0.5"),
        (8, "0.9"),
    ):
        parts.append(
            f"<path class='w{k}' stroke='#222' d='M{x} {top + 8}h24'/>"
            f"<text class='small' x='{x + 29}' y='{top + 12}'>{words}</text>"
        )
        x += 112 if k == 0 else 70
    return "".join(parts), top + 20


def _colours(heads):
    """Colour and dashes of each head, and that its key isolates it."""
    rules = []
    for head in heads:
        # One alone needs no colour of its own: the darkest shows the palest lines.
        colour, dash = head_look(head) if len(heads) > 1 else (BLUE, "")
        rules.append(
            f".bertlab-heads .h{head}{{stroke:{colour}"
            f"{f';stroke-dasharray:{dash}' if dash else ''}}}"
        )
        if len(heads) > 1:
            rules.append(
                f".bertlab-heads .k{head}:hover~.from path:not(.h{head}),"
                f".bertlab-heads .k{head}:focus~.from path:not(.h{head})"
                "{stroke-opacity:.03}"
            )
    return "".join(rules)


def _texts(side, places, x):
    """The letters A and B beside two texts."""
    if len(set(side.texts)) < 2:
        return
    for which, letter in enumerate("AB"):
        first = side.texts.index(which)
        yield f"<text class='small' x='{x}' y='{places[first] + 4}'>{letter}</text>"


def _token(name, said, place, row, right):
    """The beginning of a token's group: its name, which is what can be pointed at."""
    x, anchor = (RIGHT, "") if right else (LEFT, " class='end'")
    return (
        f"<g class='token' tabindex='0' role='img' aria-label='{safe(said)}'>"
        f"<rect x='{RIGHT - 4 if right else 14}' y='{place - row // 2}'"
        f" width='{LEFT - 10}' height='{row}'/>"
        f"<text{anchor} x='{x}' y='{place + 4}'>{safe(shorten(name, NAME))}</text>"
    )


def _lines(drawn, steps, heads, place, others, right, shift):
    """All lines of a token, (heads, others): a path for each head and look."""
    paths = {}
    begin, way = (LAST, FIRST - LAST) if right else (FIRST, LAST - FIRST)
    for k, other in np.argwhere(drawn):
        paths.setdefault((steps[k, other], k), []).append(
            f"M0 {shift[k]}L{way} {others[other] - place + shift[k]}"
        )
    # The strongest last, which is on top.
    body = "".join(
        f"<path class='w{step} h{heads[k]}' d='{''.join(paths[step, k])}'/>"
        for step, k in sorted(paths)
    )
    return f"<g class='lines' transform='translate({begin} {place})'>{body}</g>"


def _numbers(weights, drawn, others, right):
    """The strongest weights of a token, each beside the token that it goes to."""
    chosen = [n for n in np.argsort(-weights, kind="stable") if drawn[n]]
    if len(others) > MOST_ROWS:
        chosen = chosen[:NUMBERS]
    body = "".join(
        f"<text y='{others[n]}'>{weights[n]:.2f}</text>" for n in sorted(chosen)
    )
    x = FIRST - 4 if right else LAST + 4
    return f"<g class='numbers' transform='translate({x} 4)'>{body}</g>"
