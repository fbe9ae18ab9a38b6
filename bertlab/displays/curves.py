"""Measures along something that is counted: heads' layers, distances, lengths."""

import numpy as np

from ..text.tokens import isolated
from .captions import capital
from .figure import Plot, drawable, legend_above, listed, new_axes, styled
from .style import INK, group_look

_STYLES = ("-", "--", "-.", ":")
# A key above the axes: characters across it, and those that a line's sample takes.
_KEY, _MARK = 88, 9
# Of more places not every one is named, or listed in the caption.
_MOST_PLACES = 14


@styled
def plot_curves(
    curves,
    *,
    label,
    along,
    places=None,
    lines=None,
    of="sentences",
    percent=False,
):
    """Draw measures as a line for the mean over a sample and a band for its spread.

    As `plot_layers`, for any horizontal axis, and for samples with gaps.

    Parameters
    ----------
    curves : dict of str to (samples, places) or (places,) array_like
        What was measured, by name. NaN where a sample has no value: it is left out of
        the mean there, and of the band, which holds the middle 80 % of the others.
    label, along : str
        Of the vertical and of the horizontal axis.
    places : sequence of int or str, optional
        What the columns are; 1, 2, … without it.
    lines : dict of str to float or (places,) array_like, optional
        What to compare with, dotted.
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
        Where there is no curve, one without any value, or names that do not fit.
    """
    curves = checked_curves(curves)
    n = next(iter(curves.values())).shape[1]
    places = [str(p) for p in (range(1, n + 1) if places is None else places)]
    for name, values in curves.items():
        if values.shape[1] != len(places):
            raise ValueError(
                f"The curve {name!r} has shape {values.shape}, and there are"
                f" {len(places)} places along the axis."
            )
    # A place that no curve reaches is left out.
    reached = np.any([np.isfinite(v).any(axis=0) for v in curves.values()], axis=0)
    curves = {name: values[:, reached] for name, values in curves.items()}
    places = [place for place, has in zip(places, reached) if has]
    levels = {
        name: np.broadcast_to(np.asarray(v, float), n)[reached]
        for name, v in (lines or {}).items()
    }
    n = len(places)
    ax = new_axes(7.6, 4.4)
    draw_curves(ax, curves, levels, label, percent)
    step = -(-n // _MOST_PLACES)
    ax.set_xticks(range(0, n, step), map(drawable, places[::step]), parse_math=False)
    ax.set_xlabel(drawable(along), parse_math=False)
    means = {name: summary(values)[1] for name, values in curves.items()}
    caption = _caption(means, levels, label, along, places, percent)
    return Plot(ax.figure, ax, caption + bands_told(curves, of))


def checked_curves(curves):
    """Return the curves as (samples, places) each, or raise `ValueError`."""
    if not curves:
        raise ValueError("There is no curve to draw: give at least one.")
    curves = {name: np.atleast_2d(np.asarray(c, float)) for name, c in curves.items()}
    for name, values in curves.items():
        if not np.isfinite(values).any():
            raise ValueError(f"The curve {name!r} has no value anywhere.")
    return curves


def draw_curves(ax, curves, levels, label, percent):
    """Draw means as lines, each with its band, levels to compare with, and the key.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    curves : dict of str to (samples, places) ndarray
    levels : dict of str to float or (places,) ndarray
    label : str
        Of the vertical axis.
    percent : bool
    """
    draw_lines(ax, curves, levels, 100 if percent else 1)
    ax.set_ylabel(drawable(f"{label}, %" if percent else label), parse_math=False)
    if all(np.nanmin(v) >= 0 for v in [*curves.values(), *levels.values()]):
        ax.set_ylim(0, None)
    longest = max(map(len, [*curves, *levels]))
    columns = int(np.clip(_KEY // (_MARK + longest), 1, 3))
    legend_above(ax, ncols=columns, fontsize=10)


def draw_lines(ax, curves, levels, by, x=None, markersize=7, thin=1.2):
    """Draw the curves and levels, multiplied with `by`; `x` is 0, 1, … without it."""
    for i, (name, values) in enumerate(curves.items()):
        places = np.arange(values.shape[1]) if x is None else x
        low, mean, high = by * summary(values)  # (places,) each
        colour, marker = group_look(i)
        if len(values) > 1:
            ax.fill_between(places, low, high, color=colour, alpha=0.18, lw=0)
        look = {"linestyle": _STYLES[i % len(_STYLES)], "linewidth": 1.8}
        look |= {"color": colour, "marker": marker, "markersize": markersize}
        ax.plot(places, mean, label=drawable(name), **look)
    for i, (name, level) in enumerate(levels.items()):
        look = {"color": INK, "linestyle": (":", (0, (6, 3)))[i % 2], "linewidth": thin}
        if np.ptp(level):
            ax.plot(by * level, label=drawable(name), **look)
        else:  # from edge to edge
            ax.axhline(by * np.mean(level), label=drawable(name), **look)


def summary(values):
    """Return 10 % quantile, mean and 90 % quantile of each column's known values."""
    found = np.full((3, values.shape[1]), np.nan)
    for i, column in enumerate(values.T):
        known = column[np.isfinite(column)]
        if len(known):
            found[:, i] = np.quantile(known, 0.1), known.mean(), np.quantile(known, 0.9)
    return found


def _caption(means, levels, label, along, places, percent):
    """Say in words what a picture of curves shows."""
    counted = all(place.isdecimal() for place in places) and len(places) > 2
    told = f"{places[0]} to {places[-1]}" if counted else listed(places, _MOST_PLACES)
    told = f" ({told})" if len(places) > 1 else ""
    curves = _series(means, places, percent)
    levels = {n: v if np.ptp(v) else v[:1] for n, v in levels.items()}
    dotted = f" To compare: {_series(levels, places, percent)}." if levels else ""
    return f"{capital(label)}, by {along}{told}: {curves}.{dotted}"


def _series(curves, places, percent):
    return "; ".join(
        f"{isolated(name)} {figures(values, places, percent)}"
        for name, values in curves.items()
    )


def bands_told(curves, of):
    """Say what the bands are, in a sentence after a space, if there are any."""
    samples = sorted({len(values) for values in curves.values() if len(values) > 1})
    if not samples:
        return ""
    told = " to ".join(f"{n:,}" for n in dict.fromkeys([samples[0], samples[-1]]))
    return f" Bands: the middle 80 % of {told} {of}."


def figures(values, places, percent=False, *, most=_MOST_PLACES, ends=None):
    """Write each value ("none" for NaN), or of over `most` the ends and extremes.

    `places` says where each is, `ends` what the first and last place are called.
    """
    written = [figure(value, percent) for value in values]
    if len(written) <= most:
        return ", ".join(written)
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    first, last = ends or (places[0], places[-1])
    return (
        f"{written[0]} at {first}, {written[-1]} at {last} (least"
        f" {written[low]} at {places[low]}, most {written[high]} at {places[high]})"
    )


def figure(value, percent=False):
    """Write one value."""
    if np.isnan(value):
        return "none"
    return f"{value:.1%}" if percent else f"{value:.2f}"
