"""Detectors whose scores are known without a network: the score is the picture's brightness."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.tiny_run import BrightModel
from spoofcue.detector.detector import Detector
from spoofcue.faces.box import Box
from spoofcue.faces.detect import WholePicture
from spoofcue.package.threshold import ThresholdFacts

Image = NDArray[np.uint8]


class FixedBoxes:
    """Finds the same faces everywhere."""

    name = "fixed"

    def __init__(self, *boxes: Box) -> None:
        self._boxes = list(boxes)

    def detect(self, image: Image) -> list[Box]:
        return self._boxes


def picture(brightness: int = 100, side: int = 64, seed: int = 0) -> Image:
    """Sharp noise of that mean brightness."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(-25, 26, (side, side, 3))
    return np.clip(noise - noise.mean().round() + brightness, 0, 255).astype(np.uint8)


def made(threshold: float = 0.5, **options: Any) -> Detector:
    """A detector of whole pictures; ``model`` and ``faces`` may be others."""
    model = options.pop("model", None) or BrightModel()
    faces = options.pop("faces", None) or WholePicture()
    facts = ThresholdFacts(value=threshold, rule="fixed", source="given")
    return Detector(model, faces, facts, **options)
