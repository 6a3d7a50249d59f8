"""`triplet-focal`: deep anomaly detection (Perez-Cabo et al., CVPRW 2019, ref. [28])."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from spoofcue.config import Positive, RunSettings, Settings
from spoofcue.cue.encoder import Norm, ResNet18Encoder
from spoofcue.cue.score import check_image_shape
from spoofcue.methods.learned import Learned
from spoofcue.methods.method import LearnedMethod
from spoofcue.methods.whole_batch import whole_batch

EMBEDDING = 64
EXACT = "donot_use_mm_for_euclid_dist"  # a zero gradient where two embeddings coincide


class TripletFocalSettings(Settings):
    """What triplet-focal has of its own."""

    sigma: Positive = Field(0.3, description="Temperature of the distances.")
    margin: Positive = Field(0.2, description="Margin of the triplet focal loss.")


def triplet_distances(embedded: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
    """d(a, p) (T, 1) and d(a, n) (T, A): T ordered pairs of live faces, A attacks, Euclidean."""
    live, attack = embedded[label == 0], embedded[label == 1]
    d_ap = torch.cdist(live, live, compute_mode=EXACT)
    d_an = torch.cdist(live, attack, compute_mode=EXACT)
    anchor, positive = torch.where(~torch.eye(len(live), dtype=torch.bool, device=live.device))
    return d_ap[anchor, positive][:, None], d_an[anchor]


def triplet_focal_loss(d_ap: Tensor, d_an: Tensor, sigma: float, margin: float) -> Tensor:
    """Mean of ``[exp(d_ap / sigma) - exp(d_an / sigma) + margin]+`` over all triplets.

    The exponential makes a distant positive and a near negative weigh more, as the focal loss
    does with hard examples.
    """
    hinge = F.relu((d_ap / sigma).exp() - (d_an / sigma).exp() + margin)
    return hinge.mean() if hinge.numel() else d_ap.sum() * 0.0


def metric_softmax_loss(d_ap: Tensor, d_an: Tensor) -> Tensor:
    """Mean of ``-log(exp(-d_ap^2) / (exp(-d_ap^2) + exp(-d_an^2)))`` over all triplets."""
    each = F.softplus(d_ap.square() - d_an.square())
    return each.mean() if each.numel() else d_ap.sum() * 0.0


class TripletFocal(Learned):
    """ResNet-18 and a linear layer onto a sphere where live faces are near one another.

    Args:
        norm: of the encoder.
        width: channels of E1.
        sigma: temperature of the triplet focal loss.
        margin: its margin.

    """

    terms: ClassVar[tuple[str, ...]] = ("metric_softmax", "triplet_focal")
    reference_faces: ClassVar[int] = 64
    live_references: Tensor
    attack_references: Tensor
    known: Tensor

    def __init__(
        self, norm: Norm = "batch", width: int = 64, sigma: float = 0.3, margin: float = 0.2
    ) -> None:
        super().__init__()
        self.encoder = ResNet18Encoder(norm, width)
        self.fc = nn.Linear(self.encoder.channels[-1], EMBEDDING)
        self.sigma, self.margin = sigma, margin
        # One shape whatever the train set, so that a checkpoint loads into a new network.
        self.register_buffer("live_references", torch.zeros(self.reference_faces, EMBEDDING))
        self.register_buffer("attack_references", torch.zeros(self.reference_faces, EMBEDDING))
        self.register_buffer("known", torch.zeros(2, dtype=torch.int64))

    def forward(self, image: Tensor) -> Tensor:
        """Embedding (B, 64) of unit length of ``image`` (B, 3, H, W)."""
        check_image_shape(image)
        embedded: Tensor = self.fc(self.encoder(image).e5.mean(dim=(2, 3)))
        return F.normalize(embedded.float(), dim=1)

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Metric-softmax plus the triplet focal loss; anchors and positives are live."""
        d_ap, d_an = triplet_distances(whole_batch(self(image)), whole_batch(label))
        softmax = metric_softmax_loss(d_ap, d_an)
        focal = triplet_focal_loss(d_ap, d_an, self.sigma, self.margin)
        return {"total": softmax + focal, "metric_softmax": softmax, "triplet_focal": focal}

    @torch.no_grad()
    def refresh(self, live: Iterator[Tensor], attack: Iterator[Tensor]) -> None:
        """Embed the reference faces again, as scoring embeds."""
        was_training = self.training
        self.eval()
        for row, (stored, faces) in enumerate(
            ((self.live_references, live), (self.attack_references, attack))
        ):
            embedded = torch.cat([self(image) for image in faces])
            stored[: len(embedded)] = embedded
            self.known[row] = len(embedded)
        self.train(was_training)

    def scores(self, image: Tensor) -> Tensor:
        """The posterior of attack, mean over all pairs of a live and an attack reference.

        ``P(attack | x, l, n) = exp(-d(x, n)^2) / (exp(-d(x, l)^2) + exp(-d(x, n)^2))``; one half
        before the first epoch has ended, when there is no reference yet.
        """
        embedded = self(image)
        lives, attacks = (int(n) for n in self.known)
        if not lives or not attacks:
            return embedded.new_full((len(embedded),), 0.5)
        to_live = torch.cdist(embedded, self.live_references[:lives], compute_mode=EXACT)
        to_attack = torch.cdist(embedded, self.attack_references[:attacks], compute_mode=EXACT)
        margin = to_live.square()[:, :, None] - to_attack.square()[:, None, :]
        return torch.sigmoid(margin).mean(dim=(1, 2))


def build(settings: RunSettings) -> TripletFocal:
    """The network of a run."""
    m, own = settings.model, settings.own_as(TripletFocalSettings)
    return TripletFocal(m.encoder_norm, m.width, own.sigma, own.margin)


METHOD = LearnedMethod(
    name="triplet-focal",
    seen="live, attack",
    score="posterior over references",
    settings=TripletFocalSettings,
    build=build,
)
