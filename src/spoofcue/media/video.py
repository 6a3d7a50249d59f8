"""A video file to evenly spread upright RGB frames (PyAV)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import MediaError
from spoofcue.media.container import container_of
from spoofcue.media.decoding import Decoded, decode_whole
from spoofcue.media.display import display_size, displayed
from spoofcue.media.image import MAX_PIXELS
from spoofcue.media.kinds import HEAD, content_format
from spoofcue.media.local_file import open_local
from spoofcue.media.survey import Survey, best_stream

if TYPE_CHECKING:
    import av

STILLS = frozenset({"HEIC", "AVIF"})


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its number from 0, its time in seconds, (H, W, 3) uint8 RGB upright pixels."""

    index: int
    time_s: float
    image: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Pixels:
    """How many pixels a frame of a file may have on the display."""

    name: str
    most: int

    def check(self, width: int, height: int) -> None:
        """Nothing if a frame of that size may be taken.

        Raises:
            MediaError: ``too_large``.

        """
        if width * height > self.most:
            text = f"{width} x {height} pixels a frame, more than the limit of {self.most}"
            raise MediaError(f"{self.name}: {text}", reason="too_large")


@dataclass(frozen=True, slots=True)
class Clip:
    """Frames sampled from a video, and how much of the whole video there is.

    Attributes:
        frames: the sampled ones, in order.
        total: frames that the file's packets say that it has.
        early: numbers of those frames that are not among the evenly spread ones.
        places: where the evenly spread frames should be; a place without a whole frame up to the
            next one gave none.
        wanted: frames that the whole recording should have, those of a part that is missing too.
        decoded: of these, frames that decoded whole.
        cut: whether it breaks off within a frame, and the file does not say how long it was.

    """

    frames: list[Frame]
    total: int
    early: frozenset[int] = frozenset()
    places: tuple[int, ...] = (0,)
    wanted: int = 1
    decoded: int = 1
    cut: bool = False

    @property
    def spread(self) -> list[Frame | None]:
        """The evenly spread frames in order; None for a place that gave none."""
        by_place = {_place(self.places, f.index): f for f in self.frames if not self._is_early(f)}
        return [by_place.get(at) for at in range(len(self.places))]

    def _is_early(self, frame: Frame) -> bool:
        return frame.index in self.early


def even_indices(total: int, count: int) -> list[int]:
    """Midpoints of ``count`` equal parts of ``total`` frames; all frames when there are fewer."""
    if total <= count:
        return list(range(total))
    return [(2 * i + 1) * total // (2 * count) for i in range(count)]


def sample_clip(
    source: Path | bytes,
    count: int,
    early: int = 0,
    below: int = 0,
    *,
    max_pixels: int = MAX_PIXELS,
) -> Clip:
    """Decode ``count`` frames evenly spread over a video, and ``early`` ones over its beginning.

    The frames are counted by their packets first, since containers state wrong numbers, and
    decoded in order to the end, so only the wanted ones are ever held. Broken packets are passed
    over (:mod:`spoofcue.media.decoding`); the next whole frame takes the place of one that was
    wanted, if it comes before the next that is wanted.

    Args:
        source: the video, or its bytes.
        count: frames wanted, >= 1.
        early: frames wanted besides, evenly spread over the first ``below``.
        below: how many frames the beginning has.
        max_pixels: larger frames are refused.

    Raises:
        MediaError: ``unreadable`` (not a video, no video stream), ``no_frames`` (nothing
            decodes) or ``too_large``.

    """
    import av

    path = "video" if isinstance(source, bytes) else str(source)
    most = Pixels(path, max_pixels)
    with open_local(source) as file:
        kind = content_format(file.read(HEAD))
        if kind in STILLS:  # which FFmpeg takes for MP4, as they are built alike
            raise MediaError(f"{path}: it holds a picture ({kind}), not a video")
        try:
            best = best_stream(file, path)
            most.check(best.width, best.height)
            spread = even_indices(best.packets, count)
            more = even_indices(min(below, best.packets), early) if early else []
            places = sorted({*spread, *more})
            taken, came = _decode(file, best, places, most)
        except (OSError, av.error.FFmpegError, ValueError, ArithmeticError) as error:
            raise MediaError(f"{path}: not a readable video ({error})") from error
    if not taken:
        raise MediaError(f"{path}: the video holds no frame that decodes", reason="no_frames")
    only_early = set(more) - set(spread)
    return Clip(
        [taken[at] for at in sorted(taken)],
        best.packets,
        early=frozenset(f.index for at, f in taken.items() if places[at] in only_early),
        places=tuple(spread),
        # a part that nothing was read of is as many frames as the rest would give
        wanted=max(came.wanted, round(came.wanted / (1 - min(best.unread, 0.999)))),
        decoded=came.whole,
        cut=best.cut or not (best.stated or came.ended),
    )


class _Places:
    """Takes the frame of each wanted place, as frames come."""

    def __init__(self, places: Sequence[int], aspect: Fraction | None, most: Pixels) -> None:
        self.taken: dict[int, Frame] = {}
        self._places, self._aspect, self._most = places, aspect, most

    def take(self, index: int, frame: av.VideoFrame) -> None:
        at = _place(self._places, index)
        if at < 0 or at in self.taken:
            return
        # within a file the size may change
        self._most.check(*display_size(frame.width, frame.height, self._aspect))
        self.taken[at] = Frame(index, float(frame.time or 0.0), displayed(frame, self._aspect))


def _decode(
    file: BinaryIO, best: Survey, places: Sequence[int], most: Pixels, *, careful: bool = False
) -> tuple[dict[int, Frame], Decoded]:
    """The frames by the number of their place, and what came of all."""
    with container_of(file) as container:
        stream = next(s for s in container.streams.video if s.index == best.index)
        wanted = _Places(places, stream.sample_aspect_ratio, most)
        came = decode_whole(container, best, wanted.take, careful=careful)
    if came.damaged and not careful:
        return _decode(file, best, places, most, careful=True)
    return wanted.taken, came


def _place(places: Sequence[int], index: int) -> int:
    """The last of ``places``, which rise, that is not beyond ``index``; -1: all are."""
    return bisect_right(places, index) - 1
