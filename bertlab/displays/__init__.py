"""Pictures: computed arrays in, a `Plot` out.

Data come first and everything else by keyword. No function here shows, saves or
computes anything that a lesson is about.
"""

# ruff: noqa: F401 - what is imported here is what notebooks use

from .accuracies import plot_accuracies
from .components import plot_path, plot_waves
from .cosine_square import plot_context_layers, plot_context_matrix
from .curves import plot_curves
from .entries import plot_spread
from .figure import Plot
from .head_table import plot_patterns
from .head_thumbnails import plot_heads
from .histograms import plot_distributions
from .layer_curves import plot_layers, plot_shifts
from .movement_table import plot_interventions
from .neighbours import plot_neighbours, plot_similarities
from .occurrences import plot_occurrences
from .one_weight import plot_one_weight
from .padded_batch import plot_padded
from .position_curves import plot_by_distance, plot_by_position
from .position_map import plot_position_map
from .position_panels import plot_position
from .rebuilt_vector import plot_reconstruction
from .sentence_maps import plot_clusters
from .shares_of_sum import plot_parts
from .strips import plot_dimensions, plot_rows
from .token_boxes import plot_tokens
from .training_curves import plot_learned, plot_learning
from .weight_lines import plot_attention_lines
from .weight_matrix import plot_attention, plot_weight_and_contribution
from .word_map import plot_map, plot_norms
