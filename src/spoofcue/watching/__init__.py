"""A camera, stream or file that is watched: one decision an attempt, for days."""
