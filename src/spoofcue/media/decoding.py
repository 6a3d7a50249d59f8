"""All frames of a stream that decode whole, over broken packets; and how many do not.

A packet that does not decode ends nothing: the frames after it are evidence too. But where frames
are coded as changes of others, those after a broken one show old content until the next key frame,
and an attack that begins at the broken frame would go on showing the live face before it. So they
count as broken as well.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoofcue.media.container import packets_of
from spoofcue.media.survey import Survey

if TYPE_CHECKING:
    import av

# codecs of which every frame is whole by itself
INTRA = frozenset({"mjpeg", "mjpegb", "rawvideo", "ffv1", "huffyuv", "prores", "dvvideo", "png"})
# decoders that return what a damaged picture still gave, unless they are told not to
STRICT = {"mjpeg": {"err_detect": "explode"}}


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came of a stream's packets.

    Attributes:
        wanted: frames that the packets should have given.
        whole: frames that decoded undamaged.
        damaged: whether anything is wrong.
        ended: whether the last frame is not itself at fault, as where a file breaks off.

    """

    wanted: int
    whole: int
    damaged: bool
    ended: bool


def decode_whole(
    container: av.container.InputContainer,
    survey: Survey,
    take: Callable[[int, av.VideoFrame], None],
    *,
    careful: bool,
) -> Decoded:
    """Decode a stream to its end, or, not carefully, until it is known to be damaged.

    Args:
        container: at its start.
        survey: of the stream.
        take: called with the number and the frame of each that is whole, in their order. Numbers
            count lost frames too where the packets have times.
        careful: one thread, so that an error is known to be the packet's at hand. What several
            threads gave of a damaged stream is to be thrown away.

    """
    import av

    stream = next(s for s in container.streams.video if s.index == survey.index)
    codec = stream.codec_context
    stream.thread_type = "NONE" if careful else "AUTO"
    codec.options = STRICT.get(codec.name, {})
    damage = _Damage(survey, intra=codec.name in INTRA)
    times = survey.times if careful else ()
    whole = broken = fields = 0
    worst = -1  # the last frame that is itself at fault
    for packet in packets_of(container, stream):
        damage.sent(packet.is_keyframe)
        bad = packet.is_corrupt
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            frames, bad = [], True
            broken += 1
        if bad:
            damage.begins(packet.pts)
            if packet.size:
                worst = max(worst, _number(times, packet.pts, whole + broken - 1))
        if damage and not careful:
            break
        for frame in frames:
            if frame.is_corrupt:
                damage.begins(frame.pts)
                worst = max(worst, _number(times, frame.pts, whole + broken))
            if damage.holds(frame) or frame.is_corrupt or bad:
                broken += 1
                continue
            fields += frame.interlaced_frame
            take(_number(times, frame.pts, whole + broken), frame)
            whole += 1
    # a packet may be a field, half of an interlaced frame; others that gave no frame are lost
    lost = max(broken, survey.packets - whole - fields)
    ended = worst < survey.packets - 1
    return Decoded(whole + lost, whole, bool(damage) or lost > 0, ended)


class _Damage:
    """From a fault to the next key frame after it; true once there was any."""

    def __init__(self, survey: Survey, *, intra: bool) -> None:
        self._keys = survey.keys
        self._intra = intra
        self._begun = self._lasts = self._key_sent = False
        self._end: int | None = None

    def __bool__(self) -> bool:
        return self._begun

    def begins(self, time: int | None) -> None:
        """A fault of the packet or frame of that time."""
        self._begun = True
        self._lasts = not self._intra
        self._key_sent = False
        at = len(self._keys) if time is None else bisect_right(self._keys, time)
        self._end = self._keys[at] if at < len(self._keys) else None

    def sent(self, is_key: bool) -> None:
        """A packet goes to the decoder, which gives its frame then or later."""
        self._key_sent |= is_key

    def holds(self, frame: av.VideoFrame) -> bool:
        """Whether a frame may be spoiled; a whole key frame from after the fault ends that."""
        if self._lasts:
            if self._end is not None and frame.pts is not None:
                self._lasts = frame.pts < self._end
            else:  # without times: the decoder may still have had a key frame from before
                self._lasts = not (self._key_sent and frame.key_frame)
        return self._lasts


def _number(times: tuple[int, ...], time: int | None, counted: int) -> int:
    """Place of ``time`` among ``times``, which rise; where it is none, how many were counted."""
    if time is None:
        return counted
    at = bisect_left(times, time)
    return at if at < len(times) and times[at] == time else counted
