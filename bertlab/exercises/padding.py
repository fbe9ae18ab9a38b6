"""Checks for notebook 09: padding by hand, attention and means that leave pads out."""

from __future__ import annotations

import numpy as np

from .exercise import Exercise
from .feedback import not_yet


def pad_batch(texts, pad_id, side):
    """IDs, mask and positions.

    `texts` is a list of lists of token IDs, and `side` is "right" or "left". Each of
    the three is (texts, longest); a pad has mask 0 and position 0.
    """
    longest = max(map(len, texts))
    ids = np.full((len(texts), longest), pad_id)
    mask, positions = np.zeros_like(ids), np.zeros_like(ids)
    for row, text in enumerate(texts):
        n = len(text)
        own = slice(longest - n, None) if side == "left" else slice(n)
        ids[row, own], mask[row, own], positions[row, own] = text, 1, range(n)
    return np.stack([ids, mask, positions])


def _with(right, mask=None, positions=None):
    """The right tables with others in the place of some."""
    found = right.copy()
    for place, table in ((1, mask), (2, positions)):
        if table is not None:
            found[place] = table
    return found


check_pad_batch = Exercise(
    pad_batch,
    [
        ([[101, 7, 8, 102], [101, 102]], 0, "right"),
        ([[101, 7, 8, 102], [101, 102], [101, 9, 102]], 0, "left"),
        ([[2, 11, 3], [2, 11, 12, 13, 3]], 5, "left"),
        # A text may have the pads' own ID in it: [PAD] can be typed.
        ([[2, 5, 11, 3], [2, 3], [2, 5, 3]], 5, "right"),
    ],
    """
    pad_batch(texts, pad_id, "right")
        || right for padding on the right; `side` is not used yet.
    pad_batch(texts, pad_id, "left")
        || right for padding on the left; `side` is not used yet.
    pad_batch(texts, pad_id, "right" if side == "left" else "left")
        || the sides have changed places: padding on the left puts the pads before the
           text.
    pad_batch(texts, 0, side)
        || the pads' ID is `pad_id`, which is not 0 in every vocabulary.
    _with(right, mask=right[0] != pad_id, positions=right[2] * (right[0] != pad_id))
    _with(right, mask=right[0] != pad_id)
        || the mask says where the padding is, not where the pads' ID is: a [PAD] that
           stands in the text itself is one of its tokens. Use the text's length.
    _with(right, mask=1 - right[1])
        || the mask is 1 for a token and 0 for a pad: yours does it the other way round.
    _with(right, mask=right[1] ** 0)
        || your mask is 1 everywhere, so all would look at the pads.
    _with(right, positions=np.arange(right.shape[2]))
        || your positions are counted from the first place of the row: on the left that
           moves every token, and pads are to have 0.
    _with(right, positions=right[1].cumsum(axis=1) - 1)
        || the tokens' positions are right, but not the pads', which are to have 0: on
           the left there would be a position -1.
    _with(right, positions=np.maximum(right[1].cumsum(axis=1) - 1, 0))
        || the tokens' positions are right, but not those of pads on the right, which
           are to have 0 as well: the running sum goes on past the text.
    right[:2]
        || two tables are right, the IDs and the mask: the positions are wanted as the
           third.
    _with(right, positions=right[1].cumsum(axis=1) * right[1])
        || positions begin at 0: the first token of each text has 0, not 1.
    right[[0, 2, 1]] || mask and positions have changed places.
    """,
)


def batch_weights(scores, mask):
    """(texts, heads, tokens, tokens).

    `scores` are (texts, heads, tokens, tokens), `mask` is (texts, tokens) of 1 and, for
    pads, 0. Pads get no weight, and each row sums to 1.
    """
    return _softmax(scores + (1 - mask[:, None, None, :]) * -10_000.0)


def _softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _padded(seed, lengths, step=1):
    """Scores and mask of a batch of two heads; with pads on the left where step is -1.

    As many texts as tokens: a mask without the axes that it needs then broadcasts, and
    is wrong in silence. Each has a pad: a mask the wrong way round hides not all.
    """
    n = len(lengths)
    mask = (np.arange(n)[::step] < np.array(lengths)[:, None]).astype(int)
    return np.random.default_rng(seed).normal(size=(n, 2, n, n)), mask


check_batch_weights = Exercise(
    batch_weights,
    [_padded(0, [2, 2, 1]), _padded(1, [3, 2, 1, 3]), _padded(2, [1, 2, 2], step=-1)],
    """
    _softmax(scores + (1 - mask) * -10_000.0)
        || your mask was spread over (tokens, tokens), as if its rows were tokens that
           look. There is no error, as there are as many texts as tokens here. It needs
           two axes more: mask[:, None, None, :].
    batch_weights(scores, 1 - mask)
        || the mask is 1 for a token and 0 for a pad: yours does it the other way round.
    _softmax(scores) * mask[:, None, None, :]
        || pads get 0, but the rows no longer sum to 1: make the scores very small
           before softmax.
    _softmax(scores * mask[:, None, None, :])
        || a score of 0 makes no weight of 0, since np.exp(0) is 1: add a very small
           number, such as -10_000, to the pads' scores.
    _softmax(scores)
        || pads still get some weight. Is the mask used? And does it stand on the last
           axis, that of the tokens that are looked at? A number that is added to a
           whole row changes nothing.
    _softmax(scores + (1 - mask[:, None, None, :]) * -10_000.0, axis=-2)
        || the sum goes over the tokens that look; it has to go over those that are
           looked at, the last axis.
    right * mask[:, None, :, None]
        || the pads' own rows have to sum to 1 too: mask the columns alone.
    """,
)


