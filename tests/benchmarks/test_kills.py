"""A small share of benchmarks/kills.py: what is killed and given again gives the same."""

from __future__ import annotations

from pathlib import Path

import kills
import pytest


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kills")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["simulate", "prepare"])  # train: tests/e2e/test_resume.py
def test_killed_commands_end_as_undisturbed_ones(name: str, place: Path) -> None:
    outcome = kills.try_kills(name, 1, seed=0, place=place)
    assert outcome.files > 5
    assert (outcome.kills, outcome.different, outcome.failed) == (1, {}, {})


def test_a_difference_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"created": "today", "epochs": 1}')
    before = kills.contents(tmp_path)
    (tmp_path / "a.json").write_text('{"created": "tomorrow", "epochs": 1}')
    assert kills.contents(tmp_path) == before
    (tmp_path / "a.json").write_text('{"created": "today", "epochs": 2}')
    assert kills.contents(tmp_path) != before
    (tmp_path / "b.bin").write_bytes(b"1")
    assert set(kills.contents(tmp_path)) == {"a.json", "b.bin"}


@pytest.mark.parametrize(
    ("name", "left"),
    [("x.png.part", True), ("x.png.part.png", True), (".out.lock", True), ("x.parts", False)],
)
def test_remains_are_seen(name: str, left: bool) -> None:
    assert bool(kills.REMAINS.search(name)) is left
