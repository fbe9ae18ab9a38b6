"""How an attention explorer is asked for."""

from __future__ import annotations

from ...displays.figure import listed
from ...errors import InputError
from .controls import HEADS, VIEWS
from .explorer import AttentionExplorer
from .head_picker import check_numbers


def attention_explorer(
    bert, text="The cat sat on the mat.", pair="", layer=1, head=1, view=HEADS
):
    """Let somebody see attention: as lines, a matrix, all heads, or one weight.

    Parameters
    ----------
    bert : Bert
    text, pair : str
        What to begin with; without a second text the first is a single one.
    layer : int
        From 1.
    head : int or sequence of int
        From 1; several are drawn in colours.
    view : str
        "heads", "matrix", "all layers" or "inside one weight".

    Returns
    -------
    AttentionExplorer
        With the controls `first`, `second`, `mode`, `layer`, `heads`, `pairs`,
        `special`, `show`, `from_token`, `to_token` and `start`; `thumbnails` of all
        heads and the button `save`; and `caption`, `message` and `view`.

    Raises
    ------
    InputError
        If the model has no such layer or head, or there is no such view.
    """
    if view not in VIEWS:
        raise InputError(f"There is no view {view!r}: take one of {listed(VIEWS)}.")
    heads = (head,) if isinstance(head, int) else tuple(head)
    check_numbers("layer", (layer,), bert.config.num_hidden_layers)
    check_numbers("head", heads or (None,), bert.config.num_attention_heads)
    return AttentionExplorer(bert, text, pair or "", layer, heads, view)
