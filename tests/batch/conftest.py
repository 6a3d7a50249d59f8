import os

import pytest

from helpers.batch_runs import TESTS


@pytest.fixture(autouse=True)
def _children_know_the_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", TESTS, prepend=os.pathsep)
