"""Run notebooks in fresh kernels and save them with their outputs, clean for a commit.

    python tests/run_notebooks.py [--check] [NOTEBOOK …]

Without a name, every notebook is run. One that fails (an exception, anything on
stderr, a path of this machine in an output, 1 MB or more) is left as it was.
With ``--check`` nothing is written: outputs are compared with the saved ones.
"""

import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from notebook_comparison import WIDGET_VIEW, difference
from notebook_style import NOTEBOOKS, code_cells, no_machine_path, quiet, size

METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


class NotebookError(Exception):
    """A notebook is not fit to be saved; the message says why."""


def execute(notebook, folder):
    """Fill in the outputs of `notebook`, run from `folder` in a fresh kernel."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        timeout=600,
        startup_timeout=300,
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise NotebookError(str(error)) from error


def clean(notebook):
    """Drop what belongs to one machine or one run, and is nothing to a reader."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET_VIEW, None)
            if output.output_type == "execute_result":
                output.execution_count = number
        cell.outputs = [out for out in cell.outputs if out.get("data", "none") != {}]


def refuse(notebook, path):
    """Raise `NotebookError` for what no reader should see."""
    for rule in (quiet, no_machine_path, size):
        if problems := rule(notebook, path):
            raise NotebookError("\n".join([rule.__doc__, *problems]))


def changes(saved, notebook):
    """Yield one text for each code cell whose outputs are not as saved."""
    pairs = zip(code_cells(saved), code_cells(notebook))
    for number, (before, after) in enumerate(pairs, start=1):
        if "nbval-ignore-output" in after.metadata.get("tags", []):
            continue
        if found := difference(before.outputs, after.outputs):
            yield f"code cell {number}: {found}"


def run(path, check):
    """Run one notebook, then save it or, if `check`, compare it with what is saved."""
    saved, notebook = nbformat.read(path, 4), nbformat.read(path, 4)
    execute(notebook, path.parent)
    clean(notebook)
    refuse(notebook, path)
    if check:
        if found := "\n".join(changes(saved, notebook)):
            raise NotebookError(found)
    else:
        # nbformat's own layout, with line ends that are the same on every system.
        text = nbformat.writes(notebook).rstrip("\n") + "\n"
        path.write_bytes(text.encode())


def main():
    """Run what the command line names; return how many notebooks failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")
    parser.add_argument(
        "--check", action="store_true", help="compare, and write nothing"
    )
    arguments = parser.parse_args()
    failures = 0
    for path in arguments.notebooks or NOTEBOOKS:
        start = time.perf_counter()
        try:
            run(path.resolve(), arguments.check)
        except NotebookError as error:
            failures += 1
            print(f"{path}: failed\n{error}", file=sys.stderr)
        else:
            seconds = time.perf_counter() - start
            print(
                f"{path}: {'as saved' if arguments.check else 'saved'}, {seconds:.0f} s"
            )
    return failures


if __name__ == "__main__":
    sys.exit(min(main(), 1))
