"""Face box to face crop at native resolution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spoofcue.faces.box import Box

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
    centre_x, centre_y = box.x + box.w / 2, box.y + box.h / 2
    left = min(max(round(centre_x - side / 2), 0), frame_w - 1)
    top = min(max(round(centre_y - side / 2), 0), frame_h - 1)
    right = min(max(round(centre_x + side / 2), left + 1), frame_w)
    bottom = min(max(round(centre_y + side / 2), top + 1), frame_h)
    return Box(left, top, right - left, bottom - top)


def crop_face(image: NDArray[np.uint8], box: Box, margin: float) -> NDArray[np.uint8]:
    """Copy of the expanded box's pixels, (h, w, 3) uint8."""
    b = expand_box(box, margin, image.shape[1], image.shape[0])
    return np.ascontiguousarray(image[b.y : b.y + b.h, b.x : b.x + b.w])
