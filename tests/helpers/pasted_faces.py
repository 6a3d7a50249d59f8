"""One known face, pasted where a test wants it, and how well two boxes agree."""

from __future__ import annotations

import numpy as np
import skimage.data
from numpy.typing import NDArray

from spoofcue.faces.box import Box


def pasted(sides: list[int], frame: tuple[int, int] = (480, 640)) -> NDArray[np.uint8]:
    """Astronauts of these sides, px, side by side on grey."""
    import cv2

    image, left = np.full((*frame, 3), 128, np.uint8), 0
    for side in sides:
        person = cv2.resize(skimage.data.astronaut()[20:220, 125:325], (side, side))
        image[: min(side, frame[0]), left : left + side] = person[: frame[0]]
        left += side
    return image


def overlap(a: Box, b: Box) -> float:
    w = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    h = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    return w * h / (a.area + b.area - w * h) if w > 0 and h > 0 else 0.0
