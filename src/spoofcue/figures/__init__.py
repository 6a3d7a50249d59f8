"""A finished run to the paper's figures: cue maps, embeddings, scores, where the evidence lies."""
