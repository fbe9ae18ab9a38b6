"""One word in several sentences: its occurrences' cosines, in a square and by layer."""

import numpy as np

from ..text.tokens import count, isolated, quoted, shorten
from .captions import rounded
from .cells import draw_cells, write_cells
from .curves import checked_curves, draw_curves
from .figure import Plot, drawable, fitting, framed_axes, inches, styled
from .layer_curves import by_layer, name_layers
from .style import GREY, INK, WRITE

# In inches: in a narrower cell its number cannot be read. Room beside the square for
# the scale, and above it for the senses.
CELL, SCALE, TOP = 0.4, 0.85, 0.62


@styled
def plot_context_matrix(similarities, *, labels, senses=None, baseline=None, title=""):
    """Draw the cosine of each occurrence of a word with each other as a square.

    Parameters
    ----------
    similarities : (n, n) array_like
    labels : (n,) sequence of str
        A name for each occurrence, such as its number and the words around it. The
        columns have its first word, or its last, where these differ from each other.
    senses : (n,) sequence of str, optional
        Puts occurrences of one sense beside each other.
    baseline : (m,) array_like, optional
        Cosines of pairs of random words at the same layer, marked on the scale.
    title : str

    Returns
    -------
    Plot
        The colour scale goes to 1, from where random words or the cosines begin.

    Raises
    ------
    ValueError
        If there are not two occurrences, or not one name (and sense) for each.
    """
    similarities = np.asarray(similarities, float)
    n = len(similarities)
    counts = {n, len(labels), n if senses is None else len(senses)}
    if n < 2 or similarities.shape != (n, n) or len(counts) > 1:
        raise ValueError(
            "Give a square of cosines, for two occurrences at least, and a name (and a"
            " sense) for each."
        )
    order, blocks = by_sense(senses if senses is not None else [""] * n)
    names = [fitting(drawable(labels[i]), 2.4, 11) for i in order]
    left = 0.2 + max(inches(name, 11) for name in names)
    width, height = 6.4, 1.7 + max(1.9, min(0.34 * n, 6))
    ax = framed_axes(width, height, left=left, right=SCALE, top=TOP)
    cells = np.ma.array(similarities[np.ix_(order, order)], mask=np.eye(n, dtype=bool))
    low = lowest(cells, baseline)
    image = draw_cells(ax, cells, {"cmap": "cividis", "vmin": low, "vmax": 1})
    ax.set_facecolor("#E4E4E4")  # where an occurrence meets itself
    name = f"cosine, from {rounded(low)} to 1"
    scale = ax.figure.colorbar(image, ax=ax, pad=0.08, fraction=0.06, label=name)
    cell = ax.get_position().width * width / n  # beside the scale
    if cell >= CELL:
        write_cells(ax, cells, rounded, cells < (low + 1) / 2)
    for _, start, _end in blocks[1:]:
        for line in (ax.axhline, ax.axvline):
            line(start - 0.5, color=INK, linewidth=1.6)
    if senses is not None:
        _name_blocks(ax, blocks, n)
    ax.set_yticks(range(n), names, parse_math=False)
    short = _short(names)
    step = int(np.ceil((0.08 + 0.095 * max(map(len, short))) / cell))
    ax.set_xticks(range(0, n, step), short[::step], parse_math=False)
    below = ["columns: the same occurrences, in the same order"]
    ax.set_title(drawable(title), parse_math=False, pad=6 if senses is None else 22)
    if baseline is not None:
        _mark(scale.ax, baseline)
        below.append("beside the scale: random words (▶ mean, bar: middle 90 %)")
    ax.set_xlabel("\n".join(below))
    caption = (
        f"Cosine similarity of each pair of {n} occurrences."
        f" {pairs_caption(similarities, labels, senses, baseline)} Colours: from"
        f" {rounded(low)} to 1."
    )
    return Plot(ax.figure, ax, caption)


def lowest(cells, baseline):
    """Return where the colours of a square of cosines begin.

    At the least cosine, or where nearly all of the random words' are above, if that is
    less. Never above 0.9, so that what differs by rounding alone has one colour.
    """
    values = [0.9, float(cells.min())]
    if baseline is not None:
        values.append(float(np.quantile(baseline, 0.05)))
    return max(min(values), -1.0)


def _short(names):
    """The first word of each name, or the last, or nothing if these are not unique."""
    for which in (0, -1):
        words = [name.split(" ")[which] for name in names]
        if len(set(words)) == len(words) and max(map(len, words)) <= 4:
            return words
    return [""] * len(names)


