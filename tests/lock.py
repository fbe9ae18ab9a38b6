"""Remake requirements.txt and tests/requirements.txt from pyproject.toml.

Versions that are locked already stay, unless uv is told otherwise: every argument
goes on to ``uv pip compile``, for example ``--upgrade`` or
``--upgrade-package jupyterlab``.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEAD = """\
# {what}
# For CPython 3.10 to 3.13 on Linux, macOS (arm64) and Windows.
# Made from the ranges in pyproject.toml by
#
#     python -m pip install uv && python tests/lock.py
#
"""
LEARNER = "Every package that bertlab needs, at the version it was tested with."
TESTS = "What the tests need on top of requirements.txt, at the version tested."


def compile_lock(target, *arguments):
    """Run ``uv pip compile`` into `target`, keeping the versions it holds."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header"]
    command += ["--universal", "--python-version", "3.10", "--output-file", target]
    subprocess.run([*command, *arguments, *sys.argv[1:]], cwd=ROOT, check=True)


def entries(lock):
    """Split a lock's text into its requirements, each with its ``# via`` comment."""
    return re.findall(r"^[\w.-]+==.*\n(?:^ +#.*\n)*", lock, flags=re.MULTILINE)


def main():
    """Write both files."""
    learner = ROOT / "requirements.txt"
    compile_lock("requirements.txt", "pyproject.toml")
    locked = entries(learner.read_text())
    head = HEAD.format(what=LEARNER)
    learner.write_text(head + "".join(locked))

    # uv refuses "-e ." among constraints, so that line comes last.
    tests = ROOT / "tests" / "requirements.txt"
    compile_lock("tests/requirements.txt", "--group", "test", "-c", "requirements.txt")
    names = {entry.partition("==")[0] for entry in locked}
    extra = [
        entry
        for entry in entries(tests.read_text())
        if entry.partition("==")[0] not in names
    ]
    tests.write_text(HEAD.format(what=TESTS) + "".join(extra))
    learner.write_text(head + "".join(locked) + "-e .\n")


if __name__ == "__main__":
    main()
