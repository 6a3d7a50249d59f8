"""Small videos of plain pictures, and ways to spoil them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

FORMATS = {"mpeg4": "yuv420p", "libx264": "yuv420p", "mjpeg": "yuvj420p", "libvpx": "yuv420p"}


def write_video(
    path: Path,
    images: Sequence[Image],
    codec: str = "mpeg4",
    *,
    rate: int = 10,
    aspect: Fraction | None = None,
    turn: tuple[int, bool, bool] | None = None,
    container: str | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write (h, w, 3) uint8 RGB pictures, whatever the file is called."""
    write_streams(
        path,
        [images],
        codec,
        rate=rate,
        aspect=aspect,
        turn=turn,
        container=container,
        options=options,
    )
    return path


def write_streams(
    path: Path,
    films: Sequence[Sequence[Image]],
    codec: str = "mpeg4",
    *,
    rate: int = 10,
    aspect: Fraction | None = None,
    turn: tuple[int, bool, bool] | None = None,
    container: str | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write several video streams into one file."""
    kind = container or path.suffix.lstrip(".")
    with path.open("wb") as file, av.open(file, "w", format=kind) as out:
        streams: list[Any] = []
        for images in films:
            stream: Any = out.add_stream(codec, rate=rate, options=dict(options or {}))
            stream.height, stream.width = images[0].shape[:2]
            stream.pix_fmt = FORMATS[codec]
            stream.bit_rate = 4_000_000
            if aspect:
                stream.codec_context.sample_aspect_ratio = aspect
            if turn:
                stream.set_display_rotation(turn[0], hflip=turn[1], vflip=turn[2])
            streams.append(stream)
        for stream, images in zip(streams, films, strict=True):
            for image in images:
                out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            out.mux(stream.encode(None))
    return path


def plain(level: int, width: int = 64, height: int = 48) -> Image:
    return np.full((height, width, 3), level, np.uint8)
