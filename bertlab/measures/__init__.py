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
from .whole_words import (
    Usable,
    frequent_words,
    random_places,
    usable_occurrences,
    whole_words,
)
from .word_states import nearer, shuffled_trios

__all__ = [
    "Positions",
    "Usable",
    "apart",
    "by_text",
    "dominant_dimensions",
    "entropy",
    "explained_by_one",
    "frequent_words",
    "leave_out",
    "left_over",
    "mean_cosine",
    "mean_distance",
    "mixed",
    "nearer",
    "nearest_rows",
    "place",
    "positions_of",
    "random_places",
    "relations",
    "share",
    "shuffled_trios",
    "standardised",
    "usable_occurrences",
    "whole_words",
]
