"""Files to upright RGB frames."""
