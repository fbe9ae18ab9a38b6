"""The numbers that notebooks, explorers and the ledger report, as pure functions."""

from .contextual import (
    dominant_dimensions,
    explained_by_one,
    mean_cosine,
    nearest_rows,
    standardised,
)
from .ingredients import leave_out
from .mixing import left_over, mixed
from .moves import apart
from .patterns import (
    by_text,
    entropy,
    mean_distance,
    relations,
    share,
)
from .positions import Positions, place, positions_of

__all__ = [
    "Positions",
    "apart",
    "by_text",
    "dominant_dimensions",
    "entropy",
    "explained_by_one",
    "leave_out",
    "left_over",
    "mean_cosine",
    "mean_distance",
    "mixed",
    "nearest_rows",
    "place",
    "positions_of",
    "relations",
    "share",
    "standardised",
]
