"""The whole model on a text or many, under a name that is easy to remember."""

from .network.encoder import Encoding, encode

__all__ = ["Encoding", "encode"]
