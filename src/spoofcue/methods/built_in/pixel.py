"""`pixel`: pixel-wise binary supervision (George and Marcel, DeepPixBiS, ICB 2019)."""

from __future__ import annotations

from typing import ClassVar

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from spoofcue.config import Fraction, RunSettings, Settings
from spoofcue.cue.encoder import Norm, ResNet18Encoder
from spoofcue.cue.score import check_image_shape
from spoofcue.methods.learned import Learned
from spoofcue.methods.method import LearnedMethod
from spoofcue.methods.whole_batch import whole_batch


class PixelSettings(Settings):
    """What pixel has of its own."""

    map_weight: Fraction = Field(0.5, description="Share of the map's loss in the sum.")


def pixel_loss(
    map_logit: Tensor, global_logit: Tensor, label: Tensor, pixel_weight: float
) -> dict[str, Tensor]:
    """``w BCE(map) + (1 - w) BCE(global)``; every cell of the map has its face's label.

    Args:
        map_logit: (B, 1, h, w), higher = attack.
        global_logit: (B,), higher = attack.
        label: (B,) with 0 live, 1 attack.
        pixel_weight: w, 0..1.

    Returns:
        Scalars ``total``, ``map`` and ``global``.

    """
    wanted = label.float().view(-1, 1, 1, 1).expand_as(map_logit)
    of_map = F.binary_cross_entropy_with_logits(map_logit.float(), wanted)
    of_face = F.binary_cross_entropy_with_logits(global_logit.float(), label.float())
    total = pixel_weight * of_map + (1 - pixel_weight) * of_face
    return {"total": total, "map": of_map, "global": of_face}


class PixelSupervised(Learned):
    """ResNet-18 up to E4, a map of attack probabilities at 1/16 of the size, one global output.

    Args:
        norm: of the encoder.
        width: channels of E1.
        pixel_weight: the map's share of the loss.

    """

    terms: ClassVar[tuple[str, ...]] = ("map", "global")

    def __init__(self, norm: Norm = "batch", width: int = 64, pixel_weight: float = 0.5) -> None:
        super().__init__()
        self.encoder = ResNet18Encoder(norm, width)
        # It stays only so that public weights load whole; it never runs.
        self.encoder.layer4.requires_grad_(False)
        self.to_map = nn.Conv2d(self.encoder.channels[3], 1, 1)
        self.to_global = nn.Linear(1, 1)
        self.pixel_weight = pixel_weight
        # A slope of the wrong sign at the start would make the two losses pull apart.
        nn.init.constant_(self.to_global.weight, 4.0)
        nn.init.constant_(self.to_global.bias, -2.0)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Map logits (B, 1, H/16, W/16) and global logit (B,) of ``image`` (B, 3, H, W)."""
        check_image_shape(image)
        map_logit: Tensor = self.to_map(self.encoder.to_e4(image)[-1])
        mean = torch.sigmoid(map_logit.float()).mean(dim=(2, 3))
        return map_logit, self.to_global(mean).squeeze(1)

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        """See :func:`pixel_loss`."""
        map_logit, global_logit, labels = map(whole_batch, (*self(image), label))
        return pixel_loss(map_logit, global_logit, labels, self.pixel_weight)

    def scores(self, image: Tensor) -> Tensor:
        """The mean of the map, as DeepPixBiS scores."""
        return torch.sigmoid(self(image)[0].float()).mean(dim=(1, 2, 3))

    def evidence(self, image: Tensor) -> Tensor:
        """The map at the image's size, (B, 1, H, W) in [0, 1]."""
        size = (image.shape[-2], image.shape[-1])
        return F.interpolate(torch.sigmoid(self(image)[0].float()), size, mode="nearest")


def build(settings: RunSettings) -> PixelSupervised:
    """The network of a run."""
    m = settings.model
    return PixelSupervised(m.encoder_norm, m.width, settings.own_as(PixelSettings).map_weight)


METHOD = LearnedMethod(
    name="pixel",
    seen="live, attack",
    score="mean of the map",
    evidence="map",
    settings=PixelSettings,
    build=build,
)
