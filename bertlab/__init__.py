"""A workbook's helpers for taking BERT's embedding layer apart."""

from .errors import ModelError
from .model import Bert, Tables, load

__all__ = ["Bert", "ModelError", "Tables", "load"]
