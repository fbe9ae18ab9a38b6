"""A text's attention at every layer, its contributions, and what its tokens are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...attention import attend, contributions
from ...encoder import Encoding, encode
from ...errors import InputError
from ...plots.plot import listed
from ...tokens import quoted, tokenize
from .part import separators, shares


@dataclass(frozen=True, eq=False)
class TextAttention:
    """One run of the model.

    Attributes
    ----------
    bert : Bert
    encoding : Encoding
    special : (tokens,) ndarray of bool
        Which tokens are [CLS], [SEP] or [PAD].
    paired : bool
        Whether there are two texts.
    """

    bert: object
    encoding: Encoding
    special: np.ndarray
    paired: bool

    @property
    def tokens(self):
        """List of str."""
        return self.encoding.tokens

    def weights(self, layer):
        """Return the attention weights of layer 1, 2, …: (heads, tokens, tokens)."""
        return self.encoding.attentions[layer - 1]

    def steps(self, layer):
        """Return that layer's `bertlab.attention.Attention`, computed by hand."""
        return attend(self.bert, layer, self.encoding.hidden_states[layer - 1])

    def contributions(self, layer):
        """Return each token's share of what is added: (heads, tokens, tokens)."""
        return shares(contributions(self.bert, layer, self.steps(layer)))


def run_text(bert, first, second):
    """Run the model on a text, or a pair if the second is not blank.

    Raises
    ------
    InputError
        If there is no first text, or the two are too long for the model.
    ModelError
        If TensorFlow cannot be imported here.
    """
    pair = second if second.strip() else None
    if not first.strip():
        raise InputError("There is no first text yet: type a sentence there.")
    encoding = encode(bert, first, pair)
    if 0 not in tokenize(bert, first, pair).source:
        raise InputError(tokenize(bert, first).sentences[0])
    return TextAttention(
        bert, encoding, separators(bert, encoding.ids), pair is not None
    )


def read_token(tokens, typed):
    """Return the number of the token that somebody typed.

    Parameters
    ----------
    tokens : sequence of str
    typed : str
        By number or by name; nothing typed is no token.

    Returns
    -------
    int or None

    Raises
    ------
    InputError
        If there is no such token.
    """
    typed = typed.strip()
    if not typed:
        return None
    last = len(tokens) - 1
    try:
        number = int(typed)
    except ValueError:
        for name in (typed, typed.lower(), f"##{typed}", typed.upper()):
            if name in tokens:
                return tokens.index(name)
        raise InputError(
            f"{quoted(typed)} is no token of this text: type a number from 0 to"
            f" {last:,}, or one of {listed(map(quoted, dict.fromkeys(tokens)), 12)}."
        ) from None
    if not 0 <= number <= last:
        raise InputError(
            f"There is no token {number:,}: this text has the tokens 0 to {last:,}."
        )
    return number


def find_pair(run, weights, attending, attended):
    """Return the numbers of two tokens that somebody typed, or left open.

    Parameters
    ----------
    run : TextAttention
    weights : (tokens, tokens) ndarray
        One head's: what is left open is where the largest weight is, between words.
    attending, attended : str
        As for `read_token`.

    Raises
    ------
    InputError
        If there is no such token.
    """
    row, column = (read_token(run.tokens, typed) for typed in (attending, attended))
    word = ~run.special if not run.special.all() else run.special
    from_ = word if row is None else np.arange(len(word)) == row
    to = word if column is None else np.arange(len(word)) == column
    allowed = np.where(from_[:, None] & to, weights, -1)
    return divmod(int(allowed.argmax()), len(word))
