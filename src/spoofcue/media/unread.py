"""How much of a recording its file states, or holds, that no packet came of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import av

# containers whose header states how long they last; of others FFmpeg only guesses
STATING = ("mov", "matroska", "avi", "asf", "flv")
# of what a header states, before a recording is taken for cut short: last frames are often
# stated longer than they are
TOLERANCE = 0.05
# s by which sound may outlast the picture, where only the whole file's length is stated
SOUND = 0.5
# of the usual interval, from which on frames are missing
GAP = 10
# bytes after the last frame that are tables and not frames: of a file, and of each frame
TABLES = (4096, 64)
# top-level boxes of MP4 and MOV that hold no frames (ISO/IEC 14496-12, QuickTime)
BOXES = frozenset(
    b"ftyp styp moov moof mfra free skip wide pnot udta uuid meta meco sidx ssix prft emsg pdin "
    b"junk PICT".split()
)


def part_not_reached(
    stream: av.VideoStream, container: av.container.InputContainer, end: int | None
) -> float:
    """The part of the length that the header states that lies after the last frame, 0..1.

    Args:
        stream: of the frames.
        container: that it is in.
        end: of the last frame, in the stream's unit of time; None: unknown.

    """
    stated, start = _stated(stream, container)
    if end is None or not stream.time_base or stated <= 0:
        return 0.0
    missing = 1 - (end * float(stream.time_base) - start) / stated
    return min(missing, 1.0) if missing > TOLERANCE else 0.0


def _stated(stream: av.VideoStream, container: av.container.InputContainer) -> tuple[float, float]:
    """How long the stream lasts by the header, s, 0 if unknown; and the time at which it begins."""
    if not container.format.name.startswith(STATING):
        return 0.0, 0.0
    if container.format.name == "avi" and stream.average_rate:
        # of a file that was cut off, the length that FFmpeg gives is that of what is left
        return stream.frames / float(stream.average_rate), 0.0
    if stream.duration and stream.time_base:
        base = float(stream.time_base)
        return stream.duration * base, (stream.start_time or 0) * base
    sound = SOUND if len(container.streams) > 1 else 0.0
    return (container.duration or 0) / 1e6 - sound, (container.start_time or 0) / 1e6


def part_skipped(times: Sequence[int]) -> float:
    """The part of the time from the first to the last frame that is left out between two, 0..1.

    A gap counts from ten times the usual interval on: cameras lower their rate in the dark.

    Args:
        times: of the frames, rising; fewer than five tell nothing.

    """
    if len(times) < 5:
        return 0.0
    intervals = [b - a for a, b in pairwise(times)]
    usual = sorted(intervals)[len(intervals) // 2]
    gaps = sum(i - usual for i in intervals if i >= GAP * usual)
    return gaps / (times[-1] - times[0])


def part_after(
    file: BinaryIO, container: av.container.InputContainer, end: int, packets: int
) -> float:
    """The part of the file's bytes that lies after the last frame and could hold frames, 0..1.

    Args:
        file: that the container was opened from.
        container: likewise.
        end: place in the file at which the last frame ends; 0: unknown.
        packets: how many frames came before.

    """
    if not end:
        return 0.0
    size = os.fstat(file.fileno()).st_size
    in_boxes = container.format.name.startswith("mov")
    spare = _in_boxes(file, size, end) if in_boxes else size - end
    spare -= TABLES[0] + TABLES[1] * packets
    return max(0.0, spare / size)


def _in_boxes(file: BinaryIO, size: int, end: int) -> int:
    """Bytes after ``end`` that lie in boxes of frames, or in what is no box."""
    at = spare = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0:  # the last box goes to the end of the file
            length = size - at
        whole = kind in BOXES and at + length <= size
        if length < 8 or not (whole or kind == b"mdat"):
            return spare + size - max(at, end)
        after = min(at + length, size)
        if kind == b"mdat":
            spare += max(0, after - max(at, end))
        at = after
    return spare
