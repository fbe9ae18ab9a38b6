"""The numbers that notebooks, explorers and the ledger report, as pure functions."""

# ruff: noqa: F401 - they are here to be had from here
from .cosines import (
    dominant_dimensions,
    explained_by_one,
    mean_cosine,
    nearer,
    nearest_rows,
    place,
    positions_of,
    shuffled_trios,
    standardised,
    without_each,
)
from .inversion import in_order, invert, recovered
from .mixes import best_average, left_over, mixed
from .movement import apart, compare, leave_out, shifts
from .occurrences import frequent_words, random_places, usable_occurrences, whole_words
from .patterns import entropy, mean_distance, relations, share
from .probes import difference, probe, told_from
