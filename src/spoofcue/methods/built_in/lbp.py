"""`lbp`: uniform local binary patterns and a support vector machine (Määttä et al., IJCB 2011)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from spoofcue.methods.method import ClassicalMethod
from spoofcue.methods.svm import TextureSettings, TextureSVM

Plane = NDArray[np.uint8]
Histogram = NDArray[np.float64]

# Määttä et al. cut the 62 x 62 codes of a 64-px face into 3 x 3 blocks that overlap by 14 codes.
BLOCKS, OVERLAP = 3, 14 / 62


def grey(image: NDArray[np.uint8]) -> Plane:
    """(h, w, 3) uint8 RGB -> (h, w) uint8 luma of BT.601, rounded (as bob's and OpenCV's grey)."""
    import cv2

    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def bins_of(points: int) -> int:
    """Labels of LBP^u2: every uniform pattern its own, all others share one; 59 of 8, 243 of 16."""
    return points * (points - 1) + 3


def lbp_codes(plane: Plane, points: int, radius: int) -> NDArray[np.int64]:
    """LBP^u2 labels of the pixels whose whole circle lies in the plane.

    scikit-image reads zeros outside the image; its codes there would describe the frame and not
    the face, so the border of ``radius`` px is left out, as in the published codes.

    Shapes: (h, w) uint8 -> (h - 2 radius, w - 2 radius), values 0 to ``bins_of(points)`` - 1.
    """
    from skimage import feature

    operator: Any = feature.local_binary_pattern
    codes = operator(plane, points, radius, method="nri_uniform")
    inner: NDArray[np.int64] = codes[radius:-radius, radius:-radius].astype(np.int64)
    return inner


def histogram(codes: NDArray[np.int64], points: int) -> Histogram:
    """Shares of the labels, (``bins_of(points)``,), of sum 1."""
    return np.bincount(codes.ravel(), minlength=bins_of(points)) / codes.size


def block_histograms(codes: NDArray[np.int64], points: int) -> Histogram:
    """Histograms of 3 x 3 overlapping blocks, row by row, each of sum 1.

    Blocks of 62 x 62 codes are 30 x 30, 16 apart, as published; other sizes keep the proportion.

    Shapes: (h, w) -> (9 ``bins_of(points)``,).
    """
    rows, columns = (_spans(length) for length in codes.shape)
    return np.concatenate([histogram(codes[r, c], points) for r in rows for c in columns])


def micro_texture(grey: Plane) -> Histogram:
    """Määttä's feature: LBP_8,1^u2 of 3 x 3 blocks, LBP_8,2^u2 and LBP_16,2^u2 of the whole.

    Shapes: (h, w) uint8, sides >= 16 -> (9 * 59 + 59 + 243 = 833,).
    """
    return np.concatenate(
        [
            block_histograms(lbp_codes(grey, 8, 1), 8),
            histogram(lbp_codes(grey, 8, 2), 8),
            histogram(lbp_codes(grey, 16, 2), 16),
        ]
    )


def _spans(length: int) -> list[slice]:
    side = (length + (BLOCKS - 1) * round(OVERLAP * length)) // BLOCKS
    starts = [round(k * (length - side) / (BLOCKS - 1)) for k in range(BLOCKS)]
    return [slice(start, start + side) for start in starts]


class MicroTexture(TextureSVM):
    """Määttä's feature of the grey face, and an SVM."""

    dimension: ClassVar[int] = 833

    def texture(self, face: NDArray[np.uint8]) -> Histogram:
        """See :func:`micro_texture`."""
        return micro_texture(grey(face))


METHOD = ClassicalMethod(
    name="lbp",
    seen="live, attack",
    score="SVM decision, squashed",
    settings=TextureSettings,
    build=MicroTexture,
)
