"""dlib's face detector: histograms of oriented gradients, for frontal faces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.faces.box import Box
from spoofcue.faces.search_picture import SearchPicture

# px: 640 shrink to 308 in four levels of dlib's pyramid, 1024 to 342 in six
COARSE_SIDE = 350


class DlibDetector:
    """dlib's HOG detector of frontal faces: finds faces of 80 px and, on a second look, of 40 px.

    A long side over ``max_side`` is shrunk for the search; the boxes are in the image's own
    pixels and may reach over its border. The second, twice enlarged look is taken only where the
    first finds nothing; a third, with a plain border about the image, where neither does: the
    detector looks for a face with its surroundings, which pictures cut close to it do not have.
    """

    name = "dlib"

    def __init__(self, max_side: int = 1024) -> None:
        import dlib

        self._find = dlib.get_frontal_face_detector()
        # the pyramid that the search itself goes through: each level 5/6 of the one before
        self._pyramid = dlib.pyramid_down(6)
        self._max_side = max_side

    def detect(self, image: NDArray[np.uint8]) -> list[Box]:
        """See :class:`spoofcue.faces.detect.FaceDetector`."""
        return self._in(SearchPicture.of(image, self._max_side))

    def detect_largest(self, image: NDArray[np.uint8]) -> list[Box]:
        """The upper levels of the pyramid first, at a third of the time.

        See :class:`spoofcue.faces.detect.FindsLargest`. Faces of the size at which the whole
        search may prefer a level that was left out are looked for again, in the whole: so the
        largest box is the one that ``detect`` gives, to about a pixel.
        """
        whole = SearchPicture.of(image, self._max_side)
        top, levels = whole.pixels, 0
        while max(top.shape[:2]) > COARSE_SIDE:
            top, levels = self._pyramid(top), levels + 1
        rects = self._find(top, 0) if levels > 1 else []
        # on its lowest level a box is narrower than the window, on all others wider
        if max((r.width() for r in rects), default=0) <= self._find.detection_window_width:
            return self._in(whole)
        return whole.boxes(_sides(self._pyramid.rect_up(r, levels)) for r in rects)

    def _in(self, whole: SearchPicture) -> list[Box]:
        if rects := self._find(whole.pixels, 0) or self._find(whole.pixels, 1):
            return whole.boxes(map(_sides, rects))
        # what fills its picture is large, and so found in a small one
        framed = whole.framed(COARSE_SIDE)
        return framed.boxes(map(_sides, self._find(framed.pixels, 0)))


def _sides(rect: Any) -> tuple[int, int, int, int]:
    """Left, top, width and height of dlib's rectangle."""
    return rect.left(), rect.top(), rect.width(), rect.height()
