"""`aux-depth`: depth supervision of a single frame (after Liu et al., Auxiliary, CVPR 2018)."""

from __future__ import annotations

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spoofcue.config import RunSettings
from spoofcue.cue.encoder import Norm, ResNet18Encoder, make_norm
from spoofcue.cue.score import check_image_shape, next_multiple
from spoofcue.errors import InputError
from spoofcue.faces.box import DEFAULT_MARGIN
from spoofcue.methods.learned import Learned
from spoofcue.methods.method import LearnedMethod
from spoofcue.methods.whole_batch import whole_batch

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


class DepthSupervised(Learned):
    """E2, E3 and E4 brought to 1/8 of the size, concatenated, and a depth map in [0, 1] from them.

    Args:
        norm: of the encoder and the head.
        width: channels of E1.
        filled: the face crop's part of each side of the input; the rest is padding.

    """

    terms: ClassVar[tuple[str, ...]] = ("depth", "contrast")

    def __init__(self, norm: Norm = "batch", width: int = 64, filled: float = 1.0) -> None:
        super().__init__()
        self.filled = filled
        self.encoder = ResNet18Encoder(norm, width)
        # It stays only so that public weights load whole; it never runs.
        self.encoder.layer4.requires_grad_(False)
        _, e2, e3, e4, _ = self.encoder.channels
        self.head = nn.Sequential(
            nn.Conv2d(e2 + e3 + e4, 2 * width, 3, padding=1, bias=False),
            make_norm(norm, 2 * width),
            nn.ReLU(),
            nn.Conv2d(2 * width, 1, 3, padding=1),
        )

    def forward(self, image: Tensor) -> Tensor:
        """Depth (B, 1, H/8, W/8) float32 in [0, 1], 1 = nearest, of ``image`` (B, 3, H, W)."""
        check_image_shape(image)
        _, e2, e3, e4 = self.encoder.to_e4(image)
        size = (e3.shape[-2], e3.shape[-1])
        fused = torch.cat(
            [F.adaptive_avg_pool2d(e2, size), e3, F.interpolate(e4, size, mode="nearest")], dim=1
        )
        depth: Tensor = self.head(fused)
        return torch.sigmoid(depth.float())

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Squared error of the depth, and of its steps from cell to cell."""
        depth, label = whole_batch(self(image)), whole_batch(label)
        wanted = target_depth(label, self._live(depth))
        of_depth = F.mse_loss(depth, wanted)
        contrast = contrastive_depth_loss(depth, wanted)
        return {"total": of_depth + contrast, "depth": of_depth, "contrast": contrast}

    def scores(self, image: Tensor) -> Tensor:
        """One minus the mean depth within the head."""
        depth = self(image)
        return 1 - depth[:, 0, self._live(depth) > 0].mean(dim=1)

    def evidence(self, image: Tensor) -> Tensor:
        """How far the depth is from a live one's, at the image's size, (B, 1, H, W) in [0, 1]."""
        depth = self(image)
        off = (depth - self._live(depth)).abs()
        return F.interpolate(off, (image.shape[-2], image.shape[-1]), mode="nearest")

    def _live(self, depth: Tensor) -> Tensor:
        return live_depth(depth.shape[-2], depth.shape[-1], self.filled).to(depth.device)


def build(settings: RunSettings) -> DepthSupervised:
    """The network of a run.

    Raises:
        InputError: its inputs are no whole resized faces, which the pseudo depth is drawn for.

    """
    if settings.input.mode != "resize" or settings.input.scoring != "resize":
        raise InputError(
            "method aux-depth draws its depth for a whole face: it needs input.mode=resize and "
            f"input.scoring=resize, not {settings.input.mode} and {settings.input.scoring}."
        )
    size = settings.input.size
    m = settings.model
    return DepthSupervised(m.encoder_norm, m.width, size / next_multiple(size))


METHOD = LearnedMethod(
    name="aux-depth",
    seen="live, attack",
    score="1 - mean depth of the head",
    evidence="deviation from live depth",
    # the pseudo depth is drawn for a whole face in a fixed place: no patches
    defaults={"input": {"mode": "resize", "scoring": "resize"}},
    build=build,
)
