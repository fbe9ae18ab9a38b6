"""Words and numbers in captions and beside cells, and the check of a table."""

from ..text.tokens import count, isolated, shorten
from .figure import drawable
from .named_rows import finite

# A name beside rows, columns or lines has so many characters.
_LONGEST = 14


def table(values, tokens, columns, what, heads=False):
    """Return `values` as finite numbers, attending × attended tokens, or complain.

    Parameters
    ----------
    values : (tokens, columns) array_like
        With `heads`, (heads, tokens, columns).
    tokens : sequence of str
    columns : sequence of str or None
        The attended tokens where they are others.
    what : str
        Plural, for the error's sentence.

    Raises
    ------
    ValueError
    """
    values = finite(values, what)
    shape = len(tokens), len(tokens if columns is None else columns)
    if not values.size:
        raise ValueError("There are no tokens to draw.")
    if values.ndim != 2 + heads or values.shape[-2:] != shape:
        raise ValueError(
            f"The {what} of {count(shape[0], 'token')} need shape {shape}"
            f"{' for each head' if heads else ''}, not {values.shape}."
        )
    return values


def named(tokens, i):
    """Return token `i` for a sentence, with its number where others are like it."""
    name = isolated(shorten(tokens[i]))
    return f"{name} (token {i})" if list(tokens).count(tokens[i]) > 1 else name


def pair_named(tokens, columns, i, j):
    """Return "from dog to [SEP]", or "from dog to itself"."""
    if columns is None and i == j:
        return f"from {named(tokens, i)} to itself"
    attended = named(tokens if columns is None else columns, j)
    return f"from {named(tokens, i)} to {attended}"


def capital(text):
    """Return `text` as a sentence begins."""
    return text[:1].upper() + text[1:]


def rounded(value, decimals=2):
    """Write a number; never "-0.00"."""
    return f"{round(float(value), decimals) + 0:.{decimals}f}"


def written(value, decimals=2):
    """Write a number as `rounded`, with a minus that is as wide as a plus."""
    return rounded(value, decimals).replace("-", "−")


def thinned(tokens, most, numbers=None):
    """Return the names that are written, at most so many, by their places.

    Parameters
    ----------
    tokens : sequence of str
    most : int
    numbers : sequence of int or None, optional
        Of the tokens in their text, which stand beside the names where not all are
        written; None for what is no token. 0, 1, … without it.

    Returns
    -------
    dict of int to str
    """
    numbers = range(len(tokens)) if numbers is None else numbers
    step = -(-len(tokens) // most)
    # Shortened last: what has no glyph becomes six letters for one.
    names = {
        i: shorten(drawable(tokens[i]), _LONGEST) for i in range(0, len(tokens), step)
    }
    if step == 1:
        return names
    return {
        i: name if numbers[i] is None else f"{numbers[i]}  {name}"
        for i, name in names.items()
    }
