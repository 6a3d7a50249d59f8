"""A live face's pseudo depth, from the face box alone, and the losses of a depth map."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from spoofcue.faces.box import DEFAULT_MARGIN

# The box's part of the side of a crop with the usual margin, cut nowhere by the frame.
FACE_SHARE = 1 / (1 + 2 * DEFAULT_MARGIN)
HALF_WIDTH, HALF_HEIGHT = 0.42, 0.52  # of the head, in sides of the box
NOSE_DEPTH, NOSE_AT, NOSE_SIZE = 0.25, 0.05, 0.09  # height; below the centre, radius: in sides


def live_depth(height: int, width: int, filled: float = 1.0) -> Tensor:
    """An ellipsoid head with a nose bump, (height, width) float32 in [0, 1], 0 = background.

    Nearest is 1. The face box is taken to sit in the middle of the crop.

    Args:
        height: of the map.
        width: of the map.
        filled: the crop's part of each side; the rest is padding.

    """
    share = FACE_SHARE * filled
    y = ((torch.arange(height) + 0.5) / height - 0.5) / share
    x = ((torch.arange(width) + 0.5) / width - 0.5) / share
    y, x = torch.meshgrid(y, x, indexing="ij")
    head = (1 - (x / HALF_WIDTH) ** 2 - (y / HALF_HEIGHT) ** 2).clamp_min(0).sqrt()
    nose = torch.exp(-(x**2 + (y - NOSE_AT) ** 2) / (2 * NOSE_SIZE**2))
    depth = head * (1 + NOSE_DEPTH * nose) / (1 + NOSE_DEPTH)
    return depth.float()


def target_depth(label: Tensor, live: Tensor) -> Tensor:
    """(B,) labels, (h, w) -> (B, 1, h, w): the live depth for live, a zero plane for attack."""
    return torch.where((label == 0).view(-1, 1, 1, 1), live, 0.0)


def contrastive_depth_loss(depth: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared difference of the steps from each cell to its eight neighbours.

    Args:
        depth: (B, 1, h, w) in [0, 1], predicted.
        wanted: of the same shape.

    """
    kernels = torch.zeros(9, 1, 3, 3, device=depth.device)
    kernels[torch.arange(9), 0, torch.arange(9) // 3, torch.arange(9) % 3] = 1
    kernels[:, 0, 1, 1] -= 1
    kernels = kernels[[0, 1, 2, 3, 5, 6, 7, 8]]
    # fp32 under any autocast: the steps are small differences
    with torch.autocast(depth.device.type, enabled=False):
        steps = F.conv2d((depth - wanted).float(), kernels)
    return steps.square().mean() if steps.numel() else depth.sum() * 0.0
