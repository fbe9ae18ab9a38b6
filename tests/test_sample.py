"""The shipped sentences: balanced, varied, not told by words; a file of one's own."""

import re
from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import pytest

from bertlab.errors import InputError
from bertlab.sample import DATA, Occurrence, Sentence, occurrences, sentences

MOST = 0.85  # what a bag of words may get right, of the sentiment


def words(text):
    return re.findall(r"[a-z0-9']+", text.lower())


SENTENCES = sentences()
OCCURRENCES = occurrences()
TEXTS = [one.text for one in SENTENCES]
POSITIVE = np.array([one.sentiment == "positive" for one in SENTENCES])
SENSES = defaultdict(list)
for occurrence in OCCURRENCES:
    SENSES[occurrence.word, occurrence.sense].append(occurrence.text)


# --- The sentences


def test_how_many():
    assert len(SENTENCES) >= 400
    assert len(set(TEXTS)) == len(TEXTS)


def test_topics_and_sentiments_are_balanced():
    topics = {"food", "travel", "sport", "technology"}
    groups = Counter((one.topic, one.sentiment) for one in SENTENCES)
    assert set(groups) == {(t, s) for t in topics for s in ("positive", "negative")}
    assert len(set(groups.values())) == 1


def test_lengths():
    lengths = [len(words(text)) for text in TEXTS]
    assert min(lengths) >= 4
    assert max(lengths) <= 40
    for low, high in ((4, 9), (10, 16), (17, 25), (26, 40)):
        assert sum(low <= n <= high for n in lengths) > len(lengths) / 10


def test_lengths_are_alike_whatever_the_label():
    groups = defaultdict(list)
    for one in SENTENCES:
        groups[one.topic, one.sentiment].append(len(words(one.text)))
    means = [np.mean(lengths) for lengths in groups.values()]
    assert max(means) - min(means) < 2
    deviations = [np.std(lengths) for lengths in groups.values()]
    assert max(deviations) < 1.5 * min(deviations)


def alike(texts):
    """Pairs of texts that share more than half of the shorter one's words."""
    sets = [set(words(text)) for text in texts]
    return [
        (a, b)
        for a, b in combinations(range(len(sets)), 2)
        if 2 * len(sets[a] & sets[b]) > min(len(sets[a]), len(sets[b]))
    ]


def test_no_two_sentences_are_alike():
    assert not alike([*TEXTS, *(one.text for one in OCCURRENCES)])


def test_that_alike_ones_would_be_seen():
    first, second = "The dog sat on a mat.", "A cat sat on the mat."
    assert alike([first, "Rain again today!", second]) == [(0, 2)]
    assert not alike([first, "The dog sat under your chair there."])


def test_shapes():
    first = Counter(words(text)[0] for text in TEXTS)
    assert max(first.values()) < 0.08 * len(TEXTS)
    ends = Counter(re.sub(r"\W*\"$", "", text)[-1:] for text in TEXTS)
    assert len(ends) > 5
    assert sum(text.rstrip('"')[-1] in "?!" for text in TEXTS) > len(TEXTS) / 20
    assert sum('"' in text for text in TEXTS) > len(TEXTS) / 50


@pytest.mark.parametrize(
    "texts", [TEXTS, [one.text for one in OCCURRENCES]], ids=["sentences", "senses"]
)
def test_how_they_are_written(texts):
    for text in texts:
        assert text.isprintable()
        assert not re.search(r"\s\s|\s[,.;:!?]", text), text
        assert text == text.strip()
        assert not re.search(r"https?:|www\.|@\w|\.(com|org|net|uk)\b", text), text
        assert text.rstrip('"')[-1] in ".!?", text
        assert text.count('"') % 2 == 0, text
        assert not set(text) & set("“”‘’*<>{}|_"), text


