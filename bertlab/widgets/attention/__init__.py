"""The attention explorer: what it shows, how it is drawn, and its controls."""

from .explorer import AttentionExplorer, attention_explorer

__all__ = ["AttentionExplorer", "attention_explorer"]
