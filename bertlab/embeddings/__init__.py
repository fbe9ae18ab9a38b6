"""The embedding layer in NumPy: look-up, sum, LayerNorm, cosine, nearest tokens."""

# ruff: noqa: F401 - they are here to be had from here
from .layer import INGREDIENTS, Breakdown, embed, rebuild
from .similarity import (
    DOMINANT,
    SPACES,
    TokenSpace,
    best_by_chance,
    contributions,
    cosine_similarity,
    nearest_tokens,
    random_pairs,
    shown_rows,
    token_space,
    unit,
)
