"""How far something long has come, shown in the notebook while it runs."""

from __future__ import annotations

import html


def steps(items, what):
    """Go through `items` and show, under the cell, how many are done.

    Where there is no notebook nothing is shown. What is saved with the notebook is
    `what` alone, whatever the machine's speed. The kernel's stop button ends it, and
    what is shown then says so.

    Parameters
    ----------
    items : sequence
    what : str
        Such as "Running 400 texts through the model".

    Yields
    ------
    object
        Each of `items`.
    """
    bar = _bar(what)
    done = 0
    try:
        for item in items:
            bar(f"{what}: {done / len(items):.0%}", done / len(items))
            yield item
            done += 1
    finally:
        if done == len(items):
            bar(f"{what}: done.", 1)
        else:
            bar(
                f"{what}: stopped at {done / len(items):.0%}. Run the cell again.", None
            )


def _bar(what):
    """Display a bar; return a function that sets its sentence and its share done."""
    try:
        from IPython import get_ipython
    except ImportError:
        return lambda sentence, share: None
    if not hasattr(get_ipython(), "kernel"):  # nor has IPython in a terminal
        return lambda sentence, share: None
    import ipywidgets
    from IPython.display import display

    view = ipywidgets.HTML()

    def show(sentence, share):
        meter = (
            "" if share in (None, 1) else f'<progress value="{share:.3f}"></progress> '
        )
        view.value = f'<div role="status">{meter}{html.escape(sentence)}</div>'

    show(what, 0)
    bundle = view._repr_mimebundle_()
    display({**bundle, "text/plain": f"{what}."}, raw=True)
    return show
