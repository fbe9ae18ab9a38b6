"""Imported by a test module that needs a browser: skips it where there is none.

With ``BERTLAB_REQUIRE_BROWSER=1`` it fails there instead.
"""

import os

import pytest

REQUIRED = os.environ.get("BERTLAB_REQUIRE_BROWSER") == "1"

try:
    import lab
except ImportError as error:
    if REQUIRED:
        raise
    pytest.skip(f"no browser tests: {error}", allow_module_level=True)

if lab.find_chromium() is None:
    reason = f"no browser tests: none of {', '.join(lab.CHROMIUM_NAMES)} is installed"
    if REQUIRED:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=True)
