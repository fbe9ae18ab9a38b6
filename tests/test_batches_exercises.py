import numpy as np
import pytest

from bertlab.exercises import check_masked_mean, check_run_sorted

# Right answers, written as a learner would: not the package's own.


def mean_by_loop(states, mask):
    return [s[m == 1].mean(axis=0) for s, m in zip(states, mask)]


def mean_by_einsum(states, mask):
    return np.einsum("bth,bt->bh", states, mask) / mask.sum(axis=1, keepdims=True)


def mean_in_place(states, mask):
    states[mask == 0] = 0  # spoils what it was given, and is right all the same
    return states.sum(axis=1) / mask.sum(axis=1)[:, None]


@pytest.mark.parametrize("answer", [mean_by_loop, mean_by_einsum, mean_in_place])
def test_right_means(answer):
    feedback = check_masked_mean(answer)
    assert feedback and feedback.text == "Right, on all 4 cases."


WRONG_MEANS = {
    "all tokens": (lambda s, m: s.mean(1), "the pads are in it"),
    "all places": (
        lambda s, m: (s * m[:, :, None]).mean(1),
        "you still divide by all places",
    ),
    "sum": (lambda s, m: np.einsum("bth,bt->bh", s, m), "that is the sum"),
    "whole batch": (
        lambda s, m: np.einsum("bth,bt->bh", s, m) / m.sum(),
        "each text has its own number",
    ),
    "over texts": (
        lambda s, m: (
            np.einsum("bth,bt->th", s, m) / np.where(m.sum(0), m.sum(0), 1)[:, None]
        ),
        "you average over the texts",
    ),
    "first tokens": (
        lambda s, m: np.array([x[: y.sum()].mean(0) for x, y in zip(s, m)]),
        "where the pads are on the left",
    ),
    "pads": (
        lambda s, m: np.einsum("bth,bt->bh", s, 1 - m) / (1 - m).sum(1)[:, None],
        "that is the mean of the pads",
    ),
    "all picked": (lambda s, m: s[m == 1].mean(0), "its mean is that of the batch"),
    "picked, axis 1": (lambda s, m: s[m == 1].mean(1), "axis 1 is then hidden"),
    "no new axis": (lambda s, m: (s * m).sum(1), "Shapes that do not fit"),
}


@pytest.mark.parametrize("name", WRONG_MEANS)
def test_wrong_means(name):
    answer, hint = WRONG_MEANS[name]
    feedback = check_masked_mean(answer)
    assert not feedback
    assert hint in feedback.text


def test_pads_of_the_cases_weigh():
    def noticed(states, mask):
        assert abs(states.mean()) > 0 and (states[mask == 0] != 0).all()
        return mean_by_einsum(states, mask)

    assert check_masked_mean(noticed)


def run_in_numpy(texts, size, run):
    order = np.argsort([len(text) for text in texts])[::-1]
    results = []
    for start in range(0, len(order), size):
        results += run([texts[i] for i in order[start : start + size]])
    return np.array(results)[np.argsort(order)]


def run_in_a_dictionary(texts, size, run):
    ready = sorted(enumerate(texts), key=lambda pair: len(pair[1]))
    found = {}
    while ready:
        batch, ready = ready[:size], ready[size:]
        found |= dict(zip([n for n, _ in batch], run([text for _, text in batch])))
    return [found[n] for n in range(len(texts))]


def run_and_spoil(texts, size, run):
    numbered = [(len(text), n) for n, text in enumerate(texts)]
    numbered.sort()
    results = list(texts)
    for start in range(0, len(texts), size):
        part = [n for _, n in numbered[start : start + size]]
        for n, result in zip(part, run([texts[n] for n in part])):
            results[n] = result
    texts.clear()
    return results


@pytest.mark.parametrize("answer", [run_in_numpy, run_in_a_dictionary, run_and_spoil])
def test_right_batches(answer):
    feedback = check_run_sorted(answer)
    assert feedback and feedback.text == "Right, on all 4 cases."


def in_order_of_the_list(texts, size, run):
    starts = range(0, len(texts), size)
    return [result for n in starts for result in run(texts[n : n + size])]


def in_order_of_lengths(texts, size, run):
    texts.sort(key=len)
    return in_order_of_the_list(texts, size, run)


def twice_the_order(texts, size, run):
    order = np.argsort([len(text) for text in texts], kind="stable")
    results = in_order_of_the_list([texts[i] for i in order], size, run)
    return np.array(results)[order]


def without_the_last(texts, size, run):
    full = len(texts) // size * size
    by_length = sorted(texts, key=len)[:full]
    found = [run([text])[0] for text in by_length]
    return [run([text])[0] for text in texts if run([text])[0] in found]


def one_by_one(texts, size, run):
    return [run([text])[0] for text in texts]


def all_at_once(texts, size, run):
    return run(texts)


def twice(texts, size, run):
    run_in_numpy(texts, size, run)
    return run_in_numpy(texts, size, run)


WRONG_BATCHES = {
    "not sorted": (in_order_of_the_list, "put texts of about the same length"),
    "not put back": (in_order_of_lengths, "they belong in the order of the list"),
    "wrong way back": (twice_the_order, "applies it a second time"),
    "without the last": (without_the_last, "the last batch is not full"),
    "one by one": (one_by_one, "where 2 of up to 2 would do"),
    "all at once": (all_at_once, "more than the 2 texts that are allowed"),
    "twice": (twice, "more than once"),
    "no list": (lambda texts, size, run: 5, "stopped with TypeError"),
    "text by text wrong": (
        lambda texts, size, run: [len(text) for text in texts],
        "Not yet: the answer for",
    ),
}


@pytest.mark.parametrize("name", WRONG_BATCHES)
def test_wrong_batches(name):
    answer, hint = WRONG_BATCHES[name]
    feedback = check_run_sorted(answer)
    assert not feedback
    assert hint in feedback.text


def masked_mean_stub(states, mask):
    """Mean of each text's tokens that are not pads."""
    ...


def run_sorted_stub(texts, size, run):
    """Run the texts in batches."""
    ...


def returns_nothing(texts, size, run):
    in_order_of_the_list(texts, size, run)


def test_stubs_and_what_is_no_function():
    for check, stub in (
        (check_masked_mean, masked_mean_stub),
        (check_run_sorted, run_sorted_stub),
    ):
        assert check(stub).text.startswith("Not started")
        assert check(3).text.startswith("Not yet: a function is needed")
    assert "is there a `return`" in check_run_sorted(returns_nothing).text.lower()
