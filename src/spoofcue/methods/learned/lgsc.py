"""The paper's own method as one of the learned ones (Eqs. 6 to 10)."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn

from spoofcue.config import LossSettings, ModelSettings
from spoofcue.cue.generator import LGSC, CueOutput, spoof_score
from spoofcue.cue.losses import lgsc_loss
from spoofcue.cue.weights import load_encoder_weights
from spoofcue.training.learned import Learned


class LearnedLGSC(LGSC, Learned):
    """Generator and auxiliary classifier with their losses; state dict as :class:`LGSC`'s.

    Args:
        model: of the network.
        loss: weights and choices of Eqs. 6 to 9.

    """

    terms: ClassVar[tuple[str, ...]] = ("regression", "triplet", "classification")
    # section 4.1 recommends 0.01; where there is no dev, nothing better is known
    threshold_without_dev: ClassVar[float] = 0.01
    threshold_source: ClassVar[str] = "recommended by the paper; no dev"

    def __init__(self, model: ModelSettings, loss: LossSettings) -> None:
        super().__init__(**model.network())
        self.loss = loss

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Eq. 9."""
        output, logit = self(image)
        return self.own_losses(output, logit, label)

    def own_losses(
        self, output: CueOutput, logit: Tensor | None, label: Tensor
    ) -> dict[str, Tensor]:
        """Eq. 9 of what the network made of a batch."""
        loss = self.loss
        terms = lgsc_loss(
            output,
            logit,
            label,
            weights=(loss.regression_weight, loss.triplet_weight, loss.classification_weight),
            margin=loss.margin,
            regression=loss.regression,
            scales=loss.triplet,
        )
        return terms._asdict()

    def scores(self, image: Tensor) -> Tensor:
        """Eq. 10."""
        return spoof_score(self.generator(image).cue)

    def evidence(self, image: Tensor) -> Tensor:
        """The cue map."""
        cue: Tensor = self.generator(image).cue
        return cue

    def load_pretrained(self, source: str) -> None:
        """Into the generator's encoder; the classifier starts from scratch (section 3.4)."""
        load_encoder_weights(self.generator.encoder, source)

    def pretrained_part(self) -> nn.Module:
        """The generator's encoder; the classifier's is never pretrained."""
        return self.generator.encoder

    def scoring_part(self) -> nn.Module:
        """The generator."""
        return self.generator
