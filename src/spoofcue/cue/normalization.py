"""Which normalisation a part of the network uses."""

from __future__ import annotations

from typing import Literal

from torch import nn

Norm = Literal["batch", "instance"]


def make_norm(kind: Norm, channels: int, affine: bool = True) -> nn.Module:
    """A 2-d normalisation layer, with learned scale and shift unless ``affine`` is off.

    ``instance`` keeps no running statistics, so that a face is normalised by itself alone in
    training and in testing.
    """
    if kind == "batch":
        return nn.BatchNorm2d(channels, affine=affine)
    return nn.InstanceNorm2d(channels, affine=affine)
