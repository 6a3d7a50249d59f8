"""One attempt before a camera: what belongs to it, when it is over, and what makes it worthless.

The frames are judged by the detector, as one recording; here is only what a recording has not: that
it is one face, which is there all the time and not the same picture again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoofcue.detector.finder import Look
from spoofcue.detector.limits import is_within
from spoofcue.detector.quality import Refusal
from spoofcue.detector.result import Result
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.media.image import Image

if TYPE_CHECKING:
    from spoofcue.detector.detector import Detector

# of all frames that are kept of an attempt, so that none takes more than 300 MB
KEPT_PIXELS = 100_000_000
# two boxes of one face, one look after the other: what they share of the smaller, and their sizes
SHARED = 0.3
GROWTH = 2.5
AGAIN = "stay before the camera until the decision is there"


@dataclass(frozen=True, slots=True)
class AttemptRule:
    """What an attempt is. A value outside its range is an InputError.

    Attributes:
        seconds: after which it is over, 0.2..60.
        frames: that are judged, evenly spread over ``seconds``; with so many it is over, 2..300.
        min_frames: with fewer that show the face it is rejected, 2..300.
        away: s without a face after which it has left, 0.1..10.
        freeze: s of the same picture of the face that make it a frozen one, 0.1..10.
        stall: s without a frame that nobody knows what happened in, 0.1..60.
        spread: whether the frames that are judged are spread over ``seconds``; otherwise each that
            comes is, up to ``frames``.

    >>> AttemptRule(seconds=2).min_frames
    5

    """

    seconds: float = 3.0
    frames: int = 30
    min_frames: int = 5
    away: float = 0.5
    freeze: float = 0.5
    stall: float = 2.0
    spread: bool = True

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            whole = not name.endswith("frames") or type(value) is int
            if not (whole and is_within(value, low, high)):
                kind = "a whole number" if name.endswith("frames") else "a number"
                raise InputError(
                    f"AttemptRule({name}={value!r}): give {kind} in {low:g}..{high:g}."
                )
        if self.min_frames > self.frames:
            raise InputError(
                f"an attempt of at most {self.frames} frames never has the {self.min_frames} that "
                "it needs: give more frames, or ask for fewer."
            )


RANGES: dict[str, tuple[float, float]] = {
    "seconds": (0.2, 60),
    "frames": (2, 300),
    "min_frames": (2, 300),
    "away": (0.1, 10),
    "freeze": (0.1, 10),
    "stall": (0.1, 60),
}


class Attempt:
    """Grows by the frames that are looked at, until it is over or broken.

    Args:
        rule: what an attempt is.
        at: s of the source's clock, when it begins.

    Attributes:
        over: whether there is nothing more to wait for.
        left: whether that is because the face has left.
        broken: why it cannot be judged any more; None so far.
        looked: whole frames that were looked at.
        damaged: frames that did not decode.
        box: of the face, where it was last seen; None: not yet.

    """

    def __init__(self, rule: AttemptRule, at: float) -> None:
        self.over = self.left = False
        self.broken: Refusal | None = None
        self.looked = self.damaged = 0
        self.box: Box | None = None
        self.faces = 0
        self._rule = rule
        self._last = self._with_face = self._moved = self._began = at
        self._shape: tuple[int, ...] | None = None
        # of the frames that are judged, what was found in them, and their places
        self._kept: list[tuple[Image, Look, int]] = []
        self._kept_at = float("-inf")
        self._fit = False
        self._same = 0
        self._prints: Counter[bytes] = Counter()
        self._print = b""

    @property
    def kept(self) -> int:
        """How many frames will be judged; bounded by the rule."""
        return len(self._kept)

    def lost(self, damaged: int) -> None:
        """Frames that came and did not decode."""
        self.damaged += damaged

    def see(self, image: Image, look: Look, at: float, place: int | None = None) -> None:
        """One more frame, and what the detector found in it.

        Args:
            image: (H, W, 3) uint8 RGB; it is kept as it is.
            look: see :meth:`spoofcue.detector.detector.Detector.look`.
            at: s, rising.
            place: number of the frame, which the result names it by; None: of those looked at,
                from 0.

        """
        place = self.looked if place is None else place
        self.looked += 1
        silent, self._last = at - self._last, at
        self.broken = self._fault(image, look, silent)
        if self.broken is None and look.box is not None:
            self.broken = self._repeats(image, look.box, at)
        if look.box is not None:
            self.box, self.faces, self._with_face = look.box, look.faces, at
        self.left = self.broken is None and at - self._with_face >= self._rule.away
        self.over = self.left or self.broken is not None
        if not self.over:
            self._keep(image, look, at, place)
            self.over = at - self._began >= self._rule.seconds or self.kept >= self._most(image)

    def breaks(self, reason: str, detail: str, advice: str | None = None) -> None:
        """End it, unjudged, because of something that is not in a frame."""
        self.broken, self.over = Refusal(reason, detail, advice), True

    def judged(self, detector: Detector, *, cues: bool = False) -> Result:
        """The decision; ``rejected`` for a broken attempt and for one of too few frames.

        Args:
            detector: judges.
            cues: whether the result carries cue maps.

        """
        refusal = self.broken or self._lacking()
        if refusal is not None:
            refused = detector.refused(refusal.reason, refusal.detail)
            return replace(refused, advice=refusal.advice, box=self.box, faces=self.faces)
        while self._kept[-1][1].box is None:  # the face had left
            self._kept.pop()
        images, looks, _ = zip(*self._kept, strict=True)
        result = detector.predict_frames(images, looks=looks, damaged=self.damaged, cues=cues)
        return (
            result if result.place is None else replace(result, place=self._kept[result.place][2])
        )

    def _fault(self, image: Image, look: Look, silent: float) -> Refusal | None:
        if silent > self._rule.stall:
            detail = f"no frame came for {silent:.1f} s"
            return Refusal("stream_stalled", detail, AGAIN)
        if self._shape not in (None, image.shape):
            return Refusal("stream_changed", "the frames' size changed within the attempt", AGAIN)
        self._shape = image.shape
        if look.refusal and look.refusal.reason in ("several_faces", "error"):
            return look.refusal
        if look.box and self.box and not one_face(self.box, look.box):
            detail = "the face is suddenly at another place, or of another size"
            return Refusal("face_changed", detail, "one person before the camera, without haste")
        return None

    def _repeats(self, image: Image, box: Box, at: float) -> Refusal | None:
        """Whether the face is, to the last bit, one that was there before: no camera does that.

        A frame that comes twice in a row is none of that: drivers and codecs do so.
        """
        inside = box.clipped(image.shape[1], image.shape[0])
        face = image if inside is None else image[inside.y :, inside.x :][: inside.h, : inside.w]
        seen = hashlib.blake2b(face.tobytes(), digest_size=16).digest()
        before, self._print = self._print, seen
        if seen == before:
            self._same += 1
            still = at - self._moved
            if still >= self._rule.freeze:
                detail = f"the picture of the face is the very same for {still:.1f} s"
                return Refusal("frozen", detail, None)
            return None
        self._moved = at
        self._prints[seen] += 1
        if self._prints[seen] > 1:
            return Refusal("repeated", "a picture of the face comes again to the last bit", None)
        return None

    def _keep(self, image: Image, look: Look, at: float, place: int) -> None:
        """Take a frame that is due; those before the first fit one are of a face that comes."""
        if look.face is not None and not self._fit:
            self._fit = True
            self._kept, self._kept_at, self._began = [], float("-inf"), at
        again = look.box is not None and self._moved < at
        # a hair early is in time: clocks of streams are rounded
        apart = 0.9 * self._rule.seconds / self._most(image) if self._rule.spread else 0.0
        due = at - self._kept_at >= apart
        if due and not again:
            self._kept.append((image, look, place))
            self._kept_at = at

    def _most(self, image: Image) -> int:
        return max(2, min(self._rule.frames, KEPT_PIXELS // (image.shape[0] * image.shape[1])))

    def _lacking(self) -> Refusal | None:
        if 2 * self._same > self.looked:
            detail = f"{self._same} of {self.looked} frames show the very same face as before"
            return Refusal("frozen", detail, None)
        with_face = sum(look.box is not None for _, look, _ in self._kept)
        if with_face < self._rule.min_frames:
            detail = f"{with_face} frames show the face; {self._rule.min_frames} are needed"
            return Refusal("too_few_frames", detail, AGAIN)
        return None


def one_face(before: Box, after: Box) -> bool:
    """Whether two boxes, one look after the other, can be of one face that moves.

    >>> one_face(Box(100, 100, 80, 100), Box(130, 90, 90, 110))
    True
    >>> one_face(Box(100, 100, 80, 100), Box(300, 100, 80, 100))
    False

    """
    across = min(before.x + before.w, after.x + after.w) - max(before.x, after.x)
    down = min(before.y + before.h, after.y + after.h) - max(before.y, after.y)
    small, large = sorted((before.area, after.area))
    return max(across, 0) * max(down, 0) >= SHARED * small and large <= GROWTH * small
