"""Puts the scripts of ``benchmarks/`` on the import path; pytest itself puts ``tests/`` there."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from helpers.once import SHARED

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))


def pytest_configure(config: pytest.Config) -> None:
    """A folder that the workers of this run share, see ``helpers/once.py``."""
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="tests-shared-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ[SHARED], ignore_errors=True))
