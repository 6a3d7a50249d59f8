"""Finished folds and evaluated runs of several methods to one page that compares them."""
