"""Which face of a picture is scored, and its box."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from spoofcue.detector.options import Search
from spoofcue.detector.quality import (
    Quality,
    QualityLimits,
    Refusal,
    cut_off,
    measure_quality,
    refuse,
    several_faces,
    too_small,
)
from spoofcue.detector.stopwatch import Stopwatch
from spoofcue.faces.box import Box
from spoofcue.faces.crop import Crop
from spoofcue.faces.detect import FaceDetector, FindsLargest
from spoofcue.media.image import Image
from spoofcue.scoring.face import Face


@dataclass(frozen=True, slots=True)
class Look:
    """One face of a frame to be scored, or a refusal.

    Attributes:
        face: None if refused.
        refusal: None if there is a face.
        box: in px of the frame; None without a face.
        faces: how many the search found.
        quality: None where it was not measured.

    """

    face: Face | None
    refusal: Refusal | None
    box: Box | None = None
    faces: int = 0
    quality: Quality | None = None


class FaceFinder:
    """A face detector with the model's demands; safe to share between threads.

    Args:
        detector: finds faces.
        crop: of the face, as the model was trained on; its quality is measured there.
        min_face_px: shorter faces are refused.
        limits: None: any crop is fit.
        search: ``fast``: where one face is asked for, a detector that can looks for large faces
            first; ``full``: for all faces, always.
        second_face: where one face is asked for, another of that part of its width and height
            refuses them both.

    """

    def __init__(
        self,
        detector: FaceDetector,
        crop: Crop,
        min_face_px: int,
        limits: QualityLimits | None,
        search: Search = "full",
        second_face: float = 0.5,
    ) -> None:
        self.detector = detector
        self._largest = detector.detect
        if search == "fast" and isinstance(detector, FindsLargest):
            self._largest = detector.detect_largest
        self._crop = crop
        self._least = min_face_px
        self._limits = limits
        self._second = second_face
        # dlib's and OpenCV's detectors keep state while they search
        self._lock = threading.Lock()

    def look(self, image: Image, watch: Stopwatch) -> Look:
        """The largest face."""
        return self.look_all(image, watch, most=1)[0]

    def look_all(self, image: Image, watch: Stopwatch, most: int | None = None) -> list[Look]:
        """Up to ``most`` faces, the largest first; one refusal if there is none."""
        with watch.of("detect"), self._lock:
            boxes = (self._largest if most == 1 else self.detector.detect)(image)
        if not boxes:
            return [Look(None, Refusal("no_face", f"{self.detector.name} found no face", None))]
        others = _others(boxes, self._second) if most == 1 else 0
        if others:
            return [Look(None, several_faces(others + 1), boxes[0], len(boxes))]
        with watch.of("crop"):
            return [self._fit(image, box, len(boxes)) for box in boxes[:most]]

    def _fit(self, image: Image, box: Box, faces: int) -> Look:
        unfit = too_small(box.w, box.h, self._least)
        if unfit is None and self._limits is not None:
            unfit = cut_off(box, image.shape[1], image.shape[0], self._limits)
        if unfit:
            return Look(None, unfit, box, faces)
        # a picture that was given as a face crop is looked at whole
        face = Face(image, box, self._crop if self.detector.name == "whole" else None)
        if self._limits is None:
            return Look(face, None, box, faces)
        quality = measure_quality(face.view(self._crop).pixels)
        refusal = refuse(quality, self._limits)
        return Look(None if refusal else face, refusal, box, faces, quality)


def _others(boxes: Sequence[Box], part: float) -> int:
    """How many boxes are at least ``part`` as wide and high as the first, and beside it."""
    first = boxes[0]
    return sum(
        box.w >= part * first.w and box.h >= part * first.h and not _one_face(first, box)
        for box in boxes[1:]
    )


def _one_face(a: Box, b: Box) -> bool:
    """Whether two boxes share more than half of the smaller, as two about one face do."""
    across = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    down = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    return max(across, 0) * max(down, 0) > min(a.area, b.area) / 2
