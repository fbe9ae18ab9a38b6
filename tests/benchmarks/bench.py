"""Measure what a learner waits for, on a machine with nothing else to do.

    python tests/benchmarks/bench.py start|engine|attention|lessons|all

Not part of the tests: times on a busy machine say nothing.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

# What a kernel has imported before the learner's first cell.
KERNEL = (
    "import ipykernel.kernelapp, IPython, resource, time; start = time.perf_counter()\n"
)
END = """
import sys
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(time.perf_counter() - start, peak / (1 if sys.platform == "linux" else 1024))
"""
BARE = """
import matplotlib.pyplot
from safetensors import safe_open
from transformers import BertTokenizerFast
tokenizer = BertTokenizerFast(vocab_file={folder!r} + "/vocab.txt", do_lower_case=True)
with safe_open({folder!r} + "/model.safetensors", "numpy") as file:
    table = file.get_tensor("embeddings.word_embeddings.weight")
"""
LOAD = """
import numpy as np
import bertlab
from bertlab import displays, embeddings, encoder, exercises, explorers
bert = bertlab.load()
"""
PICTURE = """
nearest = embeddings.nearest_tokens(bert, "dog", k=10)
random = embeddings.random_pairs(bert)
chance = embeddings.best_by_chance(bert)
displays.plot_neighbours(nearest, random, chance=chance, word="dog").image()
"""
FORWARD = """
bert.model(**bert.tokenizer("My dog is cute", return_tensors="tf"))
"""
RUNS = 5
MODEL = """
import bertlab
from bertlab import encoder
bert = bertlab.load()
"""
FIRST_STATES = {
    "import tensorflow": "import tensorflow",
    "encode": f"{MODEL}encoder.encode(bert, 'My dog is cute')",
    "TFBertModel": MODEL + FORWARD,
}


def row(what, measured, target=""):
    """Print one line of the table."""
    print(f"{what:<52} {measured:>14}   {target}")


def ratio_row(what, ratio, target):
    """Print a ratio with its target and whether it is met."""
    row(
        what,
        f"{ratio:.2f} ×",
        f"target ≤ {target} ×: {'met' if ratio <= target else 'MISSED'}",
    )


def fresh(codes, runs):
    """Seconds and peak kilobytes of each code in a process of its own: the medians."""
    found = {name: [] for name in codes}
    for _ in range(runs):  # in turn, so that a busy minute hurts all
        for name, code in codes.items():
            command = [sys.executable, "-c", KERNEL + code + END]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[name].append([float(x) for x in done.stdout.split()])
    return {name: np.median(values, axis=0) for name, values in found.items()}


def start():
    """Fresh kernel to first neighbour picture, against the bare cost."""
    import bertlab

    folder = str(bertlab.load().folder)
    codes = {"bare": BARE.format(folder=folder), "bertlab": LOAD + PICTURE}
    found = fresh(codes, RUNS)
    for name, what in (
        ("bare", "tokenizer, pyplot and table, bare"),
        ("bertlab", "set-up cell to first neighbour picture"),
    ):
        seconds, peak = found[name]
        row(what, f"{seconds:.2f} s", f"peak {peak / 1024:.0f} MB")
    ratio_row("ratio", found["bertlab"][0] / found["bare"][0], 1.3)


def engine():
    """The engine against `TFBertModel`: all in ratios, the two in turn."""
    bare, ours, theirs = fresh(FIRST_STATES, RUNS).values()
    most = 1.15 + 0.5 / bare[0]
    row("import tensorflow", f"{bare[0]:.2f} s", f"peak {bare[1] / 1024:.0f} MB")
    row("fresh process to first states", f"{ours[0]:.2f} s", f"{ours[1] / 1024:.0f} MB")
    row("the same by TFBertModel", f"{theirs[0]:.2f} s", f"{theirs[1] / 1024:.0f} MB")
    ratio_row("encode / import", ours[0] / bare[0], round(most, 2))

    import bertlab
    from bertlab.network import encoder
    from bertlab.text import samples

    bert = bertlab.load()
    encoder.network(bert)  # imports TensorFlow, with our settings
    tokens = bert.tokenizer("My dog is cute", return_tensors="tf")
    everything = [s.text for s in samples.sentences()]
    batches = [everything[n : n + 32] for n in range(0, len(everything), 32)]

    def model(tokens):
        out = bert.model(**tokens, output_hidden_states=True, output_attentions=True)
        return [np.array(x) for x in (*out.hidden_states, *out.attentions)]

    def model_all():
        return [
            model(bert.tokenizer(texts, padding=True, return_tensors="tf"))
            for texts in batches
        ]

    pairs = {
        "a text of 6 tokens": (
            lambda: encoder.encode(bert, "My dog is cute"),
            lambda: model(tokens),
            50,
        ),
        f"{len(everything)} sentences": (
            lambda: encoder.encode(bert, everything, progress=False),
            model_all,
            5,
        ),
        "a training step, 6 texts of 28 tokens": (*_training_steps(bert), 20),
    }
    for what, (ours, theirs, runs) in pairs.items():
        spent = [[], []]
        for n in range(runs + 2):
            for times, function in zip(spent, (ours, theirs)):
                before = time.perf_counter()
                function()
                if n > 1:  # traced by then
                    times.append(1000 * (time.perf_counter() - before))
        ours, theirs = map(statistics.median, spent)
        row(what, f"{ours:.1f} ms", f"TFBertModel {theirs / ours:.2f} × as long")


def _training_steps(bert):
    """A step of ours, and one of TFBertModel with Keras' Adam."""
    import tensorflow as tf
    import tf_keras

    from bertlab.network import encoder
    from bertlab.text import inputs
    from bertlab.training.trainer import fine_tuner

    random = np.random.default_rng(0)
    ids = random.integers(0, 1000, (6, 28))
    given = [inputs.prepare(bert, "", ids=row) for row in ids]
    pool, labels = [np.eye(28)[0]] * 6, np.arange(6) % 2
    trainer = fine_tuner(bert, 2, np.arange(1000))
    how = {"seed": 0, "epochs": 10_000, "batch": 6, "rate": 1e-4}
    steps = trainer.steps(given, pool, labels, **how)

    from transformers import TFBertModel

    config = type(bert.config)(**bert.config.to_dict() | {"vocab_size": 1000})
    model = TFBertModel(config, add_pooling_layer=False)
    adam = tf_keras.optimizers.legacy.Adam(1e-4)
    head = tf.Variable(tf.random.normal((config.hidden_size, 2)))

    @tf.function(autograph=False)
    def step(ids, mask, labels):
        with tf.GradientTape() as tape:
            states = model(ids, attention_mask=mask, training=True).last_hidden_state
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels, states[:, 0] @ head
            )
            loss = tf.reduce_mean(losses)
        weights = [*model.trainable_variables, head]
        adam.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return loss

    ids, *_, mask = map(tf.constant, encoder.padded(given))
    return lambda: next(steps), lambda: step(ids, mask, tf.constant(labels)).numpy()


