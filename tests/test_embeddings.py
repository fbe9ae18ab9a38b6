"""The embedding layer by hand; here too against TensorFlow's."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from toy import VOCABULARY, toy_bert

from bertlab.errors import InputError
from bertlab.network.embedding import INGREDIENTS, embed, rebuild
from bertlab.network.similarity import (
    SPACES,
    best_by_chance,
    contributions,
    cosine_similarity,
    nearest_tokens,
    random_pairs,
    shown_rows,
    token_space,
)
from bertlab.text.tokens import vocabulary

TEXTS = [
    ("hello, world!",),
    ("The bank by the river.", "Where is my money?"),
    ("",),
    ("naïve 👩 東京 unbelievably",),
    ("dog " * 510,),
]


def in_float64(bert, b, left_out=()):
    """The layer for one token at a time, with ingredients left out."""
    tables, rows = bert.tables, []
    for i in range(len(b.tokens)):
        x = np.zeros(b.total.shape[1])
        if "token" not in left_out:
            x = x + tables.token[b.ids[i]]
        if "position" not in left_out:
            x = x + tables.position[b.positions[i]]
        if "token type" not in left_out:
            x = x + tables.token_type[b.types[i]]
        deviation = np.sqrt(
            ((x - x.mean()) ** 2).mean()
            + (tables.eps if "epsilon" not in left_out else 0)
        )
        if "mean" not in left_out:
            x = x - x.mean()
        if "variance" not in left_out and x.any():
            x = x / deviation
        x = x * (1 if "gamma" in left_out else tables.gamma)
        rows.append(x + (0 if "beta" in left_out else tables.beta))
    return np.array(rows)


@pytest.mark.parametrize("text", TEXTS)
def test_embed_against_float64(bert, text):
    encoded = bert.tokenizer(*text)
    b = embed(bert, *text)
    assert b.ids == encoded["input_ids"]
    assert b.tokens == bert.tokenizer.convert_ids_to_tokens(b.ids)
    assert b.types == encoded["token_type_ids"]
    assert b.positions == list(range(len(b.ids)))
    assert b.output.shape == (len(b.ids), bert.config.hidden_size)
    np.testing.assert_allclose(b.output, in_float64(bert, b), atol=1e-5, rtol=0)


@pytest.mark.parametrize("text", TEXTS)
def test_embed_against_tensorflow(bert, text):
    encoded = bert.tokenizer(*text, return_tensors="tf")
    layer = bert.model.bert.embeddings
    wanted = layer(encoded["input_ids"], token_type_ids=encoded["token_type_ids"])
    np.testing.assert_allclose(embed(bert, *text).output, wanted[0], atol=1e-5, rtol=0)


def test_every_step_of_embed(tmp_path):
    toy = toy_bert(tmp_path)
    b = embed(toy, "dogs", "cat")
    ids, types = [2, 6, 9, 3, 7, 3], [0, 0, 0, 0, 1, 1]
    assert b.ids == ids
    np.testing.assert_array_equal(b.token, toy.tables.token[ids])
    np.testing.assert_array_equal(b.position, toy.tables.position[:6])
    np.testing.assert_array_equal(b.token_type, toy.tables.token_type[types])
    np.testing.assert_array_equal(b.total, b.token + b.position + b.token_type)
    assert b.mean.shape == b.variance.shape == (6, 1)
    np.testing.assert_allclose(b.mean[:, 0], b.total.sum(axis=1) / 6, atol=1e-6)
    squares = ((b.total - b.mean) ** 2).sum(axis=1) / 6  # by N, not N - 1
    np.testing.assert_allclose(b.variance[:, 0], squares, rtol=1e-5)
    np.testing.assert_allclose(b.normalised.mean(axis=1), np.zeros(6), atol=1e-6)
    np.testing.assert_allclose(b.normalised.std(axis=1), np.ones(6), atol=1e-5)
    np.testing.assert_allclose(b.output, in_float64(toy, b), atol=1e-5)


OTHER_ROWS = [
    {"positions": [7, 3, 3, 0]},
    {"types": 1},
    {"ids": [8, 8, 8, 8, 8, 8, 8, 8], "types": 1, "positions": 0},
    {"ids": [4, 0], "types": [1, 0], "positions": [6, 2]},
]


@pytest.mark.parametrize("asked", OTHER_ROWS, ids=repr)
def test_embed_with_other_rows(tmp_path, asked):
    toy = toy_bert(tmp_path)
    b = embed(toy, "dogs", **asked)
    for name, rows in asked.items():
        assert getattr(b, name) == np.broadcast_to(rows, len(b.ids)).tolist()
    assert b.tokens == [VOCABULARY[i] for i in b.ids]
    np.testing.assert_allclose(b.output, in_float64(toy, b), atol=1e-5)


def test_embed_with_other_rows_against_tensorflow(bert):
    random = np.random.default_rng(4)
    sizes = [len(bert.tables.token), len(bert.tables.position), 2]
    ids, positions, types = (random.integers(0, rows, 60) for rows in sizes)
    wanted = bert.model.bert.embeddings(
        ids[None], position_ids=positions[None], token_type_ids=types[None]
    )
    b = embed(bert, "", ids=ids, positions=positions, types=types)
    np.testing.assert_allclose(b.output, wanted[0], atol=1e-5, rtol=0)


@pytest.fixture(scope="module", params=["toy", "default"])
def model(request, bert, tmp_path_factory):
    """A model whose epsilon is large enough to be seen, and the default one."""
    if request.param == "default":
        return bert
    toy = toy_bert(tmp_path_factory.mktemp("rebuild"))
    return replace(toy, tables=replace(toy.tables, eps=0.5))


@pytest.mark.parametrize(
    "left_out",
    [
        *[c for n in (1, 2) for c in combinations(INGREDIENTS, n)],
        ("token", "position", "token type"),
        ("token", "position", "token type", "variance"),
        ("token", "position", "token type", "epsilon"),
        ("mean", "variance", "epsilon", "gamma", "beta"),
        INGREDIENTS[:-1],
    ],
    ids="+".join,
)
def test_rebuild_without(model, left_out):
    b = embed(model, "dogs", "cat")
    with np.errstate(all="raise"):
        found = rebuild(model, b, left_out)
    assert found.shape == b.output.shape
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, in_float64(model, b, left_out), atol=2e-5)
    # On the default model epsilon is too small to be seen in float32.
    seen = np.abs(found - b.output).max() > 1e-4
    assert seen == (left_out != ("epsilon",) or model.tables.eps > 0.1)


def test_rebuild_without_what_there_is_not(tmp_path):
    toy = toy_bert(tmp_path)
    with pytest.raises(InputError, match="no ingredient 'type': choose from token,"):
        rebuild(toy, embed(toy, "dog"), ["mean", "type"])


def test_rebuild_of_everything_of_nothing_and_of_other_rows(model):
    b = embed(model, "dogs", positions=3, types=1)
    np.testing.assert_array_equal(rebuild(model, b), b.output)
    assert not rebuild(model, b, INGREDIENTS).any()
    by_hand = in_float64(model, b, ["token type"])
    np.testing.assert_allclose(rebuild(model, b, ["token type"]), by_hand, atol=2e-5)


def test_cosine():
    assert cosine_similarity([3, 4], [4, 3]) == pytest.approx(0.96)
    assert cosine_similarity([1, 0], [0, 2]) == 0
    assert cosine_similarity([1, 2], [-2, -4]) == pytest.approx(-1)
    rows, others = np.eye(2), [[1, 1], [0, 3], [-1, 0]]
    half = 0.5**0.5
    np.testing.assert_allclose(
        cosine_similarity(rows, others), [[half, 0, -1], [half, 1, 0]], atol=1e-15
    )
    with pytest.raises(ValueError, match="no direction"):
        cosine_similarity([[1, 2], [0, 0]], [1, 2])


def by_definition(table, name):
    """The table in a space, as a copy of it in float64."""
    table = np.float64(table)
    if name == "centred":
        return table - table.mean(axis=0)
    if name == "standardised":
        spread = table.std(axis=0)
        spread[spread == 0] = np.inf
        return (table - table.mean(axis=0)) / spread
    if name == "without dominant":
        norms = np.linalg.norm(table, axis=1, keepdims=True)
        unit = table / np.where(norms == 0, 1, norms)
        keep = np.ones(table.shape[1])
        keep[np.argsort(unit.mean(axis=0) ** 2)[-3:]] = 0
        return table * keep
    return table


def cosines(rows, row):
    """Cosine of `row` to every one of `rows`, 0 where there is no direction."""
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(row)
    return (rows @ row) / np.where(lengths == 0, np.inf, lengths)


@pytest.mark.parametrize("name", SPACES)
def test_spaces_agree_with_a_copy_of_the_table(bert, name):
    table = bert.tables.token
    copy, space = by_definition(table, name), token_space(bert, name)
    some = space.of(table[:500])
    np.testing.assert_allclose(some, copy[:500], atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(space.norms, np.linalg.norm(copy, axis=1), rtol=1e-4)
    for row in (3899, 103, 29999):
        found = space.similarities(table[row])
        np.testing.assert_allclose(found, cosines(copy, copy[row]), atol=1e-5)
        assert found[row] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("word", ["dog", "unbelievably", "👩"])
@pytest.mark.parametrize("hide", [True, False])
def test_nearest_against_a_full_sort(bert, name, word, hide):
    names = vocabulary(bert)
    own = (
        [names.index(word)]
        if word in names
        else bert.tokenizer.convert_tokens_to_ids(bert.tokenizer.tokenize(word))
    )
    copy = by_definition(bert.tables.token, name)
    similarity = cosines(copy, copy[own].mean(axis=0))
    wanted = [
        i
        for i in np.argsort(-similarity, kind="stable")
        if i not in own and not (hide and names[i].startswith(("##", "[unused")))
    ][:25]
    found = nearest_tokens(bert, word, 25, name, hide_unused=hide, hide_pieces=hide)
    np.testing.assert_allclose(
        [value for _, value in found], similarity[wanted], atol=1e-5
    )
    # Where two are nearer to each other than floats can tell, either may come first.
    gaps = -np.diff(similarity[wanted])
    for rank in range(24):
        if gaps[rank] > 1e-5 and (rank == 0 or gaps[rank - 1] > 1e-5):
            assert found[rank][0] == names[wanted[rank]]


TABLE = {
    "[PAD]": [0, 0, 0, 0, 0, 0],
    "[UNK]": [-1, 0, 0, 0, 0, 0],
    "[CLS]": [0, 1, 0, 0, 0, 0],
    "[SEP]": [0, 0, 1, 0, 0, 0],
    "[MASK]": [0, 0, 0, 1, 0, 0],
    "[unused0]": [9, 0, 0, 0, 0, 0],
    "dog": [2, 0, 0, 0, 0, 0],
    "cat": [3, 4, 0, 0, 0, 0],
    "car": [3, 0, 4, 0, 0, 0],
    "##s": [4, 3, 0, 0, 0, 0],
    "!": [0, 5, 0, 0, 0, 0],
}


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    rows = [TABLE[name] for name in VOCABULARY]
    return toy_bert(tmp_path_factory.mktemp("known"), rows=rows)


def rounded(found):
    return [(token, round(value, 6)) for token, value in found]


def test_nearest_by_construction(known):
    # cat and car are as near as each other: the lower row comes first.
    assert rounded(nearest_tokens(known, "dog", 3)) == [
        ("cat", 0.6),
        ("car", 0.6),
        ("[PAD]", 0),
    ]
    found = nearest_tokens(known, "dog", 2, hide_unused=False, hide_pieces=False)
    assert rounded(found) == [("[unused0]", 1), ("##s", 0.8)]


def test_a_word_of_several_pieces(known):
    # dogs is dog and ##s: the mean row is (3, 1.5, 0, …), and neither may be answered.
    found = nearest_tokens(known, "dogs", 99, hide_pieces=False, hide_unused=False)
    assert not {"dog", "##s"} & {token for token, _ in found}
    length = np.hypot(3, 1.5)
    assert rounded(found[:2]) == [
        ("[unused0]", round(3 / length, 6)),
        ("cat", round((9 + 6) / 5 / length, 6)),
    ]


def test_a_vector(known):
    found = nearest_tokens(known, [20, 0, 0, 0, 0, 0], 2)
    assert rounded(found) == [("dog", 1), ("cat", 0.6)]


def test_rows_of_zeros(known):
    assert {value for _, value in nearest_tokens(known, "[PAD]", 99)} == {0}
    assert {value for _, value in nearest_tokens(known, np.zeros(6), 99)} == {0}
    with np.errstate(all="raise"):
        assert np.isfinite(random_pairs(known)).all()
        assert np.isfinite(best_by_chance(known)).all()


def test_contributions_add_up_to_the_mean_cosine(bert):
    table = bert.tables.token[1000:1400]
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    # Over all pairs, each row with itself among them: what independent draws give.
    assert contributions(table).sum() == pytest.approx((unit @ unit.T).mean(), rel=1e-3)
    assert contributions(bert.tables.token).shape == (bert.config.hidden_size,)


@pytest.mark.parametrize("space", SPACES)
def test_random_pairs(bert, space):
    pairs = random_pairs(bert, space)
    assert pairs.shape == (2000,)
    assert (np.diff(pairs) >= 0).all()
    assert -1 - 1e-5 <= pairs[0] <= pairs[-1] <= 1 + 1e-5
    # The same draw, from a copy of the table.
    rows = np.flatnonzero(shown_rows(bert))
    a, b = np.random.default_rng(0).choice(rows, size=(2, 2000))
    copy = by_definition(bert.tables.token, space)
    copy /= np.linalg.norm(copy, axis=1, keepdims=True)
    np.testing.assert_allclose(pairs, np.sort((copy[a] * copy[b]).sum(1)), atol=1e-5)


@pytest.mark.parametrize("space", SPACES)
def test_best_by_chance(bert, space):
    best = best_by_chance(bert, space)
    assert best.shape == (40,)
    assert (np.diff(best) >= 0).all()
    # The same draw, from a copy of the table.
    shown = np.flatnonzero(shown_rows(bert))
    generator = np.random.default_rng(0)
    copy = by_definition(bert.tables.token, space)
    rows = generator.permuted(copy[generator.choice(shown, size=40)], axis=1)
    rows *= token_space(bert, space).scale > 0
    copy /= np.linalg.norm(copy, axis=1, keepdims=True)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    wanted = np.sort((copy[shown] @ rows.T).max(axis=0))
    np.testing.assert_allclose(best, wanted, atol=1e-5)
    assert best.min() > random_pairs(bert, space).mean()
    assert best.max() < 1
