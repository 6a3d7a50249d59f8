"""A video file to evenly spread upright RGB frames (PyAV)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import MediaError
from spoofcue.media.container import Survey, best_stream, container_of
from spoofcue.media.display import displayed
from spoofcue.media.image import MAX_PIXELS
from spoofcue.media.local_file import open_local

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

    with open_local(path) as file:
        try:
            with container_of(file) as container:
                best = best_stream(container, str(path))
            if best.width * best.height > max_pixels:
                raise MediaError(
                    f"{path}: {best.width} x {best.height} pixels a frame, more than the "
                    f"limit of {max_pixels}",
                    reason="too_large",
                )
            spread = set(even_indices(best.packets, count))
            more = set(even_indices(min(below, best.packets), early)) if early else set()
            with container_of(file) as container:
                frames = _decode(container, best, sorted(spread | more))
        except (OSError, av.error.FFmpegError, ValueError) as error:
            raise MediaError(f"{path}: not a readable video ({error})") from error
    if not frames:
        raise MediaError(f"{path}: the video holds no frame that decodes", reason="no_frames")
    return Clip(frames, best.packets, frozenset(more - spread))


def _decode(container: av.container.InputContainer, best: Survey, wanted: list[int]) -> list[Frame]:
    import av

    stream = next(s for s in container.streams.video if s.index == best.index)
    stream.thread_type = "AUTO"
    aspect = stream.sample_aspect_ratio
    frames: list[Frame] = []
    missing = set(wanted)
    last: Frame | None = None
    try:
        for index, frame in enumerate(container.decode(stream)):
            if index in missing:
                missing.discard(index)
                frames.append(_framed(index, frame, aspect))
            elif not frames:
                last = _framed(index, frame, aspect) if index == 0 else last
            if not missing:
                break
    except av.error.FFmpegError:
        pass  # broken off: keep what decoded before
    return frames or ([last] if last else [])


def _framed(index: int, frame: av.VideoFrame, aspect: Fraction | None) -> Frame:
    return Frame(index, float(frame.time or 0.0), displayed(frame, aspect))
