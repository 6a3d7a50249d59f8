"""A Pillow image to upright sRGB pixels of 8 bits, by one rule for every mode.

Modes of 8 bits as Pillow converts them, transparency dropped. Of 16 bits the high byte. Floats and
32-bit integers have no range of their own: theirs is the smallest of the known ones that holds
every value. A colour profile is applied; without one the picture is sRGB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import MediaError

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

Image = NDArray[np.uint8]  # (H, W, 3) RGB, upright


def rgb_pixels(image: PilImage) -> Image:
    """(H, W, 3) uint8 sRGB of a whole image, turned upright by its EXIF orientation.

    Raises:
        MediaError: its values have no known range, or its mode no colours.

    """
    from PIL import ImageOps

    from spoofcue.media.colour_profile import to_srgb

    _load(image)  # a PNG may state its orientation after its pixels
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16"):
        upright = _grey(eight_bits(_deep(upright)))
    elif upright.mode in ("I", "F"):
        upright = _grey(eight_bits(np.asarray(upright)))
    elif upright.mode in ("La", "RGBa"):  # multiplied by their alpha
        upright = upright.convert(upright.mode.upper())
    if upright.mode == "LAB":
        upright, profile = _from_lab(upright), None
    if isinstance(profile, bytes) and profile:
        upright = to_srgb(upright, profile)
    return np.array(upright.convert("RGB"), dtype=np.uint8)


def eight_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Values of any type that pictures come in, as 8 bits.

    ========================  =========================================================
    uint8                     as they are
    uint16                    the high byte: 0..65535 to 0..255
    integers of 32 bits       0..255 as they are; 0..65535 as uint16, if one is above 255
    floats                    0..1 times 255; 0..255 as they are, if one is above 1; rounded
    ========================  =========================================================

    Raises:
        MediaError: a value is outside, or is no number.

    >>> import numpy as np
    >>> eight_bits(np.array([0, 257, 65535], np.uint16))
    array([  0,   1, 255], dtype=uint8)
    >>> eight_bits(np.array([0.0, 0.5, 1.0]))
    array([  0, 128, 255], dtype=uint8)

    """
    if values.dtype == np.uint8:
        return values
    if values.dtype.kind == "u" and values.dtype.itemsize == 2:  # of either byte order
        return (values >> 8).astype(np.uint8)
    if values.dtype.kind not in "iuf":
        raise MediaError(f"values of type {values.dtype} are no brightness")
    # not a number is smaller and larger than nothing, so it fails both comparisons
    low, high = values.min(initial=0), values.max(initial=0)
    known = (1, 255) if values.dtype.kind == "f" else (255, 65535)
    if not (low >= 0 and high <= known[1]):
        raise MediaError(
            f"values from {low} to {high} of type {values.dtype}: not in the known range of "
            f"0..{known[0]} or 0..{known[1]}"
        )
    if values.dtype.kind == "f":
        scaled = values.astype(np.float64) * (255 if high <= 1 else 1)
        return np.floor(scaled + 0.5).astype(np.uint8)
    return (values if high <= known[0] else values >> 8).astype(np.uint8)


def _load(image: PilImage) -> None:
    """Decode it; from its file, since Pillow 13 maps a TIFF into memory and turns it wrongly."""
    name = getattr(image, "filename", "")
    if image.format != "TIFF" or not name:
        image.load()
        return
    try:
        image.filename = ""  # type: ignore[attr-defined]  # an opened file has it
        image.load()
    finally:
        image.filename = name  # type: ignore[attr-defined]


def _deep(image: PilImage) -> NDArray[np.uint16]:
    """A copy, since an image that is mapped from its file gives an array that is not aligned."""
    order = ">" if image.mode == "I;16B" else "<" if image.mode in ("I;16", "I;16L") else "="
    raw = np.frombuffer(image.tobytes(), dtype=f"{order}u2")
    return raw.reshape(image.height, image.width).astype(np.uint16)


def _grey(values: NDArray[np.uint8]) -> PilImage:
    from PIL import Image as Pillow

    return Pillow.fromarray(values)


def _from_lab(image: PilImage) -> PilImage:
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    made = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    if made is None:
        raise MediaError("the image's Lab colours cannot be converted")
    return made
