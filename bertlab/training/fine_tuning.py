"""The same texts, halves and seeds, fine-tuned with one pooling after another."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest

import numpy as np

from ..errors import InputError, Stopped
from ..model import return_free_memory
from ..progress import steps
from ..text.tokens import count, isolated
from .trainer import check_knobs, fine_tuner, steps_in


class FineTuning:
    """Fine-tune a BERT with several poolings, and test each on texts it has not seen.

    In a round the texts are halved, each label evenly. The model is trained on one half
    and tested on the other, then the other way about: so each text is tested once. All
    poolings have the same halves, order of texts, first head and dropout.

    Parameters
    ----------
    bert : Bert
        Its own model stays as it is.
    given : list of Inputs
    poolings : dict of str to list of (tokens,) array_like
        By name, how much each token's last state counts, for each text.
    labels : (texts,) sequence
    rounds, epochs, batch : int
    rate : float
        The largest learning rate.
    train : int, optional
        Train on no more texts than this, out of each half, each label evenly; all are
        tested.

    Attributes
    ----------
    answers : (texts,) ndarray of int
        The labels, as numbers from 0.
    done : dict of (str, int) to (texts,) ndarray of bool
        For each pooling and half that is done (`trained_on`'s number), which texts were
        told right; False for those that were trained on.

    Raises
    ------
    InputError
        If there are not two labels, or fewer than two texts of one; if there are not
        as many labels, or weights of a pooling, as texts, or not as many weights of a
        text as tokens; or if a knob cannot be used.
    """

    def __init__(
        self,
        bert,
        given,
        poolings,
        labels,
        *,
        rounds=1,
        epochs=2,
        batch=8,
        rate=3e-4,
        train=None,
    ):
        names, self.answers = np.unique(np.asarray(labels), return_inverse=True)
        if len(names) < 2 or np.bincount(self.answers).min() < 2:
            raise InputError(
                "Give texts with two labels or more, and two texts or more of each."
            )
        self.poolings, self.done = dict(poolings), {}
        for what, those in {"labels": labels, **self.poolings}.items():
            if len(those) != len(given):
                raise InputError(
                    f"{count(len(given), 'text')}, and {len(those):,} for"
                    f" “{isolated(str(what))}”: give one for each text."
                )
        for name, weights in self.poolings.items():
            if any(len(g.ids) != len(w) for g, w in zip(given, weights)):
                raise InputError(
                    f"“{isolated(str(name))}” needs a weight for each token of a text."
                )
        most = {} if train is None else {"train": train}
        check_knobs(rounds=rounds, epochs=epochs, batch=batch, rate=rate, **most)
        if train is not None and train < len(names):
            raise InputError(
                f"train = {train} is fewer than there are labels: give"
                f" {len(names)} or more, or None for all."
            )
        # Rows of the token table that occur; the first is what fills up a batch.
        self._rows = np.unique(np.concatenate([[0], *(g.ids for g in given)]))
        self._given = [
            replace(g, ids=np.searchsorted(self._rows, g.ids).tolist()) for g in given
        ]
        self._bert, self._train = bert, train
        self._rounds = rounds
        self._how = {"epochs": epochs, "batch": batch, "rate": rate}
        self._classes, self._trainer = len(names), None

    def trained_on(self, half):
        """Return which texts are trained on in a half (0, 1, …), (texts,) bool."""
        random = np.random.default_rng(half // 2)
        chosen = np.zeros(len(self.answers), bool)
        for label in range(self._classes):
            those = random.permutation(np.flatnonzero(self.answers == label))
            chosen[those[label % 2 :: 2]] = True
        return chosen if half % 2 == 0 else ~chosen

    def run(self):
        """Do what is not done yet, with a bar under the cell.

        Stopped, it keeps what is done, and goes on with the rest when it is run again.

        Returns
        -------
        FineTuning
            Itself.

        Raises
        ------
        Stopped
            If the kernel is stopped.
        """
        halves = range(2 * self._rounds)
        every = [(name, half) for half in halves for name in self.poolings]
        left = [key for key in every if key not in self.done]
        if not left:
            return self
        if self._trainer is None:
            return_free_memory()
            self._trainer = fine_tuner(self._bert, self._classes, self._rows)
        total = sum(self._steps_in(half) for _, half in left)
        what = f"Fine-tuning {self._bert.name} {count(len(left), 'time')}"
        work = self._work(left)
        try:
            for _ in steps(range(total), what):
                next(work)
        except KeyboardInterrupt:
            raise Stopped(
                f"Stopped: {len(self.done)} of {len(every)} trainings are done and"
                " kept. Run the cell again for the others."
            ) from None
        return self

    def _steps_in(self, half):
        texts, how = self.learned_from(half).sum(), self._how
        return steps_in(texts, how["epochs"], how["batch"])

    def _work(self, left):
        """Do the trainings that are left, a step when the next one is asked for."""
        for name, half in left:
            learned = np.flatnonzero(self.learned_from(half))
            given, weights = self._chosen(name, learned)
            labels, last = self.answers[learned], self._steps_in(half)
            taken = self._trainer.steps(given, weights, labels, seed=half, **self._how)
            for n, _ in enumerate(taken, 1):
                if n == last:
                    tested = np.flatnonzero(~self.trained_on(half))
                    told = self._trainer.predict(*self._chosen(name, tested))
                    right = np.zeros(len(self.answers), bool)
                    right[tested] = told == self.answers[tested]
                    self.done[name, half] = right
                    return_free_memory()
                yield

    def _chosen(self, name, texts):
        weights = self.poolings[name]
        return [self._given[n] for n in texts], [weights[n] for n in texts]

    @property
    def whole(self):
        """Whether all is done."""
        return len(self.done) == 2 * self._rounds * len(self.poolings)

    def learned_from(self, half):
        """Return which texts are learned from in a half, (texts,) bool.

        All of `trained_on`'s; or `train` of them, each label as evenly as can be.
        """
        chosen = self.trained_on(half)
        if self._train is None or self._train >= chosen.sum():
            return chosen
        random = np.random.default_rng([half, 1])
        own = [
            random.permutation(np.flatnonzero(chosen & (self.answers == label)))
            for label in range(self._classes)
        ]
        # One of each label in turn, until there are enough.
        turns = [n for turn in zip_longest(*own) for n in turn if n is not None]
        return np.isin(np.arange(len(chosen)), turns[: self._train])

    def right(self, name):
        """Return whether each text was told right, (rounds, texts) bool.

        Each by the model that was trained on the other half. Rounds of which only a
        half is done are left out.
        """
        pairs = [
            self.done[name, 2 * n] | self.done[name, 2 * n + 1]
            for n in range(self._rounds)
            if (name, 2 * n) in self.done and (name, 2 * n + 1) in self.done
        ]
        return np.array(pairs, bool).reshape(-1, len(self.answers))

    def accuracies(self, name):
        """Return the share told right of each half that is done, (halves,)."""
        halves = [h for n, h in self.done if n == name]
        return np.array(
            [self.done[name, h][~self.trained_on(h)].mean() for h in halves]
        )

    def close(self):
        """Give the memory back. What is done stays; `run` makes a new copy if asked."""
        if self._trainer is not None:
            self._trainer.close()
        self._trainer = None
