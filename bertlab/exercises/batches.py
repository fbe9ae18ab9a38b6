"""Checks for notebook 09, its second half: means over a batch, and sorted batches."""

from __future__ import annotations

from functools import wraps

import numpy as np

from .feedback import Feedback, check


def masked_mean(states, mask):
    """Mean of each text's tokens without its pads: the answer that the check expects.

    Parameters
    ----------
    states : (texts, tokens, hidden) ndarray
    mask : (texts, tokens) ndarray
        1 for a token, 0 for a pad.

    Returns
    -------
    (texts, hidden) ndarray
    """
    keep = mask[..., None]  # (texts, tokens, 1)
    return (states * keep).sum(axis=1) / keep.sum(axis=1)


def _batch(seed, lengths, hidden):
    """States of a padded batch, and its mask; pads are far from zero, as BERT's are."""
    random = np.random.default_rng(seed)
    # One place more than the longest needs: every text has a pad, and no mean is empty.
    mask = (np.arange(max(lengths) + 1) < np.array(lengths)[:, None]).astype(int)
    states = random.normal(size=(*mask.shape, hidden)) + 3 * (1 - mask[..., None])
    return states.astype("float32"), mask


def _left(states, mask):
    """The same batch with its pads on the left."""
    return states[:, ::-1].copy(), mask[:, ::-1].copy()


def check_masked_mean(answer):
    """Check ``answer(states, mask)``: (texts, hidden), means that leave out the pads.

    States are (texts, tokens, hidden), the mask (texts, tokens). Some batches are
    padded on the left.
    """
    cases = [
        _batch(0, [2, 3], 2),
        _batch(1, [5, 1, 3], 4),
        _left(*_batch(2, [2, 6, 4, 3], 3)),
        _batch(3, [4, 4], 3),
    ]
    return check(
        answer,
        masked_mean,
        cases,
        [
            (
                lambda states, mask: states.mean(axis=1),
                "that is the mean over all tokens: the pads are in it.",
            ),
            (
                lambda states, mask: (states * mask[..., None]).mean(axis=1),
                "the pads add nothing now, but you still divide by all places: divide"
                " by the number of tokens that the mask keeps.",
            ),
            (
                lambda states, mask: (states * mask[..., None]).sum(axis=1),
                "that is the sum: divide by the number of tokens that the mask keeps.",
            ),
            (
                lambda states, mask: (
                    (states * mask[..., None]).sum(axis=1) / mask.sum()
                ),
                "you divide by the tokens of the whole batch: each text has its own"
                " number (axis=1).",
            ),
            (
                lambda states, mask: (
                    (states * mask[..., None]).sum(axis=0)
                    / np.maximum(mask.sum(axis=0), 1)[:, None]
                ),
                "you average over the texts: the tokens are axis 1.",
            ),
            (
                lambda states, mask: np.stack(
                    [s[: m.sum()].mean(axis=0) for s, m in zip(states, mask)]
                ),
                "you take the first tokens of each text: where the pads are on the left"
                " these are pads. The mask says which to keep.",
            ),
            (
                lambda states, mask: masked_mean(states, 1 - mask),
                "that is the mean of the pads: 1 in the mask is for a token.",
            ),
            (
                lambda states, mask: states[mask == 1].mean(axis=0),
                "picking the tokens with the mask puts all texts into one long table,"
                " and its mean is that of the batch: keep the axis of the texts.",
            ),
            (
                lambda states, mask: states[mask == 1].mean(axis=1),
                "picking the tokens with the mask puts all texts into one long table,"
                " (tokens, hidden), and axis 1 is then hidden: keep the axis of the"
                " texts.",
            ),
        ],
    )


def run_sorted(texts, size, run):
    """Run texts in batches of about one length: the answer that the check expects.

    Parameters
    ----------
    texts : list of list of int
        Token IDs.
    size : int
        Most texts in a batch.
    run : callable
        Takes a batch, a list of texts, and returns a list with a result for each.

    Returns
    -------
    list
        The results, in the order of `texts`.
    """
    order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
    results = [None] * len(texts)
    for start in range(0, len(order), size):
        batch = order[start : start + size]
        for n, result in zip(batch, run([texts[n] for n in batch])):
            results[n] = result
    return results


