"""What two copies of one picture have in common, whatever file they are stored in."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
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
# photos in about half). Of sixteen bands one must then be equal, by which they are sought.
NEAR = 10
BANDS = 16
KEPT = 4


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


def near_pairs(looks: Iterable[str | None], sides: Iterable[Hashable]) -> Iterator[tuple[int, int]]:
    """Pairs of pictures on different sides that look alike; each picture in one pair at most.

    Args:
        looks: difference hashes; None takes no part.
        sides: of each picture, what it must not share one with another of.

    Yields:
        Indices, the lower one first.

    """
    width = 2 * SIDE * SIDE // 8 // BANDS
    buckets: dict[tuple[int, str], list[tuple[int, Hashable, int]]] = defaultdict(list)
    taken: set[int] = set()
    for at, (look, side) in enumerate(zip(looks, sides, strict=True)):
        if look is None or len(set(look)) == 1:  # nothing to see in a picture of one colour
            continue
        number = int(look, 16)
        own = at, side, number
        for band in range(BANDS):
            bucket = buckets[band, look[band * width : (band + 1) * width]]
            alike = 0
            for other, its_side, its_number in bucket:
                if its_side == side:
                    alike += 1
                elif at in taken or other in taken:
                    continue
                elif (its_number ^ number).bit_count() <= NEAR:
                    taken |= {at, other}
                    yield other, at
            # frames of one clip fill a bucket: some of each side are enough
            if alike < KEPT:
                bucket.append(own)
