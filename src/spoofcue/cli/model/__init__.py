"""``spoofcue model``: networks and packages."""
