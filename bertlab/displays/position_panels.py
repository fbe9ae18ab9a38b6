"""One position beside all others: its row, its length, and a word put there."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from ..text.tokens import quoted, shorten
from .figure import Plot, drawable, listed, styled
from .style import BLUE, HATCHED, VERMILION


@styled
def plot_position(
    position, similarity, norms, placed, *, pairs, others, word, centred=False
):
    """Draw a position's similarity to each other, its norm, and a word put there.

    Parameters
    ----------
    position : int
    similarity : (positions,) array_like
        Cosine of this position's row with each other's.
    norms : (positions,) array_like
        Length of each row.
    placed : (positions,) array_like
        Cosine of the embedding layer's output for the word at this position with its
        output for the same word at each other.
    pairs : (2,) sequence of float
        Between which two cosines 90 % of all pairs of rows lie.
    others : (2,) sequence of float
        Between which two cosines 90 % of other tokens at this position lie, when they
        are compared with the word here.
    word : str
    centred : bool
        Whether the mean row was subtracted before `similarity`.

    Returns
    -------
    Plot
    """
    similarity, norms, placed = map(np.asarray, (similarity, norms, placed))
    figure = Figure(figsize=(7.6, 6.9))
    top, middle, bottom = figure.subplots(3, 1, sharex=True)
    figure.subplots_adjust(left=0.1, right=0.98, top=0.95, bottom=0.085, hspace=0.34)
    top.axhspan(*pairs, **HATCHED)
    bottom.axhspan(*others, **HATCHED)
    mean = ", mean row subtracted" if centred else ""
    row = f"Row {position} and each other{mean} (hatched: 90 % of all pairs)"
    name = shorten(drawable(word), 20)
    title = f"{name} here and elsewhere (hatched: 90 % of other tokens here)"
    panels = (
        (top, similarity, row, "cosine"),
        (middle, norms, "Norms of the rows", "norm"),
        (bottom, placed, title, "cosine"),
    )
    for ax, values, title, label in panels:
        ax.plot(values, color=BLUE, linewidth=1.2)
        ax.axvline(position, color=VERMILION, linestyle="--", linewidth=1)
        ax.plot(position, values[position], marker="D", color=VERMILION)
        ax.set_title(title, parse_math=False, fontsize=11)
        ax.set_ylabel(label)
        ax.margins(x=0.015)
    ax.set_xlabel("position")
    ax.locator_params(axis="x", nbins=8, integer=True)
    ax.set_xlim(-0.015 * len(norms), 1.015 * len(norms))
    if norms.max() > 3 * norms.min() > 0:
        # One long row would press the differences between all others flat.
        middle.set_yscale("log")
        middle.set_title("Norms of the rows (log scale)", fontsize=11)
        middle.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
        middle.yaxis.set_major_formatter("{x:g}")
        middle.yaxis.set_minor_locator(NullLocator())
    caption = position_caption(
        position, similarity, norms, placed, pairs, others, word, centred
    )
    return Plot(figure, top, caption)


def position_caption(position, similarity, norms, placed, pairs, others, word, centred):
    """Say in words what a picture of one position shows."""
    away = np.flatnonzero(np.arange(len(norms)) != position)
    order = away[np.argsort(-similarity[away], kind="stable")]
    nearest = [f"{i} ({similarity[i]:.2f})" for i in order[:5]]
    rank = 1 + int((norms > norms[position]).sum())
    told = (
        f"Position {position}: norm {norms[position]:.2f}, number {rank:,} of"
        f" {len(norms):,}, counted from the largest."
    )
    if not len(away):
        return told
    low, elsewhere = order[-1], placed[away]
    farthest = away[elsewhere.argmin()]
    return (
        f"{told} Its row{' (centred)' if centred else ''} is nearest to those of"
        f" positions {listed(nearest)}, furthest from {low} ({similarity[low]:.2f});"
        f" 90 % of all pairs of rows lie between {pairs[0]:.2f} and {pairs[1]:.2f}."
        f" {quoted(word)} here and elsewhere: cosine {elsewhere.mean():.2f} on average,"
        f" least {elsewhere.min():.2f} (at {farthest}); other tokens at"
        f" position {position}: 90 % between {others[0]:.2f} and {others[1]:.2f}."
    )
