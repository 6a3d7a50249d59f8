"""Upright frames to face boxes and face crops."""
