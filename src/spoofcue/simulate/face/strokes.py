"""Hairs as anti-aliased strokes: thousands of Bezier curves painted into a small raster."""

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.noise import Image

_SUBPIXEL_BITS = 4


def bezier(controls: NDArray[np.floating], steps: int) -> Image:
    """Sample cubic Bezier curves: controls (N, 4, 2) -> points (N, steps, 2)."""
    t = np.linspace(0, 1, steps)[None, :, None]
    p0, p1, p2, p3 = (controls[:, None, k] for k in range(4))
    s = 1 - t
    curve = s**3 * p0 + 3 * s**2 * t * p1 + 3 * s * t**2 * p2 + t**3 * p3
    return np.asarray(curve, np.float32)


def paint_strokes(
    canvas: NDArray[np.uint8], points_px: Image, values: NDArray[np.floating], thickness: int
) -> None:
    """Paint polylines over `canvas` (H, W, 3) in place; values (N,) 0..1 go to channel 0.

    points_px is (N, K, 2). Channel 1 becomes coverage (255 under a stroke), so that channel 0 is
    a premultiplied brightness; channel 2 holds a second random tint of the stroke.
    """
    fixed = np.round(points_px * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    levels = np.clip(np.round(values * 255), 0, 255).astype(int)
    for index, line in enumerate(fixed):
        level = int(levels[index])
        tint = (index * 97) % 256
        cv2.polylines(
            canvas, [line], False, (level, 255, tint), thickness, cv2.LINE_AA, _SUBPIXEL_BITS
        )


def thin_coverage(
    shape: tuple[int, int], points_px: Image, thickness_px: float, opacity: NDArray[np.floating]
) -> Image:
    """Coverage 0..1 (H, W) of hairs thinner than a pixel: painted at 3x and averaged down.

    Three sheets of hairs are layered by transparency, so crossings darken as real ones do.
    """
    over = 3
    height, width = shape
    fixed = np.round(points_px * over * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    wide = max(1, round(thickness_px * over))
    clear = np.ones(shape, np.float32)
    for sheet in range(3):
        canvas = np.zeros((height * over, width * over), np.uint8)
        for index in range(sheet, len(fixed), 3):
            level = int(255 * opacity[index])
            cv2.polylines(canvas, [fixed[index]], False, level, wide, cv2.LINE_AA, _SUBPIXEL_BITS)
        small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
        clear *= 1.0 - small.astype(np.float32) / 255.0
    return 1.0 - clear
