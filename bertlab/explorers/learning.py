"""A picture that grows while a model learns, and a slider through its training."""

from __future__ import annotations

import html
from time import monotonic

import ipywidgets
import numpy as np
from IPython import get_ipython
from IPython.display import display

from ..displays.training_curves import plot_learned, plot_learning
from ..training.toy_task import SIGNALS, curves
from .explorer import Explorer

# Seconds from one drawing to the next: to draw must not take longer than to learn.
PAUSE = 0.7
SEQUENCES = 6  # whose attention is shown


class LearningExplorer(Explorer):
    """See `learning_explorer`."""

    def __init__(self, record, time, chance):
        self._record, self._chance = record, chance
        self._curves = curves(record)
        self._points = planes(record)
        last = len(record.steps) - 1
        slider = ipywidgets.SelectionSlider(
            options=[(f"{step:,} steps", n) for n, step in enumerate(record.steps)],
            index=range(last + 1)[time],
            description="Trained for:",
            style={"description_width": "90px"},
            layout={"width": "100%", "max_width": "480px"},
        )
        super().__init__({"time": slider})
        # Not a control of its own: it moves the slider.
        self.play = ipywidgets.Play(
            value=slider.index, min=0, max=last, interval=400, layout={"width": "auto"}
        )
        ipywidgets.jslink((self.play, "value"), (slider, "index"))
        bar = self.children[0]
        bar.children = (self.play, *bar.children)

    def plot(self):
        """Return what the model is like at the chosen time as a `Plot`."""
        record, at = self._record, self.time.value
        task, rows = record.task, range(min(SEQUENCES, len(record.task.labels)))
        return plot_learned(
            record.attentions[at, : len(rows), -1].mean(axis=1),
            self._points[at],
            self._curves,
            tokens=[task.given[n].tokens for n in rows],
            answers=[task.answers[n] for n in rows],
            classes=list(SIGNALS),
            labels=task.labels,
            steps=record.steps,
            at=at,
            chance=self._chance,
        )

    def draw(self):
        """Draw the chosen time."""
        plot = self.plot()
        return plot.html(), plot.caption, []

    def _values(self, write):
        step = self._record.steps[self.time.value]
        return f"Trained for: {write(f'{step:,} steps')}"


def planes(record):
    """Return the pooled states on one plane for all times, (times, sequences, 2).

    The plane is that of the first two principal components of the last time.
    """
    states = record.states[:, :, record.place]  # (times, sequences, hidden)
    middle = states[-1].mean(axis=0)
    _, _, directions = np.linalg.svd(states[-1] - middle, full_matrices=False)
    return (states - middle) @ directions[:2].T


def learning_explorer(record, *, time=-1, chance=None):
    """Let somebody go through a training, step by step or as a film.

    What is shown is the attention of the token that the head is on, to each token of
    some sequences, mean over the heads of the last layer; that token's last states, on
    the plane of their first two principal components at the end; and the curves.

    Parameters
    ----------
    record : bertlab.training.toy_task.Record
    time : int
        Which time of the record to begin with; -1 is the last.
    chance : dict of str to float, optional
        Drawn dotted among the curves.

    Returns
    -------
    LearningExplorer
        With the control `time`, the button `play`, and `caption`, `message` and `view`.
    """
    return LearningExplorer(record, time, chance)


def growing(what, chance=None):
    """Show, under the cell, curves that grow while a model learns.

    Parameters
    ----------
    what : str
        Such as "Training a small BERT"; what is saved with the notebook.
    chance : dict of str to float, optional

    Returns
    -------
    callable
        For the parameter `show` of `bertlab.training.toy_task.learn`; None where there
        is no notebook.
    """
    if not hasattr(get_ipython(), "kernel"):
        return None
    view = ipywidgets.HTML(html.escape(what))
    display({**view._repr_mimebundle_(), "text/plain": f"{what}."}, raw=True)
    drawn = [-np.inf]

    def show(record, share, stopped):
        if share < 1 and not stopped and monotonic() - drawn[0] < PAUSE:
            return
        if share == 1:  # the cell shows the whole picture
            view.value = f'<div role="status">{html.escape(what)}: done.</div>'
            return
        now = f"{share:.0%}"
        if stopped:
            now = f"stopped at {now}. This is what there is so far: run the cell again."
        end = round(record.steps[-1] / share) if share else None
        picture = plot_learning(
            curves(record), steps=record.steps, chance=chance, end=end
        ).html()
        view.value = f'<div role="status">{html.escape(what)}: {now}</div>{picture}'
        drawn[0] = monotonic()

    return show
