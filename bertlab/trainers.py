"""What is trained: a copy of a BERT, or a small one of random numbers."""

from __future__ import annotations

import copy
import os

import numpy as np

from .errors import ModelError
from .model import TENSORFLOW_SETTINGS, silent_stderr
from .training import SPREAD, WEIGHTS, Trainer


def fine_tuner(bert, classes, rows=None):
    """Make a `Trainer` that starts from a BERT's weights, on a copy of the model.

    Parameters
    ----------
    bert : Bert
        Its own model stays as it is.
    classes : int
    rows : sequence of int, optional
        The token IDs that occur: the copy's token table has these rows alone, and what
        it is given says which of *them* stands for a token, from 0. No other row
        changes in training, and the table is half of a small BERT.

    Returns
    -------
    Trainer

    Raises
    ------
    ModelError
        If TensorFlow cannot be imported here.
    """
    own = [v for v in bert.model.weights if "/pooler/" not in v.name]
    config = copy.copy(bert.config)
    if rows is not None:
        config.vocab_size, config.pad_token_id = len(rows), 0
        (table,) = (n for n, v in enumerate(own) if "word_embeddings" in v.name)
        own[table] = own[table].numpy()[np.asarray(rows)]  # (rows, hidden)
    return Trainer(_new_model(config), classes, lambda seed: own)


def small_trainer(classes, *, vocabulary, positions, layers=2, hidden=32, heads=2):
    """Make a `Trainer` of a small BERT of random numbers, as BERT itself once began.

    Parameters
    ----------
    classes : int
    vocabulary, positions : int
        Rows of the token table and of the position table.
    layers, hidden, heads : int

    Returns
    -------
    Trainer

    Notes
    -----
    The random numbers are as much larger than BERT's as vectors of this length are
    shorter than its 768, so that sums over them come out as large. With smaller ones
    a small model takes much longer to learn, and by some seeds does not.
    """
    from transformers import BertConfig

    config = BertConfig(
        vocab_size=vocabulary,
        max_position_embeddings=positions,
        num_hidden_layers=layers,
        hidden_size=hidden,
        num_attention_heads=heads,
        intermediate_size=4 * hidden,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = _new_model(config)
    shapes = [(v.name, tuple(v.shape)) for v in model.weights]
    spread = SPREAD * np.sqrt(768 / hidden)
    return Trainer(model, classes, lambda seed: _random_weights(shapes, spread, seed))


def _new_model(config):
    """A TFBertModel without pooler, of this form, with random weights."""
    for setting, value in TENSORFLOW_SETTINGS.items():
        os.environ.setdefault(setting, value)
    try:
        with silent_stderr():
            from transformers import TFBertModel, logging
    except ImportError as error:
        raise ModelError(
            f"TensorFlow cannot be imported here ({error}). Install the packages of"
            " requirements.txt."
        ) from None
    if "TRANSFORMERS_VERBOSITY" not in os.environ:  # as `bertlab.load` does
        logging.set_verbosity_error()
    model = TFBertModel(copy.copy(config), add_pooling_layer=False)
    model(input_ids=np.zeros((1, 1), np.int32))  # makes the weights
    return model


def _random_weights(shapes, spread, seed):
    """Small random numbers; LayerNorm's gamma 1, its beta and every bias 0."""
    random = np.random.default_rng([seed, WEIGHTS])
    return [
        np.ones(shape)
        if "gamma" in name
        else np.zeros(shape)
        if "beta" in name or "bias" in name
        else random.normal(0, spread, shape)
        for name, shape in shapes
    ]
