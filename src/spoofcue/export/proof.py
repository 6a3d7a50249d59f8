"""Exported weights beside the checkpoint, on the same faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spoofcue.errors import InputError
from spoofcue.export.dev_crops import DevCrops
from spoofcue.export.judge import Scores, accuracy, generated_crops, scores_of, shortfall
from spoofcue.package.schema import Parity
from spoofcue.scoring.face import FaceScorer, Image
from spoofcue.scoring.packaged import PackagedModel

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
