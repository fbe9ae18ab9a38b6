"""The one error that a learner can cause while loading a model."""


class ModelError(Exception):
    """A model cannot be had or cannot be used; the message says what would do.

    In IPython and Jupyter the message is shown alone, without a traceback.
    """

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own lines before it formats a traceback.
        return [str(self)]
