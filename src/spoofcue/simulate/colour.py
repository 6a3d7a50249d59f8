"""sRGB code values <-> linear light (IEC 61966-2-1)."""

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

_STEPS = 4096


def linear_from_srgb(srgb: NDArray[np.floating] | NDArray[np.uint8]) -> Image:
    """Decode sRGB to linear light; uint8 is 0..255, floats are 0..1; any shape, float32 out."""
    if srgb.dtype == np.uint8:
        return _DECODE_8BIT[srgb]
    value = np.clip(srgb, 0.0, 1.0).astype(np.float32)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def srgb_from_linear(linear: Image) -> Image:
    """Encode linear light (clipped to 0..1) to sRGB 0..1 float32, any shape, by a fine table."""
    position = np.clip(linear, 0.0, 1.0) ** np.float32(0.5) * np.float32(_STEPS - 1)
    low = np.minimum(position.astype(np.int32), _STEPS - 2)
    share = position - low
    return _ENCODE[low] * (1 - share) + _ENCODE[low + 1] * share


def luminance(rgb: Image) -> Image:
    """Rec. 709 luminance of linear RGB (..., 3) -> (...)."""
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    return np.asarray(rgb @ weights, dtype=np.float32)


def _encode_exact(linear: NDArray[np.float64]) -> Image:
    low = linear * 12.92
    high = 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, low, high).astype(np.float32)


_DECODE_8BIT: Image = linear_from_srgb(np.arange(256, dtype=np.float64) / 255.0)
_ENCODE: Image = _encode_exact(np.linspace(0.0, 1.0, _STEPS) ** 2)  # dense near black
