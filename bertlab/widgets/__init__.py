"""Explorers: controls wired to a computation and a picture, and nothing else."""

from .neighbours import neighbour_explorer
from .positions import position_explorer
from .reconstruction import reconstruction_explorer
from .segments import segment_explorer
from .tokenizer import tokenizer_explorer

__all__ = [
    "neighbour_explorer",
    "position_explorer",
    "reconstruction_explorer",
    "segment_explorer",
    "tokenizer_explorer",
]
