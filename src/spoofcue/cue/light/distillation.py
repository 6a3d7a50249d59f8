"""Losses by which a student network imitates a teacher's cues and features; not in the paper."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def cue_distance(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean absolute difference of the cue maps of each face (L1, as Eqs. 6 and 10 measure cues).

    Args:
        student: (B, 3, h, w) in [-1, 1].
        teacher: (B, 3, H, W) in [-1, 1]; brought to (h, w) bilinearly, by averaging where it
            shrinks, and never a target of gradients.

    Returns:
        (B,) float32 in [0, 2].

    """
    student, teacher = student.float(), teacher.detach().float()
    if teacher.shape[-2:] != student.shape[-2:]:
        teacher = F.interpolate(
            teacher, student.shape[-2:], mode="bilinear", align_corners=False, antialias=True
        )
    return (student - teacher).abs().mean(dim=(1, 2, 3))


def feature_distance(student: Tensor, teacher: Tensor) -> Tensor:
    """``1 - cos`` of pooled features: half the squared distance of the L2-normalised vectors.

    The triplet loss (Eq. 7) compares directions too, so a teacher's lengths mean nothing.

    Args:
        student: (B, C).
        teacher: (B, C); never a target of gradients.

    Returns:
        (B,) float32 in [0, 2].

    """
    student, teacher = student.float(), teacher.detach().float()
    return 1 - F.cosine_similarity(student, teacher, dim=1)


class FeatureProjections(nn.Module):
    """Learned 1x1 projections of a student's pooled features to a teacher's channels, by layer.

    A 1x1 convolution and the global average commute, so pooled vectors are projected. Without
    bias: an offset alone could point where the teacher's mean does.

    Args:
        student_channels: of the chosen layers.
        teacher_channels: of the same layers.

    """

    def __init__(self, student_channels: Sequence[int], teacher_channels: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Linear(s, t, bias=False)
            for s, t in zip(student_channels, teacher_channels, strict=True)
        )

    def forward(self, student: Sequence[Tensor], teacher: Sequence[Tensor]) -> Tensor:
        """(B,) float32 in [0, 2]: :func:`feature_distance`, mean over the layers."""
        pairs = zip(self.layers, student, teacher, strict=True)
        return torch.stack([feature_distance(p(s), t) for p, s, t in pairs]).mean(dim=0)
