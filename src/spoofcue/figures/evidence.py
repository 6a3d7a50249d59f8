"""A face as its run sees it, and the magnitude of its cue map, aligned pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import InputSettings
from spoofcue.cue.score import next_multiple
from spoofcue.media.image import Image
from spoofcue.patches.inputs import (
    grid_starts,
    normalise,
    pad_by_reflection,
    pad_to_stride,
    resized,
    scoring_inputs,
    whole_face_size,
)
from spoofcue.scoring.face import Face, FaceScorer
from spoofcue.scoring.pictures import cue_magnitude

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the network saw of a crop, without padding.

    Attributes:
        face: (h, w, 3) uint8 RGB.
        magnitude: (h, w) float32, mean |cue| over the channels, 0..1.

    """

    face: Image
    magnitude: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """A square of a crop, as fractions of the crop's height and width (0..1)."""

    top: float
    left: float
    bottom: float
    right: float

    def of(self, image: NDArray[T]) -> NDArray[T]:
        """That part of an (h, w, ...) array, at least one pixel."""
        height, width = image.shape[:2]
        top, left = round(self.top * height), round(self.left * width)
        bottom = max(round(self.bottom * height), top + 1)
        right = max(round(self.right * width), left + 1)
        return image[top:bottom, left:right]


def face_evidence(model: FaceScorer, crop: Image) -> Evidence | None:
    """The whole face through the model, with the run's own scoring input.

    The patches of ``input.scoring: grid`` are put together again, with the mean where they
    overlap.

    Args:
        model: the detector.
        crop: (h, w, 3) uint8 RGB.

    Returns:
        None if the method makes no cue map.

    """
    settings = model.facts.input
    if settings.scoring == "grid":
        return _stitched(model, crop)
    result = model.score([Face.filling(crop)])[0]
    cue = result.cue
    if cue is None:
        return None
    size = _without_padding(crop, settings)
    return Evidence(_middle(result.seen, *size), _middle(cue_magnitude(cue), *size))


def patch_evidence(model: FaceScorer, crop: Image) -> tuple[Evidence, Window] | None:
    """The middle patch of ``input.size`` at native resolution, as in training (section 4.4).

    Returns:
        The patch and where in the crop it lies; None if the method makes no cue map.

    """
    s = model.facts.input
    height, width = crop.shape[:2]
    top, left = max(height - s.size, 0) // 2, max(width - s.size, 0) // 2
    patch = np.ascontiguousarray(crop[top : top + s.size, left : left + s.size])
    shown_h, shown_w = patch.shape[:2]
    padded = pad_to_stride(pad_by_reflection(patch, s.size, s.size))
    if not hasattr(model, "cues"):
        return None
    cue = model.cues(normalise(padded, s.mean, s.std)[None])[0]
    # Two paddings, each centred by itself, come off one by one.
    magnitude = _middle(_middle(cue_magnitude(cue), s.size, s.size), shown_h, shown_w)
    window = Window(top / height, left / width, (top + shown_h) / height, (left + shown_w) / width)
    return Evidence(patch, magnitude), window


def _stitched(model: FaceScorer, crop: Image) -> Evidence | None:
    s = model.facts.input
    if not hasattr(model, "cues"):
        return None
    inputs = scoring_inputs(crop, s)
    maps = model.cues(np.stack([normalise(i, s.mean, s.std) for i in inputs]))
    shrink = min(1.0, s.max_side / max(crop.shape[:2]))
    height, width = (max(1, round(side * shrink)) for side in crop.shape[:2])
    face = pad_by_reflection(resized(crop, height, width, s.shrink), s.size, s.size)
    total, count = np.zeros(face.shape[:2]), np.zeros(face.shape[:2])
    corners = [
        (y, x)
        for y in grid_starts(face.shape[0], s.size)
        for x in grid_starts(face.shape[1], s.size)
    ]
    for (top, left), cue in zip(corners, maps, strict=True):
        at = slice(top, top + s.size), slice(left, left + s.size)
        total[at] += _middle(cue_magnitude(cue), s.size, s.size)
        count[at] += 1
    magnitude = (total / count).astype(np.float32)
    return Evidence(_middle(face, height, width), _middle(magnitude, height, width))


def _without_padding(crop: Image, settings: InputSettings) -> tuple[int, int]:
    """Height and width of the face inside the network's input, see ``scoring_inputs``."""
    if settings.scoring == "resize":
        return settings.size, settings.size
    height, width = crop.shape[:2]
    target = whole_face_size(height, width, settings.size, settings.max_side)
    least = next_multiple(settings.size)
    return (
        target[0] if height >= least else height,
        target[1] if width >= least else width,
    )


def _middle(image: NDArray[T], height: int, width: int) -> NDArray[T]:
    """What :func:`pad_by_reflection` was given."""
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width]
