"""What a picture or clip may be, by its header and packets, before a pixel of it is decoded."""

from __future__ import annotations

import io
from dataclasses import dataclass

from spoofcue.errors import MediaError
from spoofcue.media.image import opened, shown_frames
from spoofcue.media.survey import best_stream
from spoofcue.serving.problems import Problem
from spoofcue.serving.submission import Submission

# of films and sound together, in each second of a clip: 240 frames, and short packets of sound;
# as many frames may an animation have, which says itself how long it shows them
PACKETS_A_SECOND = 600
HELD = 100_000_000  # pixels of the sampled frames of a recording, as of the largest picture


@dataclass(frozen=True, slots=True)
class Limits:
    """How much work one request may be.

    Attributes:
        pixels: of a picture or frame.
        clip_pixels: of all frames of a clip or animation together: all of them are decoded.
        seconds: of a clip.
        sampled: frames of a recording that are held at one time.

    """

    pixels: int
    clip_pixels: int
    seconds: float
    sampled: int

    def check(self, asked: Submission) -> None:
        """Nothing if it may be decoded; what cannot be read at all is left to the detector.

        Raises:
            Problem: it is more than the limits.

        """
        for file in asked.files:
            try:
                if asked.kind == "clip":
                    self._check_clip(file)
                else:
                    self._check_picture(file)
            except MediaError as error:
                if error.reason == "too_large":
                    raise Problem("too-large", f"{error}.") from error

    def _check_picture(self, file: bytes) -> None:
        with opened(file, self.pixels) as (image, _):
            frames = shown_frames(image)
            if frames > 1:
                self._check_frames(frames, image.width * image.height)

    def _check_clip(self, file: bytes) -> None:
        import av

        try:
            clip = best_stream(io.BytesIO(file), "the clip", self._packets)
        except (OSError, av.error.FFmpegError, ValueError, ArithmeticError):
            return
        pixels = clip.width * clip.height
        if pixels > self.pixels:
            raise MediaError(
                f"the clip: {clip.width} x {clip.height} pixels a frame, more than the limit of "
                f"{self.pixels}",
                reason="too_large",
            )
        if clip.seconds is not None and clip.seconds > self.seconds:
            raise MediaError(
                f"the clip: {clip.seconds:.1f} s, more than the limit of {self.seconds:g} s",
                reason="too_large",
            )
        self._check_frames(clip.packets, pixels)

    @property
    def _packets(self) -> int:
        return int((self.seconds + 1) * PACKETS_A_SECOND)

    def _check_frames(self, frames: int, pixels: int) -> None:
        if frames > self._packets:
            raise MediaError(
                f"{frames} frames, more than the limit of {self._packets}", reason="too_large"
            )
        held = min(frames, self.sampled)
        if held * pixels > HELD:
            raise MediaError(
                f"{held} sampled frames of {pixels} pixels, more than the limit of {HELD} in "
                "memory",
                reason="too_large",
            )
        if frames * pixels > self.clip_pixels:
            raise MediaError(
                f"{frames} frames of {pixels} pixels, more than the limit of {self.clip_pixels} "
                "of a recording",
                reason="too_large",
            )
