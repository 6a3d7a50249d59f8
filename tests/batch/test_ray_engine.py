"""Ray's rows are those of this machine's processes, whatever of it ends; where Ray is installed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpers.batch_runs import TESTS, made_files, rows_in, stand_in
from spoofcue.batch.run import score

ray: Any = pytest.importorskip("ray")

FILES = 40
OPTIONS: dict[str, Any] = {"spec": stand_in(seconds=0.02), "shard_rows": 3, "workers": 2}


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    paths = os.pathsep.join([TESTS, os.environ.get("PYTHONPATH", "")])
    ray.init(
        num_cpus=3,
        include_dashboard=False,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": paths}},
    )
    yield
    ray.shutdown()


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
    killed: list[int] = []
    done = threading.Event()

    def kill() -> None:
        rows = tmp_path / "ray" / "rows"
        for wanted in (2, 6, 9):
            while not done.is_set():
                if rows.is_dir() and len(list(rows.glob("*.parquet"))) >= wanted:
                    break
                time.sleep(0.02)
            actors = [pid for pid in processes() if pid not in killed]
            if actors and not done.is_set():
                os.kill(actors[0], signal.SIGKILL)
                killed.append(actors[0])

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        score([files], tmp_path / "ray", engine="ray", **OPTIONS)
    finally:
        done.set()
        killer.join()
    assert killed
    assert rows_in(tmp_path / "ray") == rows_in(tmp_path / "local")


def processes() -> list[int]:
    """Of this cluster's actors that commit shards; no other cluster's of this machine."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "ShardActor" in " ".join(process.cmdline()):
                found.append(process.pid)
    return found