def masked_mean(states, mask):
    """(texts, hidden), means that leave out the pads.

    States are (texts, tokens, hidden), the mask (texts, tokens): 1 for a token, 0 for a
    pad. Some batches are padded on the left.
    """
    return _kept(states, mask).sum(axis=1) / mask.sum(axis=1, keepdims=True)


def _kept(states, mask):
    return states * mask[..., None]


def _batch(seed, lengths, hidden):
    """States of a padded batch, and its mask; pads are far from zero, as BERT's are."""
    random = np.random.default_rng(seed)
    # One place more than the longest needs: every text has a pad, and no mean is empty.
    mask = (np.arange(max(lengths) + 1) < np.array(lengths)[:, None]).astype(int)
    states = random.normal(size=(*mask.shape, hidden)) + 3 * (1 - mask[..., None])
    return states.astype("float32"), mask


def _left(states, mask):
    """The same with its pads on the left."""
    return states[:, ::-1].copy(), mask[:, ::-1].copy()


check_masked_mean = Exercise(
    masked_mean,
    [
        _batch(0, [2, 3], 2),
        _batch(1, [5, 1, 3], 4),
        _left(*_batch(2, [2, 6, 4, 3], 3)),
        _batch(3, [4, 4], 3),
    ],
    """
    states.mean(axis=1) || that is the mean over all tokens: the pads are in it.
    _kept(states, mask).mean(axis=1)
        || the pads add nothing now, but you still divide by all places: divide by the
           number of tokens that the mask keeps.
    _kept(states, mask).sum(axis=1)
        || that is the sum: divide by the number of tokens that the mask keeps.
    _kept(states, mask).sum(axis=1) / mask.sum()
        || you divide by the tokens of the whole batch: each text has its own number
           (axis=1).
    _kept(states, mask).sum(axis=0) / np.maximum(mask.sum(axis=0), 1)[:, None]
        || you average over the texts: the tokens are axis 1.
    np.stack([s[: m.sum()].mean(axis=0) for s, m in zip(states, mask)])
        || you take the first tokens of each text: where the pads are on the left these
           are pads. The mask says which to keep.
    masked_mean(states, 1 - mask)
        || that is the mean of the pads: 1 in the mask is for a token.
    states[mask == 1].mean(axis=0)
        || picking the tokens with the mask puts all texts into one long table, and its
           mean is that of the batch: keep the axis of the texts.
    states[mask == 1].mean(axis=1)
        || picking the tokens with the mask puts all texts into one long table,
           (tokens, hidden), and axis 1 is then hidden: keep the axis of the texts.
    """,
)


def run_sorted(texts, size, run):
    """Results in order, with few pads on the way.

    The texts are lists of token IDs. ``run`` is given a list of at most `size` of them,
    pads it to its longest, and returns a list with a result for each.
    """
    order = _by_length(texts)
    found = _in_batches([texts[n] for n in order], size, run)
    return [found[order.index(n)] for n in range(len(texts))]


def _by_length(texts):
    return sorted(range(len(texts)), key=lambda n: len(texts[n]))


def _in_batches(texts, size, run):
    starts = range(0, len(texts), size)
    return [result for n in starts for result in run(texts[n : n + size])]


def _last_left_out(texts, size, run):
    """Only full batches: the texts that are left over get no result."""
    kept = sorted(_by_length(texts)[: len(texts) // size * size])
    return run_sorted([texts[n] for n in kept], size, run)


class _Run:
    """A number that names each text, in place of the model; keeps the batches."""

    def __init__(self):
        self.batches = []

    def __call__(self, batch):
        self.batches.append([list(text) for text in batch])
        return [sum((n + 1) * i for n, i in enumerate(text)) for text in batch]

    def __repr__(self):
        return "run"


def _texts(seed, lengths):
    random = np.random.default_rng(seed)
    return [random.integers(1000, 30_000, size=n).tolist() for n in lengths]


_sorted_results = Exercise(
    run_sorted,
    [
        (_texts(0, [3, 9, 4, 8]), 2, _Run()),
        (_texts(1, [7, 2, 5, 11, 6, 3, 9]), 3, _Run()),
        (_texts(2, [12, 4, 4, 10, 5, 11, 3, 9, 4, 10]), 4, _Run()),
        (_texts(3, [6]), 4, _Run()),
    ],
    """
    [_in_batches(sorted(texts, key=len), size, run)[n] for n in _by_length(texts)]
        || results[i] belongs to text order[i]: picking results by order applies it a
           second time. Write them back with results[order[i]] = … .
    _in_batches(sorted(texts, key=len), size, run)
        || the results are in the order of the lengths; they belong in the order of the
           list of texts.
    _last_left_out(texts, size, run)
        || the last batch is not full, and you leave it out.
    """,
    seen_as=lambda found: list(found) if hasattr(found, "__iter__") else found,
)


def check_run_sorted(answer):
    """Check ``answer(texts, size, run)``: results in order, with few pads on the way.

    The texts are lists of token IDs. ``run`` is given a list of at most `size` of them,
    pads it to its longest, and returns a list with a result for each.
    """
    found = _sorted_results(answer)
    if found:
        for texts, size, _ in _sorted_results.cases:
            run = _Run()
            answer([list(text) for text in texts], size, run)
            if problem := _costly(run.batches, texts, size):
                return not_yet(f"the results are right, but {problem}")
    return found


def _pads(batches):
    return sum(
        len(batch) * max(map(len, batch)) - sum(map(len, batch)) for batch in batches
    )


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
