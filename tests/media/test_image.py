from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spoofcue.errors import MediaError
from spoofcue.media.image import read_image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_honoured(orientation: int) -> None:
    upright = np.zeros((4, 6, 3), np.uint8)
    upright[0, 0] = (255, 0, 0)
    upright[0, 5] = (0, 255, 0)
    turns = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(turns[orientation](upright)))
    assert np.array_equal(read_image(encoded(stored, "PNG", exif=exif)), upright)


def png_bomb(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def test_a_bomb_is_refused_from_its_header() -> None:
    data = png_bomb(20_000)
    tracemalloc.start()
    with pytest.raises(MediaError, match="more than the limit") as told:
        read_image(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert told.value.reason == "too_large"
    assert peak < 5_000_000


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_truncation_is_an_error_and_not_grey_rows(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    assert read_image(data).shape == (64, 64, 3)
    with pytest.raises(MediaError):
        read_image(data[: len(data) // 2])


def test_unreadable_files_say_why(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("just text")
    (tmp_path / "empty.png").touch()
    for name, told in (
        ("a.jpg", "no image format"),
        ("empty.png", "empty"),
        ("none.png", "No such"),
    ):
        with pytest.raises(MediaError, match=told) as error:
            read_image(tmp_path / name)
        assert error.value.reason == "unreadable"


def test_other_modes_become_rgb() -> None:
    deep = Image.fromarray(np.full((3, 3), 65535, np.uint16))
    assert (read_image(encoded(deep, "PNG")) == 255).all()
    half = Image.fromarray(np.full((3, 3), 128, np.uint8))
    assert (read_image(encoded(half, "PNG")) == 128).all()
    for mode in ("RGBA", "P", "1", "CMYK"):
        kind = "TIFF" if mode == "CMYK" else "PNG"
        picture = Image.new("RGB", (5, 4), (255, 255, 255)).convert(mode)
        assert read_image(encoded(picture, kind)).shape == (4, 5, 3)
