"""The context explorer: one word in several sentences, layer by layer."""

from __future__ import annotations

import numpy as np

from ..displays.cosine_square import (
    pairs_caption,
    plot_context_layers,
    plot_context_matrix,
)
from ..displays.figure import Plot, listed
from ..displays.occurrences import plot_occurrences
from ..measures.occurrences import find_occurrences
from ..measures.word_states import (
    SPACES,
    context_space,
    cosines,
    occurrence_states,
    plane,
)
from ..text.tokens import quoted, shorten
from .explorer import layer_slider, radio, text_box
from .sentences import SentencesExplorer, sentences_box

VIEWS = ("matrix", "map (PCA)", "by layer")
SENTENCES = """She paid the cheque into the bank.
The bank refused to lend him money.
He opened an account at another bank.

We sat on the grassy bank of the river.
The boat was tied up at the left bank."""
HINT = (
    "One sentence on each line; an empty line begins another sense. Finished? Press"
    " Tab, or Show."
)
ONE_POINT = (
    "At this layer all these occurrences have the same vector, up to rounding: on the"
    " map they are one point."
)
# Below this, the random words' mean cosine is too small to be anybody's work.
SMALL_MEAN = 0.05


class ContextExplorer(SentencesExplorer):
    """See `context_explorer`."""

    def __init__(self, bert, word, sentences):
        self._bert = bert
        area = sentences_box(sentences, rows=7)
        controls = {
            "word": text_box(word, "Word:", "a word, then Enter"),
            "sentences": area,
            "layer": layer_slider(bert.config.num_hidden_layers),
            "space": radio(SPACES, SPACES[0], "Space:"),
            "kind": radio(VIEWS, VIEWS[0], "View:"),
        }
        super().__init__(controls, area, HINT)

    def _computed(self):
        """What was found, its states, and the space they are compared in."""
        found = find_occurrences(self._bert, self.word.value, self.sentences.value)
        places = tuple(tuple(map(tuple, places)) for places in found.places)
        states = occurrence_states(self._bert, tuple(found.sentences), places)
        space = context_space(self._bert, self.space.value)
        return found, states * space.scale[:, None], space

    def _drawn(self):
        found, states, space = self._computed()
        layer, word = self.layer.value, self.word.value.strip()
        similarities = cosines(states)  # (layers + 1, n, n)
        baseline = None if space.baseline is None else space.baseline[layer]
        about = {
            "labels": found.names,
            "senses": found.senses,
            "baseline": baseline,
        }
        where = f"“{shorten(word)}” at layer {layer}"
        if self.kind.value == VIEWS[0]:
            plot = plot_context_matrix(similarities[layer], title=where, **about)
        elif self.kind.value == VIEWS[1]:
            points, shares = plane(states[layer])
            plot = plot_occurrences(
                points,
                senses=found.senses or ["occurrence"] * len(points),
                word=word,
                numbers=[name.split(" ")[0] for name in found.names],
                titles=[where],
                shares=shares,
            )
        else:
            plot = plot_context_layers(
                curves(similarities, found.senses, space.baseline), layer=layer
            )
        told = f"{quoted(word)}, layer {layer}, {self._space(space, layer)}."
        caption = f"{told} {plot.caption}"
        messages = found.messages
        if self.kind.value == VIEWS[1] and not np.ptp(points, axis=0).any():
            messages = [*messages, ONE_POINT]
        if self.kind.value != VIEWS[0]:
            pairs = pairs_caption(similarities[layer], **about)
            caption += f" At layer {layer}: {pairs[0].lower()}{pairs[1:]}"
        return Plot(plot.figure, plot.axes, caption), messages

    def _space(self, space, layer):
        """Name the space, and the dimensions that it leaves out at a layer."""
        if not space.left_out[layer]:
            return "raw"
        part, mean = space.parts[layer], space.means[layer]
        told = (
            f"without dimensions {listed(space.left_out[layer])}, which make"
            f" {part:.3f} of {mean:.3f}"
        )
        if mean > 0.001:  # of a mean that is written as 0 there is no share
            told += f" ({part / mean:.0%})"
        told += ", the random words' raw mean cosine"
        if mean < SMALL_MEAN:
            told += ": so small a mean has nothing dominant to take out"
        return told

    def draw(self):
        """Find the occurrences, run the model where needed, and draw."""
        plot, messages = self._drawn()
        if context_space(self._bert, self.space.value).baseline is None:
            messages = [
                *messages,
                "There are no random words to compare with: too few words of the sample"
                " are in this model's vocabulary.",
            ]
        return plot.html(), plot.caption, messages


def curves(similarities, senses, baseline):
    """Return cosines of pairs by layer: of the same sense, of others, of random words.

    Parameters
    ----------
    similarities : (layers + 1, n, n) ndarray
    senses : (n,) sequence of str, or None
    baseline : (layers + 1, pairs) ndarray, or None

    Returns
    -------
    dict of str to (pairs, layers + 1) ndarray
    """
    one, other = np.triu_indices(similarities.shape[1], 1)
    pairs = similarities[:, one, other].T  # (pairs, layers + 1)
    found = {"the word": pairs}
    if senses is not None:
        same = np.array([senses[i] == senses[j] for i, j in zip(one, other)])
        found = {"same sense": pairs[same], "different senses": pairs[~same]}
        found = {name: values for name, values in found.items() if len(values)}
    if baseline is not None:
        found["random words"] = baseline.T
    return found


def context_explorer(bert, word="bank", sentences=SENTENCES):
    """Let somebody compare the occurrences of a word in sentences of their own.

    Shown are the cosines between the occurrences' hidden states at a layer, beside
    those of random words: different ones in different sentences of the sample.

    Parameters
    ----------
    bert : Bert
    word : str
    sentences : str
        One on each line; an empty one begins another group, for instance another sense
        of the word.

    Returns
    -------
    ContextExplorer
        With the controls `word`, `sentences`, `layer`, `space` and `kind`, the button
        `show`, and `caption`, `message` and `view`.
    """
    return ContextExplorer(bert, word, sentences)
