"""Versions against what is asked for, told of installations that are made up."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
import tomllib

from spoofcue.doctor.installed import EXTRAS, check_extras, check_versions

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):
    """An installation: package -> version, and the requirements of spoofcue."""

    def make(versions: dict[str, str], requires: list[str]) -> None:
        def version(name: str) -> str:
            if name not in versions:
                raise metadata.PackageNotFoundError(name)
            return versions[name]

        monkeypatch.setattr(metadata, "version", version)
        monkeypatch.setattr(metadata, "requires", lambda name: requires)

    return make


def by_name(checks) -> dict:
    return {check.name: check for check in checks}


def test_a_package_that_every_decision_needs_is_there_too_old_or_missing(machine) -> None:
    machine({"numpy": "1.25.2", "av": "15.0"}, ["numpy>=1.26", "av>=15", "pillow>=11"])
    checks = by_name(check_versions())
    assert (checks["av"].state, checks["av"].value) == ("ok", "15.0")
    assert checks["numpy"].state == "fault"
    assert "1.25.2" in checks["numpy"].value
    assert ">=1.26" in checks["numpy"].value
    assert checks["pillow"].advice == "pip install 'pillow>=11'"
    assert checks["pillow"].state == "fault"


def test_an_extra_counts_with_the_extras_that_it_takes_in(machine) -> None:
    requires = [
        'spoofcue[simulate]; extra == "data"',
        'polars>=1.20; extra == "data"',
        'pyyaml>=6; extra == "simulate"',
        'pyarrow>=15; extra == "batch"',
        'pillow-heif>=1.0; extra == "heic"',
        'tomli>=2; python_version < "3" and extra == "serve"',
        'fastapi>=0.115; extra == "serve"',
    ]
    machine({"polars": "1.30", "pyarrow": "14.0", "fastapi": "0.120"}, requires)
    checks = by_name(check_extras())
    assert checks["data"].facts["missing"] == ["pyyaml"]
    assert checks["data"].state == "absent"
    assert checks["data"].advice == "pip install 'spoofcue[data]'"
    assert (checks["batch"].state, checks["batch"].facts["missing"]) == ("note", [])
    assert "pyarrow 14.0" in checks["batch"].value
    assert checks["serve"].state == "ok"  # what is for another Python is not missed
    assert checks["ray"].state == "note"  # this installation's metadata has no such extra
    assert not by_name(check_versions()).keys() & {"polars", "fastapi", "spoofcue[simulate]"}


def test_every_extra_that_a_user_can_choose_is_explained() -> None:
    extras = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    assert set(EXTRAS) == set(extras) - {"dev", "docs"}
