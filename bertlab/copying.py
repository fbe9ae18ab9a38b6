"""Copy a model to a folder, for a machine without a network."""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from .errors import ModelError
from .folder import FILES
from .model import Bert
from .published import sha256

# What the default model's tokenizer needs to be read from a folder, as published.
TOKENIZER_CONFIG = {"do_lower_case": True, "model_max_length": 512}


def copy_model(bert: Bert, folder: str | os.PathLike) -> Path:
    """Write a model's files to `folder`, whole or not at all.

    Parameters
    ----------
    bert : Bert
        The model.
    folder : path
        A folder that does not exist yet, or is empty, or holds this very model.

    Returns
    -------
    Path
        The folder; ``load(folder)`` and ``BERTLAB_MODEL`` take it on any machine.

    Raises
    ------
    ModelError
        If `folder` holds something else, or cannot be written, or is too small.
    """
    target = Path(folder).expanduser().absolute()
    files = _files(bert)
    try:
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            if _holds(target, files):
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
            for name, content in files.items():
                if isinstance(content, Path):
                    shutil.copyfile(content, part / name)
                else:
                    (part / name).write_bytes(content)
            if not _holds(part, files):
                raise OSError(errno.EIO, "the copy does not read back as written")
            if target.exists():
                target.rmdir()
            part.replace(target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ModelError(
                f"There is no space left in {target.parent}: the copy needs"
                f" {_size(files) / 1e6:.0f} MB."
            ) from None
        raise ModelError(
            f"{target} cannot be written ({error.strerror or error}); give a folder"
            " that you can write to."
        ) from None
    return target


def _files(bert: Bert) -> dict[str, Path | bytes]:
    """What to write: a file's name, and the file to copy or its content."""
    if not bert.published:
        paths = [bert.folder / name for name in FILES]
        return {path.name: path for path in paths if path.is_file()}
    files = {file.name: bert.folder / file.name for file in bert.published.files}
    for name, content in (
        ("config.json", bert.published.config),
        ("tokenizer_config.json", TOKENIZER_CONFIG),
    ):
        files[name] = json.dumps(content, indent=2, sort_keys=True).encode()
    return files


def _holds(folder: Path, files: dict[str, Path | bytes]) -> bool:
    """Whether `folder` holds these files and nothing else."""
    return (
        folder.is_dir()
        and {path.name for path in folder.iterdir()} == set(files)
        and all(
            sha256(folder / name)
            == (
                sha256(content)
                if isinstance(content, Path)
                else hashlib.sha256(content).hexdigest()
            )
            for name, content in files.items()
        )
    )


def _size(files: dict[str, Path | bytes]) -> int:
    return sum(
        content.stat().st_size if isinstance(content, Path) else len(content)
        for content in files.values()
    )
