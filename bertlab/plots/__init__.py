"""Pictures: computed arrays in, a `Plot` out.

Data come first and everything else by keyword; ``ax=None`` makes a new figure. No
function here shows, saves or computes anything that a lesson is about.
"""

from .maps import plot_map, plot_norms
from .neighbours import plot_neighbours, plot_similarities
from .plot import Plot
from .rows import plot_dimensions, plot_rows
from .text import plot_tokens

__all__ = [
    "Plot",
    "plot_dimensions",
    "plot_map",
    "plot_neighbours",
    "plot_norms",
    "plot_rows",
    "plot_similarities",
    "plot_tokens",
]
