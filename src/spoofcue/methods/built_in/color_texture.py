"""`color-texture`: LBP of HSV and YCbCr, and an SVM (Boulkenafet et al., ICIP 2015)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from spoofcue.methods.built_in.lbp import Histogram, histogram, lbp_codes
from spoofcue.methods.method import ClassicalMethod
from spoofcue.methods.svm import TextureSettings, TextureSVM


def colour_planes(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """H, S, V, Y, Cb, Cr in 8 bits; LBP compares neighbours, and noise of rounding is no texture.

    H, S and V take 0..255; Y takes 16..235, Cb and Cr 16..240 (BT.601, as in MATLAB). Hue 0 and
    255 are one red, and LBP sees an edge between them: plain histograms of hue have that.

    Shapes: (h, w, 3) uint8 RGB -> (6, h, w) uint8.
    """
    from skimage.color import rgb2hsv, rgb2ycbcr

    both = np.concatenate([255 * rgb2hsv(image), rgb2ycbcr(image)], axis=2)
    planes: NDArray[np.uint8] = np.rint(both).astype(np.uint8).transpose(2, 0, 1)
    return np.ascontiguousarray(planes)


def colour_texture(image: NDArray[np.uint8]) -> Histogram:
    """LBP_8,1^u2 histograms of the six planes, each of sum 1.

    Shapes: (h, w, 3) uint8 RGB -> (6 * 59 = 354,).
    """
    return np.concatenate([histogram(lbp_codes(p, 8, 1), 8) for p in colour_planes(image)])


class ColourTexture(TextureSVM):
    """LBP of the colour planes, and an SVM."""

    dimension: ClassVar[int] = 354

    def texture(self, face: NDArray[np.uint8]) -> Histogram:
        """See :func:`colour_texture`."""
        return colour_texture(face)


METHOD = ClassicalMethod(
    name="color-texture",
    seen="live, attack",
    score="SVM decision, squashed",
    settings=TextureSettings,
    build=ColourTexture,
)
