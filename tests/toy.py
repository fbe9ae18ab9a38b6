"""A BERT small enough to know by heart: eleven rows of six numbers each."""

import numpy as np
from transformers import BertConfig, BertTokenizerFast

from bertlab import Bert, Tables

VOCABULARY = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[unused0]",
    "dog",
    "cat",
    "car",
    "##s",
    "!",
)
HIDDEN = 6


def toy_bert(folder, rows=None, positions=8, types=2):
    """Make a `Bert` of `VOCABULARY` without weights beyond the embedding layer's.

    Parameters
    ----------
    folder : Path
        Where the vocabulary file may be written.
    rows : (n, 6) array_like, optional
        The token table; random rows without it. It may have more rows than the
        vocabulary has entries.
    positions, types : int
        Rows of the other two tables.
    """
    file = folder / "vocab.txt"
    file.write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    random = np.random.default_rng(3)
    if rows is None:
        rows = random.normal(size=(len(VOCABULARY), HIDDEN))
    tables = Tables(
        token=np.asarray(rows, "float32"),
        position=random.normal(size=(positions, HIDDEN)).astype("float32"),
        token_type=random.normal(size=(types, HIDDEN)).astype("float32"),
        gamma=random.normal(1, 0.1, HIDDEN).astype("float32"),
        beta=random.normal(0, 0.1, HIDDEN).astype("float32"),
        eps=1e-12,
    )
    return Bert(
        name="toy",
        folder=folder,
        config=BertConfig(
            vocab_size=len(tables.token),
            hidden_size=HIDDEN,
            num_attention_heads=1,
            max_position_embeddings=positions,
            type_vocab_size=types,
        ),
        tokenizer=BertTokenizerFast(vocab_file=str(file), do_lower_case=True),
        tables=tables,
    )
