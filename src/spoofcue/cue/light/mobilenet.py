"""MobileNetV2 as the encoder of a light generator (Sandler et al., CVPR 2018): E1..E5 out.

Attribute names are those of the public ``mobilenet_v2-*.pth`` files, so that their state dicts
load unchanged but for the head. It is not in the paper, whose encoder is ResNet-18.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from spoofcue.cue.encoder import EncoderFeatures, Norm, make_norm

# The paper's Table 2: expansion t, channels c, repeats n, stride s of the first repeat.
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
STEM, LAST = 32, 1280
# Of features.0 to features.18: the last ones at strides 2, 4, 8 and 16; E5 is the very last.
TAPS = (1, 3, 6, 13)
# Blocks of the public files, and how many are kept without the tail and up to E4.
BLOCKS, WITHOUT_TAIL, TO_E4 = 19, 17, 14
# What the public weights subtract and divide by, for RGB values in [0, 1].
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class InvertedResidual(nn.Module):
    """Expand by 1x1, filter each channel by 3x3, project by 1x1 without an activation.

    Shapes: (B, c_in, H, W) -> (B, c_out, H/stride, W/stride); the input is added where both agree.
    """

    def __init__(self, c_in: int, c_out: int, stride: int, expansion: int, norm: Norm) -> None:
        super().__init__()
        hidden = c_in * expansion
        layers: list[nn.Module] = []
        if expansion != 1:
            layers.append(_conv_norm_relu6(c_in, hidden, 1, stride=1, norm=norm))
        layers += [
            _conv_norm_relu6(hidden, hidden, 3, stride=stride, norm=norm, groups=hidden),
            nn.Conv2d(hidden, c_out, 1, bias=False),
            make_norm(norm, c_out),
        ]
        self.conv = nn.Sequential(*layers)
        self.adds = stride == 1 and c_in == c_out

    def forward(self, x: Tensor) -> Tensor:
        """Linear bottleneck out."""
        out: Tensor = self.conv(x)
        return x + out if self.adds else out


class MobileNetV2Encoder(nn.Module):
    """MobileNetV2 without its classifier.

    E1..E4 are the last block outputs at strides 2, 4, 8 and 16: linear bottlenecks of few
    channels and either sign, which cost a U-Net's skips a sixth of what the expansions would.
    E5 is the last 1x1 convolution at stride 32, what ImageNet's classifier averages. Without the
    tail it is the last block of 160 channels: 40 % of the parameters less, and all that is kept
    still takes the public weights.

    Args:
        norm: ``batch`` (default, as the public weights) or ``instance``.
        multiplier: of all channels, each rounded to a multiple of 8 as in the public code; E5 has
            1280 however small it is.
        blocks: how many are kept: 19, all of them; 17, without the block of 320 and the
            convolution to 1280 channels; 14, up to E4, which then is E5 too.

    Attributes:
        channels: of E1..E5.
        multiplier: as given.
        blocks: as given.

    """

    scale: Tensor
    shift: Tensor

    def __init__(self, norm: Norm = "batch", multiplier: float = 1.0, blocks: int = BLOCKS) -> None:
        super().__init__()
        self.multiplier, self.blocks = multiplier, blocks
        channels = [_rounded(STEM * multiplier)]
        self.features = nn.Sequential(_conv_norm_relu6(3, channels[0], 3, stride=2, norm=norm))
        for expansion, width, repeats, stride in STAGES:
            for repeat in range(repeats):
                if len(channels) == blocks:
                    break
                channels.append(_rounded(width * multiplier))
                step = stride if repeat == 0 else 1
                self.features.append(
                    InvertedResidual(channels[-2], channels[-1], step, expansion, norm)
                )
        if blocks == BLOCKS:
            channels.append(_rounded(LAST * max(1.0, multiplier)))
            self.features.append(
                _conv_norm_relu6(channels[-2], channels[-1], 1, stride=1, norm=norm)
            )
        e1, e2, e3, e4 = (channels[tap] for tap in TAPS)
        self.channels = (e1, e2, e3, e4, channels[-1])
        # ((x + 1) / 2 - mean) / std. Folded into the first convolution it would not be exact:
        # zero padding stands for ImageNet's mean there, for mid-grey in [-1, 1]. Constants of the
        # architecture and no weights: public files lack them, hence not in the state dict.
        mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (IMAGENET_MEAN, IMAGENET_STD))
        self.register_buffer("scale", 0.5 / std, persistent=False)
        self.register_buffer("shift", (0.5 - mean) / std, persistent=False)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    def forward(self, image: Tensor) -> EncoderFeatures:
        """Encode ``image`` (B, 3, H, W) in [-1, 1], H and W multiples of 32."""
        x = image * self.scale + self.shift
        taps = []
        for number, block in enumerate(self.features):
            x = block(x)
            if number in TAPS:
                taps.append(x)
        e1, e2, e3, e4 = taps
        return EncoderFeatures(e1, e2, e3, e4, x)


def _conv_norm_relu6(
    c_in: int, c_out: int, kernel: int, *, stride: int, norm: Norm, groups: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=False),
        make_norm(norm, c_out),
        nn.ReLU6(),
    )


def _rounded(channels: float) -> int:
    """To the nearest multiple of 8, at least 8, never more than a tenth below (public code)."""
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest
