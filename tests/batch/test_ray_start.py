"""A cluster of our own is started again where Ray gives its node up; Ray itself is not needed."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from spoofcue.errors import InputError
from spoofcue.shards import ray_engine

LATE = Exception("The current node timed out during startup.")  # of Ray's own words and class
USAGE = "RAY_USAGE_STATS_ENABLED"


@pytest.fixture(autouse=True)
def _put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start sets the variable."""
    monkeypatch.setenv(USAGE, "")
    monkeypatch.delenv(USAGE)


def stand_in(monkeypatch: pytest.MonkeyPatch, *comes: Exception | None) -> list[str]:
    """Ray whose ``init`` raises these, one a call; the addresses that it is asked for."""
    asked: list[str] = []

    def init(*, address: str, **_: object) -> None:
        error = comes[len(asked)]
        asked.append(address)
        if error is not None:
            raise error

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(init=init))
    return asked


def test_a_node_that_is_late_is_started_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = stand_in(monkeypatch, LATE, None)
    ray_engine.connect(None)
    # by none at all, Ray would take a cluster that somebody else has started here
    assert asked == ["local", "local"]


@pytest.mark.parametrize(("before", "then"), [(None, "0"), ("1", "1")])
def test_ray_reports_no_use_unless_it_is_asked_to(
    monkeypatch: pytest.MonkeyPatch, before: str | None, then: str
) -> None:
    if before is not None:
        monkeypatch.setenv(USAGE, before)
    stand_in(monkeypatch, None)
    ray_engine.connect(None)
    assert os.environ[USAGE] == then


def test_a_machine_that_is_too_busy_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = stand_in(monkeypatch, LATE, LATE)
    with pytest.raises(InputError, match=r"no Ray cluster on this machine: The current node timed"):
        ray_engine.connect(None)
    assert len(asked) == 2


def test_the_cluster_of_an_address_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = stand_in(monkeypatch, ConnectionError("gone"))
    with pytest.raises(InputError, match="no Ray cluster at auto: gone"):
        ray_engine.connect("auto")
    assert asked == ["auto"]
