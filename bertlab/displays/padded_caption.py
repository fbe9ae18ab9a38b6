"""A padded batch in words, and which of its places a picture has room for."""

import numpy as np

from ..text.tokens import count, isolated
from .captions import rounded
from .figure import listed

# Columns: in narrower ones nobody could read the tokens.
MOST_COLUMNS = 14
# A state that moved by less than this has been rounded otherwise, no more.
NOTHING = 1e-4


def columns(batch):
    """Choose the places that are drawn: all, or both ends around those left out.

    Returns
    -------
    list of int or range
        Places; a range stands for those left out.
    """
    length = len(batch[0].ids)
    if length <= MOST_COLUMNS:
        return list(range(length))
    # The end with the tokens gets more room than the one with pads alone.
    longest = max(len(row.ids[row.own]) for row in batch)
    head = min(max(longest + 1, 9), MOST_COLUMNS - 3)
    if any(row.own.start for row in batch):
        head = MOST_COLUMNS - 1 - head
    tail = MOST_COLUMNS - 1 - head
    left_out = range(head, length - tail)
    return [*range(head), left_out, *range(length - tail, length)]


def padded_caption(batch, compared):
    """Say in words what a batch holds, what moved, and what became of the vectors."""
    return " ".join(
        [*_about_pads(batch), *_about_moves(batch, compared), *_about_vectors(compared)]
    )


def _about_pads(batch):
    n, length = len(batch), len(batch[0].ids)
    pads = [
        row.mask[place]
        for row in batch
        for place in range(length)
        if place not in range(length)[row.own]
    ]
    rows = (
        f"{count(n, 'sentence')} in {'a row' if n == 1 else 'rows'} of {length} places"
    )
    if not pads:
        yield f"{rows}, none of them padded."
    else:
        side = "left" if any(row.own.start for row in batch) else "right"
        hidden = "does not hide them (its 1s at pads are bold)"
        if not any(pads):
            hidden = "hides them"
        elif not all(pads):
            hidden = f"hides {len(pads) - sum(pads)} of them"
        yield (
            f"{rows}, padded on the {side}: {len(pads)} of {n * length} places"
            f" ({len(pads) / n / length:.0%}) hold [PAD], and the mask {hidden}."
        )
    first = [row.positions[row.own][0] for row in batch]
    if any(first):
        begin = "The sentence begins" if n == 1 else "The sentences begin"
        yield f"{begin} at position {listed(first)}."
    for places in columns(batch):
        if isinstance(places, range):
            yield (
                f"Not drawn, from the middle of each row: {len(places)} places"
                f" ({places[0]} to {places[-1]})."
            )


def _about_moves(batch, compared):
    moved = np.concatenate(compared.moved)
    names = [
        f"“{isolated(token)}” of sentence {y}"
        for y, row in enumerate(batch, 1)
        for token in row.tokens[row.own]
    ]
    beside = f"two tokens of a sentence are {rounded(compared.apart)} apart on average"
    if moved.max() < NOTHING:
        yield (
            f"Layer {compared.layer}: each token's state is the one that it has alone,"
            f" up to rounding; {beside}."
        )
    else:
        most = int(np.round(moved, 3).argmax())
        yield (
            f"Layer {compared.layer}: farthest from itself alone is {names[most]}, by"
            f" {rounded(moved[most])} of its norm; all tokens:"
            f" {rounded(moved.mean())} on average; {beside}."
        )


def _about_vectors(compared):
    start = f"The sentences' vectors ({compared.pooling})"
    n = len(compared.itself)
    differ = np.abs(compared.together - compared.alone)
    least = int(np.round(compared.itself, 3).argmin())
    if differ.max() < NOTHING and 1 - compared.itself.min() < NOTHING:
        yield f"{start} are those of the sentences alone, up to rounding."
        return
    if n > 1:
        one, other = np.triu_indices(n, 1)
        i = int(np.round(differ[one, other], 3).argmax())
        pair = one[i], other[i]
        alone, together = compared.alone, compared.together
        means = ""
        if n > 2:
            means = (
                f"the pairs' mean cosine is {rounded(alone[one, other].mean())} alone"
                f" and {rounded(together[one, other].mean())} in the batch; "
            )
        yield (
            f"{start}: {means}{'most changed are' if n > 2 else 'the cosine of'}"
            f" {pair[0] + 1} and {pair[1] + 1}{', from' if n > 2 else ' goes from'}"
            f" {rounded(alone[pair])} to {rounded(together[pair])}."
        )
        start = "Least like itself alone is that of sentence"
        yield f"{start} {least + 1} ({rounded(compared.itself[least])})."
    else:
        yield (
            f"The sentence's vector ({compared.pooling}) has a cosine of"
            f" {rounded(compared.itself[0])} with its vector alone."
        )
