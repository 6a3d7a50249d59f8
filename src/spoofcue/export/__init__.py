"""Trained checkpoints to files that run without torch."""
