"""A prediction that a learner commits to before a cell settles it."""

from __future__ import annotations

import html

import ipywidgets

from ..errors import InputError
from .feedback import Feedback


class Prediction(ipywidgets.VBox):
    """A question with choices, to be answered before the cell that settles it.

    Attributes
    ----------
    choice : ipywidgets.RadioButtons
    commit : ipywidgets.Button
        Fixes the choice; after that it cannot be changed. The button itself stays as it
        is: one that is disabled would lose the focus, and a keyboard its place.
    message : ipywidgets.HTML
    """

    def __init__(self, question, choices):
        from ..page import Page  # with the explorers' import, not before

        self.question = question
        self.choices = [str(choice) for choice in choices]
        self.answer = None
        self.choice = ipywidgets.RadioButtons(
            options=self.choices, value=None, layout={"width": "auto"}
        )
        self.commit = ipywidgets.Button(
            description="This is my prediction",
            layout={"width": "auto", "align_self": "flex-start"},
        )
        self.commit.on_click(self._commit)
        self.message = ipywidgets.HTML()
        text = ipywidgets.HTML(f"<b>Predict.</b> {html.escape(question)}")
        text.add_class("bertlab-question")
        self.message.add_class("bertlab-message")
        super().__init__([text, self.choice, self.commit, self.message, Page()])
        self.add_class("bertlab-guess")

    def _commit(self, _):
        if self.answer is not None:
            self._say(f"Already made: you predict {self.answer}.")
            return
        if self.choice.value is None:
            self._say("Choose one first.")
            return
        self.answer = self.choice.value
        self.choice.disabled = True
        self._say(f"You predict: {self.answer}. Now run the next cells.")

    def _say(self, sentence):
        self.message.value = f'<div role="status">{html.escape(sentence)}</div>'

    def compare(self, measured):
        """Set the prediction beside what was measured.

        Parameters
        ----------
        measured : object
            What came out; compared with the choice as text. On another model it
            may be none of the choices.

        Returns
        -------
        Feedback
        """
        measured = str(measured)
        if self.answer is None:
            return Feedback(False, f"Measured: {measured}. (No prediction was made.)")
        same = self.answer == measured
        verdict = "You predicted it." if same else "A surprise: find out why."
        return Feedback(
            same, f"Predicted: {self.answer}. Measured: {measured}. {verdict}"
        )

    def reveal(self, choice):
        """Say which choice it is, beside the one that was predicted.

        Parameters
        ----------
        choice : object
            One of the choices; as text.

        Returns
        -------
        Feedback

        Raises
        ------
        InputError
            If it is none of the choices.
        """
        choice = str(choice)
        if choice not in self.choices:
            raise InputError(
                f"{choice!r} is none of the choices of this guess: use one of"
                f" {', '.join(map(repr, self.choices))}."
            )
        if self.answer is None:
            return Feedback(False, f"It is: {choice}. (No prediction was made.)")
        if self.answer == choice:
            return Feedback(True, f"It is: {choice}. You predicted it.")
        return Feedback(
            False, f"It is: {choice}. You predicted: {self.answer}. A surprise."
        )

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        items = "".join(f"<li>{html.escape(choice)}</li>" for choice in self.choices)
        return {
            **data,
            "text/html": f"<p><b>Predict.</b> {html.escape(self.question)}</p>"
            f"<ul>{items}</ul>",
            "text/plain": f"Predict. {self.question} Choices: "
            f"{' / '.join(self.choices)}",
        }


def predict(question, choices):
    """Ask for a prediction before a cell is run.

    Parameters
    ----------
    question : str
    choices : sequence
        What to choose from; `Prediction.reveal` takes one of these.

    Returns
    -------
    Prediction
    """
    return Prediction(question, choices)
