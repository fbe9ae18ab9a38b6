"""Predictions and checks: feedback on what a learner thinks and writes."""

from .feedback import Feedback
from .prediction import Prediction, predict
from .rows import check_cosine, check_nearest, check_pca
from .text import (
    check_costly_text,
    check_separators,
    check_token_types,
    check_wordpiece,
)

__all__ = [
    "Feedback",
    "Prediction",
    "check_cosine",
    "check_costly_text",
    "check_nearest",
    "check_pca",
    "check_separators",
    "check_token_types",
    "check_wordpiece",
    "predict",
]
