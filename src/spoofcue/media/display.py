"""A decoded frame as a player shows it: square pixels, turned and mirrored as the file says."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import av

Matrix = tuple[int, ...]


def display_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """Width and height in square pixels: one side is stretched, so that no pixel is lost.

    Args:
        width: as stored, px.
        height: as stored, px.
        aspect: width of a pixel over its height; None or nothing above 0: it is square.

    """
    if not aspect or aspect <= 0:
        return width, height
    return (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))


def displayed(frame: av.VideoFrame, aspect: Fraction | None) -> NDArray[np.uint8]:
    """A frame as (H, W, 3) uint8 RGB, in square pixels and upright.

    Args:
        frame: as it was decoded.
        aspect: of a pixel, see :func:`display_size`.

    """
    return displayed_by(frame, aspect, display_matrix(frame))


def displayed_by(
    frame: av.VideoFrame, aspect: Fraction | None, matrix: Matrix | None
) -> NDArray[np.uint8]:
    """The same, by a display matrix that is known.

    PyAV's side data and its frame hold each other, so that each frame which was asked for its
    matrix stays in memory until Python looks for such circles: hundreds of frames of a stream.
    """
    image = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    width, height = display_size(frame.width, frame.height, aspect)
    if image.shape[:2] != (height, width):
        import cv2

        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC))
    return turned(image, matrix)


def display_matrix(frame: av.VideoFrame) -> Matrix | None:
    """The nine numbers of FFmpeg's display matrix; None: the frame is shown as it is."""
    sides: Any = frame.side_data  # PyAV's own types say that it is a dict of other things
    if "DISPLAYMATRIX" not in sides:
        return None
    return struct.unpack("=9i", bytes(sides["DISPLAYMATRIX"])[:36])


def turned(image: NDArray[np.uint8], matrix: Matrix | None) -> NDArray[np.uint8]:
    """Apply a display matrix: quarter turns and mirrors; other angles to the nearest of these.

    A point (x, y) goes to (a x + c y, b x + d y), y downwards; numbers that make no picture
    (all of it on one line) change nothing.
    """
    if matrix is not None:
        a, b, _, c, d = matrix[:5]
        if abs(a) * abs(d) > abs(b) * abs(c):
            image = _mirrored(image, a < 0, d < 0)
        elif b * c:
            image = _mirrored(image.transpose(1, 0, 2), c < 0, b < 0)
    return np.ascontiguousarray(image)


def _mirrored(image: NDArray[np.uint8], across: bool, down: bool) -> NDArray[np.uint8]:
    return image[:: -1 if down else 1, :: -1 if across else 1]
