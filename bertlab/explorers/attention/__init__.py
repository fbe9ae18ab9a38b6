"""The attention explorer: what it shows, how it is drawn, and its controls."""

from .build import attention_explorer
from .explorer import AttentionExplorer

__all__ = ["AttentionExplorer", "attention_explorer"]
