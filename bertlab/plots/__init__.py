"""Pictures: computed arrays in, a `Plot` out.

Data come first and everything else by keyword. No function here shows, saves or
computes anything that a lesson is about.
"""

# ruff: noqa: F401 - what is imported here is what notebooks use

from .accuracies import plot_accuracies
from .attention import plot_attention, plot_weight_and_contribution
from .attention_lines import plot_attention_lines
from .clusters import plot_clusters
from .components import plot_path, plot_waves
from .context import plot_context_layers, plot_context_matrix
from .curves import plot_curves
from .distributions import plot_distributions
from .heads import plot_heads
from .heatmap import plot_position_map
from .ingredients import plot_reconstruction
from .interventions import plot_interventions
from .layers import plot_layers, plot_shifts
from .learning import plot_learned, plot_learning
from .maps import plot_map, plot_norms
from .neighbours import plot_neighbours, plot_similarities
from .occurrences import plot_occurrences
from .one_position import plot_position
from .one_weight import plot_one_weight
from .padding import plot_padded
from .parts import plot_parts
from .patterns import plot_patterns
from .plot import Plot
from .positions import plot_by_distance, plot_by_position
from .rows import plot_dimensions, plot_rows
from .spread import plot_spread
from .text import plot_tokens
