"""Cue maps as pictures, on one colour scale for a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.media.crops import read_crop
from spoofcue.media.image import Image
from spoofcue.scoring.face import Face, FaceScorer
from spoofcue.whole_files import write_bytes

# |cue| shown as the hottest colour where no run's own scale is known (spoofcue.scoring.pictures).
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


# Above the percentile lie the sharpest edges only; the maximum would be one pixel's.
PERCENTILE = 99.5
MAX_FACES = 128
MAX_PIXELS = 20_000  # of one face: large faces count no more than small ones


def attack_magnitudes(
    model: FaceScorer, crops: Sequence[Path], progress: Callable[[int], None] | None = None
) -> NDArray[np.float32]:
    """Cue magnitudes of attacks: of at most MAX_FACES, evenly spread, MAX_PIXELS of each.

    Args:
        model: the detector.
        crops: files of the test attacks, in a fixed order.
        progress: called with the number of faces scored.

    Returns:
        (N,) magnitudes, 0..1; empty if there is no attack or the model makes no cue map.

    """
    maps: list[NDArray[np.float32]] = []
    for number, at in enumerate(spread(len(crops), MAX_FACES), start=1):
        cue = model.score([Face.filling(read_crop(crops[at]))])[0].cue
        if cue is None:
            break
        magnitude = cue_magnitude(cue).reshape(-1)
        maps.append(magnitude[:: -(-len(magnitude) // MAX_PIXELS)])
        if progress:
            progress(number)
    return np.concatenate(maps) if maps else np.zeros(0, np.float32)


def cue_scale(magnitudes: NDArray[np.floating], percentile: float = PERCENTILE) -> float:
    """The magnitude that is drawn brightest, > 0.

    Args:
        magnitudes: (N,), as of :func:`attack_magnitudes`.
        percentile: 0..100; more is drawn as bright as this.

    Raises:
        InputError: there are no magnitudes.

    """
    if not len(magnitudes):
        raise InputError("a colour scale needs cue maps of test attacks, and there are none.")
    # Maps of exact zeros have no scale of their own.
    return max(float(np.percentile(magnitudes, percentile)), float(np.finfo(np.float32).tiny))


def spread(count: int, most: int) -> list[int]:
    """At most ``most`` of 0..count - 1, ascending and evenly spaced, both ends among them."""
    if count <= most:
        return list(range(count))
    if most == 1:
        return [(count - 1) // 2]
    return [round(k * (count - 1) / (most - 1)) for k in range(most)]
