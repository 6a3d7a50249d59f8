"""`evaluate RUN` without its network: what it does with rows, and neither crops nor their decoding.

python benchmarks/table_parts/judged_folder.py PREPARED OUT
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import numpy as np

from spoofcue.config import InputSettings
from spoofcue.faces.crop import FACE_CROP
from spoofcue.media.image import Image
from spoofcue.metrics.thresholds import Threshold
from spoofcue.scoring.combination import Unscored
from spoofcue.scoring.evaluate_run import evaluate_run
from spoofcue.scoring.face import Face, FaceScore
from spoofcue.scoring.facts import ModelFacts

PICTURE = np.zeros((8, 8, 3), np.uint8)


def no_crop(path: Path) -> Image:
    """In the place of `read_crop`: a mock would remember each call."""
    return PICTURE


class CheapJudge:
    """Drawn scores, in the order in which faces come; one of a hundred faces has none."""

    facts = ModelFacts(
        *("made-1", InputSettings(size=224), Threshold(0.5, "eer", "eer on dev"), FACE_CROP, 16),
        "none",
    )

    def __init__(self) -> None:
        """The same scores in every process."""
        self._rng = np.random.default_rng(0)

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        """As any detector."""
        why = Unscored("no_context", "the expert had too little to look at")
        return [
            FaceScore(value, None, PICTURE)
            if value >= 0.01
            else FaceScore(float("nan"), None, PICTURE, unscored=why)
            for value in self._rng.random(len(faces)).tolist()
        ]


def main() -> None:
    data, out = map(Path, sys.argv[1:])
    with (
        mock.patch("spoofcue.scoring.prepared_face.read_crop", no_crop),
        mock.patch("spoofcue.scoring.pictures.read_crop", no_crop),
    ):
        result = evaluate_run(CheapJudge(), data, out)
    print(result.frame.threshold.value)


if __name__ == "__main__":
    main()
