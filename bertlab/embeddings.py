"""The embedding layer by hand, and the rows of its token table: all under one name."""

# ruff: noqa: F401 - they are here to be had from here
from .network.embedding import INGREDIENTS, Breakdown, embed, rebuild
from .network.similarity import (
    SPACES,
    best_by_chance,
    contributions,
    cosine_similarity,
    nearest_tokens,
    random_pairs,
    shown_rows,
    token_space,
)
