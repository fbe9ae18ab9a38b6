"""Pictures written to files that were not there before."""

from __future__ import annotations

from pathlib import Path

from ...errors import InputError


def file_name(view, layer, heads, most):
    """Return a name that says what is shown, such as ``attention-layer3-head5``.

    Parameters
    ----------
    view : str
        What comes after "attention".
    layer : int or None
        None for all of them; the heads are then not named either.
    heads : sequence of int
    most : int
        How many heads a layer has.
    """
    if layer is None:
        return f"attention{view}"
    if len(heads) == 1:
        which = f"head{heads[0]}"
    elif len(heads) == most:
        which = "all-heads"
    else:
        which = f"heads{'-'.join(map(str, heads))}"
    return f"attention{view}-layer{layer}-{which}"


def save_pictures(name, png, svg, folder="."):
    """Write a picture as PNG and SVG under a name that is free, and return the paths.

    Parameters
    ----------
    name : str
        Without an ending; ``-2``, ``-3`` … is added where it is taken.
    png : PIL.Image.Image
    svg : str
    folder : str or Path

    Returns
    -------
    list of Path

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    folder, n = Path(folder), 1
    while True:
        stem = name if n == 1 else f"{name}-{n}"
        paths = [folder / f"{stem}{ending}" for ending in (".png", ".svg")]
        if not any(path.exists() for path in paths):
            break
        n += 1
    try:
        png.save(paths[0])
        paths[1].write_text(svg, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The picture cannot be saved in {folder.resolve()}"
            f" ({error.strerror or error}): start Jupyter in a folder that you may"
            " write to."
        ) from None
    return paths
