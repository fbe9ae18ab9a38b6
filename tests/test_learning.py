"""A small BERT that learns: its task, its record, and its pictures."""

import numpy as np
import pytest
from explorers import said, shown

from bertlab.displays import plot_learning
from bertlab.errors import InputError
from bertlab.explorers import learning_explorer
from bertlab.explorers.learning import planes
from bertlab.training.toy_task import (
    FIRST_SIGNAL,
    MARK,
    SIGNALS,
    Record,
    between,
    curves,
    learn,
    signals,
    trainer_for,
)

STEPS = [0, 10, 20]
CURVES = {"told right": [0.25, 0.5, 1.0], "$x$": [0.1, 0.2, 0.3]}
CHANCE = {"guessing": 0.25}


def test_the_answer_follows_the_mark():
    task = signals(100, seed=0)
    for g, label, answer in zip(task.given, task.labels, task.answers):
        assert len(g.ids) == 10
        assert g.ids.count(MARK) == 1
        assert g.ids.index(MARK) == answer - 1
        assert g.tokens[answer] == SIGNALS[label]
        signal = [i for i in g.ids if FIRST_SIGNAL <= i < FIRST_SIGNAL + 4]
        assert len(signal) == 3
    assert set(task.labels) == {0, 1, 2, 3}
    assert set(task.answers) == set(range(2, 9))


def test_the_same_seed_makes_the_same_task():
    one, same, other = (signals(20, seed=s) for s in (0, 0, 1))
    assert [g.ids for g in one.given] == [g.ids for g in same.given]
    assert [g.ids for g in one.given] != [g.ids for g in other.given]


def test_a_task_that_there_is_no_room_for():
    with pytest.raises(InputError, match="give"):
        signals(5, seed=0, length=2)


def test_between_the_classes():
    labels = np.array([0, 0, 1, 1])
    assert between([[1, 0], [1, 0], [5, 2], [5, 2]], labels) == pytest.approx(1)
    assert between([[1, 0], [3, 0], [3, 0], [1, 0]], labels) == 0
    assert between([[0.0], [2], [4], [6]], labels) == pytest.approx(4 / 5)
    assert between(np.full((4, 3), 0.1), labels) == 0
    random = np.random.default_rng(0).normal(size=(4000, 5))
    assert between(random, np.arange(4000) % 4) < 0.01


@pytest.fixture(scope="module")
def record():
    """Attention and states made by hand: from even to sure, from one point to four."""
    task, times, hidden = signals(40, seed=1), 3, 6
    rows, size = np.arange(40), len(task.given[0].ids)
    attentions = np.full((times, 40, 2, 2, size), 1 / size)
    states = np.random.default_rng(0).normal(0, 0.01, (times, 40, size, hidden))
    for time in (1, 2):
        attentions[time, :, 1] *= 1 - time / 2
        attentions[time, rows, 1, :, task.answers] += time / 2
        states[time, rows, 0, task.labels] += time
    told = np.zeros((times, 40), int)
    told[2] = task.labels
    return Record(task, 0, np.array(STEPS), told, states, attentions)


def test_curves_of_a_record_made_by_hand(record):
    found = curves(record)
    labels = record.task.labels
    np.testing.assert_allclose(
        found["told right"], [(labels == 0).mean(), (labels == 0).mean(), 1]
    )
    np.testing.assert_allclose(found["attention to the answer"], [0.1, 0.55, 1])
    np.testing.assert_allclose(found["to the decoys"], [0.2, 0.1, 0], atol=1e-12)
    low, *high = found["between the classes"]
    assert low < 0.3
    assert min(high) > 0.99


@pytest.fixture(scope="module")
def trainer():
    return trainer_for(signals(1, seed=0))


def test_a_record_of_a_training(trainer):
    train, task = signals(64, seed=0), signals(10, seed=1)
    seen = []
    how = {"epochs": 2, "batch": 16, "every": 3, "trainer": trainer}
    record = learn(
        train, task, place=-1, show=lambda r, share, _: seen.append((r, share)), **how
    )
    assert record.whole
    assert not seen[1][0].whole
    assert record.steps.tolist() == [0, 3, 6, 8]
    assert record.place == 9
    assert record.states.shape == (4, 10, 10, 32)
    assert record.attentions.shape == (4, 10, 2, 4, 10)
    np.testing.assert_allclose(record.attentions.sum(axis=-1), 1, atol=1e-5)
    assert [share for _, share in seen] == [0, 3 / 8, 6 / 8, 1]
    assert [len(r.steps) for r, _ in seen] == [1, 2, 3, 4]
    again = learn(train, task, place=-1, **how)
    np.testing.assert_array_equal(again.states, record.states)
    other = learn(train, task, place=-1, seed=1, **how)
    assert (other.states != record.states).any()


