"""Face detectors: dlib, YuNet, or the whole picture; and the download of YuNet's model file."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.whole_files import write_bytes

URL = (
    "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/"
    "face_detection_yunet_2023mar.onnx"
)
SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"


def default_yunet_path() -> Path:
    """Where :func:`fetch_yunet` puts the file: $SPOOFCUE_CACHE or ~/.cache/spoofcue."""
    cache = os.environ.get("SPOOFCUE_CACHE") or "~/.cache/spoofcue"
    return Path(cache).expanduser() / "face_detection_yunet_2023mar.onnx"


def fetch_yunet(target: Path | None = None, *, url: str = URL, sha256: str = SHA256) -> Path:
    """Download the model unless it is there; a file with another checksum is never kept.

    Raises:
        InputError: no connection, or the checksum differs.

    """
    target = target or default_yunet_path()
    if target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == sha256:
        return target
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            data: bytes = answer.read()
    except OSError as error:
        raise InputError(
            f"could not download {url}: {error}. Fetch it elsewhere and give its "
            "path as --yunet-model."
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise InputError(f"{url} has SHA-256 {digest}, not {sha256}: not kept.")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(target, data)
    return target


# px: 640 shrink to 308 in four levels of dlib's pyramid, 1024 to 342 in six
COARSE_SIDE = 350
# of the long side, for pictures that hold little more than a face
BORDER = 1 / 3

DetectorName = Literal["dlib", "yunet", "none"]


class FaceDetector(Protocol):
    """Anything that finds faces in an upright RGB image."""

    name: str

    def detect(self, image: NDArray[np.uint8]) -> list[Box]:
        """Boxes in (H, W, 3) uint8 RGB, the largest first; empty when there is no face."""
        ...


@runtime_checkable
class FindsLargest(Protocol):
    """A detector that finds the largest face sooner than all faces."""

    def detect_largest(self, image: NDArray[np.uint8]) -> list[Box]:
        """Boxes as of ``detect``, of which small ones may be missing where there is a large one."""
        ...


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
        """See :class:`FaceDetector`."""
        return self._in_whole(*self._shrunk(image))

    def detect_largest(self, image: NDArray[np.uint8]) -> list[Box]:
        """See :class:`FindsLargest`: the upper levels of the pyramid first, at a third of the time.

        Faces of the size at which the whole search may prefer a level that was left out are
        looked for again, in the whole: so the largest box is the one that ``detect`` gives, to
        about a pixel.
        """
        small, scale = self._shrunk(image)
        top, levels = small, 0
        while max(top.shape[:2]) > COARSE_SIDE:
            top, levels = self._pyramid(top), levels + 1
        rects = self._find(top, 0) if levels > 1 else []
        # on its lowest level a box is narrower than the window, on all others wider
        if max((r.width() for r in rects), default=0) <= self._find.detection_window_width:
            return self._in_whole(small, scale)
        return _boxes((_sides(self._pyramid.rect_up(r, levels)) for r in rects), scale)

    def _in_whole(self, small: NDArray[np.uint8], scale: float) -> list[Box]:
        rects = self._find(small, 0) or self._find(small, 1)
        return _boxes(map(_sides, rects), scale) if rects else self._in_border(small, scale)

    def _in_border(self, image: NDArray[np.uint8], scale: float) -> list[Box]:
        import cv2

        # what fills its picture is large, and so found in a small one
        small, shrunk = _within(image, COARSE_SIDE)
        wide = round(max(small.shape[:2]) * BORDER)
        # the mean colour has no edges of its own; repeated pixels do, and hide every other face
        colour = small.mean(axis=(0, 1)).tolist()
        framed = cv2.copyMakeBorder(
            small, wide, wide, wide, wide, cv2.BORDER_CONSTANT, value=colour
        )
        rects = map(_sides, self._find(framed, 0))
        inside = ((left - wide, top - wide, *size) for left, top, *size in rects)
        return _boxes(inside, scale * shrunk)

    def _shrunk(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
        small, scale = _within(image, self._max_side)
        return np.ascontiguousarray(small), scale


def _within(image: NDArray[np.uint8], max_side: int) -> tuple[NDArray[np.uint8], float]:
    """The image with no side over ``max_side`` px, and by what it was scaled, at most 1."""
    import cv2

    scale = min(1.0, max_side / max(image.shape[:2]))
    if scale == 1:
        return image, scale
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _sides(rect: Any) -> tuple[int, int, int, int]:
    """Left, top, width and height of dlib's rectangle."""
    return rect.left(), rect.top(), rect.width(), rect.height()


def _boxes(rects: Iterable[Sequence[float]], scale: float) -> list[Box]:
    """(left, top, width, height) each to boxes in the image's own pixels, the largest first."""
    boxes = [Box(*(round(v / scale) for v in sides)) for sides in rects]
    return sorted(boxes, key=lambda b: -b.area)


class YuNetDetector:
    """YuNet through ``cv2.FaceDetectorYN``: a small CNN, also for turned and covered faces.

    Args:
        model: ``face_detection_yunet_2023mar.onnx``.
        min_confidence: 0..1.

    Raises:
        InputError: there is no such file, or OpenCV cannot use it.

    """

    name = "yunet"

    def __init__(self, model: Path, min_confidence: float = 0.7, max_side: int = 1024) -> None:
        import cv2

        if not model.is_file():
            raise InputError(
                f"no YuNet model at {model}; `spoofcue fetch yunet` downloads it, or give "
                "the path of face_detection_yunet_2023mar.onnx."
            )
        try:
            self._net: Any = cv2.FaceDetectorYN.create(str(model), "", (320, 320), min_confidence)
        except cv2.error as error:
            raise InputError(f"{model} is not a YuNet model: {error}") from error
        self._max_side = max_side

    def detect(self, image: NDArray[np.uint8]) -> list[Box]:
        """See :class:`FaceDetector`."""
        import cv2

        small, scale = _within(image, self._max_side)
        bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
        self._net.setInputSize(bgr.shape[1::-1])
        _, rects = self._net.detect(bgr)
        return [] if rects is None else _boxes((row[:4].tolist() for row in rects), scale)


class WholePicture:
    """For pictures that are face crops already: the face is the whole picture."""

    name = "whole"

    def detect(self, image: NDArray[np.uint8]) -> list[Box]:
        """One box, the picture."""
        return [Box(0, 0, image.shape[1], image.shape[0])]


def make_detector(name: DetectorName, yunet_model: Path | None = None) -> FaceDetector:
    """The detector called ``name``; ``none`` takes whole pictures.

    Raises:
        InputError: unknown name, or YuNet without its model file.

    """
    if name == "dlib":
        return DlibDetector()
    if name == "none":
        return WholePicture()
    if name == "yunet":
        return YuNetDetector(yunet_model or default_yunet_path())
    raise InputError(f"unknown detector {name!r}; there are dlib, yunet and none.")
