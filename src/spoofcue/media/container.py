"""A video file's container: opened as a file object, of a known format, with its best stream.

FFmpeg gets neither a name nor a protocol, so that no name, playlist or reference inside a file can
lead it to another file or to the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from spoofcue.errors import MediaError
from spoofcue.media.display import display_size
from spoofcue.media.image import MAX_PIXELS

if TYPE_CHECKING:
    import av
    from av.packet import Packet

# FFmpeg's names of the containers that hold their frames themselves: MP4 and MOV, Matroska and
# WebM, AVI, MPEG transport and program streams, Windows Media, Flash. Playlists, image sequences,
# concatenations, network formats and devices are none.
FORMATS = ("mov", "matroska", "avi", "mpegts", "mpeg", "mpegvideo", "asf", "flv")
# packets that tell a film from a still picture beside it, as FFmpeg's own choice takes it
FILM = 5
# a damaged file may go on after an error; one that only gives errors may not go on for ever
MAX_FAULTS = 1000


class _Nameless:
    """A file without its name, which FFmpeg would take for an address or guess formats by."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


@contextmanager
def container_of(file: BinaryIO) -> Iterator[av.container.InputContainer]:
    """Open from its start what :func:`spoofcue.media.local_file.open_local` opened.

    Raises:
        av.error.FFmpegError: it is none of :data:`FORMATS`, or damaged beyond reading.

    """
    import av

    file.seek(0)
    options = {
        "format_whitelist": ",".join(FORMATS),
        "protocol_whitelist": "none",  # of which there is none
        "max_pixels": str(MAX_PIXELS),  # a header of 40 bytes must not take gigabytes
    }
    # titles in other encodings than UTF-8 are nothing to us
    with av.open(_Nameless(file), options=options, metadata_errors="replace") as container:
        yield container


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at all packets of one stream gave, nothing decoded.

    Attributes:
        index: of the stream in the file.
        packets: that hold a frame to be shown.
        size: of them, bytes.
        width, height: of the display, px, before any turn.

    """

    index: int
    packets: int
    size: int
    width: int
    height: int

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Films before stills, then the largest picture, then the most bytes, then the first."""
        return min(self.packets, FILM), self.width * self.height, self.size, -self.index


def best_stream(container: av.container.InputContainer, name: str) -> Survey:
    """The video stream that is judged; reads the file to its end.

    Cover pictures and streams that nothing here decodes are none.

    Raises:
        MediaError: the file has no video stream.

    """
    streams = [s for s in container.streams.video if s.codec_context and not _is_cover(s)]
    if not streams:
        raise MediaError(f"{name}: the file has no video stream")
    packets = dict.fromkeys((s.index for s in streams), 0)
    size = dict.fromkeys(packets, 0)
    for packet in packets_of(container, *streams):
        if _shows(packet):
            packets[packet.stream_index] += 1
            size[packet.stream_index] += packet.size
    return max(
        (Survey(s.index, packets[s.index], size[s.index], *size_of(s)) for s in streams),
        key=lambda survey: survey.rank,
    )


def packets_of(
    container: av.container.InputContainer, *streams: av.VideoStream
) -> Iterator[Packet[av.VideoStream]]:
    """All packets of some streams to the end of the file, over places that cannot be read."""
    import av

    for _ in range(MAX_FAULTS):
        try:
            for packet in container.demux(*streams):
                yield cast("Packet[av.VideoStream]", packet)
            return
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            continue


def size_of(stream: av.VideoStream) -> tuple[int, int]:
    """Width and height of the display in square pixels, before any turn."""
    return display_size(stream.width, stream.height, stream.sample_aspect_ratio)


def _is_cover(stream: av.VideoStream) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _shows(packet: Packet[av.VideoStream]) -> bool:
    """Whether a packet is of a frame that is shown: VP8 sends some only to be referred to."""
    if not packet.size or packet.is_discard:
        return False
    # bit 4 of a VP8 frame's first byte (RFC 6386, 9.1)
    return packet.stream.codec_context.name != "vp8" or bool(bytes(packet)[0] & 0x10)
