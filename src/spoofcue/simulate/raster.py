"""What is computed on a raster: sRGB and linear light, blur, seeded noise, periodic cells.

Dots and sub-pixels repeat, so one cell is drawn and looked up at every fine sample of the sensor.
Before that the cell is low-passed by the footprint of a fine sample: what lies beyond the grid's
own limit fades to its mean instead of folding back. Frequencies below that limit pass, and fold
only where physics folds them, in the sensor's coarser grid: moiré is sampled, not painted.
"""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
from numpy.typing import NDArray

# (H, W) or (H, W, C) of linear light or reflectance
FloatImage = NDArray[np.float32]
Rgb = tuple[float, float, float]
Generator = np.random.Generator

CELL = 32
# Gaussian footprint of one fine sample; the lens is wider than that.
FOOTPRINT = 0.40
# makes coordinates positive before they are cut to integers; larger would cost float32 its fraction
_FAR = np.float32(2**17)
_STEPS = 4096


def value_noise(shape: tuple[int, int], cell_px: float, rng: Generator) -> FloatImage:
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
) -> FloatImage:
    """Sum of value_noise octaves, each half as wide and gain as strong; deviation about 1."""
    total = np.zeros(shape, np.float32)
    weight, power = 1.0, 0.0
    for octave in range(octaves):
        total += np.float32(weight) * value_noise(shape, max(cell_px / 2**octave, 1.0), rng)
        power += weight**2
        weight *= gain
    return total / np.float32(np.sqrt(power))


def grain(shape: tuple[int, int], sigma_px: float, rng: Generator) -> FloatImage:
    """White noise low-passed by a Gaussian of sigma_px, rescaled to deviation 1, (H, W)."""
    white = rng.standard_normal(shape, dtype=np.float32)
    if sigma_px < 0.25:
        return white
    soft = cv2.GaussianBlur(white, (0, 0), sigma_px)
    return np.asarray(soft * np.float32(max(1.0, 2.0 * np.sqrt(np.pi) * sigma_px)), np.float32)


def blur(image: FloatImage, sigma_px: float) -> FloatImage:
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


def smoothstep(edge0: float, edge1: float, value: FloatImage) -> FloatImage:
    """Cubic step, 0 at edge0 and 1 at edge1 (the edges may be in either order)."""
    t = np.clip((value - np.float32(edge0)) / np.float32(edge1 - edge0), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def number(*parts: object) -> int:
    """48 bits that the parts determine."""
    text = "/".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")


def generator(*parts: object) -> np.random.Generator:
    """A generator of its own for the parts."""
    return np.random.default_rng(number(*parts))


def linear_from_srgb(srgb: NDArray[np.floating] | NDArray[np.uint8]) -> FloatImage:
    """Decode sRGB to linear light; uint8 is 0..255, floats are 0..1; any shape, float32 out."""
    if srgb.dtype == np.uint8:
        return _DECODE_8BIT[srgb]
    value = np.clip(srgb, 0.0, 1.0).astype(np.float32)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def srgb_from_linear(linear: FloatImage) -> FloatImage:
    """Encode linear light (clipped to 0..1) to sRGB 0..1 float32, any shape, by a fine table."""
    position = np.clip(linear, 0.0, 1.0) ** np.float32(0.5) * np.float32(_STEPS - 1)
    low = np.minimum(position.astype(np.int32), _STEPS - 2)
    share = position - low
    return _ENCODE[low] * (1 - share) + _ENCODE[low + 1] * share


def luminance(rgb: FloatImage) -> FloatImage:
    """Rec. 709 luminance of linear RGB (..., 3) -> (...)."""
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    return np.asarray(rgb @ weights, dtype=np.float32)


def _encode_exact(linear: NDArray[np.float64]) -> FloatImage:
    low = linear * 12.92
    high = 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, low, high).astype(np.float32)


_DECODE_8BIT: FloatImage = linear_from_srgb(np.arange(256, dtype=np.float64) / 255.0)
_ENCODE: FloatImage = _encode_exact(np.linspace(0.0, 1.0, _STEPS) ** 2)  # dense near black


def footprint_response(step: NDArray[np.float64], cell: int = CELL) -> FloatImage:
    """Transfer (cell, cell // 2 + 1) of the footprint for a cell's harmonics.

    Args:
        step: (2, 2) Jacobian, cells per fine sample.
        cell: samples of the cell's drawing, each way.

    """
    fu = np.fft.rfftfreq(cell) * cell
    fv = np.fft.fftfreq(cell) * cell
    along_x = fu[None, :] * step[0, 0] + fv[:, None] * step[1, 0]
    along_y = fu[None, :] * step[0, 1] + fv[:, None] * step[1, 1]
    return np.exp(-2 * (np.pi * FOOTPRINT) ** 2 * (along_x**2 + along_y**2)).astype(np.float32)


def filtered(cells: FloatImage, response: FloatImage) -> FloatImage:
    """Cells (..., N, N) float32, periodic, through a response of :func:`footprint_response`."""
    spectrum = np.fft.rfft2(cells) * response
    return np.fft.irfft2(spectrum, s=cells.shape[-2:]).astype(np.float32)


def unresolved(response: FloatImage) -> bool:
    """Whether no harmonic passes: finer than the grid, only the mean is seen."""
    first = max(response[0, 1], response[1, 0], response[-1, 0])
    return bool(first < 0.02)


def cell_index(p: FloatImage, q: FloatImage, cell: int = CELL) -> NDArray[np.int32]:
    """Flat index into a (cell, cell) table from coordinates counted in cells (q is the row).

    ``cell`` is a power of two.
    """
    bits = cell.bit_length() - 1
    mask = np.int32(cell - 1)
    column = (p * np.float32(cell) + _FAR).astype(np.int32) & mask
    row = (q * np.float32(cell) + _FAR).astype(np.int32) & mask
    row <<= bits
    row |= column
    return row