@pytest.mark.parametrize("name", ["sentences.tsv", "senses.tsv"])
def test_the_files(name):
    content = (DATA / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    lines = content.decode("utf-8").splitlines()
    assert all(line.count("\t") == 2 for line in lines)
    assert all(line == line.strip() for line in lines)


def test_nothing_is_in_both_files():
    both = set(TEXTS) & {one.text for one in OCCURRENCES}
    assert not both


# --- What tells the sentiments apart: not words, length or punctuation


def naive_bayes(texts, labels):
    """Share of labels that the others' words tell, each text left out in turn."""
    labels = np.asarray(labels)
    sets = [set(words(text)) for text in texts]
    index = {word: i for i, word in enumerate(sorted(set().union(*sets)))}
    there = np.zeros((len(texts), len(index)))
    for row, own in zip(there, sets):
        row[[index[word] for word in own]] = 1
    logs = []
    for label in (True, False):
        own = (labels == label)[:, None]
        many = own.sum() - own  # (texts, 1), without the text itself
        chance = (there[own[:, 0]].sum(axis=0) - own * there + 1) / (many + 2)
        told = np.where(there == 1, np.log(chance), np.log(1 - chance))
        logs.append(told.sum(axis=1) + np.log(many[:, 0]))
    return float(((logs[0] > logs[1]) == labels).mean())


def regression(features, labels, penalty=1.0):
    """The same by ridge regression, whose left-out predictions have a formula.

    Leaving text i out changes its residual r to r / (1 - h), h being the diagonal of
    the matrix that makes predictions of labels.
    """
    signs = np.where(labels, 1.0, -1.0)
    features = np.column_stack([np.ones(len(signs)), features])
    gram = features @ features.T
    hat = gram @ np.linalg.inv(gram + penalty * np.eye(len(gram)))
    left_out = signs - (signs - hat @ signs) / (1 - np.diag(hat))
    return float(((left_out > 0) == (signs > 0)).mean())


def bag(texts):
    sets = [set(words(text)) for text in texts]
    vocabulary = sorted(set().union(*sets))
    return np.array([[word in own for word in vocabulary] for own in sets], float)


def with_stock_words(texts, labels, share):
    """Give a share of the texts a word that goes with its label."""
    random = np.random.default_rng(0)
    return [
        f"{text} {'lovely' if label else 'awful'}" if random.random() < share else text
        for text, label in zip(texts, labels)
    ]


def test_a_bag_of_words_does_not_tell_the_sentiment():
    bayes = naive_bayes(TEXTS, POSITIVE)
    others = {p: regression(bag(TEXTS), POSITIVE, p) for p in (0.1, 1, 10, 100)}
    print(f"naive Bayes {bayes:.1%}, ridge regression by penalty {others}")
    assert bayes < MOST
    assert max(others.values()) < MOST


def test_stock_words_would_be_seen():
    planted = with_stock_words(TEXTS, POSITIVE, 0.9)
    assert naive_bayes(planted, POSITIVE) > MOST
    assert regression(bag(planted), POSITIVE, 1) > MOST


def test_the_classifiers_are_at_chance_where_there_is_nothing():
    random = np.random.default_rng(0).permutation(POSITIVE)
    assert 0.4 < naive_bayes(TEXTS, random) < 0.6
    assert 0.4 < regression(bag(TEXTS), random) < 0.6


def best_threshold(numbers, labels):
    """Most labels that a rule "more than so much, or less" can get right."""
    numbers, labels = np.asarray(numbers), np.asarray(labels)
    right = [(labels == (numbers > cut)).mean() for cut in np.unique(numbers)]
    return max(max(right), 1 - min(right))


def test_length_does_not_tell_the_sentiment():
    lengths = [len(words(text)) for text in TEXTS]
    assert best_threshold(lengths, POSITIVE) < 0.58
    assert best_threshold([len(text) for text in TEXTS], POSITIVE) < 0.58
    assert best_threshold(lengths + 9 * POSITIVE, POSITIVE) > 0.65


def test_punctuation_does_not_tell_the_sentiment():
    marks = "!?,.;:'\"-"
    counts = np.array([[text.count(mark) for mark in marks] for text in TEXTS])
    for mark, own in zip(marks, counts.T):
        assert best_threshold(own, POSITIVE) < 0.58, mark
    assert regression(counts, POSITIVE, 1) < 0.6
    planted = counts.copy()
    planted[:, 0] += POSITIVE
    assert regression(planted, POSITIVE, 1) > 0.8


def test_the_left_out_predictions_have_a_formula():
    random = np.random.default_rng(0)
    features, labels = random.normal(size=(20, 3)), random.random(20) > 0.4
    features[:, 0] += labels
    full, right = np.column_stack([np.ones(20), features]), 0
    for i in range(20):
        kept = np.arange(20) != i
        a, b = full[kept], np.where(labels[kept], 1, -1)
        weights = np.linalg.solve(a.T @ a + 2 * np.eye(4), a.T @ b)
        right += (full[i] @ weights > 0) == labels[i]
    assert regression(features, labels, 2) == right / 20
    assert 0.5 < right / 20 < 1


def test_words_do_tell_the_topic():
    """The same classifier on the same sentences: topics are no secret."""
    own = [one for one in SENTENCES if one.topic in ("food", "technology")]
    food = [one.topic == "food" for one in own]
    right = naive_bayes([one.text for one in own], food)
    print(f"food or technology: {right:.1%}")
    assert right > 0.6


# --- The ambiguous words


def test_how_many_words_and_senses():
    senses = defaultdict(set)
    for word, sense in SENSES:
        senses[word].add(sense)
    assert len(senses) >= 12
    assert {len(found) for found in senses.values()} == {2}
    assert {len(texts) for texts in SENSES.values()} == {8}
    assert len({one.text for one in OCCURRENCES}) == len(OCCURRENCES)


def test_the_word_occurs_once():
    for one in OCCURRENCES:
        assert words(one.text).count(one.word.lower()) == 1, one
        assert len(re.findall(rf"\b{one.word}\b", one.text, re.IGNORECASE)) == 1, one
        assert 4 <= len(words(one.text)) <= 40, one


def test_the_word_is_one_token(bert):
    for word in {one.word for one in OCCURRENCES}:
        assert bert.tokenizer.tokenize(word) == [word]


@pytest.mark.parametrize("what", ["place", "length"])
def test_neither_place_nor_length_tells_the_senses(what):
    """Within each word: means no further apart than chance alone makes them."""
    pairs = defaultdict(list)
    for (word, _), texts in SENSES.items():
        lengths = np.array([len(words(text)) for text in texts])
        places = np.array([words(text).index(word) for text in texts]) / lengths
        pairs[word].append(places if what == "place" else lengths)
    far = []
    for word, (a, b) in pairs.items():
        spread = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
        far.append(abs(a.mean() - b.mean()) / spread)
        assert far[-1] < 1.1, word
    # Over all words, in which chance would make 0.4.
    assert np.mean(far) < 0.5


# --- A file of one's own


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "own.txt"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("One dog.\nTwo cats.\n", "utf-8"),
        ("One dog.\nTwo cats.", "utf-8"),
        ("\n\n  One dog.  \n \t \nTwo cats.\n\n", "utf-8"),
        ("One dog.\r\nTwo cats.\r\n", "utf-8"),
        ("One dog.\rTwo cats.", "utf-8"),
        ("One dog.\nTwo cats.\n", "utf-8-sig"),
        ("\r\nOne dog.\r\n\r\nTwo cats.", "utf-8-sig"),
    ],
)
def test_plain_lines(tmp_path, text, encoding):
    path = write(tmp_path, text, encoding)
    wanted = [Sentence("One dog."), Sentence("Two cats.")]
    assert sentences(path) == sentences(str(path)) == wanted
    assert (wanted[0].topic, wanted[0].sentiment) == (None, None)


