"""Folders of recordings to face crops and their manifest."""
