"""The shipped sentences: balanced, varied, not told by words; a file of one's own."""

import re
from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import pytest

from bertlab.errors import InputError
from bertlab.text.samples import Occurrence, Sentence, occurrences, sentences

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


def test_topics_sentiments_and_lengths_are_balanced():
    assert len(SENTENCES) >= 400
    groups = defaultdict(list)
    for one in SENTENCES:
        groups[one.topic, one.sentiment].append(len(words(one.text)))
    topics = {"food", "travel", "sport", "technology"}
    assert set(groups) == {(t, s) for t in topics for s in ("positive", "negative")}
    assert len(set(map(len, groups.values()))) == 1
    assert all(4 <= n <= 40 for lengths in groups.values() for n in lengths)
    assert np.ptp([np.mean(lengths) for lengths in groups.values()]) < 2


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
    assert alike(["The dog sat on a mat.", "Rain!", "A cat sat on the mat."])


def test_how_they_are_written():
    for text in (*TEXTS, *(one.text for one in OCCURRENCES)):
        assert text.isprintable()
        assert not re.search(r"\s\s|\s[,.;:!?]", text), text
        assert not re.search(r"https?:|www\.|@\w|\.(com|org|net|uk)\b", text), text
        assert not set(text) & set("“”‘’*<>{}|_"), text


# --- What tells the sentiments apart: not words, length or punctuation


def regression(features, labels, penalty=1.0):
    """Share of labels that ridge regression tells, each text left out in turn.

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


def test_neither_words_nor_length_nor_marks_tell_the_sentiment():
    marks = [[text.count(mark) for mark in "!?,.;:'\"-"] for text in TEXTS]
    lengths = [[len(text), len(words(text))] for text in TEXTS]
    others = {p: regression(bag(TEXTS), POSITIVE, p) for p in (0.1, 1, 10, 100)}
    assert max(others.values()) < MOST
    assert regression(np.array(marks), POSITIVE) < 0.6
    assert regression(np.array(lengths), POSITIVE) < 0.6


def test_what_does_tell_it_would_be_seen():
    random = np.random.default_rng(0)
    planted = [
        f"{text} {'lovely' if label else 'awful'}" if random.random() < 0.9 else text
        for text, label in zip(TEXTS, POSITIVE)
    ]
    shuffled = random.permutation(POSITIVE)
    assert regression(bag(planted), POSITIVE) > MOST
    assert 0.4 < regression(bag(TEXTS), shuffled) < 0.6


# --- The ambiguous words


def test_words_and_senses(bert):
    assert len({word for word, _ in SENSES}) >= 12
    assert set(Counter(word for word, _ in SENSES).values()) == {2}
    assert {len(texts) for texts in SENSES.values()} == {8}
    for one in OCCURRENCES:
        assert words(one.text).count(one.word.lower()) == 1, one
        assert 4 <= len(words(one.text)) <= 40, one
        assert bert.tokenizer.tokenize(one.word) == [one.word]


def test_where_the_word_stands_does_not_tell_its_sense():
    """Within each word: means no further apart than chance alone makes them."""
    pairs = defaultdict(list)
    for (word, _), texts in SENSES.items():
        places = [words(text).index(word) / len(words(text)) for text in texts]
        pairs[word].append(np.array(places))
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
        ("\n\n  One dog.  \n \t \nTwo cats.\n\n", "utf-8"),
        ("One dog.\rTwo cats.", "utf-8"),
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
        ("food\tpositive\tNice.\r\nOne.", "Line 2"),
    ],
)
def test_mixed_columns(tmp_path, text, line):
    with pytest.raises(InputError) as error:
        sentences(write(tmp_path, text))
    assert str(error.value).startswith(f"{line} of the file (")
    assert str(error.value).endswith("as all other lines are.")


@pytest.mark.parametrize("read", [sentences, occurrences])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing.txt", "cannot be read (No such file or directory). Give a text file"),
        ("", "cannot be read (Is a directory)"),
        ("empty.txt", "has no sentence: put one on each line."),
        ("latin.txt", "cannot be read (it is not UTF-8)."),
    ],
)
def test_what_cannot_be_read(tmp_path, read, name, why):
    (tmp_path / "empty.txt").write_bytes(b" \r\n\t\n")
    (tmp_path / "latin.txt").write_bytes("Zoë sat.".encode("cp1252"))
    with pytest.raises(InputError) as error:
        read(f"{tmp_path}/{name}")
    assert why in str(error.value)


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
        "bank\triver\tThe *bank*er was muddy.",
        "bank\tThe *bank* was muddy.",
    ],
)
def test_occurrences_of_another_form(tmp_path, line):
    path = write(tmp_path, f"bank\tmoney\tMy *bank* is shut.\n\n{line}\n")
    with pytest.raises(InputError) as error:
        occurrences(path)
    assert str(error.value).startswith("Line 3 of the file (")
    assert str(error.value).endswith("occurs once and is marked, as in *bank*.")
