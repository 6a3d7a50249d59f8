from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from spoofcue.data.extract import PrepareOptions
from spoofcue.data.folder import scan_folder
from spoofcue.data.manifest import MANIFEST_NAME, read_manifest
from spoofcue.data.prepare import prepare
from spoofcue.data.splits import with_splits
from spoofcue.errors import InputError


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of six crops of three people."""
    root, out = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("out") / "prepared"
    for k in range(6):
        place = root / f"p{k // 2}" / ("attack/print" if k % 2 else "live")
        place.mkdir(parents=True)
        noise = np.random.default_rng(k).integers(0, 255, (64, 64, 3)).astype(np.uint8)
        Image.fromarray(noise).save(place / "a.png")
    options = PrepareOptions(detector="none", min_face_px=32)
    prepare(with_splits(scan_folder(root)[0]), root, out, options, workers=1)
    return (out / MANIFEST_NAME).read_bytes()


def test_a_damaged_manifest_is_refused_or_read_and_nothing_else(
    manifest: bytes, tmp_path: Path
) -> None:
    path = tmp_path / MANIFEST_NAME
    rng = np.random.default_rng(0)
    refused = 0
    for at in rng.integers(0, len(manifest), 150):
        changed = bytearray(manifest)
        changed[at : at + 8] = rng.bytes(8)
        path.write_bytes(changed)
        try:
            read_manifest(tmp_path)
        except InputError:
            refused += 1
    assert refused > 50


def test_an_assertion_of_the_reader_that_fails_is_a_damaged_manifest(
    manifest: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / MANIFEST_NAME).write_bytes(manifest)

    def panics(path: Path) -> pl.DataFrame:
        raise pl.exceptions.PanicException("assertion failed")

    monkeypatch.setattr(pl, "read_parquet", panics)
    with pytest.raises(InputError, match=r"not a readable Parquet file .*Prepare the data again"):
        read_manifest(tmp_path)
