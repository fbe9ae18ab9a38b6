"""What each ingredient of the embedding layer does to one token's output."""

from __future__ import annotations

import numpy as np

from ..embeddings import INGREDIENTS, rebuild


def leave_out(bert, breakdown, place, without):
    """Compare a token's output with the true one, each ingredient switched in turn.

    Parameters
    ----------
    bert : Bert
    breakdown : Breakdown
    place : int
        Which token.
    without : collection of str
        The ingredients that are left out at present.

    Returns
    -------
    rebuilt : (hidden,) ndarray
        The output at present.
    present : float
        Its distance to the true output, as a share of the true one's norm.
    distances, cosines : dict of str to float
        The same, and the cosine similarity, with one more ingredient left out, or with
        one put back that is left out now. The cosine with a vector of zeros counts
        as 0.
    """
    true = breakdown.output[place]
    norm = np.linalg.norm(true)

    def compare(names):
        got = rebuild(bert, breakdown, names)[place]
        length = np.linalg.norm(got)
        cosine = got @ true / (length * norm) if length * norm else 0.0
        distance = np.linalg.norm(got - true) / (norm or 1.0)
        return got, float(distance), float(cosine)

    rebuilt, present, _ = compare(set(without))
    switched = {name: compare(set(without) ^ {name}) for name in INGREDIENTS}
    distances = {name: distance for name, (_, distance, _) in switched.items()}
    cosines = {name: cosine for name, (*_, cosine) in switched.items()}
    return rebuilt, present, distances, cosines
