"""What comes out of a source that is watched: frames, and that it has ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spoofcue.errors import MediaError
from spoofcue.media.image import Image
from spoofcue.media.live_stream import MAX_PIXELS
from spoofcue.media.stream_frames import StreamFrame, frames_of_file


@dataclass(frozen=True, slots=True)
class Arrived:
    """A frame to be looked at.

    Attributes:
        image: (H, W, 3) uint8 RGB; None: those since the last one are damaged.
        at: s of the source's clock; a live one's is this machine's.
        utc: s since 1970, likewise.
        dropped: frames since the last one that nobody looked at, as others came meanwhile.
        damaged: frames since the last one that did not decode.

    """

    image: Image | None
    at: float
    utc: float
    dropped: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more comes of what came so far.

    Attributes:
        reason: a stable word; None: a file was seen to its end.
        detail: in words.

    """

    reason: str | None
    detail: str


Arrival = Arrived | Ended


def film(path: Path, stop: threading.Event, *, fast: bool) -> Iterator[Arrival]:
    """A local file from its beginning to its end.

    Args:
        path: of the video.
        stop: ends it.
        fast: every frame as soon as the last one is done with; else at its own time, and frames
            that are late are dropped.

    Raises:
        MediaError: it is no video.

    """
    facts, frames = frames_of_file(path, MAX_PIXELS)
    began, utc = time.monotonic(), time.time()
    dropped = damaged = 0
    at = first = -1.0
    try:
        for frame in frames:
            if frame.frame is None:
                damaged += 1
                continue
            at, first, late = _due(frame, at, first)
            if not fast:
                wait = began + at - time.monotonic()
                if wait > 0 and stop.wait(wait):
                    break
                if -wait > late:
                    dropped += 1
                    continue
            if stop.is_set():
                break
            yield Arrived(frame.image(), at, utc + at, dropped, damaged)
            dropped = damaged = 0
    except MediaError as error:
        yield Ended(error.reason, str(error))
        return
    if damaged:
        yield Arrived(None, max(at, 0.0), utc + max(at, 0.0), dropped, damaged)
    if stop.is_set():
        yield Ended("interrupted", "the watch was stopped")
    elif facts.broken_off:
        yield Ended("stream_ended", f"{path}: {facts.broken_off}")
    else:
        yield Ended(None, "the file has ended")


def _due(frame: StreamFrame, last: float, first: float) -> tuple[float, float, float]:
    """When a frame is shown, from 0 and rising; the first one's own time; s it may be late."""
    time_s = frame.time_s
    if last < 0:
        return 0.0, time_s or 0.0, 0.1
    at = last + 0.04 if time_s is None else time_s - first
    # times that do not rise are none: as if there were 25 a second
    at = at if at > last else last + 0.04
    return at, first, max(0.1, at - last)
