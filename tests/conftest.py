"""Puts the scripts of ``benchmarks/`` on the import path; pytest itself puts ``tests/`` there.

Also what all tests of a run share: a folder, and how threads wait.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings

from helpers.once import SHARED

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

# Several workers have several threads each, on the same cores: those that wait must not spin.
# OpenMP reads it once, when PyTorch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """A folder that the workers of this run share, see ``helpers/once.py``."""
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="tests-shared-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ[SHARED], ignore_errors=True))


@pytest.fixture(scope="session", autouse=True)
def _work_in_this_process_unless_asked() -> Iterator[None]:
    """Work "on all cores" starts no processes where the tests' own workers have the cores.

    Tests that are of several processes say how many.
    """
    patch = mock.patch("spoofcue.processes.usable_cores", return_value=1)
    with patch if "PYTEST_XDIST_WORKER" in os.environ else nullcontext():
        yield
