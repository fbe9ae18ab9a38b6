"""`python -m bertlab` and the report behind it."""

import errno
import os
import shutil
import signal
import subprocess
import sys

import pytest
from tiny_bert import tiny_files, write

import bertlab
from bertlab import report
from bertlab.__main__ import FIRST, main
from bertlab.fetching import DEFAULT
from bertlab.files import copy_model

# The command where one package cannot be imported.
WITHOUT = """
import runpy, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == package or name.startswith(package + "."):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
package, *sys.argv[1:] = sys.argv[1:]
sys.meta_path.insert(0, Missing())
runpy.run_module("bertlab", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def quick(monkeypatch):
    """Stand in for the process that runs TensorFlow, which one test below starts."""

    def answer(returncode=0, stdout="0.0", stderr=""):
        done = subprocess.CompletedProcess([], returncode, stdout, stderr)
        monkeypatch.setattr(report.subprocess, "run", lambda *_, **__: done)

    answer()
    return answer


@pytest.fixture
def tiny(tmp_path):
    return write(tmp_path / "tiny", tiny_files())


def machine(label):
    return {finding.label: finding for finding in report.machine_findings()}[label]


def test_all_is_well(bert):
    """The command itself, with the default model and TensorFlow."""
    done = subprocess.run(
        [sys.executable, "-m", "bertlab"], capture_output=True, text=True, timeout=300
    )
    *lines, last = done.stdout.splitlines()
    assert (done.returncode, done.stderr, last) == (0, "", FIRST), done.stdout
    assert [line[2:].split(":")[0] for line in lines] == [
        *["Python", "needs", "packages", "memory", "browser tests"],
        *["folder", "model", "tensorflow-text", "TensorFlow"],
    ]
    assert "every byte as published" in done.stdout
    assert "its embedding layer agrees with ours" in done.stdout


def test_the_words_for_a_notebook_hold_nothing_of_this_machine(bert, quick, capsys):
    report.check(bert)
    words = capsys.readouterr().out
    assert words.splitlines()[-1] == "All is well."
    assert "model: all-MiniLM-L6-v2, every byte as published" in words
    assert "/" not in words
    assert not any(letter.isdigit() for letter in words.replace(bert.name, ""))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"stdout": "0.5"}, "its embedding layer differs from ours by 5.0e-01"),
        ({"returncode": 1, "stderr": "Trace\nModelError: no"}, "fails: ModelError: no"),
        ({"returncode": -9}, "is stopped by signal 9; is there enough memory?"),
        pytest.param(
            {"returncode": -int(getattr(signal, "SIGILL", 0))},
            "stops at an instruction that this processor does not have",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no signals"),
        ),
    ],
)
def test_a_tensorflow_that_does_not_work_is_reported(
    tiny, quick, capsys, answer, sentence
):
    quick(**answer)
    assert main(["--model", str(tiny)]) == 1
    out = capsys.readouterr().out
    assert f"! TensorFlow:       {sentence}" in out
    assert out.splitlines()[-1] == "1 thing to put right."
    report.check(bertlab.load(tiny))
    assert f"TensorFlow: {sentence}" in capsys.readouterr().out


def test_a_model_that_cannot_be_had_is_reported(capsys, tmp_path):
    assert main(["--model", str(tmp_path / "nowhere")]) == 1
    out = capsys.readouterr().out
    assert "! model:            There is no folder" in out
    assert out.splitlines()[-1] == "1 thing to put right."


def test_another_model_is_named_as_what_it_is(tiny, quick, capsys, bert, tmp_path):
    same = copy_model(bert, tmp_path / "same")
    spoilt = copy_model(bert, tmp_path / "spoilt")
    with (spoilt / "model.safetensors").open("rb+") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x77")
    for folder, sentence in (
        (tiny, "your own choice, so there is no hash"),
        (same, f"the bytes of {DEFAULT.name}, as published"),
        (
            spoilt,
            f"not the published bytes of {DEFAULT.name}: model.safetensors has SHA",
        ),
    ):
        assert main(["--model", str(folder)]) == 0
        assert sentence in capsys.readouterr().out


def test_a_package_outside_its_range_or_missing_stops_a_lesson(quick, monkeypatch):
    versions = {"transformers": "5.0.0", "ipywidgets": None, "tqdm": "9.9"}
    real = report._version
    monkeypatch.setattr(report, "_version", lambda n: versions.get(n, real(n)))
    needs = machine("needs")
    assert needs.ok is False
    assert "transformers is 5.0.0, not " in needs.value
    assert "ipywidgets is missing" in needs.value
    # What is only not as locked is said, no more.
    assert machine("packages").ok is None
    assert "tqdm 9.9, not ==" in machine("packages").value


def test_little_memory_is_said(monkeypatch):
    monkeypatch.setenv("MEM_LIMIT", "400000000")
    said = machine("memory").value
    assert said.startswith("0.4 GB free, and a lesson takes up to 1 GB")


@pytest.mark.parametrize(
    ("package", "arguments"),
    [
        ("numpy", []),
        ("filelock", ["--copy-to", "copy"]),
        ("transformers", []),
    ],
)
def test_a_package_that_cannot_be_imported_gets_a_line(
    package, arguments, tiny, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    # Nothing is there and no source is asked before filelock is missed.
    monkeypatch.setenv("BERTLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("BERTLAB_MODEL", raising=False)
    model = [] if package == "filelock" else ["--model", str(tiny)]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, package, *model, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = f"{package} is missing. Run  pip install -r requirements.txt\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_copies_the_default_model_so_that_the_folder_is_enough(bert, tmp_path, capsys):
    folder = tmp_path / "stick" / "bert"
    for _ in range(2):  # what holds it already is left as it is
        assert main(["--copy-to", str(folder)]) == 0
        assert str(folder) in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == [
        *["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"]
    ]
    copy = bertlab.load(folder)
    assert (copy.tables.token == bert.tables.token).all()
    assert copy.config.to_dict() == bert.config.to_dict()
    assert copy.tokenizer.model_max_length == 512
    text = "Unbelievable Café — 東京 🙂 [SEP] don't"
    assert copy.tokenizer(text) == bert.tokenizer(text)
    assert [path.name for path in folder.parent.iterdir()] == ["bert"]


def test_never_copies_over_something_else(tiny, tmp_path, capsys):
    other = write(tmp_path / "other", {"thesis.txt": b"mine"})
    for target in (other, other / "thesis.txt"):
        assert main(["--model", str(tiny), "--copy-to", str(target)]) == 1
        assert "holds something else" in capsys.readouterr().err
    assert [path.read_bytes() for path in other.iterdir()] == [b"mine"]
    empty = write(tmp_path / "empty", {})
    assert main(["--model", str(tiny), "--copy-to", str(empty)]) == 0
    assert {p.name: p.read_bytes() for p in empty.iterdir()} == tiny_files()


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "There is no space left in"),
        (errno.EACCES, "cannot be written (Permission denied)"),
    ],
)
def test_a_copy_that_fails_leaves_nothing(
    tiny, tmp_path, capsys, monkeypatch, number, sentence
):
    def fail(source, target):
        target.write_bytes(b"half")
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(shutil, "copyfile", fail)
    place = write(tmp_path / "stick", {})
    assert main(["--model", str(tiny), "--copy-to", str(place / "bert")]) == 1
    assert sentence in capsys.readouterr().err
    assert list(place.iterdir()) == []
