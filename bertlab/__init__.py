"""A workbook's helpers for taking BERT's embedding layer apart."""

from bertlab.errors import ModelError
from bertlab.model import Bert, Tables, load

__all__ = ["Bert", "ModelError", "Tables", "load"]
