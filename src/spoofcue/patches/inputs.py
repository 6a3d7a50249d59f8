"""How a face crop becomes network input (sections 4.1 and 4.4), and faces of one shape together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import InputSettings
from spoofcue.cue.score import STRIDE, next_multiple
from spoofcue.media.image import Image

if TYPE_CHECKING:
    from spoofcue.config import InputSettings, Shrink


def normalise(image: Image, mean: float, std: float) -> NDArray[np.float32]:
    """(H, W, 3) uint8 -> (3, H, W) float32, ``(x - mean) / std``; 127.5 and 127.5 give [-1, 1]."""
    planes = np.ascontiguousarray(image.transpose(2, 0, 1), dtype=np.float32)
    return (planes - np.float32(mean)) / np.float32(std)


def pad_by_reflection(image: Image, height: int, width: int) -> Image:
    """Grow to at least (height, width), the face in the middle; larger sides stay as they are."""
    import cv2

    missing_h = max(height - image.shape[0], 0)
    missing_w = max(width - image.shape[1], 0)
    if not missing_h and not missing_w:
        return image
    top, left = missing_h // 2, missing_w // 2
    # BORDER_REFLECT may mirror more than once, so a face far smaller than the patch works too.
    padded = cv2.copyMakeBorder(
        image, top, missing_h - top, left, missing_w - left, cv2.BORDER_REFLECT
    )
    return np.asarray(padded, dtype=np.uint8)


def pad_to_stride(image: Image) -> Image:
    """Pad by reflection to sides that are multiples of 32: a patch of 112 px becomes 128 px."""
    return pad_by_reflection(image, *(next_multiple(side) for side in image.shape[:2]))


def random_patch(crop: Image, size: int, rng: np.random.Generator) -> Image:
    """A ``size`` x ``size`` window of the crop at native resolution, drawn uniformly."""
    crop = pad_by_reflection(crop, size, size)
    top = int(rng.integers(0, crop.shape[0] - size + 1))
    left = int(rng.integers(0, crop.shape[1] - size + 1))
    return np.ascontiguousarray(crop[top : top + size, left : left + size])


def resized(crop: Image, height: int, width: int, shrink: Shrink) -> Image:
    """Resize by bilinear interpolation (section 4.4), or shrink by area averaging.

    Args:
        crop: (h, w, 3) uint8.
        height: wanted, px.
        width: wanted, px.
        shrink: ``input.shrink``; of no effect where a side stays or becomes longer.

    Returns:
        (height, width, 3) uint8; pixel centres at half pixels, so that borders stay borders.

    """
    import cv2

    if crop.shape[:2] == (height, width):
        return crop
    averages = shrink == "area" and height < crop.shape[0] and width < crop.shape[1]
    method = cv2.INTER_AREA if averages else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (width, height), interpolation=method), dtype=np.uint8)


def whole_face_size(height: int, width: int, minimum: int, max_side: int) -> tuple[int, int]:
    """Input size for scoring a whole face: sides to the nearest multiple of 32.

    The scale changes by at most 16 px a side, except for faces longer than ``max_side``, which
    are shrunk to it. Faces smaller than ``minimum`` keep their scale and are padded.

    Args:
        height: of the crop, px, >= 1.
        width: of the crop, px, >= 1.
        minimum: least side of the input, rounded up to a multiple of 32.
        max_side: largest side of the input, a multiple of 32.

    Returns:
        (height, width) of the input, multiples of 32 in [minimum, max(minimum, max_side)].

    """
    minimum = next_multiple(minimum)
    scale = min(1.0, max_side / max(height, width))

    def side(length: int) -> int:
        return max(minimum, STRIDE * round(length * scale / STRIDE))

    return side(height), side(width)


def scoring_inputs(crop: Image, settings: InputSettings) -> list[Image]:
    """Every network input that scores ``crop``; the face's score is the mean over them.

    ``whole``: one image, the whole face (what the authors say they feed). ``grid``: native
    patches that cover the face. ``resize``: the face resized to ``size``.
    """
    size = settings.size
    if settings.scoring == "resize":
        return [pad_to_stride(resized(crop, size, size, settings.shrink))]
    height, width = crop.shape[:2]
    if settings.scoring == "whole":
        target = whole_face_size(height, width, size, settings.max_side)
        least = next_multiple(size)
        fit = (
            target[0] if height >= least else height,
            target[1] if width >= least else width,
        )
        return [pad_by_reflection(resized(crop, *fit, settings.shrink), *target)]
    if max(height, width) > settings.max_side:
        scale = settings.max_side / max(height, width)
        fit = max(1, round(height * scale)), max(1, round(width * scale))
        crop = resized(crop, *fit, settings.shrink)
    crop = pad_by_reflection(crop, size, size)
    return [
        pad_to_stride(np.ascontiguousarray(crop[top : top + size, left : left + size]))
        for top in grid_starts(crop.shape[0], size)
        for left in grid_starts(crop.shape[1], size)
    ]


def grid_starts(length: int, size: int) -> list[int]:
    """Starts of the fewest windows that cover ``length``, evenly spread."""
    count = -(-length // size)
    return [round(i * (length - size) / max(count - 1, 1)) for i in range(count)]


PIXELS_PER_BATCH = 16 * 224 * 224


def groups_of_one_shape(
    sizes: Sequence[tuple[int, int]] | NDArray[np.integer], settings: InputSettings
) -> Iterator[list[int]]:
    """Indices into ``sizes`` in groups of bounded memory.

    Each index comes exactly once. All faces of a group give equally many inputs of equal size.

    Args:
        sizes: (N, 2) height and width of crops, px.
        settings: how a crop becomes inputs.

    """
    distinct, which = np.unique(
        np.asarray(sizes, np.int64).reshape(-1, 2), axis=0, return_inverse=True
    )
    shapes = [_input_shape(height, width, settings) for height, width in distinct.tolist()]
    ordered = sorted(set(shapes))
    place = np.array([ordered.index(shape) for shape in shapes], np.int64)[which.reshape(-1)]
    members = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=len(ordered)))
    for (height, width), begin, end in zip(ordered, [0, *ends], ends, strict=False):
        count = max(1, PIXELS_PER_BATCH // (height * width))
        for start in range(begin, end, count):
            yield members[start : min(start + count, end)].tolist()


def _input_shape(height: int, width: int, settings: InputSettings) -> tuple[int, int]:
    if settings.scoring == "whole":
        return whole_face_size(height, width, settings.size, settings.max_side)
    if settings.scoring == "resize":
        return settings.size, settings.size
    return height, width  # the number of patches follows from the crop's size
