"""Pictures with a row for each token: checked, named, filled where they are many."""

import numpy as np

from ..text.tokens import count, shorten
from .figure import drawable


def drawn_rows(values, tokens, what):
    """Return `values` as an array with a row for each token, or raise `ValueError`."""
    rows = np.asarray(values, float)
    if not tokens:
        raise ValueError("There are no tokens to draw.")
    if rows.ndim != 2 or len(rows) != tokens or not rows.shape[1]:
        raise ValueError(
            f"The {what} need one row for each of {count(tokens, 'token')}, not shape"
            f" {rows.shape}."
        )
    return finite(rows, what)


def finite(values, what):
    """Return `values` as an array of finite numbers, or raise `ValueError`."""
    values = np.asarray(values, float)
    if bad := int((~np.isfinite(values)).sum()):
        raise ValueError(
            f"The {what} cannot be drawn: of {count(values.size, 'number')} {bad:,} are"
            " NaN or infinite."
        )
    return values


def name_rows(ax, tokens, *, most, longest):
    """Name the rows of a picture by their tokens, from above; return the step.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    tokens : sequence of str
    most : int
        How many names there is room for. Of more tokens every second is named, or
        fewer, and each name has its number.
    longest : int
        Characters of a name.

    Returns
    -------
    int
        One token in so many is named.
    """
    n = len(tokens)
    step = -(-n // most)
    # Shortened last: what has no glyph becomes six letters for one.
    labels = [shorten(drawable(token), longest) for token in tokens]
    if step > 1:
        labels = [f"{i}  {label}" for i, label in enumerate(labels)]
    ax.set_yticks(range(0, n, step), labels[::step], parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(n - 0.4, -0.6)
    return step


def fill_rows(ax, first, last, **look):
    """Fill each row from `first` to `last`, (tokens,) each, as one area with steps."""
    edges = np.arange(len(first) + 1) - 0.5
    first, last = (np.append(x, x[-1]) for x in (first, last))
    ax.fill_betweenx(edges, first, last, step="post", **look)
