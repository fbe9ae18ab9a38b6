"""Training on cases whose end is known, on a copy that leaves the model as it was."""

import dataclasses

import numpy as np
import pytest
from test_progress import errors, run, shown
from tiny_bert import tiny_files, tiny_tensors, write

import bertlab
from bertlab.errors import InputError, Stopped
from bertlab.network import encoder
from bertlab.text import inputs
from bertlab.training import fine_tuning as fine_tuning_module
from bertlab.training.fine_tuning import FineTuning
from bertlab.training.trainer import batches, fine_tuner, steps_in

# The word "bank" (6) or "the" (5) somewhere tells the label; "." fills.
HOW = {"seed": 0, "epochs": 20, "batch": 8, "rate": 1e-2}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return bertlab.load(write(tmp_path_factory.mktemp("tiny") / "bert", tiny_files()))


def planted(bert, n, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(n, dtype=np.int32) % 2
    given = []
    for label in labels:
        ids = [8] * random.integers(3, 8)
        ids[random.integers(len(ids))] = 5 + label
        given.append(inputs.prepare(bert, "", ids=[2, *ids, 3]))
    return given, labels


def first(given):
    return [np.eye(len(g.ids))[0] for g in given]


@pytest.fixture(scope="module")
def trainer(tiny):
    return fine_tuner(tiny, 2)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Make a trainer of one layer, without dropout, from small random numbers."""
    tensors = {
        name: tensor if "LayerNorm" in name else 0.2 * tensor
        for name, tensor in tiny_tensors().items()
        if "layer.1" not in name
    }
    config = {"num_hidden_layers": 1, "hidden_dropout_prob": 0}
    files = tiny_files(tensors, **config, attention_probs_dropout_prob=0)
    folder = write(tmp_path_factory.mktemp("small") / "bert", files)
    return fine_tuner(bertlab.load(folder), 2)


def trained(trainer, given, labels, **how):
    return list(trainer.steps(given, first(given), labels, **HOW | how))


def batch(given):
    """What goes into a step: IDs and so on, and the weights."""
    numbers = encoder.padded(given)
    pool = np.zeros(numbers[0].shape, np.float32)
    pool[:, 0] = 1
    return list(numbers), pool


def test_planted_labels_are_learned(tiny, small):
    given, labels = planted(tiny, 64)
    losses = trained(small, given, labels)
    assert len(losses) == 160
    assert np.mean(losses[-8:]) < 0.1
    new, wanted = planted(tiny, 40, seed=1)
    assert (small.predict(new, first(new)) == wanted).mean() > 0.95


def test_shuffled_labels_are_not(tiny, small):
    given, labels = planted(tiny, 64)
    mixed = np.random.default_rng(0).permutation(labels)
    trained(small, given, mixed, epochs=4)
    new, wanted = planted(tiny, 200, seed=1)
    assert 0.3 < (small.predict(new, first(new)) == wanted).mean() < 0.7


def test_the_same_seed_gives_the_same_numbers(tiny, trainer):
    given, labels = planted(tiny, 24)
    once, again, other = (
        trained(trainer, given, labels, epochs=2, seed=seed) for seed in (3, 3, 4)
    )
    assert once == again
    assert once != other


def test_dropout_is_drawn_from_the_seed(tiny, trainer):
    given, labels = planted(tiny, 8)

    def losses():  # of the same batch, at a rate of 0: only dropout differs
        trainer.reset(1)
        trainer._rate.assign(0)
        return [float(trainer._step(*batch(given), labels)) for _ in range(3)]

    once = losses()
    assert len(set(once)) == 3
    assert losses() == once


def test_a_reset_model_is_the_model(tiny, trainer):
    given, labels = planted(tiny, 8)
    trained(trainer, given, labels, epochs=1)
    _, moved, _ = trainer.look(given, first(given))
    trainer.reset(0)
    logits, states, attentions = trainer.look(given, first(given))
    runs = encoder.encode(tiny, given)
    assert attentions.shape[:3] == (8, 2, 2)
    for n, r in enumerate(runs):
        size = len(r.ids)
        np.testing.assert_allclose(states[n, :size], r.hidden_states[-1], atol=1e-5)
        own = attentions[n, ..., :size, :size]
        np.testing.assert_allclose(own, r.attentions, atol=1e-5)
        assert np.abs(moved[n, :size] - r.hidden_states[-1]).max() > 1e-3
    assert logits.shape == (8, 2)


def test_gradients_are_those_of_tf_bert_model(tiny, trainer):
    """Of every weight, without dropout, through transformers' own layers."""
    import tensorflow as tf

    given, _ = planted(tiny, 8)
    ids, positions, types, mask = encoder.padded(given)
    wanted = np.random.default_rng(0).normal(size=(*ids.shape, 8)).astype(np.float32)
    trainer.reset(0)
    network, model = trainer._network, tiny.model
    with tf.GradientTape(persistent=True) as tape:
        ours = network(ids, positions, types, mask)[0][-1]
        theirs = model(
            ids, position_ids=positions, token_type_ids=types, attention_mask=mask
        ).last_hidden_state
        losses = [tf.reduce_sum(s * wanted * mask[..., None]) for s in (ours, theirs)]

    def found(loss, variables):
        gradients = tape.gradient(loss, variables)
        return [tf.convert_to_tensor(g).numpy() for g in gradients]

    own = dict(zip(network.weights, found(losses[0], [*network.weights.values()])))
    kinds = {"kernel": "weight", "gamma": "weight", "beta": "bias"}
    names = []
    for variable in model.weights:
        *path, kind = variable.name.removesuffix(":0").split("/")[2:]
        path = ".".join(path).replace("layer_._", "layer.")
        kind = "weight" if kind == "embeddings" else kinds.get(kind, kind)
        names.append(f"{path}.{kind}")
    assert sorted(names) == sorted(own)
    for name, gradient in zip(names, found(losses[1], model.weights)):
        atol = 1e-5 * max(1, np.abs(gradient).max())
        np.testing.assert_allclose(own[name], gradient, atol=atol, err_msg=name)


def test_three_steps_are_adams(tiny):
    """Adam written out, on the gradients that the trainer's own steps have taken."""
    trainer = fine_tuner(tiny, 2)
    import tensorflow as tf

    given, labels = planted(tiny, 8)
    numbers, pool = batch(given)
    trained(trainer, given, labels, epochs=1)  # what Adam keeps has to be set back
    trainer.reset(0)
    trainer._rate.assign(1e-3)
    head = trainer._head[0]
    before = head.numpy().astype(float)
    mean = square = np.zeros_like(before)
    for n in (1, 2, 3):
        dropout = trainer._random.state.numpy()
        with tf.GradientTape() as tape:
            states, _ = trainer._network(*numbers, dropout=trainer._dropout)
            logits = trainer._logits(states[-1], pool)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(loss)
        gradient = tape.gradient(loss, head).numpy().astype(float)
        trainer._random.state.assign(dropout)  # the same for the step itself
        trainer._step(numbers, pool, labels)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        step = mean / (1 - 0.9**n) / (np.sqrt(square / (1 - 0.999**n)) + 1e-8)
        before = before - 1e-3 * step
    np.testing.assert_allclose(head.numpy(), before, atol=2e-6)


def test_all_weights_are_trained(tiny, trainer):
    given, labels = planted(tiny, 8)
    trainer.reset(0)
    before = {name: w.numpy() for name, w in trainer._network.weights.items()}
    trainer._rate.assign(1e-3)
    trainer._step(*batch(given), labels)
    for name, weight in trainer._network.weights.items():
        if not name.endswith("key.bias"):  # which softmax takes no notice of
            assert np.abs(weight.numpy() - before[name]).max() > 9e-4, name
    words = trainer._network.weights["embeddings.word_embeddings.weight"].numpy()
    moved = np.abs(words - before["embeddings.word_embeddings.weight"]).max(axis=1)
    np.testing.assert_allclose(moved[[2, 3, 5, 6, 8]], 1e-3, rtol=0.01)
    assert not moved[[1, 4, 7]].any()  # in no text; 0 is the padding


def test_a_table_of_the_rows_that_occur_is_as_good_as_the_whole(tiny, trainer):
    given, labels = planted(tiny, 24)
    rows = np.unique([0, *(i for g in given for i in g.ids)])
    assert len(rows) < 9
    few = [
        dataclasses.replace(g, ids=np.searchsorted(rows, g.ids).tolist()) for g in given
    ]
    own = fine_tuner(tiny, 2, rows)
    whole = trained(trainer, given, labels, epochs=3)
    assert trained(own, few, labels, epochs=3) == pytest.approx(whole, abs=1e-6)
    assert own._trained[0].shape == (len(rows), 8)
    states = own.look(few, first(few))[1]
    np.testing.assert_allclose(states, trainer.look(given, first(given))[1], atol=1e-5)


def test_a_place_hidden_in_the_only_layer_is_hidden_by_the_mask(tiny, small):
    given, _ = planted(tiny, 6)
    places = [1, 2, 3, 1, 2, 3]
    small.reset(0)
    masked = [
        dataclasses.replace(g, mask=[int(i != p) for i in range(len(g.ids))])
        for g, p in zip(given, places)
    ]
    hidden = small.without(given, first(given), places)
    wanted = small.look(masked, first(masked))[0]
    np.testing.assert_allclose(hidden, wanted, atol=1e-5)
    assert np.abs(hidden - small.look(given, first(given))[0]).max() > 1e-4


@pytest.fixture(scope="module")
def experiment(tiny):
    given, labels = planted(tiny, 24)
    poolings = {
        "[CLS]": first(given),
        "mean": [np.full(len(g.ids), 1 / len(g.ids)) for g in given],
    }
    return tiny, given, poolings, ["bank" if label else "the" for label in labels]


def test_the_model_itself_stays_as_it_is(experiment):
    tiny, given = experiment[:2]
    (before,) = encoder.encode(tiny, given[:1])
    tuning = FineTuning(*experiment, epochs=6, rate=1e-2).run()
    tuning.close()
    (after,) = encoder.encode(tiny, given[:1])
    np.testing.assert_allclose(after.hidden_states, before.hidden_states, atol=1e-5)
    for name in ("[CLS]", "mean"):
        right, (one, other) = tuning.right(name), tuning.accuracies(name)
        assert right.shape == (1, 24)
        assert right.mean() == pytest.approx((one + other) / 2)


def test_halves(experiment):
    tuning = FineTuning(*experiment, rounds=2)
    halves = [tuning.trained_on(n) for n in range(4)]
    assert (halves[0] == ~halves[1]).all()
    assert (halves[2] == ~halves[3]).all()
    assert (halves[0] != halves[2]).any()
    for half in halves:  # each label evenly
        assert np.bincount(tuning.answers[half]).tolist() == [6, 6]


def test_stopped_and_run_again(experiment, monkeypatch):
    whole = FineTuning(*experiment, epochs=1)
    whole.run()
    stopped = FineTuning(*experiment, epochs=1)

    def interrupted(items, what):
        for n, item in enumerate(items):
            if n == 3:  # in the middle of the second training
                raise KeyboardInterrupt
            yield item

    with monkeypatch.context() as patch:
        patch.setattr(fine_tuning_module, "steps", interrupted)
        with pytest.raises(Stopped, match="1 of 4 trainings are done and kept"):
            stopped.run()
    assert not stopped.whole
    assert whole.whole
    assert list(stopped.done) == [("[CLS]", 0)]
    assert stopped.right("[CLS]").shape == (0, 24)
    stopped.run()
    assert list(stopped.done) == list(whole.done)
    for key, right in whole.done.items():
        np.testing.assert_array_equal(stopped.done[key], right)
    monkeypatch.setattr(fine_tuning_module, "steps", None)
    stopped.run()  # nothing left: nothing is done


@pytest.mark.parametrize("train, of_each", [(5, [3, 2]), (99, [6, 6])])
def test_fewer_texts_to_learn_from(experiment, train, of_each):
    tuning = FineTuning(*experiment, train=train)
    for half in range(2):
        chosen = tuning.learned_from(half)
        assert np.bincount(tuning.answers[chosen]).tolist() == of_each
        assert tuning.trained_on(half)[chosen].all()


BAD = [("rounds", 0), ("epochs", 1.5), ("rate", 0), ("rate", "fast"), ("train", 1)]


@pytest.mark.parametrize("name, value", BAD)
def test_knobs_that_cannot_be_used(experiment, name, value):
    with pytest.raises(InputError, match=f"{name} = .* give "):
        FineTuning(*experiment, **{name: value})


def test_labels_and_weights_that_do_not_fit(experiment):
    tiny, given, poolings, labels = experiment
    with pytest.raises(InputError, match="24 texts, and 23 for “labels”"):
        FineTuning(tiny, given, poolings, labels[:-1])
    with pytest.raises(InputError, match="24 texts, and 3 for “mean”"):
        FineTuning(tiny, given, {"mean": poolings["mean"][:3]}, labels)
    with pytest.raises(InputError, match="“mean” needs a weight for each token"):
        FineTuning(tiny, given, {"mean": [[1.0]] * 24}, labels)
    with pytest.raises(InputError, match="two labels or more"):
        FineTuning(tiny, given, poolings, ["a"] * 23 + ["b"])


def test_batches_have_every_text_once_and_like_lengths():
    lengths = np.random.default_rng(0).integers(3, 50, size=70)
    dealt = batches(lengths, 8, np.random.default_rng(1))
    assert len(dealt) == steps_in(70, 1, 8) == 9
    assert sorted(np.concatenate(dealt)) == list(range(70))
    spread = np.mean([np.ptp(lengths[d]) for d in dealt])
    assert spread < 0.5 * np.ptp(lengths)


STOP = """
import signal
from bertlab import progress
before = progress.steps
def stopping(items, what):
    for n, item in enumerate(before(items, what)):
        if n == 3:
            signal.raise_signal(signal.SIGINT)
        yield item
fine_tuning.steps = stopping
tuning.run()
"""
LEARN = """
import signal
from bertlab import explorers
from bertlab.training import toy_task
task = toy_task.signals(64, seed=0)
show, looks = explorers.growing("Training a small BERT"), []
def stopping(record, share, stopped):
    show(record, share, stopped)
    looks.append(share)
    if len(looks) == 3:
        signal.raise_signal(signal.SIGINT)
how = {"epochs": 4, "every": 2, "batch": 16, "trainer": toy_task.trainer_for(task)}
record = toy_task.learn(task, task, **how, show=stopping)
"""


def test_the_stop_button(tmp_path):
    """The cell ends with a sentence, or with what there is; run again, it does all."""
    folder = write(tmp_path / "bert", tiny_files())
    notebook = run(
        f"import bertlab, numpy as np\n"
        f"from bertlab.text import inputs\n"
        f"from bertlab.training import fine_tuning\n"
        f"bert = bertlab.load({str(folder)!r})\n"
        f"given = [inputs.prepare(bert, 'the bank')] * 8\n"
        f"pool = {{'[CLS]': [np.eye(4)[0]] * 8}}\n"
        f"tuning = fine_tuning.FineTuning(bert, given, pool, list('abababab'),"
        f" epochs=2, batch=2)",
        STOP,
        "fine_tuning.steps = before\nprint(tuning.run().right('[CLS]').shape)",
        LEARN,
        "print(record.steps, record.whole)",
    )
    assert errors(notebook) == ["Stopped"]
    (error,) = (o for o in notebook.cells[1].outputs if o.output_type == "error")
    assert error.traceback == [
        "Stopped: 0 of 2 trainings are done and kept. Run the cell again for the"
        " others."
    ]
    said = [cell.outputs[-1].get("text") for cell in notebook.cells[2::2]]
    assert said == ["(1, 8)\n", "[0 2 4] False\n"]
    *_, stopped = shown(notebook)
    expected = "stopped at 25%. This is what there is so far: run the cell again."
    assert expected in stopped
    assert "<img" in stopped
