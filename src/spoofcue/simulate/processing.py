"""What webcams and phones do to a picture before it leaves them: smoothing, tone by neighbourhood.

Pure functions of code values 0..1, (H, W, 3) float32. Each leaves the picture alone at strength 0.
"""

from __future__ import annotations

import cv2
import numpy as np

from spoofcue.simulate.raster import FloatImage, blur

# EV of missing light at which a camera smooths as hard as it can
_FULL_SMOOTHING_EV = 3.0
# ... and what it does of that in good light
_ALWAYS = 0.25


def smoothing(smear: float, dim_ev: float) -> float:
    """Strength of the noise reduction, 0..1: it grows with the gain that a dim room needs."""
    return smear * (_ALWAYS + (1 - _ALWAYS) * min(dim_ev / _FULL_SMOOTHING_EV, 1.0))


def smear_texture(code: FloatImage, strength: float) -> FloatImage:
    """Edges stay and fine texture runs together, most where it is dark; colour bleeds.

    A bilateral filter of the luma, as cheap image processors have one; colour, of which they
    think less, is blurred.

    Args:
        code: (H, W, 3) code values.
        strength: 0 none..1.

    """
    if strength <= 0:
        return code
    luma = luma_of(code)
    chroma = blur(code - luma[..., None], 0.8 + 3.2 * strength)
    flat = cv2.bilateralFilter(
        np.asarray(luma, np.float32), 7, 0.02 + 0.1 * strength, 0.8 + 1.8 * strength
    )
    share = np.clip(np.float32(1.6 * strength) * (np.float32(1.1) - luma), 0, 1)
    return (luma + share * (flat - luma))[..., None] + chroma


def local_contrast(code: FloatImage, amount: float) -> FloatImage:
    """The tone curve of phones: dark and bright areas drawn together, contrast within them kept.

    Args:
        code: (H, W, 3) code values.
        amount: 0 none..1; at 1 areas keep 0.6 of their distance from the middle.

    """
    if amount <= 0:
        return code
    luma = luma_of(code)
    area = blur(luma, 0.06 * min(luma.shape))
    wanted = luma + np.float32(amount) * (0.5 * (luma - area) - 0.4 * (area - 0.5))
    gain = np.clip(wanted, 0.02, 1) / np.maximum(luma, 0.02)
    return code * np.clip(gain, 0.4, 2.5)[..., None]


def luma_of(code: FloatImage) -> FloatImage:
    """Rec. 601 luma (H, W) of code values."""
    luma: FloatImage = code @ np.array([0.299, 0.587, 0.114], np.float32)
    return luma
