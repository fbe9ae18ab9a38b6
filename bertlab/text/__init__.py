"""From what somebody types to what goes into a BERT."""
