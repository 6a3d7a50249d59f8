"""What two copies of one picture have in common, whatever file they are stored in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from spoofcue.errors import MediaError
from spoofcue.media.image import Image, read_image
from spoofcue.media.kinds import media_kind

# bits of the difference hash: a row of 16 comparisons for each of 16 rows
SIDE = 16
# At most so many of them differ in a near-duplicate (a copy at 0.7 of the size and JPEG quality 60
# differs in 4 at the median, 11 at most of 40; two attacks on one view in 13 or more; unrelated
# photos in about half).
NEAR = 10


@dataclass(frozen=True, slots=True)
class PictureSum:
    """Of one upright RGB picture.

    Attributes:
        pixels: digest of size and pixels; equal exactly for equal pictures.
        look: difference hash of 256 bits as 64 hexadecimal digits; it hardly changes where a
            picture is compressed or scaled.

    """

    pixels: str
    look: str


def sum_of(image: Image) -> PictureSum:
    """The sums of an (H, W, 3) uint8 RGB picture."""
    digest = hashlib.blake2b(str(image.shape).encode(), digest_size=16)
    digest.update(image.tobytes())
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (SIDE + 1, SIDE), interpolation=cv2.INTER_AREA)
    bits = small[:, 1:] > small[:, :-1]
    return PictureSum(digest.hexdigest(), np.packbits(bits).tobytes().hex())


def sum_of_file(path: Path) -> PictureSum | None:
    """The sums of a picture file; None for a video or a file that does not decode."""
    if media_kind(path) == "video":
        return None
    try:
        return sum_of(read_image(path))
    except MediaError:
        return None


def bits_apart(look: str, other: str) -> int:
    """In how many of 256 bits two difference hashes differ."""
    return (int(look, 16) ^ int(other, 16)).bit_count()