def test_labels(tmp_path):
    path = write(tmp_path, "food\tpositive\tNice.\n\nsport \t negative\t Naïve 👩. \n")
    assert sentences(path) == [
        Sentence("Nice.", "food", "positive"),
        Sentence("Naïve 👩.", "sport", "negative"),
    ]


def test_other_line_breaks_are_no_new_line(tmp_path):
    path = write(tmp_path, "One\u2028dog\x0b and\x85 so on.\nTwo")
    assert [one.text for one in sentences(path)] == [
        "One\u2028dog\x0b and\x85 so on.",
        "Two",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("food\tNice.", "Line 1"),
        ("food\tpositive\tNice.\tVery.", "Line 1"),
        ("food\tpositive\t", "Line 1"),
        ("\tpositive\tNice.", "Line 1"),
        ("One.\n\nfood\tpositive\tNice.", "Line 3"),
        ("food\tpositive\tNice.\r\nOne.", "Line 2"),
        ("One.\u2028\nTwo\tthree.", "Line 2"),
    ],
)
def test_mixed_columns(tmp_path, text, line):
    with pytest.raises(InputError) as error:
        sentences(write(tmp_path, text))
    assert str(error.value).startswith(f"{line} of the file (")
    assert str(error.value).endswith("as all other lines are.")


