"""A trained detector as one folder or file: weights with hashes, facts and a model card."""
