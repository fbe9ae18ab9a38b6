"""Figures by layer: curves over a sample, and tokens × layers."""

import numpy as np

from ..text.tokens import count, isolated, shorten
from .captions import capital
from .cells import draw_cells, write_cells
from .curves import bands_told, checked_curves, draw_curves, figure, figures, summary
from .figure import Plot, drawable, framed_axes, listed, new_axes, styled

# Up to so many cells a number in each can be read; up to so many rows a name at each.
MOST_NUMBERS, MOST_NAMES = 200, 60
# Models with more layers than BERT-base have their figures listed in part.
MOST_LISTED = 13


@styled
def plot_layers(curves, *, label, lines=None, of="sentences", percent=False):
    """Draw measures by layer: a line for the mean over a sample, a band for its spread.

    Parameters
    ----------
    curves : dict of str to (samples, layers + 1) or (layers + 1,) array_like
        What was measured, by name; column 0 is the embedding layer's output. NaN where
        a layer has no value. The band holds the middle 80 % of the samples.
    label : str
        Of the vertical axis.
    lines : dict of str to float, optional
        Levels to compare with, drawn across.
    of : str
        What the samples are.
    percent : bool
        Write the values, which are shares, in per cent.

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        Where there is no curve, or one without any value.
    """
    curves = checked_curves(curves)
    ax = new_axes(7.6, 4.4)
    draw_curves(ax, curves, lines or {}, label, percent)
    name_layers(ax, max(values.shape[1] for values in curves.values()))
    return Plot(ax.figure, ax, layers_caption(curves, label, lines, of, percent))


def name_layers(ax, layers, more=""):
    """Name the layers along the horizontal axis, and what stands below their names."""
    ax.set_xticks(range(0, layers, 1 if layers <= 14 else 2))
    ax.set_xlabel(f"layer (0: the embedding layer's output){more}")


def layers_caption(curves, label, lines, of, percent):
    """Say in words what a picture of curves by layer shows."""
    parts = [
        f"{isolated(name)} {by_layer(summary(values)[1], percent)}"
        for name, values in curves.items()
    ]
    levels = [f"{name} {figure(v, percent)}" for name, v in (lines or {}).items()]
    across = f" Dotted across: {listed(levels)}." if levels else ""
    start = f"{capital(label)}, from layer 0 on: {'; '.join(parts)}."
    return f"{start}{bands_told(curves, of)}{across}"


def by_layer(values, percent=False):
    """Write one figure for each layer, or the ends and extremes of very many."""
    ends = "first", f"layer {len(values) - 1}"
    return figures(values, range(len(values)), percent, most=MOST_LISTED, ends=ends)


@styled
def plot_shifts(shift, *, tokens, types=None, control=None, title=""):
    """Draw how far each token's state moves at each layer, as a map of colours.

    Parameters
    ----------
    shift : (layers + 1, tokens) array_like
        How far, as a share of the state's own norm.
    tokens : sequence of str
        Every one is drawn; of many, not every one has its name beside it.
    types : pair of (tokens,) array_like, optional
        Each token's type before and after, written beside its name.
    control : (layers + 1,) array_like, optional
        Mean distance of two different tokens at each layer, in the same measure.
    title : str

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        Where there is no token, or not one name and type for each.
    """
    shift = np.asarray(shift, float)
    for named in (tokens, *(types or ())):
        if not shift.shape[1] == len(named) > 0:
            raise ValueError(
                f"There are {shift.shape[1]} tokens to draw and {len(named)} names or"
                " types: give one for each, at least one."
            )
    # The types come first: after a token that is written from right to left they would
    # change places with it.
    changes = [f"{a}→{b} " if a != b else f"{a} " for a, b in zip(*(types or ()))]
    marks = changes or [""] * len(tokens)
    names = [m + drawable(shorten(token, 14)) for m, token in zip(marks, tokens)]
    step = -(-len(names) // MOST_NAMES)
    # Rows become narrower as they become many, down to what letters need.
    rows = min(len(names), MOST_NAMES)
    height = 1.3 + min(0.3 * rows, max(6, 0.19 * rows))
    left = 0.3 + 0.1 * max([6, *map(len, names)])
    ax = framed_axes(7.6, max(height, 2.4), left=left)
    # A scale that ended below 1 % would give rounding errors the full range of colour.
    colours = {"cmap": "cividis", "vmin": 0, "vmax": 100 * max(shift.max(), 0.01)}
    percent = 100 * shift.T  # (tokens, layers + 1)
    image = draw_cells(ax, percent, colours)
    if shift.size <= MOST_NUMBERS:
        write_cells(ax, percent, "{:.0f}".format, percent < 0.55 * colours["vmax"])
    else:
        ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=30)
    ax.set_yticks(range(0, len(names), step), names[::step], parse_math=False)
    named = f" (named: one token in {step})" if step > 1 else ""
    name_layers(ax, len(shift), f"\nmoved by so many % of the state's own norm{named}")
    ax.set_title(drawable(title), parse_math=False)
    return Plot(ax.figure, ax, shifts_caption(shift, tokens, types, control))


def shifts_caption(shift, tokens, types, control):
    """Say in words what a map of shifts shows."""
    layer, most = np.unravel_index(np.argmax(shift), shift.shape)
    told = ""
    if control is not None:
        told = (
            " To compare, two different tokens of this text are so far apart on"
            f" average: {by_layer(control, True)}."
        )
    if shift[layer, most] < 5e-4:
        return f"None of the {count(len(tokens), 'token')} moves, at any layer.{told}"
    same = [i for i, token in enumerate(tokens) if token == tokens[most]]
    told_apart = f" (token {most})" if len(same) > 1 else ""
    means = [(",", slice(None))]
    changed = np.not_equal(*(types or ([], [])))  # (tokens,)
    if 0 < changed.sum() < len(changed):
        # Tokens that kept their type move because others changed theirs.
        means = [
            (" where the type changed,", changed),
            (" where it did not,", ~changed),
        ]
    listed_means = ";".join(
        f"{which} from layer 0 on: {by_layer(shift[:, those].mean(axis=1), True)}"
        for which, those in means
    )
    return (
        f"How far each of {count(len(tokens), 'token')} moves, as a share of its"
        f" state's norm. Furthest: {isolated(tokens[most])}{told_apart}, by"
        f" {shift[layer, most]:.1%} at layer {layer}. Mean{listed_means}.{told}"
    )
