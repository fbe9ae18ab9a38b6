"""An independent implementation: PyTorch's BERT on the same weights and inputs.

PyTorch is no dependency, and transformers behaves otherwise where it is installed: it
runs in a Python of its own, which BERTLAB_TORCH_PYTHON names.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import transformers
from test_encoder import CASES, DEFINED
from test_model import prefixed_and_old
from tiny_bert import packed, tiny_files, tiny_tensors, write

import bertlab
from bertlab.network.attention import attend, contributions, feed_forward, layer_weights
from bertlab.network.embedding import embed
from bertlab.network.encoder import encode

REQUIRED = os.environ.get("BERTLAB_REQUIRE_TORCH") == "1"
SCRIPT = Path(__file__).with_name("pytorch_bert.py")
TOLERANCE = 1e-4
VERSIONS = "import torch, transformers; print(transformers.__version__)"


def find_python():
    """Return a Python with PyTorch and our transformers, or None and why not."""
    python = os.environ.get("BERTLAB_TORCH_PYTHON")
    if not python and find_spec("torch") is None:
        return None, (
            "PyTorch is not installed here, and BERTLAB_TORCH_PYTHON does not name a"
            " Python that has it"
        )
    python = python or sys.executable
    try:
        done = subprocess.run(
            [python, "-c", VERSIONS], capture_output=True, text=True, timeout=300
        )
    except OSError as error:
        return None, f"{python} cannot be started ({error.strerror})"
    if done.returncode:
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        return None, f"{python} cannot import PyTorch and transformers ({last})"
    found, ours = done.stdout.strip(), transformers.__version__
    if found != ours:
        return None, f"{python} has transformers {found}, and this one {ours}"
    return python, None


PYTHON, REASON = find_python()
if PYTHON is None:
    REASON = f"no comparison with PyTorch: {REASON}"
    if REQUIRED:
        pytest.fail(REASON, pytrace=False)
    pytest.skip(REASON, allow_module_level=True)


def in_pytorch(bert, inputs, folder):
    """Run PyTorch's BERT on the weights in the model's folder.

    Parameters
    ----------
    bert : Bert
    inputs : dict of str to Inputs
    folder : Path
        For files on the way.

    Returns
    -------
    dict of str to (hidden_states, attentions)
    """
    names, arrays = list(inputs), {}
    for i, name in enumerate(names):
        for what in ("ids", "positions", "types", "mask"):
            arrays[f"{i}.{what}"] = np.array(getattr(inputs[name], what))
    np.savez(folder / "inputs.npz", **arrays)
    (folder / "config.json").write_text(json.dumps(bert.config.to_dict()))
    arguments = [folder / "config.json", folder / "inputs.npz", folder / "outputs.npz"]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [PYTHON, SCRIPT, bert.folder, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    with np.load(folder / "outputs.npz") as file:
        found = {
            name: (file[f"{i}.hidden_states"], file[f"{i}.attentions"])
            for i, name in enumerate(names)
        }
    (folder / "outputs.npz").unlink()
    return found


def tiny(folder, tensors):
    """Load the tiny BERT of these tensors."""
    files = tiny_files() | {"model.safetensors": packed(tensors)}
    return bertlab.load(write(folder, files))


@pytest.fixture(scope="module")
def ours(bert):
    """What `encode` makes of each case."""
    return {name: encode(bert, **case) for name, case in CASES.items()}


@pytest.fixture(scope="module")
def theirs(bert, ours, tmp_path_factory):
    """What PyTorch makes of the same numbers."""
    return in_pytorch(bert, ours, tmp_path_factory.mktemp("pytorch"))


def assert_close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("case", CASES)
def test_hidden_states_and_attentions(bert, ours, theirs, case):
    hidden_states, attentions = theirs[case]
    layers = bert.config.num_hidden_layers
    assert len(hidden_states) == layers + 1
    assert len(attentions) == layers
    assert_close(ours[case].hidden_states, hidden_states)
    assert_close(ours[case].attentions, attentions)


@pytest.mark.parametrize("case", CASES)
def test_the_embedding_layer_by_hand(bert, theirs, case):
    asked = {name: value for name, value in CASES[case].items() if name != "mask"}
    assert_close(embed(bert, **asked).output, theirs[case][0][0])


def assert_layers_close(bert, mask, hidden_states, attentions):
    """Compare each layer by hand, from PyTorch's states before it, with PyTorch's."""
    for layer in range(1, bert.config.num_hidden_layers + 1):
        found = attend(bert, layer, hidden_states[layer - 1], mask)
        assert_close(found.weights, attentions[layer - 1])
        assert_close(feed_forward(bert, layer, found.output), hidden_states[layer])


@pytest.mark.parametrize("case", CASES)
def test_attention_by_hand(bert, ours, theirs, case):
    assert_layers_close(bert, ours[case].mask, *theirs[case])


WRONG = [{"types": 0}, {"mask": [1, 1, 0, *[1] * 9]}, {"positions": 3}]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_another_input_would_be_seen(bert, theirs, wrong):
    found = encode(bert, **CASES["a pair"] | wrong)
    for ours, other in zip((found.hidden_states, found.attentions), theirs["a pair"]):
        assert np.abs(ours - other).max() > 10 * TOLERANCE


def test_activations(tmp_path):
    """PyTorch's own on many numbers, and our definitions, which the engine's equal."""
    code = (
        "import numpy as np, sys, torch\n"
        "from transformers.activations import ACT2FN\n"
        "x = torch.linspace(-12, 12, 97)\n"
        "names = [n for n in ACT2FN if n != 'prelu']\n"
        "np.savez(sys.argv[1], x=x, **{n: ACT2FN[n](x) for n in names})"
    )
    file = tmp_path / "activations.npz"
    subprocess.run([PYTHON, "-c", code, file], check=True, timeout=300)
    with np.load(file) as found:
        assert set(found) == {"x", *DEFINED}
        for name, define in DEFINED.items():
            wanted = define(found["x"].astype(float))
            np.testing.assert_allclose(found[name], wanted, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("names", [dict, prefixed_and_old], ids=["new", "old"])
def test_an_untrained_bert(tmp_path, names):
    model = tiny(tmp_path / "bert", names(tiny_tensors()))
    found = encode(model, "the banks .", "the", mask=[1, 1, 0, 1, 1, 1, 1, 1])
    hidden_states, attentions = in_pytorch(model, {"it": found}, tmp_path)["it"]
    assert_close(found.hidden_states, hidden_states)
    assert_close(found.attentions, attentions)


def test_what_heads_add_is_what_pytorch_adds(bert, theirs):
    """PyTorch's weights, times values and output matrix, lead to its next state."""
    hidden_states, attentions = theirs["a pair"]
    for layer in (1, bert.config.num_hidden_layers):
        w, states = layer_weights(bert, layer), hidden_states[layer - 1]
        heads, n, _ = attentions[layer - 1].shape
        value = (states @ w.value + w.value_bias).reshape(n, heads, 1, -1)
        passed = (value @ w.output.reshape(heads, -1, len(w.output)))[:, :, 0]
        added = np.einsum("hij,jhd->hijd", attentions[layer - 1], passed)
        found = attend(bert, layer, states)
        lengths = contributions(bert, layer, found)
        assert_close(lengths, np.linalg.norm(added, axis=-1))
        assert_close(added.sum(axis=(0, 2)) + w.output_bias, found.projected)
