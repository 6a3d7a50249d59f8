"""``spoofcue benchmark`` and ``spoofcue ablate``."""
