"""Face crops to cue maps, scores and decisions; no torch unless the model needs it."""
