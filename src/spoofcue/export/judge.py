"""Whether exported weights decide as the checkpoint does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.export.dev_crops import DevCrops
from spoofcue.media.image import read_image
from spoofcue.metrics.curves import auc
from spoofcue.metrics.error_rates import error_rates
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import fixed_threshold
from spoofcue.patches.geometry import next_multiple
from spoofcue.scoring.face import FaceScorer, Image

ALLOWED = 0.002  # of AUC and of ACER: 0.2 percentage points
GENERATED = 16

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """On dev crops, at the threshold that the package carries; fractions 0..1."""

    auc: float
    acer: float


def generated_crops(size: int, count: int = GENERATED) -> list[Image]:
    """Smooth random pictures with a little noise, (size, size, 3) uint8, always the same."""
    import cv2

    rng = np.random.default_rng(0)
    side = next_multiple(size)
    crops = []
    for _ in range(count):
        coarse = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        smooth = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.int16)
        noisy = smooth + rng.integers(-12, 13, (side, side, 3))
        crops.append(np.clip(noisy, 0, 255).astype(np.uint8))
    return crops


def scores_of(model: FaceScorer, crops: Sequence[Path | Image]) -> Scores:
    """(N,) scores, one crop at a time."""
    return np.array(
        [model.score([read_image(c) if isinstance(c, Path) else c])[0].score for c in crops]
    )


def accuracy(scores: Scores, dev: DevCrops, threshold: float) -> Accuracy:
    """AUC and ACER of scores of the dev crops.

    Raises:
        InputError: a score is not finite.

    """
    found = ScoreSet.of(scores, dev.labels, dev.pais)
    return Accuracy(auc(found), error_rates(found, fixed_threshold(threshold)).acer)


def shortfall(ours: Accuracy, reference: Accuracy) -> str | None:
    """The figures, if AUC or ACER is more than 0.2 percentage points off; None if it is not.

    Either way off counts: another network came out, and the better figure would be luck.
    """
    off = max(abs(ours.auc - reference.auc), abs(ours.acer - reference.acer))
    if off <= ALLOWED + 1e-12:
        return None
    return (
        f"AUC {100 * ours.auc:.2f} % instead of {100 * reference.auc:.2f} % and ACER "
        f"{100 * ours.acer:.2f} % instead of {100 * reference.acer:.2f} %"
    )
