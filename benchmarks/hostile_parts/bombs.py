"""Small files that say they are large, or are: what a decoder would drown in."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import av
import numpy as np
from hostile_parts.originals import Original
from PIL import Image


def bombs(images: Sequence[Original], videos: Sequence[Original]) -> list[bytes]:
    """Each kind once."""
    jpeg = next(o.data for o in images if o.name.endswith(".jpg"))
    return [
        _png(60_000, 60_000, b""),
        _png(20_000, 20_000, bytes(2501 * 20_000)),
        _png(5000, 5000, bytes(626 * 5000)),
        _tall_jpeg(jpeg),
        _gif(2000, 2000, 3000),
        _gif(64, 64, 200_000),
        _long_clip(7200),
        _large_clip(),
        b"RIFF\xff\xff\xff\xffWEBPVP8L\xff\xff\xff\xff/" + b"\xff" * 4000,
        # TIFF, PPM and BMP that are larger than any memory, by their heads
        b"II*\0" + struct.pack("<IHHHIIHHII", 8, 2, 256, 4, 1, 10**9, 257, 4, 1, 10**9) + bytes(64),
        b"P6\n99999 99999\n255\n" + bytes(9000),
        b"BM" + struct.pack("<IIIIiiHHI", 99, 0, 54, 40, 2**30, 2**30, 1, 24, 0) + bytes(64),
    ]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, rows: bytes) -> bytes:
    """Of one bit a pixel, all alike."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packed = zlib.compress(rows, 9)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", packed), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _tall_jpeg(data: bytes) -> bytes:
    """A sound picture whose frame header says 65535 x 65535."""
    at = next(k for k in range(len(data)) if data[k : k + 2] in (b"\xff\xc0", b"\xff\xc2"))
    return data[: at + 5] + b"\xff\xff\xff\xff" + data[at + 9 :]


def _gif(width: int, height: int, frames: int) -> bytes:
    """So many frames of one colour."""
    file = io.BytesIO()
    Image.new("P", (width, height)).save(file, "GIF")
    data = file.getvalue()
    start = data.index(b"\x2c\0\0\0\0")
    image = data[start : data.rindex(b"\x3b")]
    shown = b"\x21\xf9\x04\x00\x01\x00\x00\x00"
    most = min(frames, 9_000_000 // (len(image) + len(shown)))
    return data[:start] + (shown + image) * most + b"\x3b"


def _long_clip(seconds: int) -> bytes:
    return _clip(seconds, 64, 1)


def _large_clip() -> bytes:
    return _clip(40, 4096, 20)


def _clip(frames: int, side: int, rate: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width = stream.height = side  # type: ignore[attr-defined]
        frame = av.VideoFrame.from_ndarray(np.zeros((side, side, 3), np.uint8))
        for number in range(frames):
            frame.pts = number
            container.mux(stream.encode(frame))  # type: ignore[attr-defined]
        container.mux(stream.encode(None))  # type: ignore[attr-defined]
    return file.getvalue()
