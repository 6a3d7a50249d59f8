"""Whether a face crop is good enough to be judged; a crop that is not is rejected with advice.

The limits are loose on purpose: they are to stop what no detector could judge, not to choose good
pictures. What they are set by is in docs/howto/detector.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.detector.limits import is_within
from spoofcue.errors import InputError
from spoofcue.faces.box import Box

SIDE = 128  # crops are compared at this side, so that a limit means the same for every face
EDGE = 19  # of SIDE: the middle 70 % is face rather than surroundings


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """What a crop must have to be scored.

    A value outside its range is an InputError.

    Attributes:
        min_sharpness: variance of the Laplacian, in contrasts, of the crop at 128 x 128. Sharp
            faces have 0.05 to 0.8; blurred by a fiftieth of their width 0.002 to 0.01.
        min_brightness: mean grey of the face, 0..255.
        max_brightness: likewise.
        max_clipped: largest part of the face that is pure black or white, 0..1.
        min_contrast: standard deviation of the grey, 0..127.
        min_visible: part of the face box that must lie in the picture, 0..1. Boxes about faces
            that are whole and fill the picture have 0.75 and more.

    >>> from spoofcue import Detector, QualityLimits
    >>> detector = Detector.load(quality=QualityLimits(min_brightness=20))  # for a dark hall
    >>> QualityLimits().min_brightness  # grey, 0..255
    30.0

    """

    min_sharpness: float = 0.008
    min_brightness: float = 30.0
    max_brightness: float = 230.0
    max_clipped: float = 0.4
    min_contrast: float = 6.0
    min_visible: float = 0.7

    def __post_init__(self) -> None:
        for name, most in LARGEST.items():
            value = getattr(self, name)
            if not is_within(value, 0, most):
                raise InputError(f"QualityLimits({name}={value!r}): give a number in 0..{most:g}.")


LARGEST = {
    "min_sharpness": 1e6,
    "min_brightness": 255.0,
    "max_brightness": 255.0,
    "max_clipped": 1.0,
    "min_contrast": 127.5,
    "min_visible": 1.0,
}


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured; see :class:`QualityLimits` for the units."""

    sharpness: float
    brightness: float
    dark: float
    white: float
    contrast: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a face is not scored, and what the person before the camera can do."""

    reason: str
    detail: str
    advice: str | None


def measure_quality(crop: NDArray[np.uint8]) -> Quality:
    """Measure a face crop, (h, w, 3) uint8 RGB; takes under half a millisecond at 224 px."""
    import cv2

    small = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    plain = grey.astype(np.float32)
    # In units of the crop's own contrast: a dim face is no blurred one.
    standard = (plain - plain.mean()) / max(float(plain.std()), 1.0)
    face = grey[EDGE : SIDE - EDGE, EDGE : SIDE - EDGE]
    return Quality(
        sharpness=float(cv2.Laplacian(standard, cv2.CV_32F).var()),
        brightness=float(face.mean()),
        dark=float((face <= 8).mean()),
        white=float((face >= 250).mean()),
        contrast=float(face.std()),
    )


def refuse(quality: Quality, limits: QualityLimits) -> Refusal | None:
    """The first limit that is not kept; light before sharpness, as without light none is sharp."""
    q = quality
    if q.brightness < limits.min_brightness or q.dark > limits.max_clipped:
        detail = f"mean brightness {q.brightness:.0f} of 255, {100 * q.dark:.0f} % black"
        return Refusal("too_dark", f"the face is too dark ({detail})", "more light")
    if q.brightness > limits.max_brightness or q.white > limits.max_clipped:
        detail = f"mean brightness {q.brightness:.0f} of 255, {100 * q.white:.0f} % white"
        return Refusal("too_bright", f"the face is overexposed ({detail})", "less light")
    if q.contrast < limits.min_contrast:
        detail = f"the face has a contrast of {q.contrast:.1f}; {limits.min_contrast:g} is needed"
        return Refusal("low_contrast", detail, "even light on the face, no fog on the lens")
    if q.sharpness < limits.min_sharpness:
        detail = f"sharpness {q.sharpness:.4f}; {limits.min_sharpness:g} is needed"
        return Refusal("blurred", f"the face is blurred ({detail})", "hold still")
    return None


def cut_off(box: Box, frame_w: int, frame_h: int, limits: QualityLimits) -> Refusal | None:
    """A refusal of a face that reaches too far over the border of the frame, px."""
    inside = box.clipped(frame_w, frame_h)
    visible = inside.area / box.area if inside else 0.0
    if visible >= limits.min_visible:
        return None
    needed = f"{100 * limits.min_visible:g} % are needed"
    detail = f"{100 * visible:.0f} % of the face is in the picture; {needed}"
    return Refusal("cut_off", detail, "move to the middle of the picture")


def too_small(width: int, height: int, least: int) -> Refusal | None:
    """A refusal of a face box below ``least`` px on its shorter side."""
    if min(width, height) >= least:
        return None
    detail = f"the face is {width} x {height} px; {least} px are needed: move closer"
    return Refusal("face_too_small", detail, "move closer")


def several_faces(count: int) -> Refusal:
    """A refusal of a picture in which nobody can say which face is meant."""
    detail = f"{count} faces of about one size are in the picture; one is to be judged"
    return Refusal("several_faces", detail, "one person before the camera")
