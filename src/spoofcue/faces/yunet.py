"""YuNet, a small convolutional face detector, through OpenCV; its weights are in the package."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.faces.box import Box, cut_about
from spoofcue.faces.search_picture import SearchPicture

SHIPPED = Path(__file__).parent.parent / "models" / "yunet" / "face_detection_yunet_2023mar.onnx"
SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
# px: the network was trained for faces of 10 to 300 px
MAX_SIDE = 640
FRAMED_SIDE = 320
SOFT = 1.2
# in widths of the face, and px: what points are looked for in
POINTS_SPAN = 1.8
POINTS_SIDE = 160
# px: OpenCV 4 finds faces of garbage where a side has fewer than its coarsest stride, 32
LEAST_SIDE = 64


class YuNetDetector:
    """YuNet through ``cv2.FaceDetectorYN``: a small CNN, also for turned and covered faces.

    A long side over ``max_side`` is shrunk for the search; the boxes are in the image's own
    pixels, have their centre in the image and may reach over its border. Where nothing is found,
    a second look is taken with a plain border about the image, for faces that fill it, and a
    third, of an image that was shrunk, at twice the size. A last one is at the softened image, for
    faces made of coarse dots, which must not be invisible. Threads may share one.

    Args:
        model: None: the file that ships; else a ``face_detection_yunet_2023mar.onnx``.
        min_confidence: of a face, 0..1.
        max_side: px.

    Raises:
        InputError: there is no such file, or OpenCV cannot use it.

    """

    name = "yunet"

    def __init__(
        self, model: Path | None = None, min_confidence: float = 0.7, max_side: int = MAX_SIDE
    ) -> None:
        self._net = _opened(model or SHIPPED, min_confidence)
        self._max_side = max_side
        # the network keeps the size of its picture between two calls
        self._lock = threading.Lock()

    def detect(self, image: NDArray[np.uint8]) -> list[Box]:
        """See :class:`spoofcue.faces.detect.FaceDetector`."""
        whole = SearchPicture.of(image, self._max_side)
        if found := self._in(whole):
            return found
        if found := self._in(whole.framed(FRAMED_SIDE)):
            return found
        if whole.scale < 1 and (found := self._in(SearchPicture.of(image, 2 * self._max_side))):
            return found
        return self._in(whole.softened(SOFT))

    def points(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float64] | None:
        """Where the parts of a face are that was found.

        Args:
            image: (H, W, 3) uint8 RGB.
            box: of the face, px of the image.

        Returns:
            (5, 2) x and y in px of the image: the eye, the nose's tip and the corner of the mouth,
            in the order right eye, left eye, nose, right corner, left corner, as the person has
            them. None: no face is found there.

        """
        side = POINTS_SPAN * max(box.w, box.h)
        wide = cut_about(box, side, side, image.shape[1], image.shape[0])
        cut = image[wide.y : wide.y + wide.h, wide.x : wide.x + wide.w]
        picture = SearchPicture.of(cut, POINTS_SIDE)
        with self._lock:
            rows = list(_rows(self._net, picture.pixels))
        if not rows:
            return None
        row = max(rows, key=lambda r: r[2] * r[3])
        return np.array(row[4:14], np.float64).reshape(5, 2) / picture.scale + (wide.x, wide.y)

    def _in(self, picture: SearchPicture) -> list[Box]:
        with self._lock:
            rects = list(_faces(self._net, picture.pixels))
        inside = picture.pixels.shape[1] - picture.border, picture.pixels.shape[0] - picture.border
        return picture.boxes(r for r in rects if _centred(r, picture.border, *inside))


def _opened(model: Path, min_confidence: float) -> Any:
    """The network, which has found its way through a picture once."""
    import cv2

    try:
        data = np.frombuffer(model.read_bytes(), np.uint8)
    except OSError as error:
        raise InputError(
            f"cannot read the YuNet model {model} ({error.strerror}): give the path of a "
            "face_detection_yunet_2023mar.onnx, or none for the one that ships."
        ) from error
    try:
        with _silent():
            net = cv2.FaceDetectorYN.create(
                "onnx", data, np.zeros(0, np.uint8), (LEAST_SIDE, LEAST_SIDE), min_confidence
            )
            # another network opens as well, and fails at its first picture
            list(_faces(net, np.full((LEAST_SIDE, LEAST_SIDE, 3), 128, np.uint8)))
    except cv2.error as error:
        why = shorten(str(error.err or error), 100, placeholder=" ...")
        raise InputError(f"{model} is not a YuNet model; OpenCV: {why}") from error
    return net


def _faces(net: Any, pixels: NDArray[np.uint8]) -> Iterator[list[float]]:
    """(left, top, width, height) of each face that the network finds in RGB pixels."""
    for row in _rows(net, pixels):
        yield row[:4]


def _rows(net: Any, pixels: NDArray[np.uint8]) -> Iterator[list[float]]:
    """The same with five points, x and y each, and how sure the network is."""
    import cv2

    below, beside = (max(0, LEAST_SIDE - side) for side in pixels.shape[:2])
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    if below or beside:
        bgr = cv2.copyMakeBorder(bgr, 0, below, 0, beside, cv2.BORDER_CONSTANT)
    net.setInputSize(bgr.shape[1::-1])
    _, rects = net.detect(bgr)
    for row in () if rects is None else rects:
        yield row.tolist()


def _centred(rect: Sequence[float], first: int, right: int, bottom: int) -> bool:
    """Whether a rectangle has a size, and its centre between the given sides of the picture."""
    x, y, w, h = rect
    across, down = x + w / 2, y + h / 2
    # what is no number is in no range
    return w >= 1 and h >= 1 and first <= across < right and first <= down < bottom


@contextmanager
def _silent() -> Iterator[None]:
    """OpenCV writes to stderr what it also raises, and what it does not do yet."""
    import cv2

    # OpenCV 5 has the levels elsewhere than 4
    log = getattr(cv2.utils, "logging", cv2)
    before = log.getLogLevel()
    log.setLogLevel(0)
    try:
        yield
    finally:
        log.setLogLevel(before)
