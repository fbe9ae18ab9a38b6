"""The numbers that notebooks, explorers and the ledger report, as pure functions."""

from .averages import best_average
from .contextual import (
    dominant_dimensions,
    explained_by_one,
    mean_cosine,
    nearest_rows,
    standardised,
)
from .ingredients import leave_out
from .inversion import in_order, invert, recovered, without_each
from .mixing import left_over, mixed
from .moves import apart, shifts
from .patterns import (
    by_text,
    entropy,
    mean_distance,
    relations,
    share,
)
from .positions import Positions, place, positions_of
from .probes import difference, probe
from .told import told_from
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
    "best_average",
    "by_text",
    "difference",
    "dominant_dimensions",
    "entropy",
    "explained_by_one",
    "frequent_words",
    "in_order",
    "invert",
    "leave_out",
    "left_over",
    "mean_cosine",
    "mean_distance",
    "mixed",
    "nearer",
    "nearest_rows",
    "place",
    "positions_of",
    "probe",
    "random_places",
    "recovered",
    "relations",
    "share",
    "shifts",
    "shuffled_trios",
    "standardised",
    "told_from",
    "usable_occurrences",
    "whole_words",
    "without_each",
]
