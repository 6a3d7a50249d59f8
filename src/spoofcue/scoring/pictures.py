"""Cue maps as pictures, for people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.whole_files import write_bytes

Image = NDArray[np.uint8]

# |cue| shown as the hottest colour where no run's own scale is known (spoofcue.scoring.scale).
CUE_MAX = 0.5


def cue_magnitude(cue: NDArray[np.floating]) -> NDArray[np.float32]:
    """(3, H, W) cue in [-1, 1] -> (H, W) mean magnitude over the channels, 0..1."""
    return np.abs(cue).mean(axis=0).astype(np.float32)


def cue_heatmap(cue: NDArray[np.floating], cue_max: float = CUE_MAX) -> Image:
    """(3, H, W) cue -> (H, W, 3) uint8 RGB: black where there is none, bright where strong."""
    import cv2

    level = np.clip(cue_magnitude(cue) / cue_max, 0, 1)
    # The square root shows weak cues too; the order of colours stays that of the magnitude.
    grey = np.rint(255 * np.sqrt(level)).astype(np.uint8)
    return np.asarray(
        cv2.cvtColor(cv2.applyColorMap(grey, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB), np.uint8
    )


def cue_overlay(face: Image, cue: NDArray[np.floating], cue_max: float = CUE_MAX) -> Image:
    """The face in grey under its heat map; (H, W, 3) uint8 RGB of the face's size.

    Args:
        face: (H, W, 3) uint8 RGB.
        cue: (3, H, W) of the same height and width.
        cue_max: magnitude of the hottest colour.

    """
    import cv2

    grey = cv2.cvtColor(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    heat = cue_heatmap(cue, cue_max)
    weight = np.sqrt(np.clip(cue_magnitude(cue) / cue_max, 0, 1))[..., None] * 0.85
    return np.rint(grey * (1 - weight) * 0.9 + heat * weight).astype(np.uint8)


def write_picture(path: Path, image: Image) -> None:
    """Write (H, W, 3) uint8 RGB as the suffix says (.png or .jpg), whole or not at all."""
    import cv2

    path.parent.mkdir(parents=True, exist_ok=True)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 88] if path.suffix == ".jpg" else []
    _, data = cv2.imencode(path.suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), quality)
    write_bytes(path, data.tobytes())
