"""Face crops to scores and maps of the evidence (Eq. 10), whatever the method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import InputSettings
from spoofcue.cue.score import spoof_score
from spoofcue.errors import InputError
from spoofcue.media.image import Image
from spoofcue.patches.inputs import normalise, resized, scoring_inputs
from spoofcue.scoring.facts import ModelFacts

# (B, 3, H, W) normalised images -> a score each, and a map (C, H, W) each or None
Forward = Callable[[NDArray[np.float32]], tuple[list[float], NDArray[np.float32] | None]]


@dataclass(frozen=True, slots=True)
class FaceScore:
    """Score of one crop and the evidence.

    Attributes:
        score: 0..1, higher = attack; mean over the face's inputs (LGSC: of mean |cue|).
        cue: (C, h, w) float32 in [-1, 1], the input's own size (padding included), C 3 for LGSC
            and 1 or 3 for others; None: the method has no map.
        seen: (h, w, 3) uint8, the pixels that the method saw, aligned with ``cue``.

    """

    score: float
    cue: NDArray[np.float32] | None
    seen: Image


class FaceScorer(Protocol):
    """A fitted method, whatever it is: what evaluate, predict and the benchmarks need of it."""

    @property
    def facts(self) -> ModelFacts:
        """What it knows of its inputs, its threshold and its faces."""

    def score(self, crops: list[Image]) -> list[FaceScore]:
        """Score (h, w, 3) uint8 RGB crops whose network inputs have one shape.

        :func:`spoofcue.patches.inputs.groups_of_one_shape` makes such lists.
        """


class CueModel(FaceScorer, Protocol):
    """The paper's network behind one call, whatever runs it."""

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """(B, 3, H, W) normalised images -> cue maps of the same shape in [-1, 1]."""
        ...


def score_crops(model: CueModel, crops: list[Image]) -> list[FaceScore]:
    """Score crops by Eq. 10, in one batch; see :meth:`FaceScorer.score`."""

    def run(image: NDArray[np.float32]) -> tuple[list[float], NDArray[np.float32]]:
        maps = model.cues(image)
        return spoof_score(maps).tolist(), maps

    return score_inputs(run, crops, model.facts.input)


def score_inputs(run: Forward, crops: list[Image], settings: InputSettings) -> list[FaceScore]:
    """Crops to network inputs, one batch through ``run``, and the mean of each face's inputs.

    Args:
        run: the network.
        crops: (h, w, 3) uint8 RGB each, their inputs of one shape.
        settings: how a crop becomes inputs.

    """
    inputs = [scoring_inputs(crop, settings) for crop in crops]
    batch = [normalise(i, settings.mean, settings.std) for of_face in inputs for i in of_face]
    scores, maps = run(np.stack(batch))
    results, start = [], 0
    for of_face in inputs:
        score = float(np.mean(scores[start : start + len(of_face)]))
        # A grid has no single map; its middle patch stands for it in pictures.
        middle = len(of_face) // 2
        cue = None if maps is None else maps[start + middle]
        results.append(FaceScore(score, cue, of_face[middle]))
        start += len(of_face)
    return results


def for_picture(result: FaceScore, longest: int = 320) -> tuple[Image, NDArray[np.float32]]:
    """Face and cue shrunk alike to a long side of ``longest`` px, for thumbnails.

    Raises:
        InputError: the method has no map.

    """
    if result.cue is None:
        raise InputError("this method makes no map of its evidence; show the face alone.")
    height, width = result.seen.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = max(1, round(height * scale)), max(1, round(width * scale))
    if scale == 1.0:
        return result.seen, result.cue
    import cv2

    planes = [
        cv2.resize(np.abs(p), (size[1], size[0]), interpolation=cv2.INTER_AREA) for p in result.cue
    ]
    return resized(result.seen, *size, "area"), np.stack(planes)
