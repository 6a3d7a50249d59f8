"""`cnn`: a binary classifier, the family of Yang et al. ("Learn CNN for FAS", ref. [34])."""

from __future__ import annotations

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spoofcue.config import RunSettings
from spoofcue.cue.encoder import Norm, ResNet18Encoder
from spoofcue.cue.score import check_image_shape
from spoofcue.methods.learned import Learned
from spoofcue.methods.method import LearnedMethod
from spoofcue.methods.whole_batch import whole_batch


class BinaryCNN(Learned):
    """ResNet-18, global average pooling, one logit.

    Args:
        norm: of the encoder.
        width: channels of E1.

    """

    terms: ClassVar[tuple[str, ...]] = ("classification",)

    def __init__(self, norm: Norm = "batch", width: int = 64) -> None:
        super().__init__()
        self.encoder = ResNet18Encoder(norm, width)
        self.fc = nn.Linear(self.encoder.channels[-1], 1)

    def forward(self, image: Tensor) -> Tensor:
        """Attack logit (B,) float32 of ``image`` (B, 3, H, W)."""
        check_image_shape(image)
        pooled = self.encoder(image).e5.mean(dim=(2, 3))
        logit: Tensor = self.fc(pooled).squeeze(1)
        return logit.float()

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Binary cross-entropy."""
        logit, label = whole_batch(self(image)), whole_batch(label)
        loss = F.binary_cross_entropy_with_logits(logit, label.float())
        return {"total": loss, "classification": loss}

    def scores(self, image: Tensor) -> Tensor:
        """The probability of an attack."""
        return torch.sigmoid(self(image))


def build(settings: RunSettings) -> BinaryCNN:
    """The network of a run."""
    return BinaryCNN(settings.model.encoder_norm, settings.model.width)


METHOD = LearnedMethod(
    name="cnn",
    seen="live, attack",
    score="probability",
    build=build,
)
