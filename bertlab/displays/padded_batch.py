"""A padded batch: what each row holds, how far its tokens moved, and its vectors."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..text.tokens import count
from .captions import rounded
from .figure import Plot, drawable, fitting, styled
from .padded_caption import columns, padded_caption
from .style import BLUE, GREY, HATCHED, INK, ON_WHITE, VERMILION, WRITE

# In inches: the picture, room for the names of lines, and from a text's first line down
# to each of its lines' middles, to its cells' edges, and to the next text.
WIDTH, LEFT = 7.2, 0.82
NAME, TOKEN, MOVED, POSITION, MASK = 0.13, 0.38, 0.6, 0.85, 1.05
CELLS, BLOCK = (0.27, 0.73), 1.3
TOP, KEY, GAP, ROW, BELOW = 0.36, 0.42, 0.62, 0.27, 0.5
STEPS = 33
# The markers of cosines.
ALONE = {"ls": "", "marker": "o", "ms": 9, "mfc": "white", "mec": BLUE, "mew": 1.8}
TOGETHER = {"ls": "", "marker": "s", "ms": 5.5, "color": VERMILION}
ALONE["clip_on"] = TOGETHER["clip_on"] = False
ON_PADS = ON_WHITE | {"facecolor": "#F4F4F4", "pad": 1.5}


@styled
def plot_padded(batch, compared):
    """Draw a batch as a grid, and what padding does to its texts' vectors.

    Parameters
    ----------
    batch : list of Padded
        From `bertlab.network.padding.pad`.
    compared : Compared
        From `bertlab.measures.compare`.

    Returns
    -------
    Plot
        Its `axes` are the grid's. Of rows with more than `MOST_COLUMNS` places the
        middle is left out, and counted; what the caption says is true of all places.
    """
    n = len(batch)
    lines = _lines(compared)
    heights = (n * BLOCK, len(lines) * ROW)
    height = TOP + heights[0] + KEY + GAP + heights[1] + BELOW
    ax = Figure(figsize=(WIDTH, height)).add_axes((0, 0, 1, 1))
    ax.set_axis_off()

    def inside(left, top, wide, high):
        place = left / WIDTH, 1 - (top + high) / height, wide / WIDTH, high / height
        return ax.inset_axes(place)

    grid = inside(LEFT, TOP, WIDTH - LEFT - 0.08, heights[0])
    top = max(compared.apart, *(float(moved.max()) for moved in compared.moved))
    top = top or 0.01  # one token that has not moved, and no other to compare with
    shade = {"cmap": mpl.colormaps["cividis"].resampled(STEPS), "vmin": 0, "vmax": top}
    _draw_grid(grid, batch, compared, shade)
    key = inside(LEFT, TOP + heights[0] + 0.06, 1.5, 0.16)
    _draw_key(key, shade, compared.apart)
    cosines = inside(1.75, TOP + heights[0] + KEY + GAP, WIDTH - 3.25, heights[1])
    _draw_cosines(cosines, lines, compared)
    return Plot(ax.figure, grid, padded_caption(batch, compared))


def _draw_grid(ax, batch, compared, shade):
    """Draw each text's row: tokens and how far they moved, positions and mask."""
    places = columns(batch)
    n, m = len(batch), len(places)
    room = (WIDTH - LEFT - 0.08) / m - 0.03
    ax.set(xlim=(0, m), ylim=(n * BLOCK, 0), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    title = "how far each token's state is from the one it has alone"
    ax.set_title(f"Layer {compared.layer}: {title}")
    for y, (row, moved) in enumerate(zip(batch, compared.moved)):
        top = y * BLOCK
        own = range(len(row.ids))[row.own]
        about = f"{y + 1}: {count(len(own), 'token')}"
        pads = len(row.ids) - len(own)
        about += f", {count(pads, 'pad')}" if pads else ", no pads"
        ax.text(0, top + NAME, about, weight="bold", **(WRITE | {"ha": "left"}))
        names = {"token": TOKEN, "moved by": MOVED, "position": POSITION, "mask": MASK}
        for name, at in names.items():
            look = WRITE | {"ha": "right"}
            ax.text(-0.08 * m / (WIDTH - LEFT), top + at, name, **look)
        shares = np.ma.array(np.zeros((1, m)), mask=True)
        runs = []  # of pads: first column and how many, in columns that are drawn
        for x, place in enumerate(places):
            if isinstance(place, range):
                _draw_left_out(ax, x, top, place)
            elif place in own:
                shares[0, x] = moved[place - own.start]
            elif runs and sum(runs[-1]) == x:
                runs[-1][1] += 1
            else:
                runs.append([x, 1])
        for first, wide in runs:
            _draw_pads(ax, first, wide, top, pads)
        edges = np.arange(m + 1), top + np.array(CELLS)
        image = ax.pcolormesh(*edges, shares, edgecolors="white", lw=1, **shade)
        for x, place in enumerate(places):
            if isinstance(place, range):
                continue
            if place in own:
                share = moved[place - own.start]
                # Letters are white on the darker half of cividis.
                colour = "white" if image.norm(share) < 0.55 else INK
                token = fitting(drawable(row.tokens[place]), round(room, 3), 10)
                ax.text(x + 0.5, top + TOKEN, token, color=colour, **WRITE)
                ax.text(x + 0.5, top + MOVED, rounded(share), color=colour, **WRITE)
            seen = place not in own and row.mask[place]  # a pad that others see
            look = {"color": VERMILION, "weight": "bold"} if seen else {"color": INK}
            ax.text(x + 0.5, top + POSITION, row.positions[place], color=INK, **WRITE)
            ax.text(x + 0.5, top + MASK, row.mask[place], **look, **WRITE)


def _draw_pads(ax, first, wide, top, of):
    """Draw cells beside each other that hold pads, hatched, with their name."""
    high, low = (top + edge for edge in CELLS)
    look = {**HATCHED, "edgecolor": "#A0A0A0"}
    ax.add_patch(Rectangle((first + 0.03, high), wide - 0.06, low - high, **look))
    ax.vlines(range(first + 1, first + wide), high, low, color="white", lw=1.5)
    # Of pads that are drawn in part, the number stands above, in words.
    name = f"[PAD] × {wide}" if 1 < wide == of else "[PAD]"
    middle = first + wide / 2, (high + low) / 2
    ax.text(*middle, name, color=INK, bbox=ON_PADS, **WRITE)


def _draw_left_out(ax, x, top, places):
    """What stands for the places that are not drawn."""
    middle = top + sum(CELLS) / 2
    ax.text(x + 0.5, middle, f"{len(places)}\nmore", color=INK, **WRITE)
    for line in (POSITION, MASK):
        ax.text(x + 0.5, top + line, "…", color=INK, **WRITE)


def _draw_key(ax, shade, apart):
    """What the colours mean: from no move at all to as far as another token."""
    edges = np.linspace(0, shade["vmax"], STEPS + 1)
    middles = (edges[1:] + edges[:-1])[None] / 2
    ax.pcolormesh(edges, [0, 1], middles, edgecolors="face", **shade)
    ax.set(yticks=[], xticks=[])
    ax.spines[:].set_visible(False)
    ax.plot([apart, apart], [-0.3, 1.3], color=VERMILION, lw=2, clip_on=False)
    side = {"va": "center", "fontsize": 10, "transform": ax.transAxes}
    ax.text(-0.05, 0.5, "0", ha="right", **side)
    told = f"{rounded(shade['vmax'])} (line: {rounded(apart)}, two tokens of a sentence"
    ax.text(1.05, 0.5, f"{told}, on average)", ha="left", **side)


def _lines(compared):
    """The lines of cosines: name, alone, in the batch. First of pairs, then of selves.

    Returns
    -------
    list of (str, float, float)
    """
    n = len(compared.itself)
    pairs = [
        (f"{i + 1} and {j + 1}", compared.alone[i, j], compared.together[i, j])
        for i, j in combinations(range(n), 2)
    ]
    selves = [
        (f"{i + 1}: in the batch, alone", 1.0, value)
        for i, value in enumerate(compared.itself)
    ]
    return pairs + selves


def _draw_cosines(ax, lines, compared):
    """Draw from where to where each cosine went."""
    names, before, after = zip(*lines)
    before, after = np.array(before), np.array(after)
    rows = np.arange(len(lines))
    pairs = len(lines) - len(compared.itself)
    ax.hlines(rows, before, after, color=GREY, lw=2.4, zorder=1)
    ax.plot(before[:pairs], rows[:pairs], zorder=2, **ALONE)
    ax.plot(after, rows, zorder=3, **TOGETHER)
    # The same from picture to picture, so that what moves on it has moved.
    least = min(before.min(), after.min())
    low = 0 if least > -0.005 else -0.5 if least >= -0.5 else -1
    ax.set_xlim(low - 0.03 * (1 - low), 1 + 0.03 * (1 - low))
    ax.set_ylim(len(lines) - 0.5, -0.5)
    ax.set_yticks(rows, names)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="y", color="#E4E4E4", lw=0.8)
    ax.set_axisbelow(True)
    if pairs:
        ax.axhline(pairs - 0.5, color=GREY, lw=1)
    for row, (_, one, other) in enumerate(lines):
        told = f"{rounded(one)} → {rounded(other)}" if row < pairs else rounded(other)
        look = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": 10}
        ax.text(1.03, row, told, ha="left", **look)
    ax.set_xlabel("cosine similarity")
    look = {"va": "center", "fontsize": 10, "transform": ax.transAxes}
    high = len(lines) * ROW
    title = f"Cosines of the sentences' vectors ({compared.pooling})"
    big = look | {"fontsize": 12, "va": "bottom"}
    ax.text(-1.65 / (WIDTH - 3.25), 1 + 0.28 / high, title, **big)
    y = 1 + 0.15 / high
    for x, name, marker in ((0.02, "alone", ALONE), (0.22, "in the batch", TOGETHER)):
        ax.plot([x], [y], transform=ax.transAxes, **marker)
        ax.text(x + 0.03, y, name, **look)
