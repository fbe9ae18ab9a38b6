"""All layers and heads as buttons, each with its picture: the model view."""

from __future__ import annotations

import base64
from io import BytesIO

import ipywidgets
import numpy as np
from PIL import Image

from ...displays.head_thumbnails import heads_sprite
from ...text.tokens import isolated, shorten

# Pixels of a picture, and at most so many colours: the sprite stays under 60 kB.
CELL, COLOURS = 32, 32
WIDEST = 62
# As many of them have room beside each other on a phone.
_NARROW = 8


def buttons(layers, heads):
    """Return a button for each layer and head; its value is (layer, head), from 1."""
    options = [
        (f"{layer}·{head}", (layer, head))
        for layer in range(1, layers + 1)
        for head in range(1, heads + 1)
    ]
    found = ipywidgets.ToggleButtons(
        options=options, layout={"display": "none", "width": "auto"}
    )
    found.add_class("bertlab-thumbnails")
    return found


def tooltips(attentions, tokens):
    """Say of each head where most of its attention goes.

    Parameters
    ----------
    attentions : (layers, heads, tokens, tokens) ndarray
    tokens : sequence of str

    Returns
    -------
    list of str
        Head by head, layer by layer.
    """
    received = attentions.mean(axis=2)  # (layers, heads, tokens)
    names = list(dict.fromkeys(tokens))
    places = np.array([names.index(token) for token in tokens])
    by_name = np.zeros((*received.shape[:2], len(names)))
    for n in range(len(names)):
        by_name[..., n] = received[..., places == n].sum(axis=-1)
    best = by_name.argmax(axis=-1)
    return [
        f"layer {layer + 1}, head {head + 1}: most goes to"
        f" {isolated(shorten(names[best[layer, head]]))},"
        f" {by_name[layer, head, best[layer, head]]:.0%}"
        for layer in range(attentions.shape[0])
        for head in range(attentions.shape[1])
    ]


def sprite_style(attentions, scope):
    """Return the CSS that turns the buttons into a grid of pictures.

    Parameters
    ----------
    attentions : (layers, heads, tokens, tokens) ndarray
    scope : str
        Class of the one explorer that it is for.

    Returns
    -------
    str
        A ``<style>`` element with all the pictures in it as one PNG.
    """
    layers, heads = attentions.shape[:2]
    file = BytesIO()
    Image.fromarray(heads_sprite(attentions, CELL)).quantize(
        COLOURS, dither=Image.Dither.NONE
    ).save(file, "PNG", optimize=True)
    data = base64.b64encode(file.getvalue()).decode()
    own = f".{scope} .bertlab-thumbnails"
    lines = 1 if heads <= _NARROW else 2
    places = "".join(
        f"{own} button:nth-child({layer * heads + head + 1})::before"
        f"{{background-position:{_percent(head, heads)} {_percent(layer, layers)}}}"
        for layer in range(layers)
        for head in range(heads)
    )
    return (
        f"<style>{own} .widget-toggle-buttons,{own}>div{{display:grid;width:100%;"
        f"max-width:{heads * WIDEST}px;gap:2px;"
        f"grid-template-columns:repeat({heads},minmax(0,1fr))}}"
        f"{own} button{{width:auto;min-width:0;height:auto;margin:0;padding:2px;"
        "line-height:1.2;font-size:11px;background:#fff;color:#222;overflow:hidden;"
        "border:2px solid transparent}"
        f"{own} button::before{{content:'';display:block;width:100%;aspect-ratio:1;"
        f"background-image:url(data:image/png;base64,{data});"
        f"background-size:{heads * 100}% {layers * 100}%;image-rendering:pixelated}}"
        f"{own} button.mod-active{{border:2px solid #D55E00;background:#FFF1D6;"
        "font-weight:bold;box-shadow:none}"
        f"{own} button:focus-visible{{outline:3px solid #0072B2;outline-offset:-1px}}"
        # A phone has some twenty pixels for each of twelve.
        f"@media (max-width:600px){{{own} .widget-toggle-buttons,{own}>div"
        f"{{grid-template-columns:repeat({-(-heads // lines)},minmax(0,1fr))}}}}"
        f"{places}</style>"
    )


def _percent(n, of):
    """A CSS background's position that shows cell `n` of `of`."""
    return f"{100 * n / (of - 1):.4g}%" if of > 1 else "0"
