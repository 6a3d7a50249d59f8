"""Presentation media: what a photo looks like on paper, on a display or as a mask."""
