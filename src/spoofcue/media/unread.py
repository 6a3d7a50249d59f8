"""How much of a recording its file states, or holds, that no packet came of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from spoofcue.media.boxes import boxes_of
from spoofcue.media.local_file import size_of

if TYPE_CHECKING:
    import av

# containers whose header states how long they last; of others FFmpeg only guesses
STATING = ("mov", "matroska", "avi", "asf", "flv")
# of what a header states, before a recording is taken for cut short: last frames are often
# stated longer than they are
TOLERANCE = 0.05
# of the usual interval, from which on frames are missing; in a film with a steady rate, which is
# one with that part of its intervals alike, but for the rounding of times, it is half a frame
GAP = 10
STEADY = 0.75
ROUNDING = 0.1
# bytes after the last packet that are tables and not frames: of a file, and of each packet
TABLES = (1024, 64)
# bytes after the last packet of a live Matroska stream: it has no index
TAGS = 256
# bytes of a transport stream's packets: plain, with a time, with a check (BDAV, DVB)
TS_PACKETS = (188, 192, 204)
TS_SIGN = 0x47
# top-level boxes of MP4 and MOV that hold no frames (ISO/IEC 14496-12, QuickTime)
BOXES = frozenset(
    b"ftyp styp moov moof mfra free skip wide pnot udta uuid meta meco sidx ssix prft emsg pdin "
    b"junk PICT".split()
)


@dataclass(slots=True)
class Reached:
    """How far the packets of a file's films and sound go.

    Attributes:
        begins: from when, s; None: no packet has a time.
        seconds: until when.
        place: up to which byte of the file; 0: unknown.
        packets: how many they are.

    """

    begins: float | None = None
    seconds: float = 0.0
    place: int = 0
    packets: int = 0

    def add(self, begins: float | None, seconds: float | None, place: int) -> None:
        """One more packet, its time, and its end in time and in the file."""
        if begins is not None:
            self.begins = begins if self.begins is None else min(self.begins, begins)
        self.seconds = max(self.seconds, seconds or 0.0)
        self.place = max(self.place, place)
        self.packets += 1


def part_not_reached(end: float | None, reached: Reached, length: Length) -> float:
    """The part of the length that the header states that nothing came of, 0..1.

    Args:
        end: of a film's last frame, s; None: unknown.
        reached: by all of the file: sound may outlast the film.
        length: of the film.

    """
    if end is None or not length.stated:
        return 0.0
    if length.of_film:
        lasts = end - length.begins
    else:
        # times that begin a little late have lost their beginning; much later, they are of a clock
        begins = max(reached.begins or 0.0, 0.0)
        lasts = reached.seconds - (begins if begins < reached.seconds / 2 else 0.0)
    missing = 1 - lasts / length.stated
    return min(missing, 1.0) if missing > TOLERANCE else 0.0


@dataclass(frozen=True, slots=True)
class Length:
    """How long a film is by its file's header.

    Attributes:
        stated: s; 0: the header says nothing.
        begins: the time that it counts from, s.
        of_film: whether it is the film's own and not the file's.

    """

    stated: float = 0.0
    begins: float = 0.0
    of_film: bool = True

    @classmethod
    def of(
        cls, stream: av.VideoStream, container: av.container.InputContainer, first: int
    ) -> Length:
        """As the header states it; FFmpeg's guess for other containers is none.

        Args:
            stream: the film.
            container: that it is in.
            first: time of its first frame, in its unit.

        """
        name, base = container.format.name, stream.time_base
        if not base or not name.startswith(STATING):
            return cls()
        if name == "avi":
            # of a file that was cut off, the length that FFmpeg gives is that of what is left; the
            # unit of time is a frame. What begins after its own end begins late, and is not over.
            late = first if first >= stream.frames else 0
            return cls(stream.frames * float(base), late * float(base))
        if stream.duration:
            # MP4 states how long a film is, others when it ends
            begins = stream.start_time or 0 if name.startswith("mov") else 0
            return cls(stream.duration * float(base), begins * float(base))
        return cls((container.duration or 0) / 1e6, of_film=False)


def part_skipped(times: Sequence[int]) -> float:
    """The part of the time from the first to the last frame that is left out between two, 0..1.

    Of a film at a steady rate every frame that is not there is missing; but cameras lower their
    rate in the dark, and of any other film only long gaps count.

    Args:
        times: of the frames, rising; fewer than five tell nothing.

    """
    if len(times) < 5:
        return 0.0
    intervals = [b - a for a, b in pairwise(times)]
    usual = sorted(intervals)[len(intervals) // 2]
    steady = sum(abs(i - usual) <= ROUNDING * usual for i in intervals) >= STEADY * len(intervals)
    least = (1.5 if steady else GAP) * usual
    gaps = sum(i - usual for i in intervals if i >= least)
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
    size = size_of(file)
    in_boxes = container.format.name.startswith("mov")
    spare = _in_boxes(file, size, reached.place) if in_boxes else size - reached.place
    spare -= TABLES[0] + TABLES[1] * reached.packets
    return max(0.0, spare / size)


def breaks_off(
    file: BinaryIO, container: av.container.InputContainer, reached: Reached, length: Length
) -> bool:
    """Whether a file of pieces, which states no length of the whole, ends within one of them."""
    size = size_of(file)
    name = container.format.name
    if name.startswith("matroska"):
        return not length.stated and 0 < reached.place < size - TAGS
    if name == "mpegts":
        return not _ends_whole(file, size)
    if not name.startswith("mov"):
        return False
    boxes = list(boxes_of(file, size))
    return any(b.kind == b"moof" for b in boxes) and bool(boxes) and boxes[-1].end > size


def _ends_whole(file: BinaryIO, size: int) -> bool:
    """Whether a transport stream ends with a packet that begins as one; true if it is none."""
    file.seek(0)
    head = file.read(16 * max(TS_PACKETS))
    for length in TS_PACKETS:
        # a time of four bytes may come before the sign that a packet begins with
        for begins in (0, 4):
            signs = head[begins::length]
            if 2 * signs.count(TS_SIGN) > len(signs):  # a few may be damaged
                file.seek(max(0, (size // length - 1) * length + begins))
                return size % length == 0 and file.read(1)[0] == TS_SIGN
    return True


def _in_boxes(file: BinaryIO, size: int, reached: int) -> int:
    """Bytes after ``reached`` that lie in boxes of frames, or in what is no box."""
    spare = last = 0
    for box in boxes_of(file, size):
        if box.kind == b"mdat":
            spare += max(0, min(box.end, size) - max(box.start, reached))
        elif box.kind not in BOXES or box.end > size:
            break
        last = min(box.end, size)
    return spare + size - max(last, reached) if last < size else spare
