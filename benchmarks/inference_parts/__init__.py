"""Parts of benchmarks/inference.py."""
