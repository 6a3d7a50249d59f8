"""A look at all packets of a video file, nothing decoded: its best stream, its frames' times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from spoofcue.errors import MediaError
from spoofcue.media.container import container_of, packets_of
from spoofcue.media.display import display_size
from spoofcue.media.unread import (
    Length,
    Reached,
    breaks_off,
    part_after,
    part_not_reached,
    part_skipped,
)

if TYPE_CHECKING:
    import av
    from av.packet import Packet

# packets that tell a film from a still picture beside it, as FFmpeg's own choice takes it
FILM = 5


@dataclass(frozen=True, slots=True)
class Survey:
    """What the packets of one stream tell.

    Attributes:
        index: of the stream in the file.
        packets: that hold a frame to be shown.
        size: of them, bytes.
        width: of the display, px, before any turn.
        height: likewise.
        times: of the frames in rising order, in the stream's own unit; empty where packets have
            none, or share one.
        keys: those of frames that need no other.
        unread: part of the recording that the file states or holds and no packet came of, 0..1.
        stated: whether the file says how long it is.
        cut: whether the file ends within one of the pieces that it is made of.
        seconds: from its first frame to the end of its last; None where packets have no times.

    """

    index: int
    packets: int
    size: int
    width: int
    height: int
    times: tuple[int, ...] = ()
    keys: tuple[int, ...] = ()
    unread: float = 0.0
    stated: bool = True
    cut: bool = False
    seconds: float | None = None

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Films before stills, then the largest picture, then the most bytes, then the first."""
        return min(self.packets, FILM), self.width * self.height, self.size, -self.index


def best_stream(file: BinaryIO, name: str, most: int | None = None) -> Survey:
    """The video stream that is judged; reads the file to its end.

    Cover pictures and streams that nothing here decodes are none.

    Args:
        file: at its start.
        name: for messages.
        most: packets of films and sound, beyond which it is read no further; None: all of them.

    Raises:
        MediaError: the file has no video stream; ``too_large``: more packets than ``most``.
        av.error.FFmpegError: see :func:`spoofcue.media.container.container_of`.

    """
    with container_of(file) as container:
        films = [s for s in container.streams.video if s.codec_context and not _is_cover(s)]
        if not films:
            raise MediaError(f"{name}: the file has no video stream")
        packets: dict[int, list[_Seen]] = {s.index: [] for s in films}
        cut_out = dict.fromkeys(packets, 0)
        reached = Reached()
        read = 0
        for packet in packets_of(container, *films, *container.streams.audio):
            if not packet.size:  # the end, no packet of the file
                continue
            read += 1
            if most is not None and read > most:
                text = f"{name}: more than the limit of {most} packets"
                raise MediaError(text, reason="too_large")
            seen = _Seen.of(packet)
            reached.add(
                seen.since, seen.until, (packet.pos or 0) + packet.size if packet.pos else 0
            )
            if packet.stream_index in packets and _shows(packet):
                packets[packet.stream_index].append(seen)
            elif packet.is_discard and packets.get(packet.stream_index):
                # an edit list hides it though something is shown before: no trimmed beginning
                cut_out[packet.stream_index] += 1
        surveys = [_survey(s, packets[s.index], file, container, reached) for s in films]
    best = max(surveys, key=lambda survey: survey.rank)
    hidden = cut_out[best.index]
    return replace(best, unread=max(best.unread, hidden / max(1, hidden + best.packets)))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is kept of a packet: its time in the stream's unit, that and its end in s, if known."""

    time: int | None
    since: float | None
    until: float | None
    key: bool
    size: int

    @classmethod
    def of(cls, packet: Packet[av.VideoStream]) -> _Seen:
        shown = packet.dts if packet.pts is None else packet.pts
        since = until = None
        if shown is not None and packet.time_base:
            since = shown * float(packet.time_base)
            until = since + max(packet.duration or 0, 0) * float(packet.time_base)
        return cls(packet.pts, since, until, packet.is_keyframe, packet.size)


def _survey(
    stream: av.VideoStream,
    packets: Sequence[_Seen],
    file: BinaryIO,
    container: av.container.InputContainer,
    reached: Reached,
) -> Survey:
    times = {p.time: p.key for p in packets if p.time is not None}
    ends = [p.until for p in packets if p.until is not None]
    begins = [p.since for p in packets if p.since is not None]
    length = Length.of(stream, container, min(times, default=0))
    apart = len(times) == len(packets)
    return Survey(
        stream.index,
        len(packets),
        sum(p.size for p in packets),
        *display_size(stream.width, stream.height, stream.sample_aspect_ratio),
        times=tuple(sorted(times)) if apart else (),
        keys=tuple(sorted(t for t, key in times.items() if key)) if apart else (),
        unread=max(
            part_skipped(sorted(times) if apart else ()),
            part_not_reached(max(ends, default=None), reached, length),
            part_after(file, container, reached),
        ),
        stated=length.stated > 0,
        cut=breaks_off(file, container, reached, length),
        seconds=max(ends) - min(begins) if ends and begins else None,
    )


def _is_cover(stream: av.VideoStream) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _shows(packet: Packet[av.VideoStream]) -> bool:
    """Whether a packet is of a frame that is shown: VP8 sends some only to be referred to."""
    if not packet.size or packet.is_discard:
        return False
    # bit 4 of a VP8 frame's first byte (RFC 6386, 9.1)
    return packet.stream.codec_context.name != "vp8" or bool(bytes(packet)[0] & 0x10)
