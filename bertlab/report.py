"""Report on this environment: would a lesson run here, and if not, what would do."""

import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

from .model import Bert

SHOWN = ("transformers", "tensorflow", "tf-keras", "numpy", "jupyterlab")
MEMORY_NEEDED = 1e9  # bytes, for one kernel with TensorFlow and the model
TENSORFLOW_SECONDS = 300
SAME = 1e-5

RUN_MODEL = """
import json, sys
from bertlab.report import embedding_difference
print(json.dumps(embedding_difference(json.loads(sys.argv[1]))))
"""


class Finding(NamedTuple):
    """One line of the report.

    Attributes
    ----------
    label : str
        What was looked at.
    value : str
        What was found, with the versions, paths and figures of this machine.
    ok : bool or None
        Whether a lesson can run with it; None for what is only information.
    words : str
        The same without anything that differs between machines when all is well.
    """

    label: str
    value: str
    ok: bool | None
    words: str


def environment(bert: Bert) -> list[Finding]:
    """Look at everything that a lesson needs.

    Parameters
    ----------
    bert : Bert
        The model that the lessons will use.

    Returns
    -------
    list of Finding
    """
    return [*machine_findings(), *model_findings(bert)]


def check(bert: Bert) -> None:
    """Print in words whether the lessons will run here.

    Where all is well, the text is the same on every machine.
    """
    findings = environment(bert)
    for finding in findings:
        if finding.words:
            print(f"{finding.label}: {finding.words}")
    wrong = sum(finding.ok is False for finding in findings)
    print(verdict(wrong, "All is well."))


def verdict(wrong: int, all_is_well: str) -> str:
    """The last line of a report with `wrong` findings that stop a lesson."""
    if not wrong:
        return all_is_well
    return f"{wrong} {'thing' if wrong == 1 else 'things'} to put right."


def machine_findings() -> Iterator[Finding]:
    """Look at Python, the packages and the memory."""
    yield _python()
    yield _needs()
    yield _lock()
    yield _memory()
    yield _browser_tests()


def model_findings(bert: Bert) -> Iterator[Finding]:
    """Look at the model's files and at whether TensorFlow runs them."""
    yield Finding("folder", _short(bert.folder), None, "")
    if bert.published:
        proof = "every byte as published"
        yield Finding("model", f"{bert!r}, {proof}", True, f"{bert.name}, {proof}")
    else:
        yield _own_model(bert)
    yield _tensorflow_text()
    yield _tensorflow(bert)


def _python() -> Finding:
    version = platform.python_version()
    wanted = importlib.metadata.metadata("bertlab")["Requires-Python"]
    if Requirement(f"python{wanted}").specifier.contains(version, prereleases=True):
        return Finding("Python", version, True, "fits")
    remedy = f"{version} does not fit: install Python {wanted}"
    return Finding("Python", remedy, False, remedy)


def _needs() -> Finding:
    """Whether everything that bertlab needs is there, within its range."""
    faults = []
    for line in importlib.metadata.requires("bertlab") or ():
        need = Requirement(line)
        if need.marker and not need.marker.evaluate():
            continue
        version = _version(need.name)
        # TFBertTokenizer alone needs it, and the lesson says so where it is not there.
        if version is None and need.name != "tensorflow-text":
            faults.append(f"{need.name} is missing")
        elif version and not need.specifier.contains(version, prereleases=True):
            faults.append(f"{need.name} is {version}, not {need.specifier}")
    if faults:
        remedy = f"{'; '.join(faults)}. Run  pip install -r requirements.txt"
        return Finding("needs", remedy, False, remedy)
    versions = ", ".join(f"{name} {_version(name)}" for name in SHOWN)
    return Finding("needs", versions, True, "all there")


def _lock() -> Finding:
    """Whether the packages are those that the workbook was tested with."""
    lock = Path(__file__).parents[1] / "requirements.txt"
    if not lock.is_file():
        value = "no requirements.txt beside the package to compare with"
        return Finding("packages", value, None, value)
    locked, others = 0, []
    for line in lock.read_text(encoding="utf-8").splitlines():
        pin = line.split("#")[0].strip()
        if "==" not in pin:
            continue
        need = Requirement(pin)
        if need.marker and not need.marker.evaluate():
            continue
        locked += 1
        version = _version(need.name)
        if version is None or not need.specifier.contains(version, prereleases=True):
            others.append(f"{need.name} {version or 'missing'}, not {need.specifier}")
    if others:
        value = f"{len(others)} of {locked} not as locked: {'; '.join(others)}"
        return Finding("packages", value, None, value)
    return Finding("packages", f"all {locked} as locked", True, "as locked")


