"""Whatever a caller has, to upright RGB frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError, MediaError
from spoofcue.media.image import MAX_PIXELS, read_image
from spoofcue.media.kinds import media_kind
from spoofcue.media.video import sample_frames

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

Image: TypeAlias = NDArray[np.uint8]
Picture: TypeAlias = Union[str, Path, bytes, Image, "PilImage"]
Source: TypeAlias = Picture | Iterable[Image]


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames of one recording in the order in which they are looked at.

    Attributes:
        images: (H, W, 3) uint8 RGB each; decoding errors come out here.
        total: how many, None if nobody knows.

    """

    images: Iterator[Image]
    total: int | None


def is_video(source: Source) -> bool:
    """Whether a source is judged as one recording of several frames.

    Raises:
        InputError: it is nothing that can be judged.

    """
    if isinstance(source, (str, Path)):
        if isinstance(source, str) and "://" in source:
            raise InputError(f"{source} is an address; download it first and give the file.")
        return media_kind(Path(source)) == "video"
    if isinstance(source, (bytes, bytearray, memoryview)) or _is_pil(source):
        return False
    if isinstance(source, np.ndarray):
        return source.ndim == 4
    if isinstance(source, Iterable) and not isinstance(source, (dict, set)):
        return True
    raise InputError(
        f"a {type(source).__name__} is nothing to judge: give a path, the bytes of an image file, "
        "a (H, W, 3) uint8 RGB array, a PIL image, or an iterable of such arrays."
    )


def read_picture(source: Any) -> Image:
    """One picture as (H, W, 3) uint8 RGB, upright.

    Raises:
        MediaError: it does not decode.
        InputError: an array of another shape or type.

    """
    if isinstance(source, (str, Path)):
        return read_image(Path(source))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return read_image(bytes(source))
    if _is_pil(source):
        return _from_pil(source)
    return checked_array(source)


def open_frames(source: Any, count: int) -> Frames:
    """Frames of a video file, ``count`` of them, or all of an iterable as they come.

    A file's frames are visited so that any first few of them are spread over the whole clip: what
    is decided early must not be decided by its beginning.

    Raises:
        MediaError: the file does not decode.

    """
    if isinstance(source, (str, Path)):
        frames = sample_frames(Path(source), count)
        order = spread_order(len(frames))
        return Frames((frames[i].image for i in order), len(frames))
    total = len(source) if isinstance(source, np.ndarray) else None
    return Frames((read_picture(frame) for frame in source), total)


def spread_order(count: int) -> list[int]:
    """0..count - 1 so that every beginning of the list is spread widely: bits read backwards."""
    bits = max(count - 1, 1).bit_length()
    turned = (int(f"{i:0{bits}b}"[::-1], 2) for i in range(1 << bits))
    return [i for i in turned if i < count]


def checked_array(image: Any) -> Image:
    """An array that is a picture.

    Raises:
        InputError: it is not (H, W, 3) uint8, or is empty or larger than 100 megapixels.

    """
    if not isinstance(image, np.ndarray):
        raise InputError(f"a frame must be a (H, W, 3) uint8 RGB array, not {type(image).__name__}")
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise InputError(
            f"a picture must be (H, W, 3) uint8 RGB, not {image.dtype} {image.shape}. OpenCV reads "
            "BGR: turn it with image[..., ::-1]."
        )
    if image.shape[0] * image.shape[1] > MAX_PIXELS:
        raise MediaError(f"the array has more than {MAX_PIXELS} pixels", reason="too_large")
    return np.ascontiguousarray(image)


def _is_pil(source: Any) -> bool:
    # asked by name: an image of Pillow exists only where Pillow was imported
    return any(t.__module__ == "PIL.Image" and t.__name__ == "Image" for t in type(source).__mro__)


def _from_pil(image: PilImage) -> Image:
    from PIL import ImageOps

    if image.width * image.height > MAX_PIXELS:
        raise MediaError(f"the image has more than {MAX_PIXELS} pixels", reason="too_large")
    try:
        return np.array(ImageOps.exif_transpose(image).convert("RGB"), dtype=np.uint8)
    # opened lazily, so that a damaged file shows only here
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError) as error:
        raise MediaError(f"the image does not decode ({error})") from error
