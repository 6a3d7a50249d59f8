"""Whatever a caller has, to upright RGB frames."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np

from spoofcue.detector.options import Color
from spoofcue.errors import InputError, MediaError
from spoofcue.media.animation import read_still_or_clip
from spoofcue.media.image import MAX_PIXELS, Image, opened, still_pixels
from spoofcue.media.kinds import HEAD, holds_video, is_video_file
from spoofcue.media.pixels import eight_bits
from spoofcue.media.video import Clip, sample_clip

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

    from spoofcue.detector.finder import Look

MAX_STREAM = 300
MAX_UPLOAD = 400_000_000  # bytes read of an open file: more than 100 megapixels take as a bitmap

Picture: TypeAlias = Union[str, "os.PathLike[str]", bytes, IO[bytes], Image, "PilImage"]
Source: TypeAlias = Picture | Iterable[Image]


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames of one recording in the order in which they are looked at.

    Attributes:
        images: (H, W, 3) uint8 RGB each with its place in the recording, from 0; decoding errors
            come out here.
        places: how many there should be, evenly spread, None if nobody knows: as many as come.
        wanted: frames of the whole recording; None likewise.
        decoded: of these, frames that decode.
        cut: whether nobody knows how much is missing of it.
        looks: place -> what the search has already found there; the others are looked at.

    """

    images: Iterator[tuple[int, Image]]
    places: int | None = None
    wanted: int | None = None
    decoded: int | None = None
    cut: bool = False
    looks: Mapping[int, Look] = field(default_factory=dict)


def is_video(source: Source) -> bool:
    """Whether a source is judged as one recording of several frames.

    Raises:
        InputError: it is nothing that can be judged.

    """
    if isinstance(source, (str, os.PathLike)):
        if not os.fspath(source):
            raise InputError("the path is empty: give the path of an image or video.")
        if isinstance(source, str) and "://" in source:
            raise InputError(f"{source} is an address; download it first and give the file.")
        return is_video_file(_path(source))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return holds_video(bytes(source[:HEAD]))
    if _is_pil(source) or _is_file(source):
        return False
    if isinstance(source, np.ndarray):
        return source.ndim == 4
    if hasattr(source, "__array__"):
        raise InputError(
            f"a {type(source).__module__}.{type(source).__name__} cannot be scored as it is: give "
            "a NumPy array, (H, W, 3) uint8, with values in 0..255."
        )
    if isinstance(source, Iterable) and not isinstance(source, (dict, set, frozenset)):
        return True
    raise InputError(
        f"a {type(source).__name__} cannot be scored: give a path, the bytes of a file, "
        "a file open for reading bytes, a (H, W, 3) uint8 array, a PIL image, or an iterable of "
        "such arrays."
    )


def several(sources: Any) -> Iterable[Any]:
    """``sources`` if it is several things to judge.

    Raises:
        InputError: it is one: a path must not be taken for a sequence of letters, nor a picture
            for a sequence of rows.

    """
    one = (
        isinstance(sources, (str, os.PathLike, bytes, bytearray, memoryview, dict))
        or _is_pil(sources)
        or _is_file(sources)
        or (isinstance(sources, np.ndarray) and sources.ndim < 4)
        or not isinstance(sources, Iterable)
    )
    if one:
        raise InputError(
            f"predict_batch takes a list or another iterable of pictures and videos, not one "
            f"{type(sources).__name__}: use predict, or put it in a list."
        )
    return sources


def read_picture(source: Any, count: int, color: Color = "rgb") -> Image | Frames:
    """One picture as (H, W, 3) uint8 RGB, upright; of an animation ``count`` frames.

    Args:
        source: see :data:`Picture`.
        count: frames wanted of an animated image.
        color: order of the channels if it is an array.

    Raises:
        MediaError: it does not decode.
        InputError: an array of another shape or type, or a file that does not give bytes.

    """
    if isinstance(source, (str, os.PathLike)):
        source = _path(source)
    elif _is_file(source):
        source = _content(source)
    elif isinstance(source, (bytearray, memoryview)):
        source = bytes(source)
    elif not isinstance(source, bytes) and not _is_pil(source):
        return checked_array(source, color)
    read = read_still_or_clip(source, count)
    return sampled(read) if isinstance(read, Clip) else read


def read_frame(source: Any, color: Color = "rgb") -> Image:
    """One frame of a recording; of an animation that Pillow has opened, the one that it is at.

    Raises:
        MediaError: it does not decode.
        InputError: see :func:`read_picture`.

    """
    if _is_pil(source):
        with opened(source, MAX_PIXELS) as (image, name):
            return still_pixels(image, name)
    picture = read_picture(source, 1, color)
    if isinstance(picture, Frames):
        raise MediaError("a frame of the recording is an animation of several frames")
    return picture