def test_an_easy_answer_is_learned(trainer):
    """The capital always stands at one place: no mark is needed."""
    train, task = (signals(400, seed=s, length=8, decoys=0) for s in (0, 1))
    record = learn(train, task, epochs=6, batch=32, every=100, trainer=trainer)
    found = curves(record)
    assert found["told right"][-1] > 0.95
    assert found["told right"][0] < 0.5
    assert found["between the classes"][-1] > 0.8
    mixed = np.random.default_rng(0).permutation(train.labels)
    record = learn(train, task, labels=mixed, epochs=6, batch=32, trainer=trainer)
    assert curves(record)["told right"][-1] < 0.5


def test_the_answer_hidden_and_a_decoy_hidden(trainer):
    """In the last of two layers: others may have heard of it in the first."""
    train, task = (signals(400, seed=s, length=4, decoys=1) for s in (0, 1))
    record = learn(train, task, epochs=3, batch=32, every=100, trainer=trainer)
    assert record.blind.shape == record.misled.shape == (400,)
    pool = [np.eye(6)[0]] * 400
    hidden = trainer.without(task.given, pool, task.answers).argmax(axis=1)
    np.testing.assert_array_equal(hidden, record.blind)
    assert (record.blind != record.told[-1]).any()
    assert (record.blind != record.misled).any()


def test_a_training_that_is_stopped_gives_what_there_is(trainer):
    train, task = signals(64, seed=0), signals(10, seed=1)
    how = {"epochs": 2, "batch": 16, "every": 3, "trainer": trainer}
    said = []

    def stop(record, share, stopped):
        said.append((share, stopped))
        if share == 3 / 8 and not stopped:
            raise KeyboardInterrupt

    record = learn(train, task, show=stop, **how)
    assert said == [(0, False), (3 / 8, False), (3 / 8, True)]
    assert record.steps.tolist() == [0, 3]
    assert not record.whole
    assert record.blind is None
    assert len(curves(record)["told right"]) == 2
    again = learn(train, task, show=lambda *_: None, **how)
    assert again.whole
    np.testing.assert_array_equal(again.states[:2], record.states)


BAD = [
    ({"epochs": 1.5}, "epochs = .* cannot be used: give a "),
    ({"place": 10}, "10 tokens, from 0 .* to 9"),
    ({"labels": [0]}, "8 sequences and 1 label: give one"),
]


@pytest.mark.parametrize("how, says", BAD, ids=str)
def test_what_cannot_be_used(trainer, how, says):
    task = signals(8, seed=0)
    with pytest.raises(InputError, match=says):
        learn(task, task, trainer=trainer, **how)


# Pictures


def test_every_value_of_the_curves_is_drawn():
    plot = plot_learning(CURVES, steps=STEPS, chance=CHANCE)
    one, two, level = plot.axes.lines
    assert list(one.get_xdata()) == STEPS
    np.testing.assert_allclose(one.get_ydata(), [25, 50, 100])
    np.testing.assert_allclose(two.get_ydata(), [10, 20, 30])
    assert set(level.get_ydata()) == {25}
    assert plot.caption == (
        "After 0, 10 and 20 steps: told right 25%, 50%, 100%; $x$ 10%, 20%, 30%. To"
        " compare: guessing 25%."
    )


def test_what_the_model_is_like_at_one_time(record):
    plot = learning_explorer(record, time=1).plot()
    cells = plot.axes.collections[0].get_array()
    np.testing.assert_allclose(cells, record.attentions[1, :6, 1].mean(axis=1))
    assert "Attention to the framed answer, in 6 sequences: 55%, 55%" in plot.caption
    points = plot.figure.axes[1].lines
    assert sum(len(line.get_xdata()) for line in points) == 40


# The explorer


def test_the_explorer_goes_through_the_training(record):
    explorer = learning_explorer(record, time=0, chance=CHANCE)
    assert explorer.time.label == "0 steps"
    assert (explorer.play.min, explorer.play.max) == (0, 2)
    # The page shows what the button says, whatever the slider was made with.
    assert learning_explorer(record).play.value == 2
    assert said(explorer) == ""
    captions = []
    for time in range(3):
        explorer.time.value = time
        assert shown(explorer) == explorer.caption
        assert explorer.caption.startswith(f"After {STEPS[time]} of 20 steps.")
        captions.append(explorer.caption)
    assert "attention to the answer 100%" in captions[2]
    assert "attention to the answer 10%" in captions[0]


def test_the_plane_is_the_same_for_all_times(record):
    points = planes(record)
    assert points.shape == (3, 40, 2)
    states = record.states[:, :, 0]
    gaps = np.linalg.norm(points[2][:, None] - points[2], axis=-1)
    true = np.linalg.norm(states[2][:, None] - states[2], axis=-1)
    assert (gaps <= true + 1e-9).all()
    assert points[2].std() > 10 * points[0].std()
