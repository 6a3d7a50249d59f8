"""An image file to upright RGB pixels, strictly: what does not decode whole is an error.

Pillow and not OpenCV decodes, because OpenCV fills the missing rows of a truncated JPEG with grey
and returns it as a picture.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import MediaError
from spoofcue.media.local_file import read_local

Image = NDArray[np.uint8]  # (H, W, 3) RGB, upright
MAX_PIXELS = 100_000_000  # 300 MB of RGB; the largest phone cameras give it
MAX_BYTES = 8 * MAX_PIXELS  # of a file: four channels of 16 bits, not compressed


def read_image(source: Path | bytes, *, max_pixels: int = MAX_PIXELS) -> NDArray[np.uint8]:
    """Decode one image; an animation gives its first frame.

    Args:
        source: a path, or the bytes of a file.
        max_pixels: more than this is refused from the header, before any memory is taken.

    Returns:
        (H, W, 3) uint8 RGB, turned upright by its EXIF orientation; transparency is dropped,
        16-bit grey is scaled to 8 bits.

    Raises:
        MediaError: ``too_large`` or ``unreadable``, with what is wrong.

    """
    from PIL import Image, ImageOps

    name = "image" if isinstance(source, bytes) else str(source)
    data = source if isinstance(source, bytes) else read_local(source, MAX_BYTES)
    if not data:
        raise MediaError(f"{name}: the file is empty")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's bomb warning; the size is checked here
        try:
            with Image.open(io.BytesIO(data)) as image:
                width, height = image.size
                if width * height > max_pixels:
                    raise _too_large(name, f"{width} x {height} pixels", max_pixels)
                # A JPEG may decode at half size or less for nothing; it is never asked to here.
                image.load()
                upright = ImageOps.exif_transpose(image)
                return _to_rgb(upright)
        except Image.DecompressionBombError as error:
            what = str(error).split(" exceeds")[0]
            raise _too_large(name, what, max_pixels) from error
        # Pillow's plugins raise all of these on damaged files.
        except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError) as error:
            raise MediaError(f"{name}: not a readable image ({_first_line(error)})") from error


def _to_rgb(image: object) -> NDArray[np.uint8]:
    from PIL import Image

    if not isinstance(image, Image.Image):
        raise ValueError("the image has no pixels")
    if image.mode.startswith("I"):
        deep = np.asarray(image).astype(np.int64)
        # "I" is 32-bit but holds 16-bit data in the PNGs and TIFFs that people have.
        grey = np.clip(deep // 257 if deep.max(initial=0) > 255 else deep, 0, 255)
        return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
    return np.array(image.convert("RGB"), dtype=np.uint8)


def _too_large(name: str, what: str, limit: int) -> MediaError:
    return MediaError(f"{name}: {what}, more than the limit of {limit}", reason="too_large")


def _first_line(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return "its content is no image format known here" if "cannot identify" in text else text
