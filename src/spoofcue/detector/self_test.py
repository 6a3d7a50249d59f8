"""Whether a loaded model works: a made picture goes through every part that judges."""

from __future__ import annotations

import math

import numpy as np

from spoofcue.detector.finder import FaceFinder
from spoofcue.detector.stopwatch import Stopwatch
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.media.pixels import Image
from spoofcue.scoring.face import Face, FaceScorer

SIDE = 480  # px of the picture; the box in its middle leaves surroundings to every expert
BOX = Box(192, 180, 96, 120)


def made_picture() -> Image:
    """(480, 480, 3) uint8 RGB: smooth waves with grain, always the same; no face."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)
    waves = np.stack([np.sin(x / 23 + k) + np.cos(y / 31 - k) for k in range(3)], axis=-1)
    grain = np.random.default_rng(0).normal(0, 6, (SIDE, SIDE, 3))
    return np.clip(128 + 40 * waves + grain, 0, 255).astype(np.uint8)


def check_model(model: FaceScorer, finder: FaceFinder) -> None:
    """Find faces in a made picture, and score a part of it twice.

    Raises:
        InputError: the score is no number of 0..1, an expert gave none, or the second score is
            another.

    """
    picture = made_picture()
    finder.look(picture, Stopwatch())
    first, second = (model.score([Face(picture, BOX)])[0] for _ in range(2))
    missing = [one.expert for one in first.evidence if one.missing]
    if missing or not (math.isfinite(first.score) and 0 <= first.score <= 1):
        said = f"; no part in it: {', '.join(missing)}" if missing else ""
        raise InputError(
            f"the self-test of model {model.facts.id} gave the score {first.score}{said}: load it "
            "again, with another --runtime if there is one."
        )
    if second.score != first.score:
        raise InputError(
            f"the self-test of model {model.facts.id} gave two scores for one picture, "
            f"{first.score} and {second.score}: load it again, with another --runtime if there is "
            "one."
        )
