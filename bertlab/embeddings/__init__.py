"""The embedding layer in NumPy: look-up, sum, LayerNorm, cosine, nearest tokens."""

from ..spaces import SPACES, TokenSpace, contributions, token_space
from .layer import INGREDIENTS, Breakdown, embed, rebuild
from .similarity import (
    best_by_chance,
    cosine_similarity,
    nearest_tokens,
    random_pairs,
    shown_rows,
)

__all__ = [
    "INGREDIENTS",
    "SPACES",
    "Breakdown",
    "TokenSpace",
    "best_by_chance",
    "contributions",
    "cosine_similarity",
    "embed",
    "nearest_tokens",
    "random_pairs",
    "rebuild",
    "shown_rows",
    "token_space",
]
