"""What the picture of an intervention shows, in words."""

import numpy as np

from ..text.tokens import count, isolated
from .layer_curves import by_layer

# The row that every picture has; below this, a share is rounding.
MEAN, STILL = "tokens, on average", 5e-4


def interventions_caption(moved, tokens, *, numbers, new, below, title, ratio):
    """Say in words what a picture of an intervention shows.

    Parameters
    ----------
    moved : (layers + 1, kept) ndarray
    tokens, numbers : sequences
        Of those that stay.
    new : int
        How many tokens there are besides.
    below : list of (str, (layers + 1,) ndarray, (runs, layers + 1) ndarray or None)
        The rows below the tokens.
    title : str
    ratio : bool
        As for `plot_interventions`.

    Returns
    -------
    str
    """
    last, n = len(moved) - 1, len(tokens)
    start = f"{title}. " if title else ""
    some = f"{count(n, 'token')} that {'stays' if n == 1 else 'stay'}"
    still = moved.max() < STILL
    if still:
        said = [f"{start}None of the {some} moves, at any layer."]
    else:
        layer, most = np.unravel_index(np.argmax(moved), moved.shape)
        mean = by_layer(moved.mean(axis=1), True)
        said = [
            f"{start}How far each of the {some} moves, as a share of its state's norm"
            f" before. Furthest: {isolated(tokens[most])} ({numbers[most]}), by"
            f" {moved[layer, most]:.1%} at layer {layer}. Mean, from layer 0 on:"
            f" {mean}."
        ]
    if new:
        said.append(f"{count(new, 'token')} {'is' if new == 1 else 'are'} new.")
    runs_of = {
        name: after[2]
        for (name, _, runs), after in zip(below, [*below[1:], (None,) * 3])
        if runs is None
    }
    for name, row, runs in below:
        if runs is not None:
            continue
        runs = runs_of[name]
        if name == MEAN:
            if runs is not None:
                said.append(_scale_told(row, runs, ratio and not still))
        elif not still:
            told = f"{isolated(name[:1].upper() + name[1:])} moves by {row[last]:.1%}"
            if runs is not None:
                told += f" (control: {np.median(runs[:, last]):.1%})"
            said.append(f"{told} at layer {last}.")
    return " ".join(said)


def _scale_told(row, runs, ratio):
    """Say how far the tokens move in the control, and compare with it.

    By the median, and by how many runs they are beyond: one word that is unlike the
    others would carry a mean of six with it.
    """
    middle, last, n = np.median(runs, axis=0), len(row) - 1, len(runs)
    told = (
        f"Control, other words changed in the same way ({n}"
        f"{', median' if n > 1 else ''}): {by_layer(middle, True)}."
    )
    if n > 1:
        ends = runs[:, last].min(), runs[:, last].max()
        told += f" At layer {last} it goes from {ends[0]:.1%} to {ends[1]:.1%}."
    if not ratio or middle[last] < STILL:
        return told
    beyond = int((row[last] > runs[:, last]).sum())
    rank = f", farther than in {beyond} of {n}" if n > 1 else ""
    return (
        f"{told} The tokens move {row[last] / middle[last]:.2f} times as far there as"
        f" in the control{rank}."
    )
