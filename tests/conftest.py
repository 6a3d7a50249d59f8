"""Puts the scripts of ``benchmarks/`` on the import path; pytest itself puts ``tests/`` there."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
