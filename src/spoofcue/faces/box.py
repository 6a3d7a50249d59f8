"""Face boxes, and square crops about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, width and height in pixels of the upright frame; may reach over its border."""

    x: int
    y: int
    w: int
    h: int

    @property
    def area(self) -> int:
        """Pixels inside."""
        return self.w * self.h

    def clipped(self, frame_w: int, frame_h: int) -> Box | None:
        """The part inside a frame of that size in px, or None if nothing is."""
        left, top = max(self.x, 0), max(self.y, 0)
        right, bottom = min(self.x + self.w, frame_w), min(self.y + self.h, frame_h)
        if right <= left or bottom <= top:
            return None
        return Box(left, top, right - left, bottom - top)


# A fifth of the box on each side takes in hairline, ears and a little background: paper edges and
# screen bezels show there, while the face still fills most of the crop.
DEFAULT_MARGIN = 0.2
# Below this the texture that tells paper from skin is gone.
MIN_FACE_PX = 48


def expand_box(box: Box, margin: float, frame_w: int, frame_h: int) -> Box:
    """The square about the box's centre with side ``max(w, h) * (1 + 2 margin)``, cut to the frame.

    Nothing is padded: a face at the border gives a crop that is not square.

    Args:
        box: as detected, px.
        margin: fraction of the longer side added on each side, >= 0.
        frame_w: of the frame, px.
        frame_h: of the frame, px.

    """
    side = max(box.w, box.h) * (1 + 2 * margin)
    return cut_about(box, side, side, frame_w, frame_h)


def cut_of_size(box: Box, frame: tuple[int, int], crop: tuple[int, int]) -> Box | None:
    """Where a face crop of known size was cut out; None where no margin up to 5 gives that size.

    The margin of a preparation is not in its manifest; the one that gives this size is it.

    Args:
        box: the face, px of the frame.
        frame: its width and height.
        crop: width and height of the crop.

    """
    if crop == frame:
        return Box(0, 0, *frame)
    for hundredths in range(0, 501, 5):
        cut = expand_box(box, hundredths / 100, *frame)
        if (cut.w, cut.h) == crop:
            return cut
    return None


def cut_about(box: Box, width: float, height: float, frame_w: int, frame_h: int) -> Box:
    """The rectangle of that width and height about the box's centre, cut to the frame."""
    centre_x, centre_y = box.x + box.w / 2, box.y + box.h / 2
    left = min(max(round(centre_x - width / 2), 0), frame_w - 1)
    top = min(max(round(centre_y - height / 2), 0), frame_h - 1)
    right = min(max(round(centre_x + width / 2), left + 1), frame_w)
    bottom = min(max(round(centre_y + height / 2), top + 1), frame_h)
    return Box(left, top, right - left, bottom - top)


def crop_face(image: NDArray[np.uint8], box: Box, margin: float) -> NDArray[np.uint8]:
    """Copy of the expanded box's pixels, (h, w, 3) uint8."""
    b = expand_box(box, margin, image.shape[1], image.shape[0])
    return np.ascontiguousarray(image[b.y : b.y + b.h, b.x : b.x + b.w])
