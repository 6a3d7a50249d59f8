"""The public API: a trained detector that judges photos, videos and frames."""
