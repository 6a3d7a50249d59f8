"""Face crops to scores and cue maps (Eq. 10)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.patches.geometry import normalise, resized, scoring_inputs
from spoofcue.scoring.model import CueModel

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class FaceScore:
    """Score of one crop and the evidence.

    Attributes:
        score: mean |cue| over the face's inputs, 0..1, higher = attack.
        cue: (3, h, w) float32 in [-1, 1], the input's own size (padding included); None: the
            method has no map.
        seen: (h, w, 3) uint8, the pixels that the network saw, aligned with ``cue``.

    """

    score: float
    cue: NDArray[np.float32] | None
    seen: Image


def score_crops(model: CueModel, crops: list[Image]) -> list[FaceScore]:
    """Score crops whose network inputs have one shape, in one batch.

    Args:
        model: the detector.
        crops: (h, w, 3) uint8 RGB each; see
            :func:`spoofcue.patches.batches.groups_of_one_shape`.

    """
    s = model.facts.input
    inputs = [scoring_inputs(crop, s) for crop in crops]
    batch = np.stack([normalise(i, s.mean, s.std) for of_face in inputs for i in of_face])
    cues = iter(model.cues(batch))
    results = []
    for of_face in inputs:
        maps = [next(cues) for _ in of_face]
        score = float(np.mean([np.abs(m, dtype=np.float64).mean() for m in maps]))
        # A grid has no single map; its middle patch stands for it in pictures.
        middle = len(maps) // 2
        results.append(FaceScore(score, maps[middle], of_face[middle]))
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
    return resized(result.seen, *size), np.stack(planes)
