"""Errors that a person causes: each says in a sentence what is wrong and what to do."""


class SentenceError(Exception):
    """An error whose message is all that its reader needs.

    In IPython and Jupyter the message is shown alone, without a traceback.
    """

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own lines before it formats a traceback.
        return [str(self)]


class ModelError(SentenceError):
    """A model cannot be had or cannot be used; the message says what would do."""


class InputError(SentenceError, ValueError):
    """What somebody typed cannot be used; the message says what to do instead."""


class Stopped(KeyboardInterrupt):
    """Somebody has stopped something long; the message says what to do to go on.

    It ends a cell, and whatever runs the cells after it, as the stop button does
    everywhere; but its message is shown alone.
    """

    def _render_traceback_(self) -> list[str]:
        return [str(self)]
