import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markup import ANY_TEXT
from toy import VOCABULARY, toy_bert

from bertlab.text.tokens import InputError, isolated, tokenize, vocabulary
from bertlab.text.words import look_up_word


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_bert(tmp_path_factory.mktemp("toy"))


def test_a_text(toy):
    t = tokenize(toy, "Dogs  xyz!")
    assert t.tokens == ["[CLS]", "dog", "##s", "[UNK]", "!", "[SEP]"]
    assert t.ids == [2, 6, 9, 1, 10, 3]
    assert t.types == [0] * 6
    assert t.kinds == ["special", "word", "piece", "unknown", "word", "special"]
    assert t.offsets == [(0, 0), (0, 3), (3, 4), (6, 9), (9, 10), (0, 0)]
    assert [t.span(i) for i in range(1, 5)] == ["Dog", "s", "xyz", "!"]
    assert t.source == [None, 0, 0, 0, 0, None]
    assert t.words == [None, 0, 0, 1, 2, None]
    assert t.kept == [True] * 6
    assert t.lost == []
    assert (t.limit, t.unknown_id) == (8, 1)


def test_a_pair(toy):
    t = tokenize(toy, "cat", "dogs")
    assert t.tokens == ["[CLS]", "cat", "[SEP]", "dog", "##s", "[SEP]"]
    assert t.types == [0, 0, 0, 1, 1, 1]
    assert t.source == [None, 0, None, 1, 1, None]
    assert [t.span(i) for i in (1, 3, 4)] == ["cat", "dog", "s"]


@pytest.mark.parametrize("first", range(0, 14, 2))
@pytest.mark.parametrize("second", [None, 0, 1, 5, 12])
def test_kept_is_what_the_tokenizer_keeps(toy, first, second):
    text, pair = "dog " * first, second if second is None else "cat " * second
    t = tokenize(toy, text, pair)
    cut = toy.tokenizer(text, pair, truncation=True, max_length=t.limit)
    assert [i for i, kept in zip(t.ids, t.kept) if kept] == cut["input_ids"]
    assert [i for i, kept in zip(t.types, t.kept) if kept] == cut["token_type_ids"]
    assert len(t.lost) == max(0, len(t.ids) - 8)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (["   "], "There is nothing to tokenize yet"),
        (["  \x00 \u200b"], "keeps nothing of what you typed"),
        ([""], "becomes 2 tokens: [CLS] [SEP]"),
        (["dog", "cat"], "5 tokens: 2 for what you typed and 3 special."),
        (
            ["dog cat dog cat dog cat Dog car"],
            "The model takes 8. Truncation would lose 2 tokens, from “Dog car” on",
        ),
        # The loss is counted for each text, and begins with a whole word.
        (["dog", "cat " * 5], "would lose 1 token of the second text: crossed out"),
        (["dog " * 5 + "cats! dog"], "from “cats! dog” on"),
        (["dogs dog"], "1 word split into pieces, for instance dog ##s."),
        (["a b c d e f"], "“a”, “b”, “c”, “d”, “e” and more are not"),
        (["x" * 101], "over 100 characters"),
        (["שלום dog"], "“\u2068שלום\u2069” is not in"),
        (
            ["dog [SEP] [UNK]"],
            "You typed [SEP] and [UNK]: the tokenizer takes that for",
        ),
    ],
)
def test_what_is_said_of_a_text(toy, text, says):
    said = " ".join(tokenize(toy, *text).sentences)
    assert says in said


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("dog, Ünlü 東京 👩\u200d💻 न\u200dx", None),
        ("שלום", "\u2068שלום\u2069"),
        ("\u2066\u200f\u2069\x00\u200b", "U+2066U+200FU+2069U+0000U+200B"),
        ("\u2069ש", "\u2068U+2069ש\u2069"),
        ("dog\ncat\u2029\tcar", "dog cat  car"),
    ],
)
def test_isolated(text, written):
    assert isolated(text) == (written or text)


@pytest.mark.parametrize(
    ("text", "pair", "says"),
    [
        (None, None, "must be a string, such as 'my dog', not NoneType"),
        ("a", 7, "The second text must be a string"),
        ("a", "x" * 100_000, "The second text has 100,000 characters"),
        ("a", "\udfff", "Character 1 of the second text"),
    ],
)
def test_what_cannot_be_tokenized(toy, text, pair, says):
    with pytest.raises(InputError, match=r"^The|^Character") as raised:
        tokenize(toy, text, pair)
    assert says in str(raised.value)


def test_vocabulary_follows_the_rows(tmp_path, bert):
    assert vocabulary(toy_bert(tmp_path)) == VOCABULARY
    padded = vocabulary(toy_bert(tmp_path, rows=[[1] * 6] * 13))
    assert padded[:11] == VOCABULARY
    assert padded[11:] == ("[row 11]", "[row 12]")
    names = vocabulary(bert)
    assert len(names) == len(bert.tables.token)
    assert names[101] == "[CLS]"
    assert names[bert.tokenizer.convert_tokens_to_ids("dog")] == "dog"


@pytest.mark.parametrize(
    "word", ["dog", "##s", "[MASK]", "[UNK]", "[unused0]", " dog\t"]
)
def test_an_entry_is_its_own_row(toy, word):
    found = look_up_word(toy, word)
    assert found.typed == word.strip()
    assert found.tokens == [word.strip()]
    assert found.ids == [VOCABULARY.index(word.strip())]
    assert found.sentence == ""


@pytest.mark.parametrize(
    ("word", "tokens", "says"),
    [
        ("DOG", "dog", "The tokenizer writes “DOG” as dog"),
        ("dogs", "dog ##s", "“dogs” has no row of its own: it is 2 tokens, dog ##s."),
        ("dog cats", "dog cat ##s", "type one of them, such as dog,"),
        ("xyz", "[UNK]", "“xyz” is not in the vocabulary"),
        ("🤗 🤗", "[UNK] [UNK]", "2 tokens, each of them [UNK], so this is the row"),
        (
            "x dog y y",
            "[UNK] dog [UNK] [UNK]",
            "“x”, “y” are unknown and become [UNK].",
        ),
        ("x" * 999, "[UNK]", "“xxxxxxxxxxxxxxxxxxxxxxx…” has over 100 characters"),
    ],
)
def test_a_word_without_a_row(toy, word, tokens, says):
    found = look_up_word(toy, word)
    assert found.tokens == tokens.split()
    assert found.ids == [VOCABULARY.index(token) for token in found.tokens]
    assert says in found.sentence


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("", "Type a word"),
        ("\x00\u200d", "keeps nothing of"),
        ("dog " * 9, "That is 9 tokens"),
        ("x" * 20_001, "The word has 20,001"),
    ],
)
def test_nothing_to_look_up(toy, word, says):
    with pytest.raises(InputError) as raised:
        look_up_word(toy, word)
    assert says in str(raised.value)


# Not in the arguments of what Hypothesis runs: it would print every row of the model.
ANY = settings(deadline=None, derandomize=True, max_examples=150)


def test_tokenize_any_text(bert):
    @ANY
    @given(ANY_TEXT, st.none() | ANY_TEXT)
    @example("\u0958\u0f73", "ﬁ İ ẞ 가")
    def check(text, pair):
        try:
            t = tokenize(bert, text, pair)
        except InputError as error:
            assert "surrogate" in str(error)
            with pytest.raises(UnicodeEncodeError):
                (text + (pair or "")).encode()
            return
        lists = (t.tokens, t.types, t.offsets, t.source, t.words, t.kept, t.kinds)
        assert {len(values) for values in lists} == {len(t.ids)}
        # Nothing is truncated, and the special tokens come on top.
        parts = [text, pair] if pair else [text]
        own = [bert.tokenizer.tokenize(part) for part in parts]
        assert len(t.ids) == sum(map(len, own)) + len(own) + 1
        assert all(0 <= i < len(bert.tables.token) for i in t.ids)
        for which, part in enumerate(parts):
            mine = [i for i, source in enumerate(t.source) if source == which]
            assert [t.tokens[i] for i in mine] == own[which]
            assert {t.types[i] for i in mine} <= {which}
            spans = [t.offsets[i] for i in mine]
            assert all(0 <= start < end <= len(part) for start, end in spans)
            assert spans == sorted(spans)

    check()
