"""The set-up: what is locked, what the README says, what CI and Binder do with it."""

import json
import re
import stat
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LEARNER = ROOT / "requirements.txt"
TESTS = ROOT / "tests" / "requirements.txt"
PLATFORMS = {
    "linux-x86_64": ("linux", "Linux", "posix", "x86_64"),
    "linux-arm64": ("linux", "Linux", "posix", "aarch64"),
    "macos-arm64": ("darwin", "Darwin", "posix", "arm64"),
    "windows-amd64": ("win32", "Windows", "nt", "AMD64"),
}
ENVIRONMENTS = {
    f"{python}-{name}": {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        **dict(
            zip(
                ("sys_platform", "platform_system", "os_name", "platform_machine"),
                values,
            )
        ),
    }
    for python, (name, values) in product(
        ("3.10", "3.11", "3.12", "3.13"), PLATFORMS.items()
    )
}


def array(name):
    """Read the requirements from an array in pyproject.toml.

    Python 3.10 has no tomllib, and a parser is no package that bertlab needs.
    """
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (block,) = re.findall(rf"^{name} = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    return [
        Requirement(line) for line in re.findall(r'^ +"(.+)",$', block, re.MULTILINE)
    ]


def locked(path, environment):
    """Map names to the versions that `path` locks in `environment`."""
    lines = re.findall(r"^[a-z0-9].*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    found = {}
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            assert requirement.name not in found, f"{requirement.name} is locked twice"
            (version,) = requirement.specifier
            assert version.operator == "==", requirement
            found[requirement.name] = version.version
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_every_need_is_locked_within_its_range(environment):
    learner, tests = locked(LEARNER, environment), locked(TESTS, environment)
    assert not set(learner) & set(tests)
    for needs, versions in ("dependencies", learner), ("test", learner | tests):
        wanted = array(needs)
        assert len(wanted) >= 5
        for need in wanted:
            if need.marker is None or need.marker.evaluate(environment):
                assert need.name in versions, f"{need.name} is not locked"
                assert need.specifier.contains(versions[need.name]), need
    # What was found to work; nothing large gets in; and bertlab itself comes last.
    assert learner["transformers"] == "4.54.1"
    assert learner["tensorflow"] == learner["tf-keras"] == "2.21.0"
    windows = environment["sys_platform"] == "win32"
    assert ("tensorflow-text" in learner) == (not windows)
    assert {"torch", "scikit-learn", "scipy"}.isdisjoint(learner | tests)
    assert LEARNER.read_text(encoding="utf-8").endswith("\n-e .\n")


def readme_line(name):
    return subprocess.run(
        [sys.executable, ROOT / ".ci" / "readme_line.py", name],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("name", ["open", "open-windows", "test", "test-windows"])
def test_each_line_of_the_readme_is_complete(name):
    line = readme_line(name).removesuffix("\n")
    assert line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    if name.startswith("open"):
        locks, end = "", "jupyter lab notebooks/00_start_here.ipynb"
    else:
        locks, end = " -r tests/requirements.txt", "python -m pytest"
    install = f"pip install -q -r requirements.txt{locks}"
    order = [line.find(step) for step in ("-m venv .venv", install, "-m bertlab", end)]
    assert -1 not in order
    assert order == sorted(order)
    files = re.findall(r"\b[\w/]+\.(?:txt|ipynb)\b", line)
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_ci_runs_the_readme_line_with_a_browser_and_pytorch():
    for name in (".ci/run", ".github/workflows/tests.yml"):
        script = (ROOT / name).read_text(encoding="utf-8")
        assert ".ci/readme_line.py test)" in script
        assert "BERTLAB_REQUIRE_TORCH=1" in script
    assert "BERTLAB_REQUIRE_BROWSER=1" in (ROOT / ".ci/run").read_text("utf-8")


def test_binder_builds_from_the_same_lock():
    binder = ROOT / "binder"
    assert (binder / "runtime.txt").read_text() == "python-3.11\n"
    requirements = (binder / "requirements.txt").read_text().splitlines()
    assert (binder / requirements[0].removeprefix("-r ")).resolve() == LEARNER
    build = (binder / "postBuild").read_text()
    (config,) = re.findall(r"<<'JSON'\n(.*)^JSON\n", build, re.MULTILINE | re.DOTALL)
    for application in json.loads(config).values():
        opened = application["default_url"].removeprefix("/lab/tree/")
        assert (ROOT / opened).is_file()
    assert (binder / "start").read_text().endswith('exec "$@"\n')


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no executable bit.")
@pytest.mark.parametrize(
    "script", [".ci/run", ".ci/pytorch", "binder/postBuild", "binder/start"]
)
def test_scripts_are_executable_and_parse(script):
    assert (ROOT / script).stat().st_mode & stat.S_IXUSR
    subprocess.run(["bash", "-n", ROOT / script], check=True)


def committed_texts():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue


def test_no_file_names_a_package_index():
    index = re.compile(r"(?:index-url|pypi\.|pythonhosted|/simple\b|registry\.)", re.I)
    texts = dict(committed_texts())
    assert "requirements.txt" in texts
    here = Path(__file__).relative_to(ROOT).as_posix()
    found = [
        name for name, text in texts.items() if name != here and index.search(text)
    ]
    assert found == []


SERVER = """
from jupyterlab.labapp import LabApp
server = LabApp.initialize_server(["--no-browser", "--port=0"])
print(server.allow_root)
print(server.kernel_manager.kernel_info_timeout)
"""


def test_jupyterlab_gets_its_settings_with_the_package():
    """An editable install puts them where JupyterLab looks; see pyproject.toml."""
    folder = Path(sys.prefix) / "etc" / "jupyter"
    page = json.loads((folder / "labconfig" / "page_config.json").read_text())
    disabled = page["disabledExtensions"]
    assert disabled["@jupyterlab/apputils-extension:announcements"] is True
    # A process of its own: the server changes settings of the one that it starts in.
    started = subprocess.run(
        [sys.executable, "-c", SERVER], capture_output=True, text=True, check=True
    )
    assert started.stdout.splitlines()[-2:] == ["True", "300.0"]
