"""Whether exported weights give the scores and the decisions of the checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.cue.score import next_multiple
from spoofcue.errors import InputError
from spoofcue.export.dev_crops import DevCrops
from spoofcue.media.crops import read_crop
from spoofcue.media.image import Image
from spoofcue.metrics.measures import acer, auc
from spoofcue.metrics.scores import ScoreSet
from spoofcue.package.schema import Parity
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import Face, FaceScorer

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
        [
            model.score([Face.filling(read_crop(c) if isinstance(c, Path) else c)])[0].score
            for c in crops
        ]
    )


def accuracy(scores: Scores, dev: DevCrops, threshold: float) -> Accuracy:
    """AUC and ACER of scores of the dev crops.

    Raises:
        InputError: a score is not finite.

    """
    score_set = ScoreSet.of(scores, dev.labels, dev.pais)
    return Accuracy(auc(score_set), acer(score_set, threshold=threshold))


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


FP32_TOLERANCE = 1e-4  # of a score


@dataclass(frozen=True, slots=True)
class Proof:
    """What the checkpoint says of some faces.

    Attributes:
        crops: dev crops, or generated pictures where there are none.
        reference: (N,) the checkpoint's scores.
        dev: None: no dev crops.
        precision: of the export.

    """

    crops: Sequence[Path | Image]
    reference: Scores
    dev: DevCrops | None
    precision: str

    @classmethod
    def of(cls, model: FaceScorer, dev: DevCrops | None, precision: str) -> Proof:
        """Score the faces once."""
        crops: Sequence[Path | Image] = (
            generated_crops(model.facts.input.size) if dev is None else dev.paths
        )
        return cls(crops, scores_of(model, crops), dev, precision)

    def judge(
        self, exported: PackagedModel, threshold: float
    ) -> tuple[Parity, dict[str, Any], str | None]:
        """Differences, metrics for the package, and why a smaller precision is refused, if so.

        Args:
            exported: as it will be used.
            threshold: that its package carries; the checkpoint is judged at the same one.

        Raises:
            InputError: scores that are no numbers, or fp32 scores more than 1e-4 off.

        """
        ours = scores_of(exported, self.crops)
        if not np.isfinite(ours).all():
            raise InputError(
                f"the exported {self.precision} model gives scores that are no numbers."
            )
        apart = np.abs(ours - self.reference)
        if self.precision == "fp32" and not apart.max() <= FP32_TOLERANCE:
            raise InputError(
                f"the exported model's scores differ from the checkpoint's by {apart.max():.2g}; "
                "nothing was written."
            )
        parity = Parity(
            on="generated inputs" if self.dev is None else "dev crops",
            n=len(self.crops),
            mean=float(apart.mean()),
            max=float(apart.max()),
            runtime=exported.runtime,
        )
        if self.dev is None or not self.dev.has_both_classes:
            return parity, {}, None
        here = accuracy(ours, self.dev, threshold)
        there = accuracy(self.reference, self.dev, threshold)
        metrics = {
            "dev crops judged": len(self.crops),
            "dev auc": here.auc,
            "dev acer": here.acer,
            "dev auc of the checkpoint": there.auc,
            "dev acer of the checkpoint": there.acer,
        }
        return parity, metrics, None if self.precision == "fp32" else shortfall(here, there)