def _unsorted(texts, size, run):
    """Batches in the order of the list: a typical wrong answer."""
    starts = range(0, len(texts), size)
    return [result for n in starts for result in run(texts[n : n + size])]


def _in_run_order(texts, size, run):
    """The results left in the order of the lengths: a typical wrong answer."""
    return _unsorted(sorted(texts, key=len), size, run)


def _wrong_way_back(texts, size, run):
    """The order applied a second time, in place of its inverse: the same."""
    order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
    results = _in_run_order(texts, size, run)
    return [results[n] for n in order]


def _last_left_out(texts, size, run):
    """Only full batches: the texts that are left over get no result."""
    order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
    results = [None] * len(texts)
    for start in range(0, len(order) - size + 1, size):
        batch = order[start : start + size]
        for n, result in zip(batch, run([texts[n] for n in batch])):
            results[n] = result
    return [result for result in results if result is not None]


def _results(batch):
    """What the stand-in for the model returns: a number that names each text."""
    return [sum((n + 1) * i for n, i in enumerate(text)) for text in batch]


def _texts(seed, lengths):
    random = np.random.default_rng(seed)
    return [random.integers(1000, 30_000, size=n).tolist() for n in lengths]


def _pads(batches):
    return sum(
        len(batch) * max(map(len, batch)) - sum(map(len, batch)) for batch in batches
    )


def _watched(function):
    """The function with the stand-in as its `run`; keeps the batches that it ran."""

    @wraps(function)
    def results(texts, size):
        results.batches = []

        def run(batch):
            results.batches.append([list(text) for text in batch])
            return _results(batch)

        found = function(texts, size, run)
        return found if found is None or found is ... else list(found)

    return results


def check_run_sorted(answer):
    """Check ``answer(texts, size, run)``: results in order, with few pads on the way.

    The texts are lists of token IDs. ``run`` is given a list of at most `size` of them,
    pads it to its longest, and returns a list with a result for each.
    """
    cases = [
        (_texts(0, [3, 9, 4, 8]), 2),
        (_texts(1, [7, 2, 5, 11, 6, 3, 9]), 3),
        (_texts(2, [12, 4, 4, 10, 5, 11, 3, 9, 4, 10]), 4),
        (_texts(3, [6]), 4),
    ]
    if not callable(answer):
        return check(answer, run_sorted, cases)
    watched = _watched(answer)
    found = check(
        watched,
        _watched(run_sorted),
        cases,
        [
            (
                _watched(_wrong_way_back),
                "results[i] belongs to text order[i]: picking results by order applies"
                " it a second time. Write them back with results[order[i]] = … .",
            ),
            (
                _watched(_in_run_order),
                "the results are in the order of the lengths; they belong in the order"
                " of the list of texts.",
            ),
            (
                _watched(_last_left_out),
                "the last batch is not full, and you leave it out.",
            ),
        ],
    )
    if not found:
        return found
    for texts, size in cases:
        watched(list(texts), size)
        problem = _costly(watched.batches, texts, size)
        if problem:
            return Feedback(False, f"Not yet: the results are right, but {problem}")
    return found


def _costly(batches, texts, size):
    """What is wrong with the batches of an answer with the right results, if any."""
    if any(len(batch) > size for batch in batches):
        return f"a batch has more than the {size} texts that are allowed."
    if sum(map(len, batches)) > len(texts):
        return "some texts go through the model more than once."
    fewest = -(-len(texts) // size)
    if len(batches) > fewest:
        return (
            f"you run {len(batches)} batches for {len(texts)} texts, where {fewest} of"
            f" up to {size} would do."
        )
    # From the shortest or from the longest on: where texts are left over, they differ.
    allowed = 0
    for longest_first in (False, True):
        ordered = sorted(texts, key=len, reverse=longest_first)
        allowed = max(
            allowed, _pads([ordered[n : n + size] for n in range(0, len(texts), size)])
        )
    pads = _pads(batches)
    if pads > allowed:
        return (
            f"the batches need {pads} pads where {allowed} would do: put texts of about"
            " the same length together."
        )
    return ""
