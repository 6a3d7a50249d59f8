"""Ray's rows are those of this machine's processes, whatever of it ends; where Ray is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.batch_runs import TESTS, made_files, rows_in, stand_in
from helpers.ray_clusters import actors_killed, ray_cluster
from spoofcue.batch.run import score

pytest.importorskip("ray")

FILES = 40
OPTIONS: dict[str, Any] = {"spec": stand_in(seconds=0.02), "shard_rows": 3, "workers": 2}


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    with ray_cluster(3, TESTS):
        yield


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_files(tmp_path_factory.mktemp("made") / "files", FILES, bad=b"KILL", two=b"TWO")


def test_both_engines_give_the_same_rows_and_either_goes_on(
    cluster: None, files: Path, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    score([files], tmp_path / "local", **OPTIONS)
    score([files], tmp_path / "ray", engine="ray", progress=lambda *at: told.append(at), **OPTIONS)
    assert rows_in(tmp_path / "ray") == rows_in(tmp_path / "local")
    assert told[0] == (0, FILES + 2)
    assert told[-1] == (FILES + 2, FILES + 2)
    for number in (0, 4, 13):
        (tmp_path / "ray" / "rows" / f"part-{number:05d}.parquet").unlink()
    score([files], tmp_path / "ray", **OPTIONS)
    assert rows_in(tmp_path / "ray") == rows_in(tmp_path / "local")


def test_actors_that_are_killed_lose_and_double_nothing(
    cluster: None, files: Path, tmp_path: Path
) -> None:
    score([files], tmp_path / "local", **OPTIONS)
    with actors_killed(tmp_path / "ray" / "rows", after=(2, 6, 9)) as killed:
        score([files], tmp_path / "ray", engine="ray", **OPTIONS)
    assert killed
    assert rows_in(tmp_path / "ray") == rows_in(tmp_path / "local")
