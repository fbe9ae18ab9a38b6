"""The states of a word's occurrences and of random words, and how they compare."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..errors import InputError
from ..network.encoder import encode
from ..network.similarity import DOMINANT, unit
from ..text.samples import sentences as sample_sentences
from ..text.tokens import tokenize
from .cosines import dominant_dimensions
from .occurrences import random_places, whole_words

# Random words to compare with; with fewer than the least there is no comparison.
RANDOM, LEAST = 60, 10
SPACES = ("raw", "without the dominant dimensions")


@lru_cache(maxsize=8)
def occurrence_states(bert, sentences, places):
    """Run the model on sentences and take a word's states out.

    Parameters
    ----------
    bert : Bert
    sentences : tuple of str
    places : tuple
        As in `Found`, in tuples.

    Returns
    -------
    (layers + 1, occurrences, hidden) ndarray
        Of a word of several tokens the mean of their states.
    """
    runs = encode(bert, list(sentences), attentions=False)
    return np.stack(
        [
            run.hidden_states[:, list(place)].mean(axis=1)
            for run, found in zip(runs, places)
            for place in found
        ],
        axis=1,
    )


@lru_cache(maxsize=2)
def random_words(bert):
    """Run the model on sentences of the sample and take one word's state out of each.

    Returns
    -------
    (layers + 1, words, hidden) ndarray, or None
        Of different words in different sentences; None where the model's vocabulary or
        positions leave too few.
    """
    texts = [sentence.text for sentence in sample_sentences()]
    order = np.random.default_rng(0).permutation(len(texts))
    given = [tokenize(bert, texts[n]) for n in order]
    fit = [t for t in given if not t.lost]
    chosen = [
        (fit[n].text, i) for n, i in random_places(fit) if i in whole_words(fit[n])
    ][:RANDOM]
    if len(chosen) < LEAST:
        return None
    sentences, places = zip(*((sentence, ((i,),)) for sentence, i in chosen))
    return occurrence_states.__wrapped__(bert, sentences, places)


@dataclass(frozen=True)
class Space:
    """How states are compared, layer by layer, and what random words give.

    Attributes
    ----------
    scale : (layers + 1, hidden) ndarray
        0 for a dimension that is left out, otherwise 1.
    left_out : list of list of int
        These dimensions, the one with the largest part first.
    parts, means : (layers + 1,) ndarray
        What they make of the random words' mean cosine in the raw space, and this mean.
    baseline : (layers + 1, pairs) ndarray, or None
        Cosines of all pairs of random words.
    """

    scale: np.ndarray
    left_out: list[list[int]]
    parts: np.ndarray
    means: np.ndarray
    baseline: np.ndarray | None


@lru_cache(maxsize=4)
def context_space(bert, name):
    """Return one of `SPACES` for a model, computed once.

    Raises
    ------
    InputError
        If dimensions are to be left out and there are no random words to find them by.
    """
    words = random_words(bert)
    layers = bert.config.num_hidden_layers + 1
    scale = np.ones((layers, bert.config.hidden_size), np.float32)
    left_out = [[] for _ in range(layers)]
    parts, means = np.zeros(layers), np.zeros(layers)
    if name != SPACES[0]:
        if words is None:
            raise InputError(
                "The dominant dimensions cannot be told here: too few words of the"
                " sample are in this model's vocabulary."
            )
        for layer, states in enumerate(words):
            found, made = dominant_dimensions(states, min(DOMINANT, len(scale[0]) - 1))
            scale[layer, found] = 0
            left_out[layer] = found.tolist()
            parts[layer], means[layer] = made[found].sum(), made.sum()
    baseline = None
    if words is not None:
        one, other = np.triu_indices(words.shape[1], 1)
        baseline = cosines(words * scale[:, None])[:, one, other]
    return Space(scale, left_out, parts, means, baseline)


def cosines(states):
    """Cosine of each vector with each other of its layer.

    Parameters
    ----------
    states : (layers, n, hidden) ndarray

    Returns
    -------
    (layers, n, n) ndarray
        A vector of zeros counts as 0.
    """
    vectors = unit(states)
    return vectors @ vectors.transpose(0, 2, 1)


def plane(states):
    """Put vectors on the plane of their first two principal components.

    Parameters
    ----------
    states : (n, hidden) ndarray

    Returns
    -------
    points : (n, 2) ndarray
    shares : (2,) ndarray
        Of the variance. Of vectors that are the same but for rounding, all are zeros.
    """
    centred = np.asarray(states, float) - np.mean(states, axis=0, dtype=float)
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    # Each component's sign is arbitrary: its largest entry points up.
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    points = np.zeros((len(centred), 2))
    shares = np.zeros(2)
    kept = min(2, len(sizes))
    total = (sizes**2).sum()
    # Of vectors that differ by rounding alone a plane would be one of rounding errors.
    if total > 1e-11 * (np.asarray(states, float) ** 2).sum():
        points[:, :kept] = (left * sizes * signs)[:, :kept]
        shares[:kept] = sizes[:kept] ** 2 / total
    return points, shares
