"""The tokenizer explorer: text in, tokens with their IDs, offsets and types out."""

from __future__ import annotations

import ipywidgets

from ..displays.token_boxes import plot_tokens, tokens_caption, tokens_html
from ..text.tokens import tokenize
from .explorer import Explorer

WIDE = {
    "layout": {"width": "100%", "max_width": "640px"},
    "style": {"description_width": "90px"},
}


class TokenizerExplorer(Explorer):
    """See `tokenizer_explorer`."""

    def __init__(self, bert, text, pair):
        self._bert = bert
        super().__init__(
            {
                "text": ipywidgets.Text(text, description="Text:", **WIDE),
                "pair": ipywidgets.Text(
                    pair,
                    description="Second text:",
                    placeholder="none: type here to make a pair",
                    **WIDE,
                ),
            }
        )

    def _tokens(self):
        pair = self.pair.value if self.pair.value.strip() else None
        return tokenize(self._bert, self.text.value, pair)

    def draw(self):
        """Tokenize what was typed, as it is typed."""
        tokens = self._tokens()
        return tokens_html(tokens), tokens_caption(tokens), tokens.sentences

    def plot(self):
        """Return the tokens as a `Plot`."""
        return plot_tokens(self._tokens())


def tokenizer_explorer(bert, text="", pair=""):
    """Let somebody type a text, or a pair, and see what the tokenizer makes of it.

    Parameters
    ----------
    bert : Bert
    text, pair : str
        What to begin with.

    Returns
    -------
    TokenizerExplorer
        With the controls `text` and `pair`, and `caption`, `message` and `view`.
    """
    return TokenizerExplorer(bert, text, pair)
