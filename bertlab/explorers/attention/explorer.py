"""The attention explorer: a text in; its attention as lines, a matrix, or all heads."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache

import ipywidgets

from ...displays.cells import ROOT
from ...displays.figure import listed
from ...errors import InputError
from ...text.tokens import quoted
from ..explorer import Explorer
from . import caption as say
from . import controls, pictures
from .caption import drawn_caption, heads_named, named, part_caption, range_named
from .controls import ALL, BOTH, CONTRIBUTION, HEADS, MATRIX, ONE, WEIGHT
from .part import MOST_LINES, SHOWN, choose, last_start, strongest_lines
from .saving import file_name, save_pictures
from .text_attention import find_pair, find_token, run_text
from .thumbnails import buttons, sprite_style, tooltips

# So many tokens can still be read in each view; of a longer text a window is shown.
MOST = {HEADS: 128, MATRIX: 64, ALL: 128}


class AttentionExplorer(Explorer):
    """See `bertlab.explorers.attention_explorer`."""

    def __init__(self, bert, text, pair, layer, heads, view):
        self._bert = bert
        layers, most = bert.config.num_hidden_layers, bert.config.num_attention_heads
        # Two: at 512 tokens one takes 75 MB, of BERT-base twice as much.
        self._run = lru_cache(maxsize=2)(lambda *texts: run_text(bert, *texts))
        self._shares = lru_cache(2)(lambda run, layer: run.contributions(layer))
        self._steps = lru_cache(2)(lambda run, layer: run.steps(layer))
        self._grid_of = self._quiet = None
        self._last = 1  # the head that was shown last
        self._typed_for = {}  # the texts for which a token was typed in a box
        self.thumbnails = buttons(layers, most)
        self.grid_style = ipywidgets.HTML(layout={"display": "none"})
        self.save = controls.save_button()
        self.window = ipywidgets.Box()
        super().__init__(
            controls.make_controls((text, pair), (layers, most), layer, heads, view)
        )
        self.add_class("bertlab-attention")
        self.save.on_click(self._save)
        self.thumbnails.observe(self._pick, names="value")
        self.window.children = (self.start,)
        self.children[0].children = controls.arranged(self)
        self.children[0].layout = {"flex_flow": "column", "align_items": "stretch"}
        controls_, message, view, page = self.children
        before, after = controls.past_picture(self.model_id)
        self.children = (
            *(controls_, message, self.thumbnails),
            *(before, view, after, page),
        )

    # What the controls say

    @property
    def head(self):
        """The head that a view of one head shows: the first of those chosen."""
        return self.heads.value[0]

    def _text(self):
        """The present run, once it is known that there is a head to show."""
        if not self.heads.value and self.mode.value == ALL:
            # Nobody can choose one there: the buttons are in other views.
            with self._quietly():
                self.heads.value = (self._last,)
        if not self.heads.value:
            raise InputError("No head is chosen: choose one, or “all”.")
        return self._run(self.first.value, self.second.value)

    def _shows(self):
        """Pairs of what is shown, and all its values, (heads, tokens, tokens)."""
        run, layer = self._text(), self.layer.value
        show = WEIGHT if self.mode.value == ALL else self.show.value
        if show in (WEIGHT, BOTH):
            yield WEIGHT, run.weights(layer)
        if show in (CONTRIBUTION, BOTH):
            yield CONTRIBUTION, self._shares(run, layer)

    def _parts(self):
        """Pairs of what is shown, and the `Part` of it."""
        run = self._text()
        about = {
            "types": run.encoding.types,
            "special": run.special,
            "start": self.start.value,
            "most": self._most,
        }
        return [
            (what, choose(values, self._heads, **about, **self._filters))
            for what, values in self._shows()
        ]

    @property
    def _filters(self):
        """Which pairs of texts are shown, and what becomes of special tokens."""
        if self.mode.value == ALL:
            return {"pairs": "all", "hide": SHOWN}
        pairs = self.pairs.value if self._text().paired else "all"
        return {"pairs": pairs, "hide": self.special.value}

    @property
    def _heads(self):
        """The heads that this view shows."""
        return (self.head,) if self.mode.value in (ALL, ONE) else self.heads.value

    @property
    def _most(self):
        return MOST.get(self.mode.value, 0)

    @property
    def _title(self):
        heads = heads_named(self._heads, len(self.heads.buttons))
        return f"Layer {self.layer.value}, {heads}"

    @property
    def _name(self):
        """Name of the present view's files, without an ending."""
        layer = None if self.mode.value == ALL else self.layer.value
        view = controls.FILES[self.mode.value]
        return file_name(view, layer, self._heads, len(self.heads.buttons))

    # Drawing

    def _update(self, change=None):
        if change and change.owner in (self.from_token, self.to_token):
            self._typed_for[change.owner] = self.first.value, self.second.value
        if not self._quiet:
            super()._update(change)

    @contextmanager
    def _quietly(self):
        """Change controls without a redraw for each of them."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def draw(self):
        """Run the model where the text is new, and draw the present view."""
        self._show_controls()
        run = self._text()
        self._last = self.head
        self._fit(run)
        if self.mode.value == ONE:
            svg, caption = self._one(run, pictures.live_weight)
            return (
                pictures.live([svg], say.HINTS[ONE], caption),
                caption,
                self._sentences(run),
            )
        parts = self._parts()
        caption = f"{self._title}. {self._said(run, parts)}"
        if self.mode.value != MATRIX:
            drawn = [
                drawn_caption(part.matrix, lines, what)
                for what, part, lines in self._lines(run, parts)
            ]
            caption = f"{caption} {' '.join(drawn)}"
        hint = say.HINTS[self.mode.value]
        if self.mode.value == HEADS and len(self._heads) > 1:
            hint += say.SEVERAL
        view = pictures.live(self._svgs(run, parts), hint, caption)
        return view, caption, self._sentences(run, parts)

    def _svgs(self, run, parts):
        """The present view's live pictures."""
        if self.mode.value == MATRIX:
            return pictures.cells(run, parts, self._title)
        return [
            pictures.lines(run, part, lines, f"{self._title}: {what}")
            for what, part, lines in self._lines(run, parts)
        ]

    def _one(self, run, draw):
        """Draw one weight, live or by matplotlib."""
        steps = self._steps(run, self.layer.value)
        return draw(run, steps, self.head, *self._pair(run), self._title)

    def _lines(self, run, parts):
        """Add which lines of each part are drawn: two share what one may send."""
        for what, part in parts:
            most = MOST_LINES // len(parts)
            yield what, part, strongest_lines(part.matrix, len(run.tokens), most)

    def _said(self, run, parts):
        about = {"tokens": run.tokens, "special": run.special, **self._filters}
        said = [part_caption(part, what=what, **about) for what, part in parts]
        if any(what == CONTRIBUTION for what, _ in parts):
            said.append(say.WHAT_CONTRIBUTES)
        if self.mode.value == MATRIX:
            said.append(ROOT)
        return " ".join(said)

    def _sentences(self, run, parts=()):
        """What there is to say about the controls."""
        return list(self._about_view(run, parts)) + list(self._about_pair(run))

    def _about_view(self, run, parts):
        view = self.mode.value
        heads = heads_named(self.heads.value, len(self.heads.buttons))
        several = len(self.heads.value) > 1
        if not run.paired and self.pairs.value != "all" and view in (HEADS, MATRIX):
            yield say.NO_PAIR.format(pairs=self.pairs.value)
        if view in (ALL, ONE) and several:
            yield say.ONE_HEAD.format(head=self.head)
        if view == MATRIX and several:
            yield f"The matrix is the mean of {heads}."
        if parts and (parts[0][1].beyond or parts[0][1].left_out):
            which = range_named(parts[0][1].rows, parts[0][1].columns)
            yield say.TOO_MANY.format(n=len(run.tokens), which=which)

    def _about_pair(self, run):
        if self.mode.value == ONE:
            row, column = (named(run.tokens, i) for i in self._pair(run))
            yield f"From {row} to {column}. {say.LEFT_OPEN}"
            for box in (self.from_token, self.to_token):
                _, sentence = self._typed(run, box)
                if sentence:
                    yield sentence

    def _typed(self, run, box):
        """Number of the token typed in a box, or None; what to say about it."""
        try:
            return find_token(run, box.value)
        except InputError:
            if self._typed_for.get(box) == run.texts:
                raise
            name, typed = box.description.rstrip(":"), quoted(box.value.strip())
            return None, say.LEFT_OVER.format(name=name, typed=typed)

    def _pair(self, run):
        """Numbers of the two tokens of the view inside one weight."""
        weights = run.weights(self.layer.value)[self.head - 1]
        boxes = self.from_token, self.to_token
        return find_pair(run, weights, *(self._typed(run, box)[0] for box in boxes))

    def _show_controls(self):
        """Show the controls that this view has, and no others."""
        used = {"first", "second", "mode", *controls.USED[self.mode.value]}
        for name, control in self.controls.items():
            # `_fit` sees to the window: hidden for a moment it would lose the focus.
            if name != "start":
                control.layout.display = None if name in used else "none"
        self.thumbnails.layout.display = None if self.mode.value == ALL else "none"

    def _fit(self, run):
        """Fit the controls to a text: window, pairs, the pictures of all heads."""
        with self._quietly():
            self.pairs.disabled = not run.paired
            self._fit_window(self._over(run))
            if self.mode.value != ALL:
                return
            self.thumbnails.value = self.layer.value, self.head
            if self._grid_of is not run:
                self._grid_of = run
                scope = f"bertlab-{self.model_id}"
                self.add_class(scope)
                self.thumbnails.tooltips = tooltips(run.encoding.attentions, run.tokens)
                self.grid_style.value = sprite_style(run.encoding.attentions, scope)

    def _over(self, run):
        """How far the window of this view can move."""
        if not self._most:
            return 0
        types = run.encoding.types
        return last_start(types, run.special, **self._filters, most=self._most)

    def _fit_window(self, over):
        """Let the window begin at each of `over` tokens; without any, hide it."""
        self.start.layout.display = None if over > 0 else "none"
        if over > 0 and self.start.max != over:
            self.start.max = over
            # A slider in the page keeps the keys of the range that it was made with:
            # so it is made again.
            self.window.children = ()
            self.window.children = (self.start,)

    def _pick(self, change):
        """Show the head whose picture was chosen."""
        if self._quiet:
            return
        with self._quietly():
            self.layer.value, head = change.new
            self.heads.several.value = False
            self.heads.value = (head,)
        self._update()

    # Pictures

    def plot(self):
        """Return the present view as a `Plot`."""
        run = self._text()
        if self.mode.value == ONE:
            return self._one(run, pictures.one_weight)
        if self.mode.value == ALL:
            return pictures.all_heads(run, self.layer.value, self.head)
        parts = self._parts()
        if self.mode.value == MATRIX:
            plot = pictures.matrix(run, parts, self._title)
        else:
            plot = pictures.static_lines(run, parts, self._title)
        return pictures.captioned(plot, f"{self._title}. {self._said(run, parts)}")

    def _save(self, _=None):
        try:
            plot = self.plot()
            if self.mode.value in (ALL, ONE):
                svg = plot.svg()
            else:
                svg = pictures.one_file(self._svgs(self._text(), self._parts()))
            paths = save_pictures(self._name, plot.picture(), svg)
        except Exception as error:
            # As in `_update`: what goes wrong in a callback is shown nowhere.
            self._say([str(error)], warning=True)
        else:
            self._say([f"Saved beside the notebook: {listed(p.name for p in paths)}."])
