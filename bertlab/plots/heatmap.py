"""A square of similarities: every row of a table with every other."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np

from .plot import Plot, new_axes, styled

# Steps of the colour scale: enough for waves to be seen.
_SHADES = 17


@styled
def plot_position_map(similarity, *, ax=None):
    """Draw the similarity of each position's row with each other's as a map.

    Parameters
    ----------
    similarity : (positions, positions) array_like
        Cosine of each row of the position table with each other.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Plot
        The colour scale goes from -1 to 1, its middle is 0.
    """
    similarity = np.asarray(similarity)
    ax = new_axes(6.2, 5.2, ax)
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
    ax.figure.colorbar(image, ax=ax, pad=0.02, label="cosine similarity")
    neighbours = np.diagonal(similarity, 1)
    low, high = np.quantile(
        similarity[np.triu_indices(len(similarity), 1)], [0.05, 0.95]
    )
    i = int(neighbours.argmin())
    mean = (similarity.sum(axis=1) - np.diagonal(similarity)) / (len(similarity) - 1)
    lone = int(mean.argmin())
    caption = (
        f"Cosine similarity of each of {len(similarity):,} rows with each other."
        f" Neighbours, along the diagonal: {neighbours.mean():.2f} on average, lowest"
        f" {neighbours[i]:.2f} (positions {i} and {i + 1}). Of all pairs 90 % lie"
        f" between {low:.2f} and {high:.2f}. Least similar to the others: row {lone},"
        f" {mean[lone]:.2f} on average."
    )
    return Plot(ax.figure, ax, caption)
