"""Experiments: train and evaluate each fold of a protocol, and lay out the paper's tables."""
