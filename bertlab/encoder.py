"""Run the whole model on a text: hidden states and attention, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .inputs import Inputs, prepare


@dataclass(frozen=True)
class Encoding(Inputs):
    """What went into the model, and what came out of each of its layers.

    Attributes
    ----------
    tokens, ids, positions, types, mask
        What went in: see `bertlab.inputs.Inputs`.
    hidden_states : (layers + 1, tokens, hidden) ndarray
        The embedding layer's output, then that of each layer.
    attentions : (layers, heads, tokens, tokens) ndarray or None
        Row i holds the weights with which token i attends to each token, and sums to 1.
    """

    hidden_states: np.ndarray
    attentions: np.ndarray | None


def encode(
    bert,
    text,
    pair=None,
    *,
    ids=None,
    positions=None,
    types=None,
    mask=None,
    attentions=True,
):
    """Run the TensorFlow model on a text, or a pair, and return every layer's output.

    Parameters
    ----------
    bert : Bert
    text : str
    pair : str, optional
    ids, positions, types, mask : sequence of int, optional
        Put in place of what the text leads to: see `bertlab.inputs.prepare`.
    attentions : bool
        False leaves the attention weights out: they are most of the memory.

    Returns
    -------
    Encoding

    Raises
    ------
    InputError
        If the text is longer than the model takes, if a number has no row in its
        table, or if the lengths differ.
    ModelError
        If TensorFlow cannot be imported here.
    """
    given = prepare(
        bert, text, pair, ids=ids, positions=positions, types=types, mask=mask
    )
    out = bert.model(
        input_ids=np.array([given.ids]),
        position_ids=np.array([given.positions]),
        token_type_ids=np.array([given.types]),
        attention_mask=np.array([given.mask]),
        output_hidden_states=True,
        output_attentions=attentions,
        training=False,
    )
    return Encoding(
        **vars(given),
        hidden_states=np.stack([state[0].numpy() for state in out.hidden_states]),
        attentions=np.stack([a[0].numpy() for a in out.attentions])
        if attentions
        else None,
    )
