"""Rows of a table, and what single dimensions do."""

import numpy as np

from ..text.tokens import isolated
from .cells import draw_strips, write_cells
from .figure import Plot, drawable, listed, new_axes, styled
from .style import BLUE, GREY, VERMILION

# The dimensions that are marked and named.
_NAMED = 3


@styled
def plot_rows(rows, *, labels):
    """Draw vectors as strips of colour, one dimension beside the other.

    Parameters
    ----------
    rows : (n, hidden) array_like
    labels : sequence of str
        A name for each row.

    Returns
    -------
    Plot
        The colour scale is centred on 0 and ends at the largest entry drawn.
    """
    rows = np.asarray(rows)
    limit = np.abs(rows).max()
    small = rows.shape[1] <= 12
    ax = new_axes(8.4, 1.2 + (0.42 if small else 0.34) * len(rows))
    image = draw_strips(ax, rows, limit)
    if small:  # few enough to read
        ax.set_xticks(range(rows.shape[1]))
        write_cells(ax, rows, "{:.2f}".format, np.abs(rows) > 0.6 * limit, fontsize=11)
    ax.set_yticks(range(len(rows)), [drawable(x) for x in labels], parse_math=False)
    ax.set_xlabel("dimension")
    ax.figure.colorbar(image, ax=ax, pad=0.02, label="entry")
    norms = [
        f"{isolated(label)} {length:.2f}"
        for label, length in zip(labels, np.linalg.norm(rows, axis=1))
    ]
    caption = (
        f"{len(rows)} rows of {rows.shape[1]} numbers each, from {rows.min():.2f} to"
        f" {rows.max():.2f}. Length (norm) of each: {listed(norms, 12)}."
    )
    return Plot(ax.figure, ax, caption)


@styled
def plot_dimensions(contribution):
    """Draw what each dimension adds to the mean cosine of random pairs, largest first.

    Parameters
    ----------
    contribution : (hidden,) array_like
        From `bertlab.embeddings.contributions`.

    Returns
    -------
    Plot
    """
    contribution = np.asarray(contribution)
    order = np.argsort(-contribution)
    share = 100 * contribution[order] / contribution.sum()
    ax = new_axes(7.6, 3.2)
    ax.plot(np.arange(1, len(share) + 1), share, color=BLUE, linewidth=1.6)
    ax.axhline(100 / len(share), color=GREY, linestyle="--", linewidth=1.2)
    ax.text(len(share), 100 / len(share), "an equal share ", ha="right", va="bottom")
    top = np.arange(_NAMED)
    ax.plot(top + 1, share[top], linestyle="none", marker="D", color=VERMILION)
    names = listed(order[top])
    ax.annotate(
        f"dimensions {names}",
        (_NAMED, share[_NAMED - 1]),
        xytext=(14, 4),
        textcoords="offset points",
    )
    ax.set(xlabel="dimensions, largest contribution first", ylim=(0, None))
    ax.set_ylabel("% of the mean cosine")
    caption = (
        f"The {_NAMED} largest of {len(share)} dimensions ({names}) make up"
        f" {share[top].sum():.1f} % of the mean cosine of random pairs; equal shares"
        f" would make that {100 * _NAMED / len(share):.1f} %."
    )
    return Plot(ax.figure, ax, caption)
