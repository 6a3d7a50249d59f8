"""Manifest and settings in, run folder out: data order, Lightning module, logs, checkpoints."""
