"""Seeded band-limited noise and soft steps: the grain of skin, cloth, hair and paper."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Generator = np.random.Generator


def value_noise(shape: tuple[int, int], cell_px: float, rng: Generator) -> Image:
    """Smooth noise of mean about 0 and deviation about 1, (H, W); features are cell_px wide."""
    height, width = shape
    rows, columns = int(height / cell_px) + 4, int(width / cell_px) + 4
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    step = np.float32(1.0 / cell_px)
    matrix = np.array([[step, 0, 1.0], [0, step, 1.0]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    out = cv2.warpAffine(coarse, matrix, (width, height), flags=flags)
    return np.asarray(out * np.float32(1.35), dtype=np.float32)


def fractal_noise(
    shape: tuple[int, int], cell_px: float, octaves: int, rng: Generator, gain: float = 0.55
) -> Image:
    """Sum of value_noise octaves, each half as wide and gain as strong; deviation about 1."""
    total = np.zeros(shape, np.float32)
    weight, power = 1.0, 0.0
    for octave in range(octaves):
        total += np.float32(weight) * value_noise(shape, max(cell_px / 2**octave, 1.0), rng)
        power += weight**2
        weight *= gain
    return total / np.float32(np.sqrt(power))


def grain(shape: tuple[int, int], sigma_px: float, rng: Generator) -> Image:
    """White noise low-passed by a Gaussian of sigma_px, rescaled to deviation 1, (H, W)."""
    white = rng.standard_normal(shape, dtype=np.float32)
    if sigma_px < 0.25:
        return white
    soft = cv2.GaussianBlur(white, (0, 0), sigma_px)
    return np.asarray(soft * np.float32(max(1.0, 2.0 * np.sqrt(np.pi) * sigma_px)), np.float32)


def blur(image: Image, sigma_px: float) -> Image:
    """Gaussian blur of (H, W) or (H, W, C); a sigma below 0.2 px leaves the image alone.

    Wide blurs run on a reduced image: the result differs by less than the eye can see.
    """
    if sigma_px < 0.2:
        return image
    if sigma_px <= 6.0:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), np.float32)
    height, width = image.shape[:2]
    factor = int(sigma_px / 3.0)
    size = (max(width // factor, 2), max(height // factor, 2))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / factor)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def smoothstep(edge0: float, edge1: float, value: Image) -> Image:
    """Cubic step, 0 at edge0 and 1 at edge1 (the edges may be in either order)."""
    t = np.clip((value - np.float32(edge0)) / np.float32(edge1 - edge0), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
