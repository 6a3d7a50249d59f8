"""A preparation on Ray is the local one, whatever of it ends; where Ray is installed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
import pytest

from spoofcue.data.extract import PrepareOptions
from spoofcue.data.folder import scan_folder
from spoofcue.data.prepare import prepare
from spoofcue.data.splits import with_splits

ray: Any = pytest.importorskip("ray")

WHOLE = PrepareOptions(detector="none", min_face_px=32)


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}},
    )
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for subject in "abcdefgh":
        for kind in ("live", "attack/print"):
            folder = place / subject / kind
            folder.mkdir(parents=True)
            cv2.imwrite(str(folder / "1.png"), rng.integers(0, 255, (48, 40, 3), np.uint8))
    (place / "a" / "live" / "2.png").write_bytes(b"no picture")
    return place


def run(photos: Path, out: Path, **more: Any) -> None:
    found, warnings = scan_folder(photos)
    prepare(with_splits(found), photos, out, WHOLE, workers=2, warnings=warnings, **more)


def files_of(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_both_engines_prepare_the_same_and_either_goes_on(
    cluster: None, photos: Path, tmp_path: Path
) -> None:
    run(photos, tmp_path / "local")
    told: list[tuple[int, int]] = []
    run(photos, tmp_path / "ray", engine="ray", progress=lambda *at: told.append(at))
    assert files_of(tmp_path / "ray") == files_of(tmp_path / "local")
    assert told[0] == (0, 17)
    assert told[-1] == (17, 17)
    parts = sorted((tmp_path / "ray" / ".shards" / "rows").iterdir())
    for part in parts[::3]:
        part.unlink()
    run(photos, tmp_path / "ray")
    assert files_of(tmp_path / "ray") == files_of(tmp_path / "local")


def test_actors_that_are_killed_lose_and_double_nothing(
    cluster: None, photos: Path, tmp_path: Path
) -> None:
    run(photos, tmp_path / "local")
    done, killed = threading.Event(), []

    def kill() -> None:
        rows = tmp_path / "ray" / ".shards" / "rows"
        for wanted in (2, 7):
            while not done.is_set() and not (
                rows.is_dir() and len(list(rows.glob("*.parquet"))) >= wanted
            ):
                time.sleep(0.01)
            # an actor of this cluster, and no other cluster's of this machine
            actors = [pid for pid in processes() if pid not in killed]
            if actors and not done.is_set():
                os.kill(actors[0], signal.SIGKILL)
                killed.append(actors[0])

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        run(photos, tmp_path / "ray", engine="ray")
    finally:
        done.set()
        killer.join()
    assert killed
    assert files_of(tmp_path / "ray") == files_of(tmp_path / "local")


def processes() -> list[int]:
    """Of the actors of this process's cluster."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "ShardActor" in " ".join(process.cmdline()):
                found.append(process.pid)
    return found
