"""A trained detector that decides about photos, videos and frames."""
