"""The auxiliary classifier: a ResNet-18 that sees the cue added to the image (section 3.4)."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from spoofcue.cue.encoder import ResNet18Encoder

AuxiliaryInput = Literal["overlay", "cue"]


class AuxiliaryClassifier(nn.Module):
    """Attack logit of the overlay ``S = image + cue`` (default) or of the cue alone (Table 5).

    It amplifies the cue in training; the score at test time does not use it.

    Args:
        sees: ``overlay`` or ``cue``.
        dropout: probability before the last layer; 0 in the paper, 0.5 in the official code.
        width: as :class:`ResNet18Encoder`.

    """

    def __init__(
        self, sees: AuxiliaryInput = "overlay", dropout: float = 0.0, width: int = 64
    ) -> None:
        super().__init__()
        self.sees = sees
        self.backbone = ResNet18Encoder("batch", width)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(self.backbone.channels[-1], 1)

    def forward(self, image: Tensor, cue: Tensor) -> Tensor:
        """Logit (B,), higher = attack, from image and cue, both (B, 3, H, W)."""
        seen = image + cue if self.sees == "overlay" else cue
        pooled = self.backbone(seen).e5.mean(dim=(2, 3))
        return self.fc(self.dropout(pooled)).squeeze(1)
