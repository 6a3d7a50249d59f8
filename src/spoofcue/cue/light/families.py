"""A cue decoder without hidden layers: one linear detector for each family of attacks.

Not the paper's. It reads E4 of an encoder that stays as ImageNet left it; the reasons and the
figures are in docs/decisions/linear-families.md.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spoofcue.cue.encoder import EncoderFeatures

# Logits to map. The mean over the face decides, as it is what is trained; a place's own deviation
# is many times noisier and only shades the map.
STEEP, SHADE, MIDDLE = 6.0, 1.0, 2.0


class FamilyEvidence(NamedTuple):
    """(B, K) logits of a live face against each family; higher = more likely that attack."""

    logits: Tensor


class FamilyDecoder(nn.Module):
    """E4 to a cue map, by K linear detectors and the strongest of them.

    With x E4, standardised by the train faces' statistics, detector k has at each place
    ``a_k = w_k . x + b_k`` and over the face the mean ``z_k``. The cue is
    ``sigmoid(max_k(STEEP z_k + SHADE (a_k - z_k)) - MIDDLE)``, enlarged to the face's size and
    alike in all three channels: near 0 if no family is like it, near 1 if one is.

    Shapes: E1..E5 -> cue (B, 3, H, W) in [0, 1], evidence (B, K).

    Args:
        channels: of E4.
        families: K >= 1.

    """

    def __init__(self, channels: int, families: int) -> None:
        super().__init__()
        # of the means over faces, since these are what is classified
        self.standard = nn.BatchNorm1d(channels, affine=False, momentum=0.02)
        self.detectors = nn.Conv2d(channels, families, 1)
        # all families begin without an opinion; each has its own target, so nothing ties them
        for parameter in self.detectors.parameters():
            nn.init.zeros_(parameter)

    def forward(self, features: EncoderFeatures) -> tuple[Tensor, FamilyEvidence]:
        """Decode."""
        e4 = features.e4.float()  # of a bf16 network: the rest is cheap and sums small numbers
        if self.training:
            self.standard(e4.detach().mean(dim=(2, 3)))
        mean, variance = self.standard.running_mean, self.standard.running_var
        assert mean is not None
        assert variance is not None
        assert self.detectors.bias is not None
        # standardising and detecting are one convolution of E4 as it is
        scale = torch.rsqrt(variance.float() + self.standard.eps).view(1, -1, 1, 1)
        weight = self.detectors.weight.float() * scale
        bias = self.detectors.bias.float() - (weight * mean.float().view(1, -1, 1, 1)).sum(
            (1, 2, 3)
        )
        place = F.conv2d(e4, weight, bias)
        face = place.mean(dim=(2, 3), keepdim=True)
        strongest = (STEEP * face + SHADE * (place - face)).amax(dim=1, keepdim=True)
        cue = torch.sigmoid(strongest - MIDDLE)
        cue = F.interpolate(cue, scale_factor=16.0, mode="bilinear", align_corners=False)
        return cue.expand(-1, 3, -1, -1), FamilyEvidence(face.flatten(1))


def family_loss(evidence: FamilyEvidence, label: Tensor, family: Tensor) -> Tensor:
    """Eq. 8 for each family apart: its attacks against the live faces, the mean over families.

    A family's detector is not asked about the other families' attacks, so that it may extrapolate
    in its own direction. Both classes weigh the same.

    Args:
        evidence: of B faces.
        label: (B,) with 0 live, 1 attack.
        family: (B,) int64, of attacks 0..K-1; what else is there, as -1, has no target.

    Returns:
        Scalar >= 0; families without an attack in the batch do not count.

    """
    logits = evidence.logits.float()
    live = F.softplus(logits[label == 0]).mean(dim=0)
    terms = []
    for k in range(logits.shape[1]):
        own = logits[(label == 1) & (family == k), k]
        if len(own):
            terms.append(0.5 * (live[k] + F.softplus(-own).mean()))
    return torch.stack(terms).mean() if terms else logits.sum() * 0
