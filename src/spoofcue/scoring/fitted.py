"""A fitted classical method from its run folder, ready to score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from spoofcue.errors import InputError
from spoofcue.methods.fitted_file import MODEL_NAME, read_fitted
from spoofcue.methods.settings import load_settings
from spoofcue.patches.inputs import groups_of_one_shape
from spoofcue.scoring.face import Face, FaceScore, face_crops
from spoofcue.scoring.facts import facts_from


class FittedModel:
    """RUN/model.npz behind :class:`~spoofcue.scoring.face.FaceScorer`; it has no map.

    Args:
        run: the run folder.

    Raises:
        InputError: the model is missing, damaged, of another method than RUN, or unsafe.

    """

    def __init__(self, run: Path) -> None:
        path = run / MODEL_NAME
        stored = read_fitted(path)
        self._method = stored.method
        _refuse_foreign(run, path, self._method.settings.method)
        facts = facts_from(stored.about, path)
        number = facts.id.rpartition("-")[2]
        self.facts = replace(facts, id=f"{run.resolve().name}-{number}", input=self._method.input)

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        """See :class:`~spoofcue.scoring.face.FaceScorer`."""
        crops = face_crops(faces, self.facts.crop)
        scores = np.zeros(len(crops))
        sizes = [(crop.shape[0], crop.shape[1]) for crop in crops]
        for group in groups_of_one_shape(sizes, self._method.input):
            features = self._method.describe([crops[i] for i in group])
            scores[group] = self._method.scores(features)
        seen = (self._method.seen(crop) for crop in crops)
        return [FaceScore(float(s), None, face) for s, face in zip(scores, seen, strict=True)]


def _refuse_foreign(run: Path, path: Path, method: str) -> None:
    """The folder's own settings say whose model belongs there."""
    config = run / "config.yaml"
    if config.is_file() and (wanted := load_settings(file=config).method) != method:
        raise InputError(f"{path} is a model of {method}, but {run} is a run of {wanted}.")
