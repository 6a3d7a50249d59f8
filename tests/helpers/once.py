"""What is dear to make is made once a run of the tests: its workers share a folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

# set by tests/conftest.py, whose process starts the workers
SHARED = "TESTS_SHARED_FOLDER"


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The path ``name``, which ``make`` writes for whoever asks first; the others only read it."""
    root = Path(os.environ.get(SHARED) or tempfile.mkdtemp(prefix="tests-shared-"))
    made, done = root / name, root / f"{name}.done"
    with FileLock(root / f"{name}.lock"):
        if not done.exists():
            make(made)
            done.touch()
    return made
