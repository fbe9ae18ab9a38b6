"""The attention explorer's controls, and where they stand."""

from __future__ import annotations

import ipywidgets

from ..explorer import LABEL, radio, text_box
from .head_picker import HeadPicker
from .part import PAIRS, SPECIAL

HEADS, MATRIX, ALL, ONE = VIEWS = "heads", "matrix", "all layers", "inside one weight"
WEIGHT, CONTRIBUTION, BOTH = SHOW = "weight", "contribution", "both"
# Which controls each view has, besides the texts, the views and the button.
USED = {
    HEADS: ("layer", "heads", "pairs", "special", "show"),
    MATRIX: ("layer", "heads", "pairs", "special", "show"),
    ALL: (),
    ONE: ("layer", "heads", "from_token", "to_token"),
}
# What stands in the name of a view's file.
FILES = {HEADS: "", MATRIX: "-matrix", ALL: "-all-layers", ONE: "-one-weight"}
_STYLE = """<style>
.bertlab-attention>.widget-html,.bertlab-attention .widget-html-content
{min-width:0;max-width:100%}
.bertlab-attention .bertlab-hint{color:var(--jp-ui-font-color2,#555)}
.bertlab-attention .bertlab-past{position:absolute;left:-9999px}
.bertlab-attention .bertlab-past:focus{position:static}
.bertlab-attention .widget-radio,.bertlab-attention .widget-toggle-buttons
{display:flex;flex-flow:row wrap;align-items:center;height:auto}
.bertlab-attention .bertlab-thumbnails{display:block}
.bertlab-attention .widget-radio-box{margin-bottom:0!important;align-items:center}
.bertlab-attention .widget-radio>.widget-label,
.bertlab-attention .widget-toggle-buttons>.widget-label
{width:90px;margin:0 4px 0 0;text-align:right;flex:none}
.bertlab-attention .widget-toggle-buttons button{width:40px;min-width:0;padding:0 2px}
.bertlab-attention .bertlab-thumbnails button{width:auto}
.bertlab-attention .bertlab-scroll{max-height:680px;overflow:auto;display:flex;
flex-wrap:wrap;gap:8px;max-width:min(1056px,100%);align-items:flex-start}
.bertlab-attention .bertlab-both>svg{flex:1 1 400px!important}
</style>"""


def _wide(value, description, placeholder):
    layout = {"width": "100%", "max_width": "640px"}
    return text_box(value, description, placeholder, layout)


def _token(description):
    return text_box("", description, "number or word", {"width": "260px"})


def make_controls(texts, sizes, layer, heads, view):
    """Return the controls by name, with what they begin with.

    Parameters
    ----------
    texts : (str, str)
    sizes : (int, int)
        How many layers the model has, and heads in each.
    layer : int
    heads : sequence of int
    view : str
    """
    layers, most = sizes
    return {
        "first": _wide(texts[0], "First text:", "a sentence, then Enter"),
        "second": _wide(texts[1], "Second text:", "none: type here to make a pair"),
        "mode": radio(VIEWS, view, "View:"),
        "layer": ipywidgets.ToggleButtons(
            options=[(str(n), n) for n in range(1, layers + 1)],
            value=layer,
            description="Layer:",
            tooltips=[f"layer {n}" for n in range(1, layers + 1)],
            style={**LABEL, "button_width": "40px"},
        ),
        "heads": HeadPicker(most, heads),
        "pairs": radio(PAIRS, "all", "Pairs:"),
        "show": radio(SHOW, WEIGHT, "Show:"),
        "special": radio(SPECIAL, SPECIAL[0], "[CLS], [SEP]:"),
        "from_token": _token("From token:"),
        "to_token": _token("To token:"),
        "start": ipywidgets.IntSlider(
            0,
            0,
            1,
            description="First shown:",
            continuous_update=False,
            style=LABEL,
            layout={"width": "420px", "max_width": "100%"},
        ),
    }


def save_button():
    """Return the button that saves the present view."""
    return ipywidgets.Button(
        description="Save PNG and SVG",
        tooltip="write this view as two files beside the notebook",
        layout={"width": "150px", "margin": "2px 12px"},
    )


def past_picture(name):
    """Return what stands before and after a picture: a link past it, and its end.

    A picture of 128 tokens has 256 places where Tab stops.

    Parameters
    ----------
    name : str
        Of this one explorer.
    """
    link = f"<a class='bertlab-past' href='#bertlab-{name}'>Skip the picture</a>"
    end = f"<span id='bertlab-{name}' tabindex='-1'></span>"
    return ipywidgets.HTML(link), ipywidgets.HTML(end)


def arranged(explorer):
    """Return the rows that an explorer's controls stand in."""

    def row(*controls):
        look = {"flex_flow": "row wrap", "align_items": "center"}
        return ipywidgets.Box(controls, layout=look)

    return (
        row(explorer.first, explorer.second),
        row(explorer.mode, explorer.save),
        row(explorer.layer),
        explorer.heads,
        row(explorer.pairs, explorer.show),
        row(explorer.special),
        row(explorer.from_token, explorer.to_token),
        explorer.window,
        explorer.grid_style,
        ipywidgets.HTML(_STYLE, layout={"display": "none"}),
    )
