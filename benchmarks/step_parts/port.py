"""The training step of the public PyTorch port of LGSC, described again; no line of it is copied.

Read from github.com/Podidiving/lgsc-for-fas-pytorch: network, losses, optimiser and input. Where it
differs from ours, as a step costs:

- the encoder is frozen, and the classifier but for its last layer, so both have no gradients of
  weights and the encoder no backward pass at all;
- each decoder stage has two residual blocks and a shortcut around both, where ours has one block;
- normalisation in the decoder learns no scale;
- triplets are compared in a (B, B, B) array (ours: sorted);
- 224 px, float32, tensors that lie channel by channel, Adam.

Its root of a distance of zero has no finite gradient; here distances are held above zero, since
a network of NaN is not what is to be timed.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spoofcue.cue.encoder import ResNet18Encoder

MARGIN, TOWARDS_ZERO = 0.5, 1e-12
# channels that come up from below, of the skip, and of what the stage makes
STAGES = ((512, 256, 256), (256, 128, 128), (128, 64, 64), (64, 64, 64), (64, 0, 3))


class PortBlock(nn.Module):
    """Two convolutions with a shortcut, normalised by instance without learned scale."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(c_in, c_out, 3, padding=1, bias=False)
        self.second = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.norm = nn.InstanceNorm2d(c_out)
        self.beside = nn.Conv2d(c_in, c_out, 1, bias=False) if c_in != c_out else None

    def forward(self, x: Tensor) -> Tensor:
        beside = x if self.beside is None else self.norm(self.beside(x))
        x = F.relu(self.norm(self.first(x)))
        return F.relu(self.norm(self.second(x)) + beside)


class PortStage(nn.Module):
    """Enlarge, convolve 2x2, join the skip, two blocks, and a shortcut around them."""

    def __init__(self, below: int, skip: int, out: int) -> None:
        super().__init__()
        halved = below // 2 if below > 64 else below
        self.up = nn.Conv2d(below, halved, 2)
        self.norm_up, self.norm = nn.InstanceNorm2d(halved), nn.InstanceNorm2d(out)
        self.blocks = nn.Sequential(PortBlock(halved + skip, out), PortBlock(out, out))
        self.around = nn.Conv2d(halved + skip, out, 1)

    def forward(self, x: Tensor, skip: Tensor | None) -> Tensor:
        x = F.pad(F.interpolate(x, scale_factor=2, mode="nearest"), (0, 1, 0, 1))
        x = F.relu(self.norm_up(self.up(x)))
        if skip is not None:
            x = torch.cat([x, skip], dim=1)
        return self.blocks(x) + self.norm(self.around(x))


class Port(nn.Module):
    """Encoder, decoder and classifier; ``frozen`` as the port has it."""

    def __init__(self, *, frozen: bool) -> None:
        super().__init__()
        self.encoder, self.classifier = ResNet18Encoder("batch"), ResNet18Encoder("batch")
        self.stages = nn.ModuleList(PortStage(*channels) for channels in STAGES)
        self.last = nn.Linear(512, 2)
        if frozen:
            self.encoder.requires_grad_(False)
            self.classifier.requires_grad_(False)

    def forward(self, image: Tensor) -> tuple[list[Tensor], Tensor]:
        """The maps from E5 to the cue, and the classes' logits (B, 2)."""
        *skips, x = self.encoder(image)
        maps = [x]
        for stage, skip in zip(self.stages, [*reversed(skips), None], strict=True):
            x = stage(x, skip)
            maps.append(x)
        maps[-1] = torch.tanh(x)
        seen = self.classifier(image + maps[-1]).e5.mean(dim=(2, 3))
        return maps, self.last(F.dropout(seen, 0.5))


def port_loss(maps: list[Tensor], logits: Tensor, live: Tensor) -> Tensor:
    """Five times cross-entropy, five times the live cue's mean size, once all triplets.

    Args:
        maps: see :class:`Port`.
        logits: (B, 2).
        live: (B,) with 1 live, 0 attack: the port's labels are the other way round.

    """
    cue, of_class = maps[-1], F.cross_entropy(logits, live)
    shown = live.view(-1, 1, 1, 1) * cue
    size = shown.abs().sum() / (live.sum() * cue[0].numel()).clamp_min(1)
    triplets = sum(port_triplets(m.mean(dim=(2, 3)), live) for m in maps[:-1])
    return 5 * of_class + 5 * size + triplets


def port_triplets(pooled: Tensor, live: Tensor) -> Tensor:
    """Mean violation of the margin over anchor and positive live, negative attack; (B, B, B)."""
    unit = F.normalize(pooled, eps=1e-10)
    squared = (2 - 2 * unit @ unit.T).clamp_min(TOWARDS_ZERO)
    distance = squared.sqrt()
    violation = (distance[:, :, None] - distance[:, None, :] + MARGIN).clamp_min(0)
    is_live = live == 1
    pair = is_live[:, None] & is_live[None] & ~torch.eye(len(live), dtype=torch.bool)
    counted = violation * (pair[:, :, None] & (is_live[:, None] & ~is_live[None])[:, None, :])
    return counted.sum() / (counted > 0).sum().clamp_min(1)
