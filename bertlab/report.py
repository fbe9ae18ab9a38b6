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

from .checkpoint import WEIGHTS
from .errors import ModelError
from .fetching import DEFAULT
from .model import Bert, load

SHOWN = ("transformers", "tensorflow", "tf-keras", "numpy", "jupyterlab")
MEMORY_NEEDED = 1e9  # bytes, for one kernel with TensorFlow and the model
TENSORFLOW_SECONDS = 300
SAME = 1e-5
REMEDY = "pip install -r requirements.txt"

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
    words : str or None
        What a notebook says of it, without anything that differs between machines when
        all is well; None for the value itself.
    """

    label: str
    value: str
    ok: bool | None = None
    words: str | None = None


def check(bert: Bert) -> None:
    """Print in words whether the lessons will run here.

    Where all is well, the text is the same on every machine.
    """
    findings = [*machine_findings(), *model_findings(bert)]
    for label, value, _, words in findings:
        if words is None:
            words = value
        if words:
            print(f"{label}: {words}")
    print(verdict(findings, "All is well."))


def findings(name: str | None) -> Iterator[Finding]:
    """Look at the machine and, if the model can be loaded, at the model."""
    yield from machine_findings()
    try:
        bert = load(name)
    except ModelError as error:
        yield Finding("model", str(error), False)
    else:
        yield from model_findings(bert)


def verdict(findings: list[Finding], all_is_well: str) -> str:
    """The last line of a report."""
    wrong = sum(finding.ok is False for finding in findings)
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
    folder = bert.folder.absolute()
    if folder.is_relative_to(Path.home()):
        folder = Path("~") / folder.relative_to(Path.home())
    yield Finding("folder", str(folder), None, "")
    proof = "every byte as published" if bert.published else _whose(bert)
    yield Finding("model", f"{bert!r}, {proof}", True, f"{bert.name}, {proof}")
    text = _version("tensorflow-text")
    text = text or "not here: 01 shows TFBertTokenizer in words only"
    yield Finding("tensorflow-text", text, None, "")
    yield _tensorflow(bert)


def _python() -> Finding:
    version = platform.python_version()
    wanted = importlib.metadata.metadata("bertlab")["Requires-Python"]
    if Requirement(f"python{wanted}").specifier.contains(version, prereleases=True):
        return Finding("Python", version, True, "fits")
    return Finding("Python", f"{version} does not fit: install Python {wanted}", False)


def _needs() -> Finding:
    """Whether everything that bertlab needs is there, within its range."""
    faults = []
    for need, version in _installed(importlib.metadata.requires("bertlab") or ()):
        # TFBertTokenizer alone needs it, and the lesson says so where it is not there.
        if version is None and need.name != "tensorflow-text":
            faults.append(f"{need.name} is missing")
        elif version and not need.specifier.contains(version, prereleases=True):
            faults.append(f"{need.name} is {version}, not {need.specifier}")
    if faults:
        return Finding("needs", f"{'; '.join(faults)}. Run  {REMEDY}", False)
    versions = ", ".join(f"{name} {_version(name)}" for name in SHOWN)
    return Finding("needs", versions, True, "all there")


def _lock() -> Finding:
    """Whether the packages are those that the workbook was tested with."""
    lock = Path(__file__).parents[1] / "requirements.txt"
    if not lock.is_file():
        value = "no requirements.txt beside the package to compare with"
        return Finding("packages", value)
    lines = lock.read_text(encoding="utf-8").splitlines()
    pins = [line.split("#")[0].strip() for line in lines]
    locked = list(_installed(pin for pin in pins if "==" in pin))
    others = [
        f"{need.name} {version or 'missing'}, not {need.specifier}"
        for need, version in locked
        if version is None or not need.specifier.contains(version, prereleases=True)
    ]
    if others:
        value = f"{len(others)} of {len(locked)} not as locked: {'; '.join(others)}"
        return Finding("packages", value)
    return Finding("packages", f"all {len(locked)} as locked", True, "as locked")


def _installed(lines) -> Iterator[tuple[Requirement, str | None]]:
    """The requirements that count on this machine, each with the version found."""
    for need in map(Requirement, lines):
        if need.marker is None or need.marker.evaluate():
            yield need, _version(need.name)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


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
    return Finding("memory", f"{value}: shut down other kernels")


def _browser_tests() -> Finding:
    missing = []
    if importlib.util.find_spec("playwright") is None:
        missing.append("playwright (pip install -r tests/requirements.txt)")
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        missing.append("a chromium on the path")
    value = f"would skip, without {' and '.join(missing)}" if missing else "would run"
    return Finding("browser tests", value, None, "")


def _whose(bert: Bert) -> str:
    faults = DEFAULT.faults(bert.folder)
    if not faults:
        return f"the bytes of {DEFAULT.name}, as published"
    if (bert.folder / WEIGHTS).stat().st_size == DEFAULT.files[WEIGHTS][0]:
        return f"not the published bytes of {DEFAULT.name}: {'; '.join(faults)}"
    return "your own choice, so there is no hash to compare with"


def _tensorflow(bert: Bert) -> Finding:
    """Run the model in a process of its own: a crash there is a finding here."""
    name = bert.published.repo if bert.published else str(bert.folder)
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
        return Finding("TensorFlow", value, False)
    if done.returncode:
        fault = _ending(done).rstrip(".")
    elif (difference := json.loads(done.stdout)) <= SAME:
        value = "runs the model, and its embedding layer agrees with ours"
        return Finding("TensorFlow", value, True)
    else:
        fault = f"its embedding layer differs from ours by {difference:.1e}"
    return Finding("TensorFlow", f"{fault}. Reinstall the packages:  {REMEDY}", False)


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
    """Largest difference between embedding layers in TensorFlow and ours in NumPy.

    Runs the whole model, by `encode` and as a `TFBertModel`. Meant for a process of its
    own.
    """
    import numpy as np

    from .network.embedding import embed
    from .network.encoder import encode

    bert = load(name)
    model, text = bert.model, "The bank of the river."
    inputs = dict(bert.tokenizer(text, return_tensors="tf"))
    model(inputs)
    theirs = model.bert.embeddings(
        input_ids=inputs["input_ids"], token_type_ids=inputs["token_type_ids"]
    )
    both = [theirs.numpy()[0], encode(bert, text).hidden_states[0]]
    return float(np.abs(np.array(both) - embed(bert, text).output).max())
