"""Benchmarks: build a set, run every fold of a protocol, print the paper's tables."""
