"""An image file to upright RGB pixels, strictly: what does not decode whole is an error.

Pillow and not OpenCV decodes, because OpenCV fills the missing rows of a truncated JPEG with grey
and returns it as a picture. Only formats of :data:`FORMATS` are opened, by content and not by name:
Pillow knows others that run programs (EPS) or that nobody files photos in.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import MediaError
from spoofcue.media.kinds import content_format
from spoofcue.media.local_file import read_local
from spoofcue.media.pixels import Image, rgb_pixels
from spoofcue.media.whole_images import whole_images_only

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

__all__ = ["FORMATS", "MAX_BYTES", "MAX_PIXELS", "Image", "read_image"]

MAX_PIXELS = 100_000_000  # 300 MB of RGB; the largest phone cameras give it
MAX_BYTES = 8 * MAX_PIXELS  # of a file: four channels of 16 bits, not compressed

# Pillow's names of what it opens; MPO is a JPEG with more pictures behind the first
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF", "PPM", "JPEG2000")
# the same and HEIC by the names of content_format
READ = frozenset(["JPEG", "PNG", "WebP", "AVIF", "TIFF", "BMP", "GIF", "PPM", "JPEG 2000", "HEIC"])
# of an image that is open already
OPENED = frozenset([*FORMATS, "MPO", "HEIF"])
# The first or main one of several pictures is what every viewer shows.
STILLS = frozenset(["MPO", "HEIF"])
MAX_PAGES = 64  # of a TIFF, looked at
THUMBNAIL, MASK = 1, 4  # bits of a TIFF page's tag 254
HEIC_REMEDY = "pip install 'spoofcue[heic]'"


def read_image(
    source: Path | bytes | PilImage, *, max_pixels: int = MAX_PIXELS, name: str | None = None
) -> NDArray[np.uint8]:
    """Decode one still picture.

    Args:
        source: a path, the bytes of a file, or an image that Pillow has opened.
        max_pixels: more than this is refused from the header, before any memory is taken.
        name: what errors call it; None: by its path, or "image".

    Returns:
        (H, W, 3) uint8 sRGB, turned upright by its EXIF orientation; see
        :mod:`spoofcue.media.pixels` for other modes and colour profiles.

    Raises:
        MediaError: ``too_large`` or ``unreadable``, with what is wrong; an animation, which
            :func:`spoofcue.media.animation.read_still_or_clip` reads, and a TIFF of several pages
            are no one picture.

    """
    with opened(source, max_pixels, name) as (image, called):
        frames = shown_frames(image)
        if frames > 1:
            raise MediaError(f"{called}: an animation of {frames} frames and no single picture")
        return still_pixels(image, called, max_pixels)


@contextmanager
def opened(
    source: Path | bytes | PilImage, max_pixels: int, name: str | None = None
) -> Iterator[tuple[PilImage, str]]:
    """An image whose header was read, and what to call it; whatever fails inside is a MediaError.

    Raises:
        MediaError: see :func:`read_image`.

    """
    from PIL import Image as Pillow

    if name is None and isinstance(source, (Path, bytes)):
        name = "image" if isinstance(source, bytes) else str(source)
    elif name is None:
        name = "the image"
    with warnings.catch_warnings(), whole_images_only():
        warnings.simplefilter("ignore")  # Pillow's bomb warning; the size is checked here
        try:
            if isinstance(source, (Path, bytes)):
                data = source if isinstance(source, bytes) else read_local(source, MAX_BYTES)
                with _from_bytes(data, name) as image:
                    _check_size(image, name, max_pixels)
                    yield image, name
            else:
                if source.format is not None and source.format not in OPENED:
                    raise MediaError(
                        f"{name}: {source.format} is not among the formats that are read; give "
                        "image.convert('RGB') if you trust it"
                    )
                _check_size(source, name, max_pixels)
                yield source, name
        except MediaError:
            raise
        except Pillow.DecompressionBombError as error:
            what = str(error).split(" exceeds")[0]
            raise _too_large(name, what, max_pixels) from error
        # Pillow's plugins raise whatever they like on damaged files
        except Exception as error:
            raise MediaError(f"{name}: not a readable image ({_first_line(error)})") from error


def shown_frames(image: PilImage) -> int:
    """How many frames are shown one after the other; 1 for a still, whatever else lies in it."""
    if image.format in STILLS or image.format == "TIFF":
        return 1
    return int(getattr(image, "n_frames", 1))


def still_pixels(image: PilImage, name: str, max_pixels: int = MAX_PIXELS) -> Image:
    """The pixels of an opened image.

    Raises:
        MediaError: it is a TIFF of several pages, or its pixels are nothing that is known.

    """
    if image.format == "TIFF" and getattr(image, "n_frames", 1) > 1:
        _refuse_pages(image, name)
    elif image.format == "MPO" and image.tell():
        at = image.tell()
        image.seek(0)
        try:
            return still_pixels(image, name, max_pixels)
        finally:
            image.seek(at)
    pixels = rgb_pixels(image)
    if pixels.shape[0] * pixels.shape[1] > max_pixels:  # of HEIC known only now
        raise _too_large(name, f"{pixels.shape[1]} x {pixels.shape[0]} pixels", max_pixels)
    return pixels


def _from_bytes(data: bytes, name: str) -> PilImage:
    from PIL import Image as Pillow
    from PIL import UnidentifiedImageError

    if not data:
        raise MediaError(f"{name}: the file is empty")
    kind = content_format(data[:512])
    if kind == "HEIC":
        try:
            from pillow_heif import HeifImageFile
        except ModuleNotFoundError:
            raise MediaError(f"{name}: HEIC needs pillow-heif: {HEIC_REMEDY}") from None
        # not registered with Pillow, which would change what the whole process opens
        return HeifImageFile(io.BytesIO(data))  # type: ignore[no-untyped-call]
    try:
        image = Pillow.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        if kind is None:
            what = "its content is no image format known here"
        elif kind in READ:
            what = f"it begins as {kind} and is damaged"
        else:
            what = f"its content is {kind}, which is not read"
        raise MediaError(f"{name}: not a readable image ({what})") from None
    if image.format == "PNG":
        _check_sums(data)
    return image


def _check_sums(data: bytes) -> None:
    """Pillow compares the checksums of a PNG's pixels only when it is asked to verify."""
    from PIL import Image as Pillow

    with Pillow.open(io.BytesIO(data), formats=("PNG",)) as image:
        image.verify()


def _refuse_pages(image: PilImage, name: str) -> None:
    """Pages are pictures of their own; thumbnails and masks of the first one are not."""
    at, pages = image.tell(), 0
    total = min(getattr(image, "n_frames", 1), MAX_PAGES)
    try:
        for page in range(total):
            image.seek(page)
            kind = int(image.tag_v2.get(254, 0))  # type: ignore[attr-defined]  # a TIFF has it
            pages += not kind & (THUMBNAIL | MASK)
    finally:
        image.seek(at)
    if pages > 1:
        raise MediaError(f"{name}: a TIFF of {pages} pages; save each as a file of its own")


def _check_size(image: PilImage, name: str, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise _too_large(name, f"{width} x {height} pixels", max_pixels)


def _too_large(name: str, what: str, limit: int) -> MediaError:
    return MediaError(f"{name}: {what}, more than the limit of {limit}", reason="too_large")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