def open_frames(source: Any, count: int, color: Color = "rgb") -> Frames:
    """Frames of a video: ``count`` of a file or its bytes, all of an array or an iterable.

    Of an iterable at most MAX_STREAM are taken: a camera never ends, and a doubtful face would
    never be decided. Frames of a file or array are visited so that any first few of them are
    spread over the whole clip: what is decided early must not be decided by its beginning.

    Raises:
        MediaError: the file does not decode.

    """
    if isinstance(source, (str, os.PathLike)):
        return sampled(sample_clip(_path(source), count))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return sampled(sample_clip(bytes(source), count))
    if isinstance(source, np.ndarray):
        total = len(source)
        images = ((i, checked_array(source[i], color)) for i in spread_order(total))
        return Frames(images, total, total, total)
    return Frames(enumerate(read_frame(frame, color) for frame in islice(source, MAX_STREAM)))


def sampled(clip: Clip) -> Frames:
    """Frames of a file, in the order in which they are looked at."""
    spread = clip.spread
    # a part that could not be read has its places too
    missing = len(spread) * max(0, clip.wanted - clip.total) / clip.total
    order = [(place, spread[place]) for place in spread_order(len(spread))]
    return Frames(
        ((place, frame.image) for place, frame in order if frame is not None),
        len(spread) + round(missing),
        clip.wanted,
        clip.decoded,
        clip.cut,
    )


def spread_order(count: int) -> list[int]:
    """0..count - 1 so that every beginning of the list is spread widely.

    Steps of the golden section, which no period of a recording (flicker, frames that alternate)
    falls in with; halving again and again would see the even frames first.
    """
    golden = (math.sqrt(5) - 1) / 2 * count
    steps = [step for step in range(1, count) if math.gcd(step, count) == 1]
    step = min(steps, key=lambda s: abs(s - golden), default=1)
    return [k * step % count for k in range(count)]


def checked_array(image: Any, color: Color = "rgb") -> Image:
    """An array that is a picture, as RGB of 8 bits; see :func:`spoofcue.media.pixels.eight_bits`.

    Args:
        image: (H, W, 3), or (H, W) grey: uint8, uint16 or floats.
        color: order of its channels.

    Raises:
        InputError: it is of another shape or type, or empty.
        MediaError: larger than 100 megapixels, or its values are in no known range.

    """
    if not isinstance(image, np.ndarray):
        raise InputError(f"a frame must be a (H, W, 3) uint8 array, not {type(image).__name__}")
    grey = image.ndim == 2 and image.dtype != np.uint8
    known = image.dtype in (np.uint8, np.uint16, ">u2") or image.dtype.kind == "f"
    if not (known and image.size and (grey or (image.ndim == 3 and image.shape[2] == 3))):
        raise InputError(
            f"a picture must be (H, W, 3) uint8 RGB, not {image.dtype} {image.shape}. For one that "
            'OpenCV has read say color="bgr".'
        )
    if image.shape[0] * image.shape[1] > MAX_PIXELS:
        raise MediaError(f"the array has more than {MAX_PIXELS} pixels", reason="too_large")
    values = eight_bits(image)
    if grey:
        return np.repeat(values[..., None], 3, axis=2)
    return np.ascontiguousarray(values[..., ::-1] if color == "bgr" else values)


def _path(source: str | os.PathLike[str]) -> Path:
    return Path(os.fsdecode(source))


def _is_file(source: Any) -> bool:
    return callable(getattr(source, "read", None))


def _content(source: Any) -> bytes:
    """All bytes of an open file or a framework's upload, from its start."""
    # an upload of Starlette or FastAPI is read in a coroutine; the file below it is not
    if inspect.iscoroutinefunction(source.read) and _is_file(getattr(source, "file", None)):
        source = source.file
    try:
        if getattr(source, "seekable", lambda: False)():
            source.seek(0)
        data = source.read(MAX_UPLOAD + 1)
    except (OSError, ValueError) as error:
        raise MediaError(f"the open file cannot be read ({error})") from error
    if not isinstance(data, (bytes, bytearray, memoryview)):
        kind = type(data).__name__
        if inspect.iscoroutine(data):
            data.close()
        raise InputError(
            f"reading the {type(source).__name__} gave {kind} and not bytes: open files with "
            "mode 'rb', and give the bytes of what is read in a coroutine."
        )
    if len(data) > MAX_UPLOAD:
        raise MediaError(
            f"the open file has more than the limit of {MAX_UPLOAD} bytes", reason="too_large"
        )
    return bytes(data)


def _is_pil(source: Any) -> bool:
    # asked by name: an image of Pillow exists only where Pillow was imported
    return any(t.__module__ == "PIL.Image" and t.__name__ == "Image" for t in type(source).__mro__)
