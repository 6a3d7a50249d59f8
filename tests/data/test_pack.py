from __future__ import annotations

import json
import tarfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from helpers.striped_faces import prepared
from spoofcue.data.manifest import read_manifest, write_manifest
from spoofcue.data.pack import pack
from spoofcue.errors import InputError, MediaError
from spoofcue.media.crops import crop_bytes, read_crop


def test_a_packed_folder_differs_in_where_its_crops_lie_alone(tmp_path: Path) -> None:
    data, out = prepared(tmp_path / "data"), tmp_path / "packed"
    rows = read_manifest(data)
    silent = pl.int_range(pl.len()).is_in([1, 20])  # two rows without a face
    rows = rows.with_columns(
        crop=pl.when(~silent).then("crop"),
        status=pl.when(silent).then(pl.lit("no_face")).otherwise("status"),
    )
    write_manifest(rows, data)
    packed = pack(data, out, shard_rows=7, workers=1)
    files = sorted((out / "crops").iterdir())
    assert (packed.faces, packed.shards) == (30, 5)
    assert packed.bytes == sum(file.stat().st_size for file in files)
    found = read_manifest(out)
    assert found.drop("crop").equals(rows.drop("crop"))
    assert found["crop"].is_null().to_list() == rows["crop"].is_null().to_list()
    assert found["crop"][8] == "crops/part-00001.tar/000001.png"
    both = pl.DataFrame({"was": rows["crop"], "is": found["crop"]}).drop_nulls()
    assert both["is"].n_unique() == 30
    for was, now in both.iter_rows():
        assert crop_bytes(out / now) == (data / was).read_bytes()
    with tarfile.open(files[1]) as tar:
        member = tar.extractfile("000001.json")
        assert member is not None
        known = {"label": 0, "split": "train", "subject": "p2", "video": "2-0", "frame": 0}
        assert json.load(member) == known
    again = pack(out, tmp_path / "once more", shard_rows=100, uncompressed=True, workers=1)
    assert (again.faces, again.shards) == (30, 1)
    plain = read_manifest(tmp_path / "once more")["crop"]
    assert plain[8] == "crops/part-00000.tar/000007.bmp"
    for was, now in zip(found["crop"].drop_nulls(), plain.drop_nulls(), strict=True):
        assert np.array_equal(read_crop(out / was), read_crop(tmp_path / "once more" / now))


def test_a_manifest_in_parts_stays_one(tmp_path: Path) -> None:
    data = prepared(tmp_path / "data")
    rows = read_manifest(data)
    (data / "manifest.parquet").unlink()
    (data / "manifest.parquet").mkdir()
    for number in range(2):
        part = data / "manifest.parquet" / f"part-{number:05d}.parquet"
        rows.slice(number * 20, 20).write_parquet(part)
    pack(data, tmp_path / "packed", shard_rows=8, workers=1)
    found = pl.read_parquet(tmp_path / "packed" / "manifest.parquet")
    assert found.drop("crop").equals(rows.drop("crop"))
    assert found["crop"][20] == "crops/part-00003.tar/000000.png"  # shards end with a part
    for was, now in zip(rows["crop"], found["crop"], strict=True):
        assert crop_bytes(tmp_path / "packed" / now) == (data / was).read_bytes()


def test_what_broke_off_goes_on_and_other_rows_do_not(tmp_path: Path) -> None:
    data, out = prepared(tmp_path / "data"), tmp_path / "packed"
    rows = read_manifest(data)
    lost = data / rows["crop"][25]
    kept = lost.read_bytes()
    lost.unlink()
    with pytest.raises(MediaError, match=lost.name):
        pack(data, out, shard_rows=10, workers=1)
    assert sorted(file.name for file in (out / "crops").iterdir()) == [
        "part-00000.tar", "part-00001.tar",
    ]  # fmt: skip
    assert not (out / "manifest.parquet").exists()
    first = (out / "crops/part-00000.tar").stat()
    lost.write_bytes(kept)
    done: list[tuple[int, int]] = []
    pack(data, out, shard_rows=10, workers=1, progress=lambda *now: done.append(now))
    assert done == [(3, 4), (4, 4)]
    assert (out / "crops/part-00000.tar").stat().st_ino == first.st_ino
    write_manifest(rows.head(30), data)
    with pytest.raises(InputError, match=r"begun with other settings \(its rows"):
        pack(data, out, shard_rows=10, workers=1)
    with pytest.raises(InputError, match="not packed; give an empty --out"):
        pack(out, data, workers=1)
