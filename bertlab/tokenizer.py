"""A model's tokenizer, made from its files by the `tokenizers` library itself.

What transformers makes of a vocabulary depends on its version, and may be nothing at
all, without a word. Here it only puts its own class round what is whole already.
"""

import json
from collections import Counter
from pathlib import Path

from .errors import ModelError

SPECIAL = {
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "pad_token": "[PAD]",
    "mask_token": "[MASK]",
}
# What holds where tokenizer_config.json says nothing else, as in transformers.
SETTINGS = SPECIAL | {
    "do_lower_case": True,
    "strip_accents": None,
    "tokenize_chinese_chars": True,
    "clean_up_tokenization_spaces": True,
}


def load_tokenizer(folder: Path, config, vocabulary_alone: bool = False):
    """The model's `BertTokenizerFast`, which neither truncates nor pads unasked.

    `vocabulary_alone` reads ``vocab.txt`` and nothing beside it. ModelError where the
    files are missing, not whole or not those of the token table, or where transformers
    gives tokens other IDs than they do.
    """
    from tokenizers import AddedToken, Tokenizer
    from transformers import BertTokenizerFast

    whole = folder / "tokenizer.json"
    try:
        said = {} if vocabulary_alone else read_settings(folder)
        settings = SETTINGS | {name: said[name] for name in SETTINGS if name in said}
        longest = config.max_position_embeddings
        length = min(said.get("model_max_length") or longest, longest)
        if whole.is_file() and not vocabulary_alone:  # read in place of vocab.txt
            backend = Tokenizer.from_file(str(whole))
            vocabulary = backend.get_vocab(with_added_tokens=False)
            check_special_tokens(vocabulary, settings, folder)
        else:
            vocabulary = read_vocabulary(folder)
            check_special_tokens(vocabulary, settings, folder)
            backend = wordpiece(vocabulary, settings)
            added = said.get("added_tokens_decoder", {})
            backend.add_tokens([AddedToken(**added[n]) for n in sorted(added, key=int)])
    except ModelError:
        raise
    except Exception as error:  # the Rust library raises bare Exceptions
        raise ModelError(
            f"The tokenizer's files in {folder} cannot be read ({error})."
            " Copy them again from where the model came from."
        ) from None
    backend.no_truncation()
    backend.no_padding()
    tokenizer = BertTokenizerFast(
        tokenizer_object=backend, model_max_length=length, **settings
    )
    check_entries(tokenizer, folder, vocabulary)
    check_rows(tokenizer, folder, config.vocab_size)
    return tokenizer


def read_settings(folder: Path) -> dict:
    """What the files beside the vocabulary say; a special token as its text."""
    said = {}
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        if (folder / name).is_file():
            said |= json.loads((folder / name).read_text(encoding="utf-8"))
    for name in SPECIAL:
        if isinstance(said.get(name), dict):
            said[name] = said[name]["content"]
    return said


def read_vocabulary(folder: Path) -> dict[str, int]:
    """The tokens of ``vocab.txt`` with their IDs, which are its lines' numbers."""
    path = folder / "vocab.txt"
    if not path.is_file():
        raise ModelError(
            f"{folder} has neither vocab.txt nor tokenizer.json; copy the tokenizer's"
            " files from where the model came from."
        )
    # Of bytes only line feeds and carriage returns end a line; some tokens are others.
    tokens = [line.decode() for line in path.read_bytes().splitlines()]
    if double := [token for token, times in Counter(tokens).items() if times > 1]:
        raise ModelError(
            f"vocab.txt in {folder} has {double[0]!r} more than once, so its lines are"
            " not the rows of the token table. Copy it again from where the model came"
            " from."
        )
    return {token: row for row, token in enumerate(tokens)}


def wordpiece(vocabulary: dict[str, int], settings: dict):
    """BERT's tokenizer over a vocabulary, as a `tokenizers.Tokenizer`."""
    from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import WordPiece

    unknown, first, last = (settings[f"{n}_token"] for n in ("unk", "cls", "sep"))
    backend = Tokenizer(WordPiece(vocabulary, unk_token=unknown))
    backend.normalizer = normalizers.BertNormalizer(
        clean_text=True,
        handle_chinese_chars=settings["tokenize_chinese_chars"],
        strip_accents=settings["strip_accents"],
        lowercase=settings["do_lower_case"],
    )
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.TemplateProcessing(
        single=f"{first}:0 $A:0 {last}:0",
        pair=f"{first}:0 $A:0 {last}:0 $B:1 {last}:1",
        special_tokens=[(first, vocabulary[first]), (last, vocabulary[last])],
    )
    backend.decoder = decoders.WordPiece(prefix="##")
    return backend


def check_special_tokens(vocabulary, settings: dict, folder: Path) -> None:
    """Raise ModelError where a token is missing without which there is no BERT."""
    # transformers adds those that the file lacks, with IDs past its end.
    names = [settings[f"{name}_token"] for name in ("unk", "cls", "sep", "pad")]
    if missing := [str(token) for token in names if token not in vocabulary]:
        raise ModelError(
            f"The vocabulary in {folder} has no {', '.join(missing)}, which BERT needs:"
            " copy the tokenizer's files again from where the model came from."
        )


def check_rows(tokenizer, folder: Path, rows: int) -> None:
    """Raise ModelError unless a token table of `rows` rows fits the vocabulary."""
    # Tables are often padded, to 30,528 rows for 30,522 tokens, say, and some published
    # ones by a thousand; a vocabulary that lacks an eighth belongs to another table.
    if not rows - rows // 8 <= len(tokenizer) <= rows:
        raise ModelError(
            f"The tokenizer in {folder} knows {len(tokenizer):,} tokens, but the token"
            f" table has {rows:,} rows: they belong to different models."
        )


def check_entries(tokenizer, folder: Path, vocabulary: dict[str, int]) -> None:
    """Raise ModelError unless some entries come back under their own IDs."""
    some = list(vocabulary)[:: len(vocabulary) // 8 + 1]
    ids = [vocabulary[token] for token in some]
    framed = [tokenizer.cls_token_id, tokenizer.sep_token_id]
    if (
        tokenizer.convert_tokens_to_ids(some) == ids
        and tokenizer("").input_ids == framed
    ):
        return
    import transformers

    raise ModelError(
        f"transformers {transformers.__version__} gives tokens other IDs than the"
        f" vocabulary in {folder} does. Install the versions of requirements.txt:"
        "  pip install -r requirements.txt"
    )
