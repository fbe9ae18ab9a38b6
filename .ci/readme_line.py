"""Print a command line out of README.md: the block under its ``<!-- line: … -->``.

    python .ci/readme_line.py test

The README's lines are tested as they stand there, so that they cannot drift.
"""

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def readme_line(name):
    """Return the one line of the fenced block marked `name`."""
    block = rf"<!-- line: {re.escape(name)} -->\n```\w*\n(.+)\n```\n"
    found = re.findall(block, README.read_text(encoding="utf-8"))
    if len(found) != 1:
        sys.exit(f"README.md has {len(found)} blocks of one line marked {name!r}.")
    return found[0]


if __name__ == "__main__":
    print(readme_line(sys.argv[1]))
