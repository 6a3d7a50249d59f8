"""Faces in their frames to scores and maps of the evidence (Eq. 10), whatever the method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import InputSettings
from spoofcue.cue.score import spoof_score
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.faces.crop import Crop, View
from spoofcue.media.image import Image
from spoofcue.patches.inputs import groups_of_one_shape, normalise, resized, scoring_inputs
from spoofcue.scoring.combination import Evidence, Unscored
from spoofcue.scoring.facts import ModelFacts

# (B, 3, H, W) normalised images -> a score each, and a map (C, H, W) each or None
Forward = Callable[[NDArray[np.float32]], tuple[list[float], NDArray[np.float32] | None]]


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face with all that is known of its surroundings; nothing is cut before it is looked at.

    Attributes:
        frame: (H, W, 3) uint8 RGB, upright.
        box: the face, px of the frame.
        cut: None: the frame is what the camera took. Otherwise the frame was cut out of that
            already, as this crop: whoever wants the same takes it whole.

    """

    frame: Image
    box: Box
    cut: Crop | None = None

    @classmethod
    def filling(cls, picture: Image) -> Face:
        """A picture that is a face crop, of which no surroundings are known."""
        return cls(picture, Box(0, 0, picture.shape[1], picture.shape[0]))

    def view(self, crop: Crop) -> View:
        """What one expert looks at."""
        if self.cut == crop:
            whole = Box(0, 0, self.frame.shape[1], self.frame.shape[0])
            return View(whole, self.frame, 1.0)
        return crop.view(self.frame, self.box)


@dataclass(frozen=True, slots=True)
class FaceScore:
    """Score of one face and the evidence.

    Attributes:
        score: 0..1, higher = attack; mean over the face's inputs (LGSC: of mean |cue|). NaN: the
            model gave none.
        cue: (C, h, w) float32 in [-1, 1], the input's own size (padding included), C 3 for LGSC
            and 1 or 3 for others; None: the method has no map.
        seen: (h, w, 3) uint8, the pixels that the method saw, aligned with ``cue``.
        evidence: what each expert of a package said; empty for other models.
        unscored: why there is no score, where that is known.
        features: (C,) float64 of one expert with features; None: others.

    """

    score: float
    cue: NDArray[np.float32] | None
    seen: Image
    evidence: tuple[Evidence, ...] = ()
    unscored: Unscored | None = None
    features: NDArray[np.float64] | None = None


class FaceScorer(Protocol):
    """A fitted method, whatever it is: what evaluate, predict and the benchmarks need of it."""

    @property
    def facts(self) -> ModelFacts:
        """What it knows of its inputs, its threshold and its faces."""

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        """Score faces of any shapes, in their order; alike ones go through a network together."""


class CueModel(FaceScorer, Protocol):
    """The paper's network behind one call, whatever runs it."""

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """(B, 3, H, W) normalised images -> cue maps of the same shape in [-1, 1]."""
        ...


def score_faces(model: CueModel, faces: Sequence[Face]) -> list[FaceScore]:
    """Score faces by Eq. 10; see :meth:`FaceScorer.score`."""
    crops = face_crops(faces, model.facts.crop)
    return score_crops(by_magnitude(model.cues), crops, model.facts.input)


def face_crops(faces: Sequence[Face], crop: Crop) -> list[Image]:
    """The pixels of each face's crop, (h, w, 3) uint8 RGB."""
    return [face.view(crop).pixels for face in faces]


def by_magnitude(cues: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> Forward:
    """A network that makes cue maps, with Eq. 10 for the score."""

    def run(image: NDArray[np.float32]) -> tuple[list[float], NDArray[np.float32]]:
        maps = cues(image)
        return spoof_score(maps).tolist(), maps

    return run


def score_crops(run: Forward, crops: Sequence[Image], settings: InputSettings) -> list[FaceScore]:
    """Crops to network inputs, batches through ``run``, and the mean of each face's inputs.

    Args:
        run: the network.
        crops: (h, w, 3) uint8 RGB each.
        settings: how a crop becomes inputs.

    """
    scored: dict[int, FaceScore] = {}
    sizes = [(crop.shape[0], crop.shape[1]) for crop in crops]
    for group in groups_of_one_shape(sizes, settings):
        alike = _score_alike(run, [crops[i] for i in group], settings)
        scored.update(zip(group, alike, strict=True))
    return [scored[i] for i in range(len(crops))]


def _score_alike(run: Forward, crops: list[Image], settings: InputSettings) -> list[FaceScore]:
    """Crops whose inputs have one shape, in one batch."""
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
