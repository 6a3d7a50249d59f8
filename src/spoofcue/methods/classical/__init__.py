"""Compared methods without a trained network: texture histograms with an SVM, a Gaussian mixture.

They need the extra ``methods`` (scikit-image, scikit-learn); docs/methods.md has their papers.
"""
