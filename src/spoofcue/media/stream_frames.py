"""Frames as they come, of what may never end: each whole, or counted as damaged.

As in :mod:`spoofcue.media.decoding`, frames after a broken one count as damaged up to the next key
frame, since they would go on showing what was there before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import MediaError
from spoofcue.media.container import container_of, packets_of
from spoofcue.media.decoding import INTRA, STRICT
from spoofcue.media.display import Matrix, display_matrix, display_size, displayed_by
from spoofcue.media.local_file import open_local
from spoofcue.media.survey import best_stream
from spoofcue.media.video import Pixels

if TYPE_CHECKING:
    import av
    from av.packet import Packet

FAULTS = 100  # packets in a row that the container refuses


@dataclass(frozen=True, slots=True)
class StreamFrame:
    """A frame that is turned into pixels only when somebody looks at it; None: it is damaged."""

    frame: av.VideoFrame | None
    aspect: Fraction | None = None
    matrix: Matrix | None = None

    @property
    def time_s(self) -> float | None:
        """Of the stream's own clock, s."""
        time = None if self.frame is None else self.frame.time
        return None if time is None else float(time)

    def image(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 RGB, upright; of a whole frame alone.

        Raises:
            MediaError: it is of a kind that has no such pixels.

        """
        import av

        assert self.frame is not None
        try:
            return displayed_by(self.frame, self.aspect, self.matrix)
        except (av.error.FFmpegError, ValueError) as error:
            raise MediaError(f"a frame cannot be shown ({error})") from error


def frames_of(
    container: av.container.InputContainer, name: str, max_pixels: int
) -> Iterator[StreamFrame]:
    """The frames of the largest video stream until it ends.

    Raises:
        MediaError: there is no video stream, or a frame is ``too_large``.
        av.error.FFmpegError: the connection broke.

    """
    films = [s for s in container.streams.video if s.codec_context]
    if not films:
        raise MediaError(f"{name}: it has no video stream")
    stream = max(films, key=lambda s: s.width * s.height)
    yield from _decoded(stream, _live_packets(container, stream), Pixels(name, max_pixels))


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """Of a file: what is missing of it, in words, or None."""

    broken_off: str | None


def frames_of_file(path: Path, max_pixels: int) -> tuple[FilmFacts, Iterator[StreamFrame]]:
    """All frames of a local file in order, and whether it breaks off.

    Raises:
        MediaError: it is no video, or may not be read; from the frames too.

    """
    import av

    try:
        with open_local(path) as file:
            best = best_stream(file, str(path))
    except (OSError, av.error.FFmpegError, ValueError, ArithmeticError) as error:
        raise MediaError(f"{path}: not a readable video ({error})") from error
    missing = best.cut or best.unread > 0.01

    def frames() -> Iterator[StreamFrame]:
        try:
            with open_local(path) as file, container_of(file) as container:
                stream = next(s for s in container.streams.video if s.index == best.index)
                packets = packets_of(container, stream)
                yield from _decoded(stream, packets, Pixels(str(path), max_pixels))
        except (OSError, av.error.FFmpegError, ValueError, ArithmeticError) as error:
            raise MediaError(f"{path}: not a readable video ({error})") from error

    return FilmFacts("part of the file is missing" if missing else None), frames()


def _live_packets(
    container: av.container.InputContainer, stream: av.VideoStream
) -> Iterator[Packet[av.VideoStream]]:
    """Packets until the stream ends or breaks; a few that are malformed end nothing."""
    import av

    faults = 0
    while faults < FAULTS:
        try:
            for packet in container.demux(stream):
                faults = 0
                yield packet
            return
        except av.error.EOFError:
            return
        except av.error.InvalidDataError:
            faults += 1
    raise MediaError("the stream holds nothing that can be read any more")


def _decoded(
    stream: av.VideoStream, packets: Iterator[Packet[av.VideoStream]], most: Pixels
) -> Iterator[StreamFrame]:
    import av

    codec = stream.codec_context
    # frames are shown at once, and an error is the packet's at hand
    stream.thread_type = "NONE"
    codec.options = STRICT.get(codec.name, {})
    intra = codec.name in INTRA
    # what a stream shows before its first key frame is of no use
    spoiled, key_sent = not intra, False
    matrix: list[Matrix | None] = []
    for packet in packets:
        key_sent |= packet.is_keyframe
        bad = packet.is_corrupt
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            frames, bad = [], packet.size > 0  # the last, empty one only asks for what is left
            if bad:
                yield StreamFrame(None)
        for frame in frames:
            bad |= frame.is_corrupt
            if spoiled and not bad:
                spoiled = not (key_sent and frame.key_frame)
            if bad or spoiled:
                yield StreamFrame(None)
                continue
            aspect = stream.sample_aspect_ratio
            most.check(*display_size(frame.width, frame.height, aspect))
            if not matrix:  # the first frame's, for all: see displayed_by
                matrix.append(display_matrix(frame))
            yield StreamFrame(frame, aspect, matrix[0])
        if bad:
            spoiled, key_sent = not intra, False
