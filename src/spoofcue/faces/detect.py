"""Face detectors: what they all do, and each by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.faces.hog import DlibDetector
from spoofcue.faces.yunet import YuNetDetector

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


class WholePicture:
    """For pictures that are face crops already: the face is the whole picture."""

    name = "whole"

    def detect(self, image: NDArray[np.uint8]) -> list[Box]:
        """One box, the picture."""
        return [Box(0, 0, image.shape[1], image.shape[0])]


def make_detector(name: DetectorName, yunet_model: Path | None = None) -> FaceDetector:
    """The detector called ``name``; ``none`` takes whole pictures.

    Args:
        name: dlib, yunet or none.
        yunet_model: another file of YuNet's than the one that ships.

    Raises:
        InputError: unknown name, a file that is no model of YuNet, or one for another detector.

    """
    if yunet_model is not None and name in ("dlib", "none"):
        raise InputError(
            f"{yunet_model} is for YuNet, and the detector is {name}: choose yunet, or leave the "
            "file out."
        )
    if name == "dlib":
        return DlibDetector()
    if name == "none":
        return WholePicture()
    if name == "yunet":
        return YuNetDetector(yunet_model)
    raise InputError(f"unknown detector {name!r}; there are dlib, yunet and none.")
