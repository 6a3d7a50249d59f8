"""Which epoch's weights a training keeps."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from helpers.scripted_training import (
    NARROW,
    REVERSED,
    SWAPPED,
    WIDE,
    best_of,
    kept_epoch,
    prepared,
    trained,
)

Script = list[tuple[float, ...]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("kept") / "data")


@pytest.mark.parametrize(
    ("script", "best"),
    [
        ([SWAPPED, WIDE, REVERSED], 1),
        ([WIDE, SWAPPED, REVERSED], 0),
        ([REVERSED, SWAPPED, WIDE], 2),
        # equal rates: the wider gap between live and attack, whichever comes first
        ([SWAPPED, NARROW, WIDE, SWAPPED], 2),
        ([SWAPPED, WIDE, NARROW, SWAPPED], 1),
    ],
)
def test_the_epoch_with_the_lowest_dev_acer_is_kept(
    script: Script, best: int, data: Path, tmp_path: Path
) -> None:
    _, record = trained(data, tmp_path / "run", script)
    assert best_of(record).epoch == best
    assert kept_epoch(tmp_path / "run") == best
    with (tmp_path / "run" / "log" / "metrics.csv").open() as file:
        judged = [float(r["dev/acer"]) for r in csv.DictReader(file) if r["dev/acer"]]
    assert len(judged) == len(script)
    assert best_of(record).dev_acer == judged[best] == min(judged) < max(judged)


def test_an_epoch_after_a_resume_must_beat_those_before(data: Path, tmp_path: Path) -> None:
    script = [REVERSED, WIDE, SWAPPED, NARROW]
    trained(data, tmp_path / "run", script[:2])
    _, record = trained(data, tmp_path / "run", script, resume=True)
    assert best_of(record).epoch == kept_epoch(tmp_path / "run") == 1
    assert kept_epoch(tmp_path / "run", "last") == 3


def test_the_last_epoch_is_kept_where_that_is_asked_for(data: Path, tmp_path: Path) -> None:
    _, record = trained(data, tmp_path / "run", [SWAPPED, WIDE, REVERSED], "training.select=last")
    assert best_of(record).epoch == kept_epoch(tmp_path / "run") == 2
