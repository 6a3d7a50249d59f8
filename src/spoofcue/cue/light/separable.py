"""A light spoof cue decoder: depthwise-separable convolutions, few channels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spoofcue.cue.decoder import FiveScales
from spoofcue.cue.encoder import Norm, make_norm


class SeparableBlock(nn.Module):
    """1x1 to few channels, nearest x2, concatenation with the skip, two separable convolutions.

    The 1x1 convolution comes before the enlargement: the same values (both act on single places)
    at a quarter of the cost. Its output is also the shortcut, as bare of normalisation as that of
    the paper's block and free: the magnitude of the features reaches the cue past the norms.

    Shapes: x (B, c_in, h, w), skip (B, c_skip, 2h, 2w) or None -> (B, c_out, 2h, 2w), >= 0.
    """

    def __init__(self, c_in: int, c_skip: int, c_out: int, norm: Norm) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(c_in, c_out, 1)
        self.merge = _separable(c_out + c_skip, c_out, norm)
        self.refine = _separable(c_out, c_out, norm)  # its ReLU follows the sum

    def forward(self, x: Tensor, skip: Tensor | None) -> Tensor:
        """Decode one scale."""
        x = F.interpolate(self.reduce(x), scale_factor=2.0, mode="nearest")
        merged = x if skip is None else torch.cat([x, skip], dim=1)
        return F.relu(self.refine(F.relu(self.merge(merged))) + x)


class SeparableDecoder(FiveScales):
    """Five separable blocks, then a convolution to three channels and Tanh, as CueDecoder.

    Args:
        encoder_channels: channels of E1..E5.
        width: channels of D5; D4, D3 and D2 double it in turn, D1 has as many as D2.
        norm: ``instance``, or ``batch``, which an export folds into the convolutions: no pass
            over the maps at run time, and nothing that int8 has to represent.

    Attributes:
        channels: of D1..D5.

    """

    def __init__(
        self,
        encoder_channels: tuple[int, int, int, int, int],
        width: int = 16,
        norm: Norm = "instance",
    ) -> None:
        super().__init__()
        e1, e2, e3, e4, e5 = encoder_channels
        self.channels = (8 * width, 8 * width, 4 * width, 2 * width, width)
        d1, d2, d3, d4, d5 = self.channels
        self.block1 = SeparableBlock(e5, e4, d1, norm)
        self.block2 = SeparableBlock(d1, e3, d2, norm)
        self.block3 = SeparableBlock(d2, e2, d3, norm)
        self.block4 = SeparableBlock(d3, e1, d4, norm)
        self.block5 = SeparableBlock(d4, 0, d5, norm)
        self.to_cue = nn.Conv2d(d5, 3, 3, padding=1)
        self._start_near_zero()


def _separable(c_in: int, c_out: int, norm: Norm) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(c_in, c_in, 3, padding=1, groups=c_in, bias=False),
        make_norm(norm, c_in),
        nn.ReLU(),
        nn.Conv2d(c_in, c_out, 1, bias=False),
        make_norm(norm, c_out),
    )
