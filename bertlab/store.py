"""The store: where fetched models lie, and how one gets there whole or not at all."""

import errno
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from .errors import ModelError
from .published import Published
from .sources import SOURCES, SourceError, in_hub_cache


def store_folder() -> Path:
    """The folder for fetched models: ``BERTLAB_CACHE``, or one in the user's cache."""
    if chosen := os.environ.get("BERTLAB_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "bertlab"


def find_fetched(published: Published) -> Path | None:
    """The folder of a copy that was fetched before and is right, or None.

    Only reads, so it needs no lock and works on a store that cannot be written. A file
    with other bytes than the published ones is refused, by name; one that is missing
    may be on its way, moved in by another process.
    """
    store = store_folder() / published.name
    if _is_right(store, "the store", published):
        return store
    cached = in_hub_cache(published)
    if cached and _is_right(cached, "the Hub's cache", published):
        return cached
    return None


def _is_right(folder: Path, where: str, published: Published) -> bool:
    faults = published.faults(folder)
    _refuse([fault for fault in faults if not fault.endswith(" is missing")], where)
    return not faults


def fetch(published: Published) -> Path:
    """Fetch a published model into the store, once however many processes ask.

    Parameters
    ----------
    published : Published

    Returns
    -------
    Path
        The folder that holds its files, each proved by its SHA-256.

    Raises
    ------
    ModelError
        If no source has it, or the store cannot take it. Those that waited for a fetch
        that failed do not try again: they fail with the same message.
    """
    store = store_folder()
    failed = store / f"{published.name}.failed"
    try:
        before = _written(failed)
        with _lock(store, published.name) as waited:
            if waited and (folder := find_fetched(published)):
                return folder
            # What an earlier fetch left there says nothing about the one waited for.
            if waited and _written(failed) not in (None, before):
                raise ModelError(failed.read_text(encoding="utf-8"))
            failed.unlink(missing_ok=True)
            for left_over in store.glob(f"{published.name}.part-*"):
                shutil.rmtree(left_over, ignore_errors=True)
            with tempfile.TemporaryDirectory(
                prefix=f"{published.name}.part-", dir=store, ignore_cleanup_errors=True
            ) as folder:
                try:
                    return _fetch_into(store / published.name, Path(folder), published)
                except ModelError as error:
                    failed.write_text(str(error), encoding="utf-8")
                    raise
    except OSError as error:
        raise ModelError(_storage_sentence(error, store, published)) from None


def _written(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _fetch_into(target: Path, folder: Path, published: Published) -> Path:
    failures = []
    for label, source in SOURCES:
        part = folder / source.__name__
        part.mkdir()
        try:
            files = source(published, part)
        except SourceError as failure:
            failures.append(f"{label}: {failure}")
            continue
        faults = published.faults(files)
        if not faults:
            _put_in_place(files, target, published)
            return target
        _refuse(faults, label)
        failures.append(f"{label}: {'; '.join(faults)}")
        shutil.rmtree(part, ignore_errors=True)
    raise ModelError(_three_ways_out(published, failures))


def _put_in_place(files: Path, target: Path, published: Published) -> None:
    target.mkdir(exist_ok=True)
    for file in published.files:
        with (files / file.name).open("rb+") as written:
            os.fsync(written.fileno())
        (files / file.name).replace(target / file.name)


@contextmanager
def _lock(store: Path, name: str):
    from filelock import FileLock, Timeout

    store.mkdir(parents=True, exist_ok=True)
    lock = FileLock(store / f"{name}.lock")
    waited = False
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waited = True
        print(f"Another process is fetching {name}; waiting for it.", flush=True)
        lock.acquire()
    try:
        yield waited
    finally:
        lock.release()


def _refuse(faults: list[str], where: str) -> None:
    for fault in faults:
        print(f"Refused from {where}: {fault}.", flush=True)


def _storage_sentence(error: OSError, store: Path, published: Published) -> str:
    size = round(2 * published.size / 1e6)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"There is no space left in {store}: fetching {published.name} needs about"
            f" {size} MB there. Make room, or set BERTLAB_CACHE to another folder."
        )
    return (
        f"There is no good copy of {published.name} on this machine, and none can be"
        f" stored in {store} ({error.strerror or error}). Set BERTLAB_CACHE to a folder"
        " that you can write to, or BERTLAB_MODEL to a folder that holds a BERT."
    )


def _three_ways_out(published: Published, failures: list[str]) -> str:
    reasons = "".join(f"\n    {failure}" for failure in failures)
    return (
        f"The model {published.name} is not on this machine and could not be fetched:"
        f"{reasons}\n"
        "Three ways out:\n"
        "  1. connect to the internet once and run  python -m bertlab\n"
        "  2. copy the folder from somebody who has it: there"
        "  python -m bertlab --copy-to FOLDER  makes one\n"
        "  3. set BERTLAB_MODEL to a folder on this machine that holds a BERT"
    )
