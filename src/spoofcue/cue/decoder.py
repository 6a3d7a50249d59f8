"""The decoder: E1..E5 in, D1..D5 and the cue map out (section 3.3, Fig. 2)."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spoofcue.cue.encoder import EncoderFeatures, Norm, make_norm

# Deviation of the last convolution's first weights. The bare shortcuts let features grow from block
# to block, so D5 has a root mean square of 2 to 5, and one place of the cue sums 288 of them.
NEAR_ZERO = 3e-5


class DecoderFeatures(NamedTuple):
    """D1..D5, coarsest first: D1 has the size of E4, D4 that of E1, D5 that of the image."""

    d1: Tensor
    d2: Tensor
    d3: Tensor
    d4: Tensor
    d5: Tensor


class DecoderResidualBlock(nn.Module):
    """Nearest x2, 2x2 convolution, concatenation with the skip, residual block.

    The residual block is the encoder's with a bare 1x1 convolution on its shortcut: without a
    normalisation there, the magnitude of the features reaches the cue map past instance norm.

    Shapes: x (B, c_in, h, w), skip (B, c_skip, 2h, 2w) or None -> (B, c_out, 2h, 2w).
    """

    def __init__(self, c_in: int, c_skip: int, c_out: int, norm: Norm) -> None:
        super().__init__()
        self.up = nn.Conv2d(c_in, c_out, kernel_size=2)
        self.conv1 = nn.Conv2d(c_out + c_skip, c_out, 3, padding=1, bias=False)
        self.norm1 = make_norm(norm, c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.norm2 = make_norm(norm, c_out)
        self.shortcut = nn.Conv2d(c_out + c_skip, c_out, 1)

    def forward(self, x: Tensor, skip: Tensor | None) -> Tensor:
        """Decode one scale."""
        x = F.interpolate(x, scale_factor=2.0, mode="nearest")
        # An even kernel has no centre: padding right and bottom keeps the doubled size.
        x = self.up(F.pad(x, (0, 1, 0, 1)))
        if skip is not None:
            x = torch.cat([x, skip], dim=1)
        residual = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(residual)) + self.shortcut(x))


class FiveScales(nn.Module):
    """What decoders of five blocks share; a subclass makes the blocks, whatever they are of.

    Attributes:
        block1 to block5: called with the map before and the encoder's of the same size, or None.
        to_cue: the last convolution, to three channels.

    """

    block1: nn.Module
    block2: nn.Module
    block3: nn.Module
    block4: nn.Module
    block5: nn.Module
    to_cue: nn.Conv2d

    def _start_near_zero(self) -> None:
        """Draw the weights, when all layers are there, so that the cue is about zero anywhere.

        Its mean magnitude then is below the paper's threshold of 0.01: before the first step all
        faces are what a live face should be, and Tanh has slope 1.
        """
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.normal_(self.to_cue.weight, std=NEAR_ZERO)
        if self.to_cue.bias is not None:
            nn.init.zeros_(self.to_cue.bias)

    def forward(self, features: EncoderFeatures) -> tuple[Tensor, DecoderFeatures]:
        """Decode to the cue map (B, 3, H, W) in [-1, 1] and the features D1..D5 behind it."""
        d1 = self.block1(features.e5, features.e4)
        d2 = self.block2(d1, features.e3)
        d3 = self.block3(d2, features.e2)
        d4 = self.block4(d3, features.e1)
        d5 = self.block5(d4, None)
        return torch.tanh(self.to_cue(d5)), DecoderFeatures(d1, d2, d3, d4, d5)


class CueDecoder(FiveScales):
    """Five Decoder Residual Blocks, then a convolution to three channels and Tanh.

    D5 works at the image's size, where the encoder has no feature to concatenate. The last
    convolution carries no normalisation: one would force unit variance on the cue and forbid
    the all-zero map of a live face.

    Args:
        encoder_channels: channels of E1..E5.
        norm: ``instance`` (default) or ``batch``.

    """

    def __init__(
        self, encoder_channels: tuple[int, int, int, int, int], norm: Norm = "instance"
    ) -> None:
        super().__init__()
        e1, e2, e3, e4, e5 = encoder_channels
        self.channels = (e4, e3, e2, e1, max(e1 // 2, 1))  # of D1..D5
        self.block1 = DecoderResidualBlock(e5, e4, self.channels[0], norm)
        self.block2 = DecoderResidualBlock(e4, e3, self.channels[1], norm)
        self.block3 = DecoderResidualBlock(e3, e2, self.channels[2], norm)
        self.block4 = DecoderResidualBlock(e2, e1, self.channels[3], norm)
        self.block5 = DecoderResidualBlock(e1, 0, self.channels[4], norm)
        self.to_cue = nn.Conv2d(self.channels[4], 3, 3, padding=1)
        self._start_near_zero()
