import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markup import ANY_TEXT
from toy import VOCABULARY, toy_bert

from bertlab.tokens import (
    LONGEST_TEXT,
    InputError,
    around,
    count,
    isolated,
    shorten,
    tokenize,
    vocabulary,
)
from bertlab.words import look_up_word


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


def test_spans_are_the_text_as_typed(bert):
    t = tokenize(bert, "Ünlü 👩 naïve", "CAFÉ 東京")
    spans = [t.span(i) for i in range(len(t.ids)) if t.source[i] is not None]
    assert spans[0].startswith("Ü")
    assert {"👩", "naïve", "CAFÉ", "東", "京"} <= set(spans)


@pytest.mark.parametrize("first", range(14))
@pytest.mark.parametrize("second", [None, *range(14)])
def test_kept_is_what_the_tokenizer_keeps(toy, first, second):
    text, pair = "dog " * first, second if second is None else "cat " * second
    t = tokenize(toy, text, pair)
    cut = toy.tokenizer(text, pair, truncation=True, max_length=t.limit)
    assert [i for i, kept in zip(t.ids, t.kept) if kept] == cut["input_ids"]
    assert [i for i, kept in zip(t.types, t.kept) if kept] == cut["token_type_ids"]
    assert len(t.lost) == max(0, len(t.ids) - 8)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("dog " * 511, None),
        ("dog " * 600, "cat"),
        ("dog", "cat " * 600),
        ("dog " * 300, "cat " * 299),
        ("unbelievably " * 300, "cat " * 2000),
    ],
)
def test_truncation_of_the_real_model(bert, text, pair):
    t = tokenize(bert, text, pair)
    cut = bert.tokenizer(text, pair, truncation=True, max_length=512)["input_ids"]
    assert [i for i, kept in zip(t.ids, t.kept) if kept] == cut
    assert len(cut) == t.limit == bert.config.max_position_embeddings == 512
    assert all(t.source[i] is not None for i in t.lost)


def test_nothing_is_lost_at_the_limit(toy):
    assert not tokenize(toy, "dog " * 6).lost
    assert len(tokenize(toy, "dog " * 7).lost) == 1


def test_a_model_that_takes_more(tmp_path):
    t = tokenize(toy_bert(tmp_path, positions=20), "dog " * 18)
    assert (t.limit, t.lost) == (20, [])


def test_an_empty_second_text_is_none(bert):
    t = tokenize(bert, "dog", "")
    assert t.tokens == ["[CLS]", "dog", "[SEP]"]
    # Of spaces alone it is one, without tokens of its own.
    assert tokenize(bert, "dog", " ").types == [0, 0, 0, 1]


def test_sentences(toy):
    def sentences(*text):
        return " ".join(tokenize(toy, *text).sentences)

    assert "nothing to tokenize" in sentences("   ")
    assert "keeps nothing of what you typed" in sentences("  \x00 \u200b")
    assert "becomes 2 tokens: [CLS] [SEP]" in sentences("")
    assert sentences("dog!") == "4 tokens: 2 for what you typed and 2 special."
    assert sentences("dog", "cat").startswith("5 tokens: 2 for what you typed and 3")
    lost = sentences("dog cat dog cat dog cat Dog car")
    assert (
        "The model takes 8. Truncation would lose 2 tokens, from “Dog car” on" in lost
    )
    assert "1 word split into pieces, for instance dog ##s." in sentences("dogs dog")
    assert "2 words split into pieces" in sentences("dogs cats")
    assert "2 words split into pieces" in sentences("dogs", "dogs")
    assert "“xyz” is not in the vocabulary" in sentences("dog xyz")
    assert "“x”, “y” are not" in sentences("x y")
    assert "“a”, “b”, “c”, “d”, “e” and more are not" in sentences("a b c d e f")
    assert "over 100 characters" in sentences("x" * 101)
    assert "over 100 characters" not in sentences("x" * 100)


def test_special_tokens_that_somebody_typed(toy):
    t = tokenize(toy, "dog [SEP] [UNK]")
    assert t.kinds == ["special", "word", "special", "unknown", "special"]
    assert "You typed [SEP] and [UNK]: the tokenizer takes that for" in " ".join(
        t.sentences
    )


def test_the_loss_in_a_pair_is_counted_for_each_text(toy):
    said = " ".join(tokenize(toy, "dog " * 5, "cat " * 5).sentences)
    assert "2 tokens of the first text and 3 tokens of the second text:" in said or (
        "3 tokens of the first text and 2 tokens of the second text:" in said
    )
    said = " ".join(tokenize(toy, "dog", "cat " * 5).sentences)
    assert "would lose 1 token of the second text: crossed out" in said


def test_numbers_have_thousands_separators(tmp_path):
    said = tokenize(toy_bert(tmp_path, positions=2000), "! " * 2500).sentences
    assert said[0] == "2,502 tokens: 2,500 for what you typed and 2 special."
    assert said[1].startswith("The model takes 2,000. Truncation would lose 502 tokens")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("dog, Ünlü 東京 👩\u200d💻 न\u200dx", None),
        ("שלום", "\u2068שלום\u2069"),
        ("a سلام 1", "\u2068a سلام 1\u2069"),
        ("\u202e abc", "U+202E abc"),
        ("\u2066\u200f\u2069\x00\u200b", "U+2066U+200FU+2069U+0000U+200B"),
        ("\u2069ש", "\u2068U+2069ש\u2069"),
        ("dog\ncat\u2029\tcar", "dog cat  car"),
    ],
)
def test_isolated(text, written):
    assert isolated(text) == (written or text)


def test_letters_from_right_to_left_do_not_disturb_a_sentence(toy):
    said = " ".join(tokenize(toy, "שלום dog").sentences)
    assert "“\u2068שלום\u2069” is not in" in said
    said = " ".join(tokenize(toy, "dog " * 6 + "\u202ecat").sentences)
    assert "from “U+202Ecat” on" in said or "from “cat” on" in said
    said = " ".join(tokenize(toy, "dog " * 6 + "cat\u202e car").sentences)
    assert "from “catU+202E car” on" in said
    assert look_up_word(toy, "שלום").sentence.startswith("“\u2068שלום\u2069” is")
    assert look_up_word(toy, "\u202eDOG").sentence.startswith(
        "The tokenizer writes “U+202EDOG” as dog"
    )


def test_letters_from_right_to_left_among_the_pieces(bert):
    said = tokenize(bert, "שלום").sentences[1]
    assert said.startswith(
        "1 word split into pieces, for instance \u2068ש\u2069 \u2068##"
    )
    assert " \u2068ש\u2069 \u2068##" in look_up_word(bert, "שלום").sentence


def test_the_loss_begins_with_a_whole_word(toy):
    t = tokenize(toy, "dog " * 5 + "cats! dog")
    assert t.tokens[t.lost[0]] == "##s"
    assert around(t, t.lost[0]) == "cats! dog"


def test_the_unknown_token_that_somebody_typed(toy):
    said = " ".join(tokenize(toy, "dog [UNK] [SEP]").sentences)
    assert "You typed [UNK] and [SEP]: the tokenizer" in said
    assert "not in the vocabulary" not in said
    said = " ".join(tokenize(toy, "[UNK] xyz xyz").sentences)
    assert "You typed [UNK]:" in said
    assert "“xyz” is not in the vocabulary" in said
    assert "and more" not in " ".join(tokenize(toy, "x " * 6).sentences)


def test_a_sentence_ends_with_one_stop(tmp_path):
    toy = toy_bert(tmp_path, positions=20)
    assert " ##s … Shown are" in look_up_word(toy, "dog" + "s" * 8).sentence
    assert " ##s. Shown are" in look_up_word(toy, "dog" + "s" * 7).sentence
    assert tokenize(toy, "dog" + "s" * 8).sentences[-1].endswith(" ##s …")
    assert tokenize(toy, "dog" + "s" * 7).sentences[-1].endswith(" ##s.")


def test_the_unknown_part_of_a_word_is_named(toy):
    said = look_up_word(toy, "dog 🤗").sentence
    assert "2 tokens, dog [UNK]. “🤗” is unknown and becomes [UNK]. Shown are" in said
    assert "type one of them, such as dog," in said
    said = look_up_word(toy, "x dog y y [UNK]").sentence
    assert "“x”, “y” are unknown and become [UNK]." in said
    assert "unknown" not in look_up_word(toy, "dog [UNK]").sentence
    said = look_up_word(toy, "🤗 🤗").sentence
    assert said.startswith(
        "“🤗 🤗” is 2 tokens, each of them [UNK], so this is the row"
    )


def test_the_loss_in_a_pair_names_names_the_right_text(toy):
    t = tokenize(toy, "dog", "cat cat cat cat car Dog")
    assert around(t, t.lost[0]) == "car Dog"


@pytest.mark.parametrize(
    ("text", "pair", "says"),
    [
        (None, None, "must be a string, such as 'my dog', not NoneType"),
        (["a"], None, "not list"),
        ("a", 7, "The second text must be a string"),
        ("x" * (LONGEST_TEXT + 1), None, "20,001 characters"),
        ("a", "x" * 100_000, "The second text has 100,000 characters"),
        ("ab\ud800", None, "Character 3 of the text is half of a character"),
        ("a", "\udfff", "Character 1 of the second text"),
    ],
)
def test_what_cannot_be_tokenized(toy, text, pair, says):
    with pytest.raises(InputError, match=r"^The|^Character") as raised:
        tokenize(toy, text, pair)
    assert says in str(raised.value)


def test_the_longest_text_is_taken(toy):
    assert len(tokenize(toy, "! " * (LONGEST_TEXT // 2)).tokens) == 10_002


def test_small_texts():
    assert [count(n, "row") for n in (0, 1, 1024)] == ["0 rows", "1 row", "1,024 rows"]
    assert shorten("x" * 24) == "x" * 24
    assert shorten("x" * 25) == "x" * 23 + "…"


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
        ("DOG", ["dog"], "The tokenizer writes “DOG” as dog"),
        (
            "dogs",
            ["dog", "##s"],
            "“dogs” has no row of its own: it is 2 tokens, dog ##s",
        ),
        ("dog cats", ["dog", "cat", "##s"], "type one of them, such as dog"),
        ("dog" + "s" * 5, ["dog"] + ["##s"] * 5, "6 tokens"),
        ("xyz", ["[UNK]"], "“xyz” is not in the vocabulary"),
        ("[sep] dog", ["[UNK]"] * 3 + ["dog"], "4 tokens"),
        ("x y", ["[UNK]"] * 2, "the row of [UNK]"),
        ("x dog", ["[UNK]", "dog"], "2 tokens, [UNK] dog"),
        ("x" * 999, ["[UNK]"], "“xxxxxxxxxxxxxxxxxxxxxxx…” has over 100 characters"),
    ],
)
def test_a_word_without_a_row(toy, word, tokens, says):
    found = look_up_word(toy, word)
    assert found.tokens == tokens
    assert found.ids == [VOCABULARY.index(token) for token in tokens]
    assert says in found.sentence


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("", "Type a word"),
        (" \t\u3000", "Type a word"),
        ("\x00\u200d", "keeps nothing of"),
        ("dog " * 9, "That is 9 tokens"),
        ("\ud800", "Character 1 of the word"),
        ("x" * 20_001, "The word has 20,001"),
        (None, "The word must be a string"),
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


def test_look_up_any_word(bert):
    @ANY
    @given(ANY_TEXT)
    def check(word):
        try:
            found = look_up_word(bert, word)
        except InputError as error:
            assert str(error).endswith(".")
            return
        assert found.tokens
        assert found.tokens == bert.tokenizer.convert_ids_to_tokens(found.ids)
        assert found.sentence or found.tokens == [found.typed]

    check()
