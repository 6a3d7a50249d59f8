"""The encoder: ResNet-18 up to E5, and what it is made of (section 3.3, Fig. 2)."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

Norm = Literal["batch", "instance"]


def make_norm(kind: Norm, channels: int, affine: bool = True) -> nn.Module:
    """A 2-d normalisation layer, with learned scale and shift unless ``affine`` is off.

    ``instance`` keeps no running statistics, so that a face is normalised by itself alone in
    training and in testing.
    """
    if kind == "batch":
        return nn.BatchNorm2d(channels, affine=affine)
    return nn.InstanceNorm2d(channels, affine=affine)


# Input channels below which a strided 1x1 convolution is not run as one; see PointwiseOfFew.
FEW = 8


class EncoderFeatures(NamedTuple):
    """E1..E5, finest first; ``Ek`` is (B, C_k, H/2^k, W/2^k).

    All of ResNet-18's are >= 0 (after ReLU); of MobileNetV2's only E5 is.
    """

    e1: Tensor
    e2: Tensor
    e3: Tensor
    e4: Tensor
    e5: Tensor


class PointwiseOfFew(nn.Conv2d):
    """A strided 1x1 convolution that leaves the places out before it convolves: the same values.

    oneDNN's own for channels-last maps of fewer than 8 channels writes past its buffer in the
    backward pass on processors without AVX-512, which crashes, hangs or gives other gradients
    (docs/decisions/network.md). Without a stride it does not.

    Shapes: (B, c_in, H, W) -> (B, c_out, H/stride, W/stride), rounded up.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Convolve every stride-th place."""
        down, right = self.stride
        return F.conv2d(x[:, :, ::down, ::right], self.weight, self.bias)


class BasicBlock(nn.Module):
    """The Encoder Residual Block: two 3x3 convolutions and a shortcut (He et al., ResNet).

    Shapes: (B, c_in, H, W) -> (B, c_out, H/stride, W/stride).
    """

    def __init__(self, c_in: int, c_out: int, stride: int, norm: Norm, affine: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, padding=1, bias=False)
        self.bn1 = make_norm(norm, c_out, affine)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = make_norm(norm, c_out, affine)
        self.downsample: nn.Module | None = None
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                _pointwise(c_in, c_out, stride), make_norm(norm, c_out, affine)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Residual sum, then ReLU."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x)) + shortcut)


class ResNet18Encoder(nn.Module):
    """ResNet-18 without its head: the encoder of section 3.3.

    Shapes: image (B, 3, H, W) float in [-1, 1], H and W multiples of 32 -> E1..E5, ``Ek`` of
    (B, C_k, H/2^k, W/2^k), all >= 0.

    Args:
        norm: ``batch`` (default, as the paper's ImageNet encoder) or ``instance``.
        width: channels of E1; 64 in the paper. Other widths serve quick trials.
        affine: whether the normalisations scale and shift; one-class training forbids shifts.

    >>> import torch
    >>> from spoofcue.cue import ResNet18Encoder
    >>> features = ResNet18Encoder(width=8)(torch.zeros(2, 3, 64, 64))
    >>> for name, e in zip(("E1", "E2", "E3", "E4", "E5"), features):
    ...     print(name, tuple(e.shape))
    E1 (2, 8, 32, 32)
    E2 (2, 8, 16, 16)
    E3 (2, 16, 8, 8)
    E4 (2, 32, 4, 4)
    E5 (2, 64, 2, 2)

    """

    def __init__(self, norm: Norm = "batch", width: int = 64, affine: bool = True) -> None:
        super().__init__()
        self.channels = (width, width, 2 * width, 4 * width, 8 * width)  # of E1..E5
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = make_norm(norm, width, affine)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _stage(width, width, 1, norm, affine)
        self.layer2 = _stage(width, 2 * width, 2, norm, affine)
        self.layer3 = _stage(2 * width, 4 * width, 2, norm, affine)
        self.layer4 = _stage(4 * width, 8 * width, 2, norm, affine)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, image: Tensor) -> EncoderFeatures:
        """Encode ``image`` (B, 3, H, W) in [-1, 1], H and W multiples of 32."""
        fine = self.to_e4(image)
        return EncoderFeatures(*fine, self.layer4(fine[-1]))

    def to_e4(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """E1..E4 alone, for heads that use no E5."""
        e1 = F.relu(self.bn1(self.conv1(image)))
        e2 = self.layer1(self.maxpool(e1))
        e3 = self.layer2(e2)
        return e1, e2, e3, self.layer3(e3)


def _pointwise(c_in: int, c_out: int, stride: int) -> nn.Conv2d:
    kind = PointwiseOfFew if stride > 1 and c_in < FEW else nn.Conv2d
    return kind(c_in, c_out, 1, stride, bias=False)


def _stage(c_in: int, c_out: int, stride: int, norm: Norm, affine: bool) -> nn.Sequential:
    return nn.Sequential(
        BasicBlock(c_in, c_out, stride, norm, affine), BasicBlock(c_out, c_out, 1, norm, affine)
    )
