"""A text's attention at every layer, its contributions, and what its tokens are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...displays.figure import listed
from ...errors import InputError
from ...measures.patterns import is_punctuation
from ...network.attention import attend, contributions
from ...network.encoder import Encoding, encode
from ...text.tokens import few, quoted, tokenize
from ...text.words import find_word
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
    texts : (str, str)
        As they were typed.
    """

    bert: object
    encoding: Encoding
    special: np.ndarray
    texts: tuple[str, str]

    @property
    def paired(self):
        """Whether there are two texts."""
        return bool(self.texts[1].strip())

    @property
    def tokens(self):
        """List of str."""
        return self.encoding.tokens

    def weights(self, layer):
        """Return the attention weights of layer 1, 2, …: (heads, tokens, tokens)."""
        return self.encoding.attentions[layer - 1]

    def steps(self, layer):
        """Return that layer's `network.attention.Attention`, computed by hand."""
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
        bert, encoding, separators(bert, encoding.ids), (first, second)
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


def find_token(run, typed):
    """Return the number of the token that somebody typed, and what is unusual about it.

    Of a word of several pieces it is the first piece.

    Returns
    -------
    number : int or None
        As of `read_token`.
    sentence : str
        Empty for a plain token.

    Raises
    ------
    InputError
        If there is no such token.
    """
    try:
        return read_token(run.tokens, typed), ""
    except InputError:
        pieces = _pieces(run, typed)
        if not pieces:
            raise
    if len(pieces) == 1:
        return pieces[0], ""
    names = few([run.tokens[i] for i in pieces])
    return pieces[0], (
        f"{quoted(typed.strip())} is {len(pieces):,} tokens here, {names} The first of"
        " them is taken."
    )


def _pieces(run, word):
    """Numbers of the tokens of a word where it first occurs; empty if nowhere."""
    for n, text in enumerate(run.texts[: 1 + run.paired]):
        try:
            first = find_word(run.bert, text, word)[0]
        except InputError:
            continue
        # Encoded alone, a text has its [CLS] before it.
        before = int(np.argmax(np.array(run.encoding.types) == 1)) - 1 if n else 0
        return [before + i for i in first]
    return []


def find_pair(run, weights, row, column):
    """Return the numbers of two tokens of which one or both may be left open.

    Parameters
    ----------
    run : TextAttention
    weights : (tokens, tokens) ndarray
        One head's: what is left open is where the largest weight is, between words.
    row, column : int or None
        The token that attends and the one attended to; None is left open.
    """
    marks = np.array([is_punctuation(token) for token in run.tokens], bool)
    # A text may be nothing but punctuation, or special tokens.
    kinds = ~(run.special | marks), ~run.special, run.special
    word = next(kind for kind in kinds if kind.any())
    from_ = word if row is None else np.arange(len(word)) == row
    to = word if column is None else np.arange(len(word)) == column
    allowed = np.where(from_[:, None] & to, weights, -1)
    return divmod(int(allowed.argmax()), len(word))