def by_sense(senses):
    """Put occurrences of one sense beside each other.

    Returns
    -------
    order : list of int
    blocks : list of (str, int, int)
        Each sense, in the order in which they come first; where it begins and ends.
    """
    names = list(dict.fromkeys(senses))
    order = sorted(range(len(senses)), key=lambda i: names.index(senses[i]))
    ends = np.cumsum([list(senses).count(name) for name in names]).tolist()
    return order, list(zip(names, [0, *ends], ends))


def _name_blocks(ax, blocks, n):
    """Write each sense over its columns."""
    for name, start, end in blocks:
        room = max(3, int(44 * (end - start) / n))
        look = WRITE | {"va": "bottom", "fontsize": 11}
        ax.text((start + end - 1) / 2, -0.5, shorten(drawable(name), room), **look)


def _mark(ax, baseline):
    """Draw random words' mean and middle 90 % at the left side of a colour scale."""
    low, high = np.quantile(baseline, [0.05, 0.95])
    place = {"transform": ax.get_yaxis_transform(), "clip_on": False, "color": INK}
    # As far from the scale on every figure, so that the triangle is beside it.
    width = ax.get_position().width * ax.figure.get_figwidth()
    x = -0.13 / width
    ax.plot([x, x], [low, high], linewidth=3, solid_capstyle="butt", **place)
    ax.plot([x], [np.mean(baseline)], marker=">", markersize=9, **place)


def pairs_caption(similarities, labels, senses=None, baseline=None):
    """Say in words which pairs are most and least alike, beside random words."""
    similarities = np.asarray(similarities)
    one, other = np.triu_indices(len(similarities), 1)
    values = similarities[one, other]
    pairs = [f"{quoted(labels[i])} and {quoted(labels[j])}" for i, j in zip(one, other)]
    # What is equal but for rounding errors must not change places on another processor.
    steady = np.round(values, 4)
    most, least = int(steady.argmax()), int(steady.argmin())
    if len(values) == 1:
        sentences = [f"The pair is {pairs[0]} ({rounded(values[0])})"]
    elif np.ptp(values) < 0.005:
        sentences = [f"All pairs are as alike as each other ({rounded(values.mean())})"]
    else:
        sentences = [
            f"Most alike are {pairs[most]} ({rounded(values[most])}); least alike"
            f" {pairs[least]} ({rounded(values[least])}); the mean is"
            f" {rounded(values.mean())}"
        ]
    if senses is not None:
        same = np.array([senses[i] == senses[j] for i, j in zip(one, other)])
        sentences += [
            f"{name}: {rounded(values[those].mean())} on average"
            f" ({count(int(those.sum()), 'pair')})"
            for name, those in (("Same sense", same), ("Different senses", ~same))
            if those.any()
        ]
    if baseline is not None:
        low, high = np.quantile(baseline, [0.05, 0.95])
        sentences.append(
            f"Random words: {rounded(np.mean(baseline))} on average, 90 % of"
            f" {len(baseline):,} pairs between {rounded(low)} and {rounded(high)}"
        )
    return ". ".join(sentences) + "."


@styled
def plot_context_layers(curves, *, layer):
    """Draw the cosines of pairs of occurrences by layer, with bands for their spread.

    Parameters
    ----------
    curves : dict of str to (pairs, layers + 1) array_like
        For instance one for pairs of the same sense, one for random words.
    layer : int
        Marked with a line.

    Returns
    -------
    Plot
    """
    named = {
        f"{name} ({count(len(values), 'pair')})": values
        for name, values in checked_curves(curves).items()
    }
    ax = framed_axes(6.4, 4.4, left=0.75, bottom=0.6, top=0.25 + 0.23 * len(named))
    draw_curves(ax, named, {}, "cosine", False)
    name_layers(ax, max(values.shape[1] for values in named.values()))
    ax.axvline(layer, color=GREY, linestyle="--", linewidth=1.2, zorder=0)
    means = "; ".join(
        f"{isolated(name)} {by_layer(values.mean(axis=0))}".replace("-0.00", "0.00")
        for name, values in named.items()
    )
    bands = ""
    if any(len(values) > 1 for values in named.values()):
        bands = " Bands: the middle 80 % of the pairs."
    caption = f"Mean cosine similarity, from layer 0 on: {means}.{bands}"
    return Plot(ax.figure, ax, caption)
