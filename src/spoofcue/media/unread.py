"""How much of a recording its file states, or holds, that no packet came of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import av

# containers whose header states how long they last; of others FFmpeg only guesses
STATING = ("mov", "matroska", "avi", "asf", "flv")
# of what a header states, before a recording is taken for cut short: last frames are often
# stated longer than they are
TOLERANCE = 0.05
# of the usual interval, from which on frames are missing
GAP = 10
# bytes after the last packet that are tables and not frames: of a file, and of each packet
TABLES = (4096, 64)
# top-level boxes of MP4 and MOV that hold no frames (ISO/IEC 14496-12, QuickTime)
BOXES = frozenset(
    b"ftyp styp moov moof mfra free skip wide pnot udta uuid meta meco sidx ssix prft emsg pdin "
    b"junk PICT".split()
)


@dataclass(slots=True)
class Reached:
    """How far the packets of a file's films and sound go.

    Attributes:
        seconds: until when.
        place: up to which byte of the file; 0: unknown.
        packets: how many they are.

    """

    seconds: float = 0.0
    place: int = 0
    packets: int = 0

    def add(self, seconds: float | None, place: int) -> None:
        """One more packet, its end in time and in the file."""
        self.seconds = max(self.seconds, seconds or 0.0)
        self.place = max(self.place, place)
        self.packets += 1


def part_not_reached(
    stream: av.VideoStream,
    container: av.container.InputContainer,
    end: float | None,
    reached: Reached,
) -> float:
    """The part of the length that the header states that nothing came of, 0..1.

    Args:
        stream: a film.
        container: that it is in.
        end: of its last frame, s; None: unknown.
        reached: by all of the file: sound may outlast the film.

    """
    name, base = container.format.name, stream.time_base
    if end is None or not base or not name.startswith(STATING):
        return 0.0
    if name == "avi":
        # of a file that was cut off, the length that FFmpeg gives is that of what is left
        rate = stream.average_rate
        stated, lasts = stream.frames / float(rate) if rate else 0.0, end
    elif stream.duration:
        # MP4 states how long a film is, others when it ends
        begins = stream.start_time or 0 if name.startswith("mov") else 0
        stated, lasts = stream.duration * float(base), end - begins * float(base)
    else:
        stated, lasts = (container.duration or 0) / 1e6, reached.seconds
    missing = 1 - lasts / stated if stated > 0 else 0.0
    return min(missing, 1.0) if missing > TOLERANCE else 0.0


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


def part_after(file: BinaryIO, container: av.container.InputContainer, reached: Reached) -> float:
    """The part of the file's bytes that lies after the last packet and could hold frames, 0..1.

    Args:
        file: that the container was opened from.
        container: likewise.
        reached: by all packets.

    """
    if not reached.place:
        return 0.0
    size = os.fstat(file.fileno()).st_size
    in_boxes = container.format.name.startswith("mov")
    spare = _in_boxes(file, size, reached.place) if in_boxes else size - reached.place
    spare -= TABLES[0] + TABLES[1] * reached.packets
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
