"""Whatever a caller has, to upright RGB frames."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np

from spoofcue.errors import InputError, MediaError
from spoofcue.media.image import MAX_PIXELS, Image, read_image
from spoofcue.media.kinds import media_kind
from spoofcue.media.video import sample_frames

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

MAX_STREAM = 300

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
        f"a {type(source).__name__} cannot be scored: give a path, the bytes of an image file, "
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
    """Frames of a video file, ``count`` of them, all of an array, or an iterable's as they come.

    Of an iterable at most MAX_STREAM are taken: a camera never ends, and a doubtful face would
    never be decided. Frames of a file or array are visited so that any first few of them are
    spread over the whole clip: what is decided early must not be decided by its beginning.

    Raises:
        MediaError: the file does not decode.

    """
    if isinstance(source, (str, Path)):
        frames = sample_frames(Path(source), count)
        order = spread_order(len(frames))
        return Frames((frames[i].image for i in order), len(frames))
    if isinstance(source, np.ndarray):
        order = spread_order(len(source))
        return Frames((checked_array(source[i]) for i in order), len(source))
    return Frames((read_picture(frame) for frame in islice(source, MAX_STREAM)), None)


def spread_order(count: int) -> list[int]:
    """0..count - 1 so that every beginning of the list is spread widely.

    Steps of the golden section, which no period of a recording (flicker, frames that alternate)
    falls in with; halving again and again would see the even frames first.
    """
    golden = (math.sqrt(5) - 1) / 2 * count
    steps = [step for step in range(1, count) if math.gcd(step, count) == 1]
    step = min(steps, key=lambda s: abs(s - golden), default=1)
    return [k * step % count for k in range(count)]


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