@pytest.mark.parametrize("read", [sentences, occurrences])
@pytest.mark.parametrize("text", ["", "\n", " \r\n\t\n"])
def test_an_empty_file(tmp_path, read, text):
    path = write(tmp_path, text)
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value) == (
        f"The file {path} has no sentence: put one on each line."
    )


@pytest.mark.parametrize("read", [sentences, occurrences])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_another_encoding(tmp_path, read, encoding):
    path = write(tmp_path, "bank\tmoney\tThe naïve *bank*.", encoding)
    with pytest.raises(
        InputError, match=r"own.txt cannot be read \(it is not UTF-8\)\."
    ):
        read(path)


@pytest.mark.parametrize("read", [sentences, occurrences])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing.txt", "No such file or directory"),
        ("", "Is a directory"),
        ("a\x00b", "embedded null byte"),
    ],
)
def test_what_cannot_be_read(tmp_path, read, name, why):
    with pytest.raises(
        InputError, match=rf"cannot be read \(.*{why}.*\)\. Give a text f"
    ):
        read(f"{tmp_path}/{name}")


@pytest.mark.parametrize("path", [5, ["a.txt"], b"a.txt"])
def test_what_is_no_path(path):
    with pytest.raises(InputError, match="cannot be read"):
        sentences(path)


def test_occurrences_of_ones_own(tmp_path):
    path = write(
        tmp_path,
        "bank\triver\tThe *Bank* was muddy.\n\nNew York\tcity\tIn *new york*'s cold.\n",
        "utf-8-sig",
    )
    assert occurrences(path) == [
        Occurrence("bank", "river", "The Bank was muddy."),
        Occurrence("New York", "city", "In new york's cold."),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "bank\triver\tThe bank was muddy.",
        "bank\triver\tThe *bank* of a *bank*.",
        "bank\triver\tThe *bank of a stream.",
        "bank\triver\tThe *shore* was muddy.",
        "bank\triver\tThe *shore* beside the bank was muddy.",
        "bank\triver\tThe *bank* beside the *shore* was muddy.",
        "bank\triver\tThe *bank*er was muddy.",
        "bank\triver\tThe em*bank* was muddy.",
        "bank\triver\tThe *bank* beside the Bank.",
        "bank\tThe *bank* was muddy.",
        "bank\t\tThe *bank* was muddy.",
        "\triver\tThe ** was muddy.",
        "The *bank* was muddy.",
        "bank\triver\tThe *bank*\twas muddy.",
    ],
)
def test_occurrences_of_another_form(tmp_path, line):
    path = write(tmp_path, f"bank\tmoney\tMy *bank* is shut.\n\n{line}\n")
    with pytest.raises(InputError) as error:
        occurrences(path)
    assert str(error.value).startswith("Line 3 of the file (")
    assert str(error.value).endswith("occurs once and is marked, as in *bank*.")
