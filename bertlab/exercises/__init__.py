"""Predictions and checks: feedback on what a learner thinks and writes."""

from .feedback import Feedback
from .layernorm import check_layer_norm
from .positions import (
    check_add_positions,
    check_neighbour_cosine,
    check_sinusoidal,
)
from .prediction import Prediction, predict
from .rows import check_cosine, check_nearest, check_pca
from .segments import check_build_pair, check_nearer_mean, check_relative_shift
from .text import (
    check_costly_text,
    check_separators,
    check_token_types,
    check_wordpiece,
)
from .whole_layer import check_embedding_layer, check_find_token

__all__ = [
    "Feedback",
    "Prediction",
    "check_add_positions",
    "check_build_pair",
    "check_cosine",
    "check_costly_text",
    "check_embedding_layer",
    "check_find_token",
    "check_layer_norm",
    "check_nearer_mean",
    "check_nearest",
    "check_neighbour_cosine",
    "check_pca",
    "check_relative_shift",
    "check_separators",
    "check_sinusoidal",
    "check_token_types",
    "check_wordpiece",
    "predict",
]
