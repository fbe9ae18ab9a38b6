"""A row of buttons, one for each head, in its colour: one of them, several or all."""

from __future__ import annotations

import ipywidgets
import traitlets

from ...displays.weight_lines import head_look
from ...errors import InputError
from ..explorer import check_box


def check_numbers(name, numbers, last):
    """Raise `InputError` unless all are whole numbers from 1 to `last`."""
    for number in numbers:
        if isinstance(number, bool) or number not in range(1, last + 1):
            raise InputError(
                f"There is no {name} {number}: this model has 1 to {last}."
            )


class HeadPicker(ipywidgets.VBox):
    """One head, several or all.

    Parameters
    ----------
    heads : int
        How many the model has in a layer.
    chosen : sequence of int
        Those to begin with.

    Attributes
    ----------
    value : tuple of int
        The heads that are chosen, in order, from 1; empty where somebody switched the
        last one off.
    buttons : list of ipywidgets.ToggleButton
    several : ipywidgets.Checkbox
        Whether a click adds a head, or shows it alone.
    all : ipywidgets.Button
        Choose every head.
    """

    value = traitlets.Tuple()
    description = "Heads:"

    def __init__(self, heads, chosen):
        self.buttons = []
        for head in range(1, heads + 1):
            button = ipywidgets.ToggleButton(
                description=str(head),
                tooltip=f"head {head}",
                layout={"width": "40px", "margin": "1px"},
            )
            button.style.text_color = "#222222"
            button.observe(self._clicked, names="value")
            button.add_class("bertlab-head")
            button.add_class(f"bertlab-head{head}")
            self.buttons.append(button)
        self.several = check_box(len(chosen) > 1, "several at once", margin="2px 8px")
        self.several.observe(self._one_again, names="value")
        self.all = ipywidgets.Button(
            description="all", tooltip="all heads", layout={"width": "48px"}
        )
        self.all.on_click(self._choose_all)
        row = {"flex_flow": "row wrap", "align_items": "center"}
        name = ipywidgets.Label("Heads:", layout={"width": "90px"})
        name.add_class("bertlab-name")
        style = ipywidgets.HTML(_style(heads), layout={"display": "none"})
        super().__init__(
            [
                ipywidgets.Box(
                    [name, *self.buttons, self.all, self.several, style], layout=row
                )
            ]
        )
        self._busy = False
        self.value = tuple(chosen)

    @traitlets.validate("value")
    def _checked(self, proposal):
        heads = proposal["value"]
        check_numbers("head", heads, len(self.buttons))
        return tuple(sorted(set(heads)))

    @traitlets.observe("value")
    def _show(self, _):
        self._busy = True
        if len(self.value) > 1:
            self.several.value = True
        for head, button in enumerate(self.buttons, 1):
            button.value = head in self.value
        self._busy = False

    def _clicked(self, change):
        if self._busy:
            return
        head = self.buttons.index(change.owner) + 1
        if not self.several.value:
            # A second click on the only head leaves it on.
            self._busy = True
            change.owner.value = True
            self._busy = False
            self.value = (head,)
        elif change.new:
            self.value = (*self.value, head)
        else:
            self.value = tuple(other for other in self.value if other != head)

    def _one_again(self, change):
        if not self._busy and not change.new:
            self.value = self.value[:1] or (1,)

    def _choose_all(self, _):
        self.value = tuple(range(1, len(self.buttons) + 1))


def _style(heads):
    """CSS: under each number a bar in its colour and line style, as the lines have."""
    rules = []
    for head in range(1, heads + 1):
        colour, dash = head_look(head)
        kind = "dashed" if dash else "solid"
        rules.append(
            f".bertlab-explorer .bertlab-head{head}"
            f"{{border-bottom:4px {kind} {colour}}}"
        )
    return (
        "<style>.bertlab-explorer .bertlab-name{justify-content:flex-end;"
        "text-align:right;margin:0 4px 0 0;flex:none}"
        ".bertlab-explorer .bertlab-head{background:#fff;padding:0 2px;"
        "opacity:.75}"
        ".bertlab-explorer .bertlab-head.mod-active{background:#CFE3F3;"
        "font-weight:bold;opacity:1;outline:2px solid #222;outline-offset:-2px}"
        f"{''.join(rules)}</style>"
    )