def attention():
    """The attention explorer: seconds to a picture, and its bytes, by tokens."""
    import bertlab
    from bertlab import encoder, explorers
    from bertlab.text import samples

    bert = bertlab.load()
    words = " ".join(s.text for s in samples.sentences()).split()
    words = [w for w in dict.fromkeys(words) if len(bert.tokenizer.tokenize(w)) == 1]
    encoder.encode(bert, "My dog is cute")  # TensorFlow is there and warm
    for n in (32, 128):
        before = time.perf_counter()
        explorer = explorers.attention_explorer(bert, " ".join(words[: n - 2]))
        row(f"{n} tokens: explorer made", f"{time.perf_counter() - before:.2f} s")
        size = len(json.dumps(explorer._repr_mimebundle_()))
        row(f"{n} tokens: its saved picture", f"{size:,} bytes")
        times, sizes = [], []
        for head in [(k,) for k in range(2, 12)]:
            before = time.perf_counter()
            explorer.heads.value = head
            times.append(1000 * (time.perf_counter() - before))
            sizes.append(len(explorer.view.value.encode()))
        spent = statistics.median(times)
        row(f"{n} tokens: another head", f"{spent:.0f} ms", f"{max(sizes):,} bytes")
    size = (ROOT / "notebooks" / "07_attention.ipynb").stat().st_size
    met = "met" if size < 1e6 else "MISSED"
    row("notebook 07 as saved", f"{size:,} bytes", f"target < 1,000,000: {met}")


SPENT = """
import resource, sys
used = resource.getrusage(resource.RUSAGE_SELF)
unit = 1024 if sys.platform == "linux" else 1
print(used.ru_utime + used.ru_stime, used.ru_maxrss * unit)
"""


def lessons():
    """Each lesson, all cells from a fresh kernel: seconds and most memory resident.

    Processor seconds too, of all threads, which a busy machine changes less.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell
    from notebook_style import LESSONS

    for path in LESSONS:
        notebook = nbformat.read(path, 4)
        notebook.cells.append(new_code_cell(SPENT))
        client = NotebookClient(
            notebook, timeout=600, resources={"metadata": {"path": path.parent}}
        )
        before = time.perf_counter()
        client.execute()
        seconds = time.perf_counter() - before
        processor, peak = map(float, notebook.cells[-1].outputs[0].text.split())
        peak /= 1e6
        met = seconds < 20 and peak < 1100
        row(
            path.stem,
            f"{seconds:.1f} s {peak:6.0f} MB",
            f"processor {processor:.1f} s; targets < 20 s, < 1,100 MB:"
            f" {'met' if met else 'MISSED'}",
        )


BENCHMARKS = {f.__name__: f for f in (start, engine, attention, lessons)}


def main():
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=[*BENCHMARKS, "all"])
    what = parser.parse_args().what
    for name in BENCHMARKS if what == "all" else [what]:
        print(f"\n{BENCHMARKS[name].__doc__.splitlines()[0]}")
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
