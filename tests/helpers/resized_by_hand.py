"""Shrinking written out in NumPy, without OpenCV, to hold the package's against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bilinear(image: NDArray[np.uint8], height: int, width: int) -> Floats:
    """Four neighbours of each sample; pixel centres lie at half pixels, borders repeat."""
    rows, columns = _samples(image.shape[0], height), _samples(image.shape[1], width)
    (top, bottom, down), (left, right, along) = rows, columns
    down, along = down[:, None, None], along[None, :, None]
    value = image.astype(np.float64)
    upper = value[top][:, left] * (1 - along) + value[top][:, right] * along
    lower = value[bottom][:, left] * (1 - along) + value[bottom][:, right] * along
    return upper * (1 - down) + lower * down


def _samples(length: int, count: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Neighbours before and after each of ``count`` samples, and the weight of the second."""
    at = np.clip((np.arange(count) + 0.5) * length / count - 0.5, 0, length - 1)
    before = np.floor(at).astype(np.intp)
    return before, np.minimum(before + 1, length - 1), at - before


def block_means(image: NDArray[np.uint8], height: int, width: int) -> Floats:
    """Means of the blocks that become one pixel each; whole factors only."""
    rows, columns = image.shape[0] // height, image.shape[1] // width
    assert image.shape[:2] == (height * rows, width * columns)
    return image.reshape(height, rows, width, columns, -1).astype(np.float64).mean(axis=(1, 3))


BY_HAND = {"bilinear": bilinear, "area": block_means}


def farthest(image: NDArray[np.uint8], wanted: Floats) -> float:
    """The largest difference in grey levels; rounding alone gives at most about half of one."""
    assert image.shape == wanted.shape
    return float(np.abs(image - wanted).max())
