"""Training on cases whose end is known, on a copy that leaves the model as it was."""

import dataclasses

import numpy as np
import pytest
from test_progress import errors, run, shown
from tiny_bert import tiny_files, write

import bertlab
from bertlab import encoder, inputs
from bertlab import fine_tuning as fine_tuning_module
from bertlab.batching import batches, padded, steps_in
from bertlab.errors import InputError, Stopped
from bertlab.fine_tuning import FineTuning
from bertlab.trainers import fine_tuner, small_trainer

# The word "bank" (6) or "the" (5) somewhere tells the label; "." fills.
HOW = {"seed": 0, "epochs": 20, "batch": 8, "rate": 1e-2}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return bertlab.load(write(tmp_path_factory.mktemp("tiny") / "bert", tiny_files()))


def planted(bert, n, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(n) % 2
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
def small():
    return small_trainer(2, vocabulary=9, positions=16, layers=1, hidden=16)


def trained(trainer, given, labels, **how):
    return list(trainer.steps(given, first(given), labels, **HOW | how))


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
    numbers, pool = padded(given, first(given))

    def losses():  # of the same batch, at a rate of 0: only dropout differs
        rate, wanted = np.float32(0), labels.astype(np.int32)
        return [float(trainer._step(numbers, pool, wanted, rate)) for _ in range(3)]

    trainer.reset(1)
    once = losses()
    assert len(set(once)) == 3
    trainer.reset(1)
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


def test_one_step_is_adams(tiny, trainer):
    """After one step every number has moved by the rate, up or down, or not at all."""
    given, labels = planted(tiny, 8)
    trainer.reset(0)
    before = [v.numpy() for v in trainer._trained]
    numbers, pool = padded(given, first(given))
    trainer._step(numbers, pool, labels.astype(np.int32), np.float32(1e-3))
    moved = [np.abs(v.numpy() - b) for v, b in zip(trainer._trained, before)]
    words = moved[0]  # the token table
    assert words.shape == (9, 8)
    np.testing.assert_allclose(words[[2, 3, 5, 6, 8]], 1e-3, rtol=0.01)
    assert not words[[1, 4, 7]].any()  # in no text; 0 is the padding
    assert all(m.max() < 1.01e-3 for m in moved)
    np.testing.assert_allclose(moved[-1], 1e-3, rtol=0.01)  # the head's bias


def test_three_steps_are_adams(tiny):
    """Adam written out, on the gradients that the trainer's own steps have taken."""
    trainer = fine_tuner(tiny, 2)
    given, labels = planted(tiny, 8)
    trainer.reset(0)
    numbers, pool = padded(given, first(given))
    labels, rate, taken = labels.astype(np.int32), 1e-3, []
    tf = trainer._tf
    number = len(trainer._trained) - 2  # the head's weights
    before = trainer._head[0].numpy().astype(float)
    mean = square = np.zeros_like(before)
    for n in (1, 2, 3):
        dropout = trainer._random.state.numpy()
        with tf.GradientTape() as tape:
            logits, _, _ = trainer._logits(numbers, pool, training=True)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(loss)
        gradient = tape.gradient(loss, trainer._trained[number]).numpy().astype(float)
        taken.append(gradient)
        trainer._random.state.assign(dropout)  # the same for the step itself
        trainer._step(numbers, pool, labels, np.float32(rate))
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        step = mean / (1 - 0.9**n) / (np.sqrt(square / (1 - 0.999**n)) + 1e-8)
        before = before - rate * step
    assert not np.allclose(taken[0], taken[2], rtol=0.1)
    np.testing.assert_allclose(trainer._head[0].numpy(), before, atol=2e-6)


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


def test_a_new_head_is_not_the_new_table(small):
    small.reset(0)
    head, table = small._head[0].numpy(), small._trained[0].numpy()
    table, head = table.ravel()[: head.size], head.ravel()
    assert abs(np.corrcoef(head, table)[0, 1]) < 0.6


@pytest.fixture(scope="module")
def experiment(tiny):
    given, labels = planted(tiny, 24)
    poolings = {
        "[CLS]": first(given),
        "mean": [np.full(len(g.ids), 1 / len(g.ids)) for g in given],
    }
    return tiny, given, poolings, ["bank" if label else "the" for label in labels]


def test_the_model_itself_stays_as_it_is(experiment):
    tiny = experiment[0]
    before = [v.numpy() for v in tiny.model.weights]
    tuning = FineTuning(*experiment, epochs=6, rate=1e-2).run()
    tuning.close()
    after = [v.numpy() for v in tiny.model.weights]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    for name in ("[CLS]", "mean"):
        right, (one, other) = tuning.right(name), tuning.accuracies(name)
        assert right.shape == (1, 24)
        assert right.mean() == pytest.approx((one + other) / 2)


def test_halves(experiment):
    tuning = FineTuning(*experiment, rounds=2)
    halves = [tuning.trained_on(n) for n in range(4)]
    assert [h.sum() for h in halves] == [12] * 4
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


@pytest.mark.parametrize("train, of_each", [(4, [2, 2]), (5, [3, 2]), (99, [6, 6])])
def test_fewer_texts_to_learn_from(experiment, train, of_each):
    tuning = FineTuning(*experiment, train=train)
    for half in range(2):
        chosen = tuning.learned_from(half)
        assert np.bincount(tuning.answers[chosen]).tolist() == of_each
        assert tuning.trained_on(half)[chosen].all()


BAD = [("rounds", 0), ("epochs", 1.5), ("epochs", -3), ("batch", 0), ("rate", 0)]
BAD += [("rate", "fast"), ("train", 0), ("train", 1)]


@pytest.mark.parametrize("name, value", BAD)
def test_knobs_that_cannot_be_used(experiment, name, value):
    with pytest.raises(InputError, match=f"{name} = .* give "):
        FineTuning(*experiment, **{name: value})


def test_another_number_of_labels_or_weights_than_of_texts(experiment):
    tiny, given, poolings, labels = experiment
    with pytest.raises(InputError, match="24 texts, and 23 for “labels”"):
        FineTuning(tiny, given, poolings, labels[:-1])
    few = {"mean": poolings["mean"][:3]}
    with pytest.raises(InputError, match="24 texts, and 3 for “mean”"):
        FineTuning(tiny, given, few, labels)


@pytest.mark.parametrize("labels", [["a"] * 24, ["a"] * 23 + ["b"], [], None])
def test_labels_that_cannot_be_told(experiment, labels):
    with pytest.raises(InputError, match="two labels or more"):
        FineTuning(*experiment[:3], labels)


def test_weights_for_another_number_of_tokens(tiny):
    given, _ = planted(tiny, 2)
    with pytest.raises(InputError, match="and 1 weights: give one for each token"):
        padded(given, [[1.0], [1.0]])


def test_batches_have_every_text_once_and_like_lengths():
    lengths = np.random.default_rng(0).integers(3, 50, size=70)
    dealt = batches(lengths, 8, np.random.default_rng(1))
    assert len(dealt) == steps_in(70, 1, 8) == 9
    assert sorted(np.concatenate(dealt)) == list(range(70))
    spread = np.mean([np.ptp(lengths[d]) for d in dealt])
    assert spread < 0.5 * np.ptp(lengths)
    other = batches(lengths, 8, np.random.default_rng(2))
    assert [d.tolist() for d in dealt] != [d.tolist() for d in other]


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


def test_the_stop_button(tmp_path):
    folder = write(tmp_path / "bert", tiny_files())
    notebook = run(
        f"import bertlab, numpy as np\n"
        f"from bertlab import fine_tuning, inputs\n"
        f"bert = bertlab.load({str(folder)!r})\n"
        f"given = [inputs.prepare(bert, 'the bank')] * 8\n"
        f"pool = {{'[CLS]': [np.eye(4)[0]] * 8}}\n"
        f"tuning = fine_tuning.FineTuning(bert, given, pool, list('abababab'),"
        f" epochs=2, batch=2)",
        STOP,
        "fine_tuning.steps = before\nprint(tuning.run().right('[CLS]').shape)",
    )
    assert errors(notebook) == ["Stopped"]
    (error,) = (o for o in notebook.cells[1].outputs if o.output_type == "error")
    assert error.traceback == [
        "Stopped: 0 of 2 trainings are done and kept. Run the cell again for the"
        " others."
    ]
    assert notebook.cells[2].outputs[-1].text == "(1, 8)\n"


LEARN = """
import signal
from bertlab import learning, widgets
task = learning.signals(64, seed=0)
show, looks = widgets.growing("Training a small BERT"), []
def stopping(record, share, stopped):
    show(record, share, stopped)
    looks.append(share)
    if len(looks) == 3:
        signal.raise_signal(signal.SIGINT)
record = learning.learn(task, task, epochs=4, every=2, batch=16, show=stopping)
"""


def test_the_stop_button_in_a_small_training():
    """The cell ends, with what there is; run again, it does all."""
    again = LEARN.replace("len(looks) == 3", "False")
    notebook = run(
        LEARN, "print(record.steps, record.whole)", again, "print(record.whole)"
    )
    assert errors(notebook) == []
    assert notebook.cells[1].outputs[-1].text == "[0 2 4] False\n"
    assert notebook.cells[3].outputs[-1].text == "True\n"
    first, second = shown(notebook)
    assert "stopped at 25%. This is what there is so far: run the cell again." in first
    assert "<img" in first
    assert "Training a small BERT: done." in second