def _memory() -> Finding:
    try:
        import psutil
    except ImportError:
        return Finding("memory", "not known: psutil is not installed", None, "")
    free = psutil.virtual_memory().available
    # Binder and JupyterHub give a server less than the machine has, and say so.
    if (limit := os.environ.get("MEM_LIMIT", "")).isdigit():
        free = min(free, int(limit))
    value = f"{free / 1e9:.1f} GB free"
    if free >= MEMORY_NEEDED:
        return Finding("memory", value, True, "enough")
    value += f", and a lesson takes up to {MEMORY_NEEDED / 1e9:.0f} GB"
    value += ": shut down other kernels"
    return Finding("memory", value, None, value)


def _own_model(bert: Bert) -> Finding:
    from .published import DEFAULT

    faults = DEFAULT.faults(bert.folder)
    weights = DEFAULT.files[0]
    size = (bert.folder / weights.name).stat().st_size
    if not faults:
        whose = f"the bytes of {DEFAULT.name}, as published"
    elif size == weights.size:
        whose = f"not the published bytes of {DEFAULT.name}: {'; '.join(faults)}"
    else:
        whose = "your own choice, so there is no hash to compare with"
    return Finding("model", f"{bert!r}, {whose}", True, f"{bert.name}, {whose}")


def _tensorflow(bert: Bert) -> Finding:
    """Run the model in a process of its own: a crash there is a finding here."""
    name = bert.published.repo if bert.published else str(bert.folder)
    remedy = "Reinstall the packages:  pip install -r requirements.txt"
    try:
        done = subprocess.run(
            [sys.executable, "-c", RUN_MODEL, json.dumps(name)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TENSORFLOW_SECONDS,
        )
    except subprocess.TimeoutExpired:
        value = f"did not answer within {TENSORFLOW_SECONDS} s: close other programs"
        return Finding("TensorFlow", value, False, value)
    if done.returncode:
        value = f"{_ending(done)}. {remedy}"
        return Finding("TensorFlow", value, False, value)
    difference = json.loads(done.stdout)
    if not difference <= SAME:
        value = f"its embedding layer differs from ours by {difference:.1e}. {remedy}"
        return Finding("TensorFlow", value, False, value)
    words = "runs the model, and its embedding layer agrees with ours"
    return Finding("TensorFlow", words, True, words)


def _ending(done: subprocess.CompletedProcess) -> str:
    if done.returncode == -getattr(signal, "SIGILL", 0):
        return (
            "stops at an instruction that this processor does not have (its wheels ask"
            " for AVX); the lessons that need only bert.tables run"
        )
    if done.returncode < 0:
        return f"is stopped by signal {-done.returncode}; is there enough memory?"
    lines = done.stderr.strip().splitlines() or ["no message"]
    return f"fails: {lines[-1]}"


def embedding_difference(name: str) -> float:
    """Largest difference between TensorFlow's embedding layer and ours in NumPy.

    Also runs the whole model once. Meant for a process of its own.

    Parameters
    ----------
    name : str
        What to `load`.

    Returns
    -------
    float
    """
    import numpy as np

    from .embeddings import embed
    from .model import load

    bert = load(name)
    text = "The bank of the river."
    inputs = dict(bert.tokenizer(text, return_tensors="tf"))
    bert.model(inputs)
    theirs = bert.model.bert.embeddings(
        input_ids=inputs["input_ids"], token_type_ids=inputs["token_type_ids"]
    )
    return float(np.abs(theirs.numpy()[0] - embed(bert, text).output).max())


def _tensorflow_text() -> Finding:
    version = _version("tensorflow-text")
    value = version or "not here: 01 shows TFBertTokenizer in words only"
    return Finding("tensorflow-text", value, None, "")


def _browser_tests() -> Finding:
    missing = []
    if importlib.util.find_spec("playwright") is None:
        missing.append("playwright (pip install -r tests/requirements.txt)")
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        missing.append("a chromium on the path")
    value = f"would skip, without {' and '.join(missing)}" if missing else "would run"
    return Finding("browser tests", value, None, "")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _short(path: Path) -> str:
    path = path.absolute()
    if path.is_relative_to(Path.home()):
        return str(Path("~") / path.relative_to(Path.home()))
    return str(path)
