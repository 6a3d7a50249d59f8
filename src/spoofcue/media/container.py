"""A video file's container: opened as a file object, of a known format; and its packets.

FFmpeg gets neither a name nor a protocol, so that no name, playlist or reference inside a file can
lead it to another file or to the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from spoofcue.media.boxes import holds_pictures
from spoofcue.media.image import MAX_PIXELS
from spoofcue.media.local_file import size_of

if TYPE_CHECKING:
    import av
    from av.packet import Packet

# FFmpeg's names of the containers that hold their frames themselves: MP4 and MOV, Matroska and
# WebM, AVI, MPEG transport and program streams, Windows Media, Flash. Playlists, image sequences,
# concatenations, network formats and devices are none.
FORMATS = ("mov", "matroska", "avi", "mpegts", "mpeg", "mpegvideo", "asf", "flv")
# a damaged file may go on after an error; one that only gives errors may not go on for ever
MAX_FAULTS = 1000
# how much may be read of a file while it is opened, and then: so many times all of it, and bytes;
# and what a read counts at least
OPENING = (4, 64 << 20)
READING = (20, 1 << 30)
LEAST = 4096


class _Bounded:
    """A file without its name, which FFmpeg would take for an address or guess formats by.

    Nor is it read for ever: a header that points back at itself is.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.seek, self.tell = file.seek, file.tell
        self._read, self._size = file.read, size
        self._left = OPENING[0] * size + OPENING[1]

    def read(self, count: int) -> bytes:
        data = self._read(count)
        self._left -= max(len(data), LEAST)
        if self._left < 0:
            raise OSError("it leads back to what was read already, again and again")
        return data

    def is_open(self) -> None:
        """From here on frames are read, which may lie apart from each other."""
        self._left = READING[0] * self._size + READING[1]


@contextmanager
def container_of(file: BinaryIO) -> Iterator[av.container.InputContainer]:
    """Open from its start what :func:`spoofcue.media.local_file.open_local` opened.

    Raises:
        av.error.FFmpegError: it is none of :data:`FORMATS`, or damaged beyond reading.
        OSError: it cannot be read, or has no end.

    """
    import av

    size = size_of(file)
    if holds_pictures(file, size):
        raise OSError("it holds HEIF pictures, which no film here does")
    file.seek(0)
    options = {
        "format_whitelist": ",".join(FORMATS),
        "protocol_whitelist": "none",  # of which there is none
        "max_pixels": str(MAX_PIXELS),  # a header of 40 bytes must not take gigabytes
    }
    bounded = _Bounded(file, size)
    # titles in other encodings than UTF-8 are nothing to us
    with av.open(bounded, options=options, metadata_errors="replace") as container:
        bounded.is_open()
        yield container


def packets_of(
    container: av.container.InputContainer, *streams: av.VideoStream | av.AudioStream
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
