"""`deep-svdd`: one class, live faces alone (Ruff et al., Deep SVDD, ICML 2018; LGSC Eqs. 1, 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn

from spoofcue.config import NonNegative, RunSettings, Settings
from spoofcue.cue.encoder import Norm, ResNet18Encoder
from spoofcue.cue.score import check_image_shape
from spoofcue.cue.weights import load_encoder_weights
from spoofcue.methods.learned import Learned
from spoofcue.methods.method import LearnedMethod
from spoofcue.methods.whole_batch import whole_batch

EMBEDDING = 32
AWAY_FROM_ZERO = 0.1


def centre_of(embedded: Tensor) -> Tensor:
    """The mean, (D,) of (N, D), with each coordinate at least 0.1 away from zero.

    A coordinate of zero could be matched by zero weights, whatever the face.
    """
    centre = embedded.mean(dim=0)
    away = torch.where(centre < 0, -AWAY_FROM_ZERO, AWAY_FROM_ZERO).to(centre.dtype)
    return torch.where(centre.abs() < AWAY_FROM_ZERO, away, centre)


def squared_distance(embedded: Tensor, centre: Tensor) -> Tensor:
    """(N, D) and (D,) -> (N,) squared Euclidean distances, the summands of Eq. 1."""
    return (embedded.float() - centre).square().sum(dim=1)


class DeepSVDDSettings(Settings):
    """What deep-svdd has of its own."""

    weight_decay: NonNegative = Field(
        1e-6, description="Weight of the squared weights: lambda of Eq. 1."
    )


class DeepSVDD(Learned):
    """ResNet-18 and a linear layer that gather live faces about a fixed centre.

    Nothing in it has a bias: no normalisation shifts or scales and the linear layer has none, so
    that it cannot map every face to the centre by an offset alone (Ruff et al., Prop. 2).

    Args:
        norm: of the encoder, without its affine part.
        width: channels of E1.
        weight_decay: lambda of Eq. 1.

    """

    terms: ClassVar[tuple[str, ...]] = ("distance", "weights")
    wants_begin: ClassVar[bool] = True
    centre: Tensor

    def __init__(self, norm: Norm = "batch", width: int = 64, weight_decay: float = 1e-6) -> None:
        super().__init__()
        self.encoder = ResNet18Encoder(norm, width, affine=False)
        self.fc = nn.Linear(self.encoder.channels[-1], EMBEDDING, bias=False)
        self.weight_decay = weight_decay
        self.register_buffer("centre", torch.zeros(EMBEDDING))

    def forward(self, image: Tensor) -> Tensor:
        """Embedding (B, 32) of ``image`` (B, 3, H, W)."""
        check_image_shape(image)
        embedded: Tensor = self.fc(self.encoder(image).e5.mean(dim=(2, 3)))
        return embedded.float()

    @torch.no_grad()
    def begin(self, live: Iterator[Tensor]) -> None:
        """Fix the centre: the mean of the untrained network's outputs over live train faces."""
        was_training = self.training
        self.train()  # as the steps will see the faces: normalised by the batch
        embedded: list[Tensor] = []
        for image in live:
            # a lone last face has no batch to be normalised by
            if len(image) > 1 or not embedded:
                embedded.append(self(image))
        self.train(was_training)
        self.centre.copy_(centre_of(torch.cat(embedded)))

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Eq. 1 over the live faces of the batch; its attacks are not looked at."""
        embedded = whole_batch(self(image[label == 0]))
        distance = squared_distance(embedded, self.centre).mean()
        weights = torch.stack([w.square().sum() for w in self.parameters()]).sum()
        total = distance + self.weight_decay / 2 * weights
        return {"total": total, "distance": distance, "weights": weights}

    def scores(self, image: Tensor) -> Tensor:
        """``d / (1 + d)`` of the distance d (Eq. 2): its order, within 0..1 as every score."""
        distance = squared_distance(self(image), self.centre).sqrt()
        return distance / (1 + distance)

    def load_pretrained(self, source: str) -> str | None:
        """Convolutions and running statistics alone: the learned scales and shifts are left out."""
        kind: Norm = "batch" if self.encoder.bn1.state_dict() else "instance"
        whole = ResNet18Encoder(kind, self.encoder.channels[0])
        random = load_encoder_weights(whole, source)
        state = whole.state_dict()
        self.encoder.load_state_dict({name: state[name] for name in self.encoder.state_dict()})
        return random


def build(settings: RunSettings) -> DeepSVDD:
    """The network of a run."""
    m = settings.model
    return DeepSVDD(m.encoder_norm, m.width, settings.own_as(DeepSVDDSettings).weight_decay)


METHOD = LearnedMethod(
    name="deep-svdd",
    seen="live",
    score="distance to the centre",
    settings=DeepSVDDSettings,
    build=build,
)
