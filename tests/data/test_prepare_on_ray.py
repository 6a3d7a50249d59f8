"""A preparation on Ray is the local one, whatever of it ends; where Ray is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from helpers.ray_clusters import actors_killed, ray_cluster
from spoofcue.data.extract import PrepareOptions
from spoofcue.data.folder import scan_folder
from spoofcue.data.prepare import prepare
from spoofcue.data.splits import with_splits

pytest.importorskip("ray")

WHOLE = PrepareOptions(detector="none", min_face_px=32)


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    with ray_cluster(2):
        yield


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
    with actors_killed(tmp_path / "ray" / ".shards" / "rows", after=(2, 7)) as killed:
        run(photos, tmp_path / "ray", engine="ray")
    assert killed
    assert files_of(tmp_path / "ray") == files_of(tmp_path / "local")
