"""Train a BERT: one that has learned already, or a small one from nothing."""
