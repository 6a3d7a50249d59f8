from __future__ import annotations

import io
import os
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from spoofcue.errors import MediaError
from spoofcue.media.crops import as_png, crop_bytes, has_crop, new_shard, read_crop
from spoofcue.media.same_files import same_files


def picture(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (9, 7, 3), np.uint8)


def png(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Pillow.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def shard_of(path: Path, count: int, first: int = 0) -> list[Path]:
    with new_shard(path) as shard:
        return [path / shard.add(png(picture(first + k)), about={"label": k}) for k in range(count)]


@pytest.mark.parametrize("height", [1, 2, 9])
def test_a_crop_as_png_has_the_pixels_that_it_was_made_of(height: int) -> None:
    smooth = np.arange(height * 21).astype(np.uint8).reshape(height, 7, 3)
    for pixels in (picture(3)[:height], smooth):
        with Pillow.open(io.BytesIO(as_png(pixels))) as read:
            assert read.format == "PNG"
            assert np.array_equal(np.asarray(read), pixels)


def test_members_are_what_was_added_and_files_are_read_alike(tmp_path: Path) -> None:
    paths = shard_of(tmp_path / "part-00000.tar", 20)
    file = tmp_path / "ann.tar" / "x.png"  # a person may be called so
    file.parent.mkdir()
    file.write_bytes(png(picture(20)))
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(read_crop, [*paths, file] * 5))
    assert all(np.array_equal(read[k], picture(k % 21)) for k in range(105))
    assert has_crop(file)
    assert has_crop(paths[19])
    assert not has_crop(tmp_path / "part-00000.tar" / "000020.png")
    assert not has_crop(tmp_path / "part-00000.tar" / "000003.jpg")
    assert not has_crop(tmp_path / "ann.tar" / "y.png")


def test_any_reader_of_tar_reads_a_shard(tmp_path: Path) -> None:
    shard_of(tmp_path / "part-00000.tar", 2)
    with tarfile.open(tmp_path / "part-00000.tar") as tar:
        names = tar.getnames()
        member = tar.extractfile("000001.png")
        about = tar.extractfile("000001.json")
        assert member is not None
        assert about is not None
        assert np.array_equal(np.asarray(Pillow.open(member)), picture(1))
        assert about.read() == b'{"label": 1}'
    assert names == ["000000.png", "000000.json", "000001.png", "000001.json"]


def test_a_shard_of_another_maker_is_read(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for name, data in (("a" * 200, b"long"), ("000007.png", png(picture(7))), ("x.cls", b"1")):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    assert np.array_equal(read_crop(path / "000007.png"), picture(7))
    assert not has_crop(path / "000000.png")


def test_a_shard_that_was_replaced_is_read_anew_and_equal_crops_make_equal_shards(
    tmp_path: Path,
) -> None:
    path = tmp_path / "part-00000.tar"
    (first, *_) = shard_of(path, 3)
    before = path.read_bytes()
    assert np.array_equal(read_crop(first), picture(0))
    shard_of(path, 3, first=50)
    assert np.array_equal(read_crop(first), picture(50))
    shard_of(path, 3)
    assert path.read_bytes() == before


def test_a_shard_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.tar"
    (member,) = shard_of(path, 1)
    with suppress(KeyboardInterrupt), new_shard(path) as shard:
        shard.add(png(picture(9)))
        raise KeyboardInterrupt
    assert np.array_equal(read_crop(member), picture(0))
    assert os.listdir(tmp_path) == ["part-00000.tar"]


def test_damage_is_named(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.tar"
    paths = shard_of(path, 3)
    whole = path.read_bytes()
    with pytest.raises(MediaError, match=r"000009\.png: part-00000\.tar has no such member"):
        read_crop(path / "000009.png")
    path.write_bytes(b"no tar at all".ljust(2048, b"."))
    with pytest.raises(MediaError, match=r"part-00000\.tar: no whole tar .*spoofcue prepare"):
        read_crop(paths[0])
    assert not has_crop(paths[0])
    path.write_bytes(whole[: whole.rindex(b"000002.json") - 512])  # within the last picture
    with pytest.raises(MediaError, match=r"part-00000\.tar"):
        read_crop(paths[2])
    path.write_bytes(whole.replace(b"IDAT", b"IDAX"))
    with pytest.raises(MediaError, match=r"part-00000\.tar/000001\.png: not a readable image"):
        read_crop(paths[1])
    path.unlink()
    with pytest.raises(MediaError, match=r"Not a directory|No such file"):
        read_crop(paths[0])


def test_equal_pictures_are_found_in_shards_and_files(tmp_path: Path) -> None:
    paths = shard_of(tmp_path / "part-00000.tar", 3)
    copy = tmp_path / "copy.png"
    copy.write_bytes(crop_bytes(paths[1]))
    assert same_files([*paths, copy]) == [[1, 3]]
