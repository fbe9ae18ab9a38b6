"""Find a model's files: a folder, what was fetched before, the Hub, pip; and copy them.

A Hub name is ``model`` or ``owner/model``. The default model is proved, byte for byte.
"""

import filecmp
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from .checkpoint import WEIGHTS, read_config
from .errors import ModelError
from .fetching import (
    CONNECT_SECONDS,
    DEFAULT,
    Published,
    fetch,
    find_fetched,
    out_of_space,
)

# All that is read, fetched or copied of a model: no code, no pickle.
FILES = (
    "config.json",
    WEIGHTS,
    "vocab.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
)


class ModelFiles(NamedTuple):
    """Where a model's files lie; `published` is the record of the default model."""

    name: str
    folder: Path
    config: dict  # what stands in config.json
    published: Published | None = None


def find(name: str | os.PathLike | None = None) -> ModelFiles:
    """Find the files of a model, and fetch them if they are not on this machine.

    `name` is that of `model.load`, and so are the errors.
    """
    whose = ""
    if name is None:
        name = os.environ.get("BERTLAB_MODEL")
        whose = ", which BERTLAB_MODEL names"
    if name and is_folder(name):
        # Path raises on homes of nobody and names that are too long; os.path does not.
        folder = Path(os.path.expanduser(name))  # noqa: PTH111
        if not os.path.isdir(folder):  # noqa: PTH112
            raise ModelError(
                f"There is no folder {folder}{whose}. Give an existing folder, or a"
                " model's name on the Hugging Face Hub, such as 'bert-base-uncased'."
            )
        config = read_config(folder, str(folder))
        return ModelFiles(folder.resolve().name, folder.absolute(), config)
    if name and name not in (DEFAULT.name, DEFAULT.repo):
        folder = hub_snapshot(name)
        return ModelFiles(name, folder, read_config(folder, name))
    folder = find_fetched(DEFAULT) or fetch(DEFAULT)
    return ModelFiles(DEFAULT.name, folder, DEFAULT.config, DEFAULT)


def is_folder(name: str | os.PathLike) -> bool:
    """Whether `name` is meant as a folder, not as a name on the Hub.

    What starts with ``.``, ``~`` or ``/``, has a backslash, a drive or more than one
    slash, or exists as a folder, is a folder.
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
    """The folder of any Hub model in the Hub's own cache, downloaded if need be."""
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
    except ModelError:
        raise
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
    except Exception:  # requests' errors, or httpx's: by the library's version
        problem = (
            f"{name} is not on this machine and could not be fetched from the Hugging"
            " Face Hub. Connect once and try again, or give the folder of a copy."
        )
    else:
        if (folder / WEIGHTS).is_file():
            return folder
        problem = (
            f"{name} has no {WEIGHTS} on the Hub. bertlab reads weights in one such"
            " file, never pickles (.bin): take a model that has one."
        )
    raise ModelError(problem)


def is_complete(folder: Path) -> bool:
    """Whether a model's folder has its configuration, weights and a tokenizer."""
    has = {name for name in FILES if (folder / name).is_file()}
    return {"config.json", WEIGHTS} < has and bool(
        {"vocab.txt", "tokenizer.json"} & has
    )


def copy_model(bert, folder: str | os.PathLike) -> Path:
    """Write a model's files to `folder`, which is new, empty or holds just them.

    It is written whole or not at all; ``load(folder)`` and ``BERTLAB_MODEL`` take it on
    any machine. A `ModelError` says what is wrong with the folder.
    """
    target = Path(folder).expanduser().absolute()
    names, written = FILES, {}
    if record := bert.published:  # which is fetched without these two
        settings = {"do_lower_case": True, "model_max_length": 512}
        names = record.files
        written = {
            "config.json": json.dumps(record.config, indent=2),
            "tokenizer_config.json": json.dumps(settings, indent=2),
        }
    copied = {n: bert.folder / n for n in names if (bert.folder / n).is_file()}
    try:
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            if _holds(target, copied, written):
                return target
            raise ModelError(
                f"{target} holds something else; give a folder that is new or empty."
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{target.name}-", dir=target.parent, ignore_cleanup_errors=True
        ) as temporary:
            part = Path(temporary) / "model"
            part.mkdir()
            for name, source in copied.items():
                shutil.copyfile(source, part / name)
            for name, text in written.items():
                (part / name).write_text(text, encoding="utf-8")
            if target.exists():
                target.rmdir()
            part.replace(target)
    except OSError as error:
        if out_of_space(error):
            size = sum(path.stat().st_size for path in copied.values())
            raise ModelError(
                f"There is no space left in {target.parent}: the copy needs"
                f" {size / 1e6:.0f} MB."
            ) from None
        raise ModelError(
            f"{target} cannot be written ({error.strerror or error}); give a folder"
            " that you can write to."
        ) from None
    return target


def _holds(folder: Path, copied: dict[str, Path], written: dict[str, str]) -> bool:
    """Whether `folder` holds these files and nothing else."""
    return (
        folder.is_dir()
        and {path.name for path in folder.iterdir()} == {*copied, *written}
        and all(filecmp.cmp(copied[n], folder / n, shallow=False) for n in copied)
        and all((folder / n).read_text("utf-8") == written[n] for n in written)
    )
