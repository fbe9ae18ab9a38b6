"""A sample in which every sentence stands twice: what the measures must say of it."""

import numpy as np
import pytest

from bertlab import measures, sample
from bertlab.encoder import encode

ONCE = 64


@pytest.fixture(scope="module")
def runs(bert):
    """Sentences of all topics, then the same ones again, run in batches."""
    texts = [s.text for s in sample.sentences()[:: 416 // ONCE][:ONCE]]
    assert len(set(texts)) == ONCE
    return encode(bert, texts + texts, attentions=False)


@pytest.fixture(scope="module")
def means(runs):
    """The sentences' mean states of the last layer, (2 * ONCE, hidden)."""
    return np.array([run.hidden_states[-1].mean(axis=0) for run in runs])


@pytest.fixture(scope="module")
def labels():
    """Labels that have nothing to do with the sentences; a pair has the same."""
    return np.random.default_rng(0).permutation(np.arange(ONCE) % 2).tolist() * 2


def test_a_sentence_does_not_differ_from_itself(runs):
    for one, again, other in zip(runs[:8], runs[ONCE:], runs[1:]):
        assert measures.shifts(one.hidden_states, again.hidden_states).max() < 1e-5
        both = [run.hidden_states[-1:, 0] for run in (one, again)]
        assert measures.apart(np.stack(both, axis=1)).max() < 1e-5
        both[1] = other.hidden_states[-1:, 0]
        assert measures.apart(np.stack(both, axis=1)).max() > 0.1


def test_twins_give_labels_away_that_cannot_be_told(means, labels):
    apart = measures.probe(means[:ONCE], labels[:ONCE])
    together = measures.probe(means, labels)
    assert abs(apart.mean() - 0.5) < 0.15
    assert together.mean() > 0.8
    gain, low, _ = measures.difference(together[:, :ONCE], apart)
    assert gain > 0.25 and low > 0.1


def test_twins_give_targets_away_that_cannot_be_told(means):
    targets = np.random.default_rng(0).normal(size=(ONCE, 5))
    assert measures.told_from(means[:ONCE], targets).mean() < 0.2
    twice = np.concatenate([targets, targets])
    assert measures.told_from(means, twice).mean() > 0.5


def test_the_best_average_of_the_others_is_the_twin(means):
    others = np.delete(means, 3, axis=0)
    weights, left = measures.best_average(means[3], others)
    assert left < 1e-6
    assert weights[ONCE + 2] == pytest.approx(1, abs=1e-3)  # one place is gone
    _, left = measures.best_average(means[3], np.delete(means[:ONCE], 3, axis=0))
    assert left > 0.1
