"""The network: what a BERT computes from its weights."""
