"""The cue map of linear families, trained by what Eq. 9 leaves where there are no hidden layers."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from spoofcue.cue.light.families import FamilyDecoder, FamilyEvidence, family_loss
from spoofcue.cue.losses import regression_loss
from spoofcue.methods.learned.lgsc import LearnedLGSC
from spoofcue.training.dataset import TrainingBatch


class FamilyLGSC(LearnedLGSC):
    """Live-only regression of the map, classification by family; no features for triplets.

    Args:
        model: of the network, with the decoder ``families``.
        loss: weights.

    """

    terms: ClassVar[tuple[str, ...]] = ("regression", "classification", "ridge")

    def batch_losses(self, batch: TrainingBatch) -> dict[str, Tensor]:
        """``a1 L_r + a3 L_a + ridge |w|^2 / 2``."""
        output = self.generator(batch.image)
        evidence, decoder = output.decoder, self.generator.decoder
        assert isinstance(evidence, FamilyEvidence)
        assert isinstance(decoder, FamilyDecoder)
        regression = regression_loss(output.cue, batch.label, self.loss.regression)
        classification = family_loss(evidence, batch.label, batch.family)
        ridge = 0.5 * decoder.detectors.weight.float().square().sum()
        total = (
            self.loss.regression_weight * regression
            + self.loss.classification_weight * classification
            + self.loss.ridge * ridge
        )
        return {
            "total": total,
            "regression": regression,
            "classification": classification,
            "ridge": ridge,
        }
