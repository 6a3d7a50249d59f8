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

FORMATS = {
    "mpeg4": "yuv420p",
    "mpeg2video": "yuv420p",
    "libx264": "yuv420p",
    "mjpeg": "yuvj420p",
    "libvpx": "yuv420p",
    "flv": "yuv420p",
}
# suffix -> FFmpeg's name of the container
CONTAINERS = {"mkv": "matroska", "webm": "webm", "ts": "mpegts", "mpg": "mpeg"}


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
    muxer: dict[str, str] | None = None,
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
        muxer=muxer,
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
    muxer: dict[str, str] | None = None,
) -> Path:
    """Write several video streams into one file."""
    suffix = path.suffix.lstrip(".")
    kind = container or CONTAINERS.get(suffix, suffix)
    with path.open("wb") as file, av.open(file, "w", format=kind, options=muxer or {}) as out:
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


def noisy(level: int, seed: int, side: int = 64) -> Image:
    """Sharp noise about a brightness, which compression keeps."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(-25, 26, (side // 8, side // 8, 3)).repeat(8, 0).repeat(8, 1)
    return np.clip(coarse - coarse.mean().round() + level, 0, 255).astype(np.uint8)


def packets(path: Path) -> list[tuple[int, int]]:
    """Place in the file and size of each packet of the first film."""
    with path.open("rb") as file, av.open(file) as container:
        return [(p.pos or 0, p.size) for p in container.demux(video=0) if p.size]


def zeroed(path: Path, *numbers: int, part: float = 1.0) -> Path:
    """Overwrite packets, or their last ``part``, with zeros."""
    content = bytearray(path.read_bytes())
    places = packets(path)
    for number in numbers:
        at, size = places[number]
        start = at + size - max(1, round(size * part))
        content[start : at + size] = bytes(at + size - start)
    path.write_bytes(bytes(content))
    return path


def write_with_sound(
    path: Path, images: Sequence[Image], codec: str, sound: str, *, longer: float, start: float = 0
) -> Path:
    """A film at 10 frames a second that begins at ``start``, and silence that outlasts it by so
    many seconds.
    """
    suffix = path.suffix.lstrip(".")
    rate = 48000
    with path.open("wb") as file, av.open(file, "w", format=CONTAINERS.get(suffix, suffix)) as out:
        film: Any = out.add_stream(codec, rate=10)
        film.height, film.width = images[0].shape[:2]
        film.pix_fmt = FORMATS[codec]
        voice: Any = out.add_stream(sound, rate=rate)
        voice.layout = "stereo"
        step = 1024
        silence = np.zeros((2, step), np.float32)
        spoken = 0
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = round(1000 * start) + 100 * number, Fraction(1, 1000)
            out.mux(film.encode(frame))
            until = (number + 1) / 10 + (longer if number == len(images) - 1 else 0)
            while spoken < until * rate:
                said = av.AudioFrame.from_ndarray(silence, format="fltp", layout="stereo")
                said.sample_rate, said.time_base = rate, Fraction(1, rate)
                said.pts = spoken + round(start * rate)
                spoken += step
                out.mux(voice.encode(said))
        out.mux(film.encode(None))
        out.mux(voice.encode(None))
    return path
