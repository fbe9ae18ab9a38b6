"""Explorers: controls wired to a computation and a picture, and nothing else."""

from .neighbours import neighbour_explorer
from .tokenizer import tokenizer_explorer

__all__ = ["neighbour_explorer", "tokenizer_explorer"]
