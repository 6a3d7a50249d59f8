"""Pillow can be told to give out what there is of a truncated file; here it never is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from spoofcue.errors import MediaError

_lock = threading.Lock()
_inside = 0
_before = False


@contextmanager
def whole_images_only() -> Iterator[None]:
    """Truncated images are errors inside, whatever the program set; after it, its setting is back.

    Raises:
        MediaError: another thread of the program asked for truncated images meanwhile.

    """
    from PIL import ImageFile

    global _inside, _before
    with _lock:
        if not _inside:
            _before = ImageFile.LOAD_TRUNCATED_IMAGES
        _inside += 1
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
        if ImageFile.LOAD_TRUNCATED_IMAGES:
            raise MediaError(
                "the program set PIL.ImageFile.LOAD_TRUNCATED_IMAGES while an image was read, so "
                "that it may be a part of one"
            )
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                ImageFile.LOAD_TRUNCATED_IMAGES = _before or ImageFile.LOAD_TRUNCATED_IMAGES
