"""An animated GIF, WebP, PNG or AVIF is a recording: frames of it, as of a video."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.errors import MediaError
from spoofcue.media.image import MAX_PIXELS, opened, shown_frames, still_pixels
from spoofcue.media.pixels import Image, rgb_pixels
from spoofcue.media.video import Clip, Frame, even_indices

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

# Pixels of all frames: they are decoded one after the other, each over those before it.
MAX_DECODED = 1_000_000_000


def read_still_or_clip(
    source: Path | bytes | PilImage, count: int, early: int = 0, below: int = 0
) -> Image | Clip:
    """A still picture as pixels, an animation as frames evenly spread over it.

    A frame that does not decode makes the whole file unreadable, as it is with stills.

    Args:
        source: a path, the bytes of a file, or an image that Pillow has opened; of an animation
            all frames count, whichever the image is at.
        count: frames wanted of an animation, >= 1.
        early: see :func:`spoofcue.media.video.sample_clip`.
        below: likewise.

    Raises:
        MediaError: see :func:`spoofcue.media.image.read_image`.

    """
    with opened(source, MAX_PIXELS) as (image, name):
        total = shown_frames(image)
        if total == 1:
            return still_pixels(image, name)
        if total * image.width * image.height > MAX_DECODED:
            raise MediaError(
                f"{name}: {total} frames of {image.width} x {image.height} pixels, more than the "
                f"limit of {MAX_DECODED} of an animation; give it as a video",
                reason="too_large",
            )
        spread = set(even_indices(total, count))
        more = set(even_indices(min(below, total), early)) if early else set()
        at = image.tell()
        try:
            frames = _decode(image, total, spread | more)
        finally:
            image.seek(at)
        return Clip(
            frames,
            total,
            early=frozenset(more - spread),
            places=tuple(sorted(spread)),
            wanted=total,
            decoded=total,
        )


def _decode(image: PilImage, total: int, wanted: set[int]) -> list[Frame]:
    """The wanted frames; all are decoded, since a broken one shows only then."""
    frames: list[Frame] = []
    now_ms = 0.0
    for index in range(total):
        image.seek(index)
        if index in wanted:
            frames.append(Frame(index, now_ms / 1000, rgb_pixels(image)))
        else:
            image.load()
        now_ms += float(image.info.get("duration") or 0)
    return frames
