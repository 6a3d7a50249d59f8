"""The picture that a face is looked for in, and the way back to the pixels of the image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.faces.box import Box

# of the long side, for pictures that hold little more than a face
BORDER = 1 / 3


@dataclass(frozen=True, slots=True)
class SearchPicture:
    """An image made ready for a search.

    Attributes:
        pixels: (h, w, 3) uint8 RGB.
        scale: pixels here to one of the image, at most 1.
        border: px here, on every side, that are not of the image.

    """

    pixels: NDArray[np.uint8]
    scale: float
    border: int = 0

    @classmethod
    def of(cls, image: NDArray[np.uint8], max_side: int) -> SearchPicture:
        """The image, (H, W, 3) uint8 RGB, with no side over ``max_side`` px."""
        import cv2

        scale = min(1.0, max_side / max(image.shape[:2]))
        if scale == 1:
            return cls(np.ascontiguousarray(image), scale)
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        return cls(np.ascontiguousarray(small, np.uint8), scale)

    def framed(self, max_side: int) -> SearchPicture:
        """With a plain border about it, for a face that fills it; no side over ``max_side`` before.

        Detectors look for a face with its surroundings, which a picture cut close to it lacks.
        """
        import cv2

        small = SearchPicture.of(self.pixels, max_side)
        wide = round(max(small.pixels.shape[:2]) * BORDER)
        # the mean colour has no edges of its own; repeated pixels do, and hide every other face
        colour = small.pixels.mean(axis=(0, 1)).tolist()
        framed = cv2.copyMakeBorder(
            small.pixels, wide, wide, wide, wide, cv2.BORDER_CONSTANT, value=colour
        )
        return SearchPicture(np.asarray(framed, np.uint8), self.scale * small.scale, wide)

    def softened(self, sigma: float) -> SearchPicture:
        """Blurred by a Gaussian, px here: a printer's dots become the tones they stand for."""
        import cv2

        soft = cv2.GaussianBlur(self.pixels, (0, 0), sigma)
        return SearchPicture(np.asarray(soft, np.uint8), self.scale, self.border)

    def boxes(self, rects: Iterable[Sequence[float]]) -> list[Box]:
        """(left, top, width, height) each, px here, as boxes in the image, the largest first."""
        found = [
            Box(*(round(v / self.scale) for v in (x - self.border, y - self.border, w, h)))
            for x, y, w, h in rects
        ]
        return sorted(found, key=lambda box: -box.area)
