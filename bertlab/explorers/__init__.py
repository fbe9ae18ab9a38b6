"""Explorers: controls wired to a computation and a picture, and nothing else."""

from .attention import attention_explorer
from .context import context_explorer
from .interventions import intervention_explorer
from .learning import growing, learning_explorer
from .neighbours import neighbour_explorer
from .padding import padding_explorer
from .positions import position_explorer
from .reconstruction import reconstruction_explorer
from .segments import segment_explorer
from .tokenizer import tokenizer_explorer

__all__ = [
    "attention_explorer",
    "context_explorer",
    "growing",
    "intervention_explorer",
    "learning_explorer",
    "neighbour_explorer",
    "padding_explorer",
    "position_explorer",
    "reconstruction_explorer",
    "segment_explorer",
    "tokenizer_explorer",
]
