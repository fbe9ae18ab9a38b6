"""Predictions and checks: feedback on what a learner thinks and writes."""

from .attention import (
    check_attention_weights,
    check_find_head,
    check_join_heads,
    check_masked_weights,
)
from .feedback import Feedback
from .layernorm import check_embedding_layer, check_find_token, check_layer_norm
from .padding import (
    check_batch_weights,
    check_masked_mean,
    check_pad_batch,
    check_run_sorted,
)
from .position_embeddings import (
    check_add_positions,
    check_neighbour_cosine,
    check_sinusoidal,
)
from .prediction import Prediction, predict
from .sentence_vectors import check_cross_validate, check_greedy_step
from .special_tokens import check_move_token, check_text_spans
from .static_and_contextual import (
    check_dominant,
    check_explained_by_one,
    check_nearest_same,
    check_self_similarity,
)
from .token_embeddings import check_cosine, check_nearest, check_pca
from .token_types import check_build_pair, check_nearer_mean, check_relative_shift
from .tokens_and_ids import (
    check_costly_text,
    check_separators,
    check_token_types,
    check_wordpiece,
)

__all__ = [
    "Feedback",
    "Prediction",
    "check_add_positions",
    "check_attention_weights",
    "check_batch_weights",
    "check_build_pair",
    "check_cosine",
    "check_costly_text",
    "check_cross_validate",
    "check_dominant",
    "check_embedding_layer",
    "check_explained_by_one",
    "check_find_head",
    "check_find_token",
    "check_greedy_step",
    "check_join_heads",
    "check_layer_norm",
    "check_masked_mean",
    "check_masked_weights",
    "check_move_token",
    "check_nearer_mean",
    "check_nearest",
    "check_nearest_same",
    "check_neighbour_cosine",
    "check_pad_batch",
    "check_pca",
    "check_relative_shift",
    "check_run_sorted",
    "check_self_similarity",
    "check_separators",
    "check_sinusoidal",
    "check_text_spans",
    "check_token_types",
    "check_wordpiece",
    "predict",
]
