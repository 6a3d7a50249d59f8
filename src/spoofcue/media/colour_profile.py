"""A picture's ICC profile to sRGB, which the detector was trained on.

Phones file photos as Display P3, cameras as Adobe RGB. Taken for sRGB their colours are too pale.
"""

from __future__ import annotations

import io
import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage
    from PIL.ImageCms import ImageCmsTransform

# mode of Pillow -> colour space of the profiles that fit it, as their headers have it
SPACES = {"RGB": b"RGB ", "L": b"GRAY", "CMYK": b"CMYK"}
# without transparency, and without a palette
PLAIN = {"RGBA": "RGB", "RGBX": "RGB", "LA": "L"}
MAX_PROFILE = 4_000_000  # bytes; a press's profile has up to 3 MB
# Many profiles mean sRGB, and differ by a rounding; their pixels stay what they are.
SAME = 3  # of 255, in any channel


def to_srgb(image: PilImage, profile: bytes) -> PilImage:
    """The image in sRGB, by relative colorimetry; of a profile that says sRGB, as it is.

    A profile that is broken, or of other colours than the image has, is passed over as browsers do:
    the image is taken for sRGB.
    """
    from PIL import ImageCms

    if image.mode in ("P", "PA"):
        plain = image.convert("RGB")
    else:
        plain = image.convert(PLAIN[image.mode]) if image.mode in PLAIN else image
    transform = _transform(profile, plain.mode)
    if transform is None:
        return image
    # Pillow looks at the profile that the image carries as well, and may fail over it
    bare = plain.copy()
    bare.info = {}
    made = ImageCms.applyTransform(bare, transform)
    return image if made is None else made


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCmsTransform | None:
    """None: nothing is to be changed."""
    from PIL import Image, ImageCms

    if SPACES.get(mode, b"none") != profile[16:20] or len(profile) > MAX_PROFILE:
        return None
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    if mode == "CMYK":
        return transform
    levels = np.arange(0, 256, 15, dtype=np.uint8)
    if mode == "L":
        asked = Image.fromarray(levels[None])
    else:
        asked = Image.fromarray(np.array([list(itertools.product(levels, repeat=3))], np.uint8))
    given = ImageCms.applyTransform(asked, transform)
    if given is None:
        return None
    change = np.asarray(given).astype(int) - np.asarray(asked.convert("RGB"))
    return None if abs(change).max() <= SAME else transform
