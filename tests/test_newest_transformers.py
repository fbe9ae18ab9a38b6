"""On the newest transformers, which has no TensorFlow, all but `bert.model` works.

pyproject.toml keeps the last version that has it; this environment is for the day on
which that one no longer installs.
"""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import numpy as np
import pytest

from bertlab.network.encoder import encode
from bertlab.network.similarity import nearest_tokens

pytestmark = pytest.mark.wide

ROOT = Path(__file__).resolve().parent.parent
TEXT, PAIR = "hello, world!", "Unbelievable [MASK] Café — 東京"
SCRIPT = """
import json, sys
import numpy as np
import transformers
import bertlab
from bertlab import embeddings, encoder

text, pair, file = sys.argv[1:]
bert = bertlab.load()
run = encoder.encode(bert, text, pair)
np.savez(file, hidden=run.hidden_states, attention=run.attentions, **vars(bert.tables))
try:
    bert.model
except bertlab.ModelError as error:
    said = str(error)
print(json.dumps({
    "version": transformers.__version__,
    "tokens": run.tokens,
    "ids": list(map(int, run.ids)),
    "decoded": bert.tokenizer.decode(run.ids),
    "neighbours": [token for token, _ in embeddings.nearest_tokens(bert, "dog")],
    "said": said,
}))
"""


@pytest.fixture(scope="module")
def newest(tmp_path_factory):
    """The Python of an environment with the newest transformers, and TensorFlow."""
    folder = tmp_path_factory.mktemp("newest")
    venv.create(folder, with_pip=False)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    python = scripts / Path(sys.executable).name
    # NumPy as TensorFlow has it here; pip brings all else that transformers needs.
    packages = ["transformers>=5", f"numpy=={np.__version__}"]
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, *packages], check=True)
    # What is not there comes from here, TensorFlow for one, and costs no second copy.
    places = {"base": str(folder), "platbase": str(folder)}
    theirs = Path(sysconfig.get_path("purelib", "venv", vars=places))
    ours = sysconfig.get_path("purelib")
    (theirs / "here.pth").write_text(f"{ours}\n{ROOT}\n", encoding="utf-8")
    return python


def test_all_but_the_tensorflow_model_is_as_here(newest, bert, tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    file = tmp_path / "there.npz"
    done = subprocess.run(
        [newest, "-c", SCRIPT, TEXT, PAIR, file], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    there, arrays = json.loads(done.stdout), np.load(file)
    assert int(there["version"].split(".")[0]) >= 5

    here = encode(bert, TEXT, PAIR)
    assert there["tokens"] == list(here.tokens)
    assert there["ids"] == list(here.ids)
    assert there["decoded"] == bert.tokenizer.decode(here.ids)
    assert there["neighbours"] == [token for token, _ in nearest_tokens(bert, "dog")]
    for name, table in vars(bert.tables).items():
        assert np.array_equal(arrays[name], table), name
    for name, ours in ("hidden", here.hidden_states), ("attention", here.attentions):
        np.testing.assert_allclose(arrays[name], ours, rtol=0, atol=1e-5)
    assert there["said"].startswith("transformers has no TFBertModel here (")


def test_every_way_in_which_fetching_can_fail(newest):
    """The Hub's library comes with transformers; its errors are other ones there."""
    pytest_there = [newest, "-m", "pytest", "-n0", "-q", "tests/test_files.py"]
    done = subprocess.run(pytest_there, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
