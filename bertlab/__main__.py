"""``python -m bertlab``: fetch the model if it is missing, and report."""

import argparse
import sys

from .errors import ModelError

FIRST = "All is well: open notebooks/00_start_here.ipynb"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status, 0 only if a lesson would run."""
    parser = argparse.ArgumentParser(
        prog="python -m bertlab",
        description="Fetch the model if it is missing, and report on this environment.",
    )
    parser.add_argument(
        "--model", metavar="NAME", help="a folder, or a name on the Hugging Face Hub"
    )
    parser.add_argument(
        "--copy-to",
        metavar="FOLDER",
        help="copy the model to FOLDER, for a machine without a network",
    )
    options = parser.parse_args(arguments)
    try:
        if options.copy_to:
            return copy(options.model, options.copy_to)
        return describe(options.model)
    except ImportError as error:
        print(f"{why(error)}. Run  pip install -r requirements.txt", file=sys.stderr)
        return 1


def why(error: BaseException) -> str:
    """What could not be imported: transformers hides it behind an error of its own."""
    while error.__cause__:
        error = error.__cause__
    if type(error) is ModuleNotFoundError:
        return f"{error.name} is missing"
    return str(error).strip().rstrip(".").replace("\n", " ")


def copy(model: str | None, folder: str) -> int:
    """Copy the model to `folder`; return the exit status."""
    from .files import copy_model
    from .model import load

    try:
        target = copy_model(load(model), folder)
    except ModelError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The model is in {target}. On the other machine, set BERTLAB_MODEL to it.")
    return 0


def describe(model: str | None) -> int:
    """Print the report, a line as soon as it is known; return the exit status."""
    from .report import findings, verdict

    found = []
    for finding in findings(model):
        found.append(finding)
        mark = "!" if finding.ok is False else " "
        print(f"{mark} {finding.label + ':':<17} {finding.value}", flush=True)
    last = verdict(found, FIRST)
    print(last)
    return int(last != FIRST)


if __name__ == "__main__":
    sys.exit(main())
