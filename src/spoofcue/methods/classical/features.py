"""Crops of a manifest to one matrix of features, in batches of bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import InputSettings, RunSettings, Shrink
from spoofcue.media.image import read_image
from spoofcue.methods.classical.colour import colour_texture, grey
from spoofcue.methods.classical.lbp import Histogram, micro_texture
from spoofcue.patches.inputs import groups_of_one_shape, resized

if TYPE_CHECKING:
    import polars as pl

Image = NDArray[np.uint8]
Describe = Callable[[list[Image]], NDArray[np.float64]]

# method -> (h, w, 3) uint8 RGB to a feature
TEXTURES: dict[str, Callable[[Image], Histogram]] = {
    "lbp": lambda face: micro_texture(grey(face)),
    "color-texture": colour_texture,
}
DIMENSIONS = {"lbp": 833, "color-texture": 354}


def texture_input(settings: RunSettings) -> InputSettings:
    """The run's input settings as they are in truth: the whole face, resized to one square.

    Networks take 32 px at least, a texture 16; ``size`` is for grouping faces there and no more.
    """
    size = max(32, settings.compared.texture_size)
    return settings.input.model_copy(update={"mode": "resize", "scoring": "resize", "size": size})


def square_face(crop: Image, side: int, shrink: Shrink) -> Image:
    """What the texture methods look at: the crop resized to ``side`` x ``side`` px."""
    return resized(crop, side, side, shrink)


def texture_features(method: str, faces: list[Image]) -> NDArray[np.float64]:
    """Features of faces that :func:`square_face` made: (N, 833) of lbp, (N, 354) of color-texture.

    Shapes: (side, side, 3) uint8 RGB each -> (N, D).
    """
    return np.stack([TEXTURES[method](face) for face in faces])


def features_of(
    rows: pl.DataFrame,
    data: Path,
    describe: Describe,
    settings: InputSettings,
    progress: Callable[[int], None],
) -> NDArray[np.float64]:
    """Describe every crop, in the order of the rows.

    Args:
        rows: of a manifest, each with a crop.
        data: the prepared folder.
        describe: crops whose inputs have one shape -> (N, D).
        settings: which crops have inputs of one shape.
        progress: called with how many faces were read since its last call.

    Returns:
        (N, D) float64; (0, 0) if there are no rows.

    """
    sizes = list(zip(rows["crop_h"], rows["crop_w"], strict=True))
    names = rows["crop"].to_list()
    found: dict[int, NDArray[np.float64]] = {}
    for group in groups_of_one_shape(sizes, settings):
        crops = [read_image(data / names[i]) for i in group]
        found |= dict(zip(group, describe(crops), strict=True))
        progress(len(group))
    return np.stack([found[i] for i in range(len(names))]) if names else np.zeros((0, 0))
