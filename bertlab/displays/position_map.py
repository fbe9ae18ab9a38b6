"""A square of similarities: every row of a table with every other."""

import matplotlib as mpl
import numpy as np

from .figure import Plot, drawable, listed, new_axes, styled
from .style import VERMILION

# Steps of the colour scale: enough for waves to be seen.
_SHADES = 17


@styled
def plot_position_map(similarity, *, title=""):
    """Draw the similarity of each position's row with each other's as a map.

    Parameters
    ----------
    similarity : (positions, positions) array_like
        Cosine of each row of the position table with each other.
    title : str

    Returns
    -------
    Plot
        The colour scale goes from -1 to 1, its middle is 0.
    """
    similarity = np.asarray(similarity)
    ax = new_axes(6.2, 5.2)
    # Not imshow: a picture in which every colour is one of a few is saved with a
    # palette, in a third of the bytes.
    edges = np.arange(len(similarity) + 1) - 0.5
    image = ax.pcolormesh(
        edges,
        edges,
        similarity,
        cmap=mpl.colormaps["RdBu_r"].resampled(_SHADES),
        vmin=-1,
        vmax=1,
        rasterized=True,
    )
    ax.set_aspect("equal")
    ax.invert_yaxis()
    ax.set(xlabel="position", ylabel="position")
    ax.set_title(drawable(title), parse_math=False)
    ax.figure.colorbar(image, ax=ax, pad=0.02, label="cosine similarity")
    neighbours = np.diagonal(similarity, 1)
    low, high = np.quantile(
        similarity[np.triu_indices(len(similarity), 1)], [0.05, 0.95]
    )
    i = int(neighbours.argmin())
    mean = (similarity.sum(axis=1) - np.diagonal(similarity)) / (len(similarity) - 1)
    lone = int(mean.argmin())
    odd = _odd(neighbours)
    for row in odd:
        look = {"marker": "<", "markersize": 7, "color": VERMILION, "clip_on": False}
        ax.plot(len(similarity) - 0.5, row, linestyle="none", **look)
    caption = (
        f"Cosine similarity of each of {len(similarity):,} rows with each other."
        f" Neighbours, along the diagonal: {neighbours.mean():.2f} on average, lowest"
        f" {neighbours[i]:.2f} (positions {i} and {i + 1}). Of all pairs 90 % lie"
        f" between {low:.2f} and {high:.2f}. Least similar to the others: row {lone},"
        f" {mean[lone]:.2f} on average."
    )
    if odd:
        caption += (
            f" Marked at the right edge, like neither neighbour: row {listed(odd)}."
        )
    return Plot(ax.figure, ax, caption)


def _odd(neighbours):
    """List rows, six at most, that are like neither neighbour, compared with all rows.

    What counts is the cosine with the more similar of the two neighbours: odd is what
    lies below the median by more than ten times the usual (median) distance from it,
    and by more than 0.05.
    """
    like = np.maximum(
        np.append(-1, neighbours), np.append(neighbours, -1)
    )  # (positions,), the two at the ends have one neighbour
    below = np.median(like) - like
    limit = max(10 * np.median(np.abs(below)), 0.05)
    order = np.argsort(-below, kind="stable")[:6]
    return sorted(order[below[order] > limit].tolist())
