"""Methods that are learned by gradient, one file each; all share the encoder and the harness."""
