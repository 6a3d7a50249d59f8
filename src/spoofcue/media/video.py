"""A video file to evenly spread upright RGB frames (PyAV)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import MediaError
from spoofcue.media.image import MAX_PIXELS

if TYPE_CHECKING:
    import av


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its number from 0, its time in seconds, (H, W, 3) uint8 RGB upright pixels."""

    index: int
    time_s: float
    image: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Clip:
    """Frames sampled from a video, and how many frames the whole video has.

    ``early`` numbers those that are not among the evenly spread ones.
    """

    frames: list[Frame]
    total: int
    early: frozenset[int] = frozenset()


def even_indices(total: int, count: int) -> list[int]:
    """Midpoints of ``count`` equal parts of ``total`` frames; all frames when there are fewer."""
    if total <= count:
        return list(range(total))
    return [(2 * i + 1) * total // (2 * count) for i in range(count)]


def sample_frames(path: Path, count: int, *, max_pixels: int = MAX_PIXELS) -> list[Frame]:
    """The frames of :func:`sample_clip`."""
    return sample_clip(path, count, max_pixels=max_pixels).frames


def sample_clip(
    path: Path, count: int, early: int = 0, below: int = 0, *, max_pixels: int = MAX_PIXELS
) -> Clip:
    """Decode ``count`` frames evenly spread over a video, and ``early`` ones over its beginning.

    The frames are counted by their packets first, since containers state wrong numbers, and
    decoded in order, so only the wanted ones are ever held. A video that breaks off gives the
    frames before the break: less evidence, each frame whole.

    Args:
        path: the video.
        count: frames wanted, >= 1.
        early: frames wanted besides, evenly spread over the first ``below``.
        below: how many frames the beginning has.
        max_pixels: larger frames are refused.

    Raises:
        MediaError: ``unreadable`` (not a video, no video stream), ``no_frames`` (nothing
            decodes) or ``too_large``.

    """
    import av

    try:
        with av.open(str(path)) as container:
            total = sum(1 for packet in container.demux(_stream(container, path)) if packet.size)
        with av.open(str(path)) as container:
            stream = _stream(container, path)
            if stream.width * stream.height > max_pixels:
                raise MediaError(
                    f"{path}: {stream.width} x {stream.height} pixels a frame, more than the "
                    f"limit of {max_pixels}",
                    reason="too_large",
                )
            stream.thread_type = "AUTO"
            spread = set(even_indices(total, count))
            more = set(even_indices(min(below, total), early)) if early else set()
            frames = _decode(container, stream, sorted(spread | more))
    except (OSError, av.error.FFmpegError, ValueError) as error:
        raise MediaError(f"{path}: not a readable video ({error})") from error
    if not frames:
        raise MediaError(f"{path}: the video holds no frame that decodes", reason="no_frames")
    return Clip(frames, total, frozenset(more - spread))


def _stream(container: av.container.InputContainer, path: Path) -> av.VideoStream:
    if not container.streams.video:
        raise MediaError(f"{path}: the file has no video stream")
    return container.streams.video[0]


def _decode(
    container: av.container.InputContainer, stream: av.VideoStream, wanted: list[int]
) -> list[Frame]:
    import av

    frames: list[Frame] = []
    missing = set(wanted)
    last: Frame | None = None
    try:
        for index, frame in enumerate(container.decode(stream)):
            if index in missing:
                missing.discard(index)
                frames.append(_upright(index, frame))
            elif not frames:
                last = _upright(index, frame) if index == 0 else last
            if not missing:
                break
    except av.error.FFmpegError:
        pass  # broken off: keep what decoded before
    return frames or ([last] if last else [])


def _upright(index: int, frame: av.VideoFrame) -> Frame:
    image = frame.to_ndarray(format="rgb24")
    # FFmpeg's players apply the display matrix; PyAV only states it, in degrees counter-clockwise.
    turned = np.rot90(image, k=round(getattr(frame, "rotation", 0) / 90) % 4)
    return Frame(index, float(frame.time or 0.0), np.ascontiguousarray(turned))
