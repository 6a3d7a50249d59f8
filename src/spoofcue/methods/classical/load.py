"""A fitted classical method from its run folder, ready to score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.methods.classical.encoder import encoder_features, encoder_from
from spoofcue.methods.classical.features import (
    DIMENSIONS,
    square_face,
    texture_features,
    texture_input,
)
from spoofcue.methods.classical.mixture import MixtureModel, anomaly_score
from spoofcue.methods.classical.store import MODEL_NAME, StoredModel, load_model
from spoofcue.methods.classical.svm import SvmModel, decision, to_score
from spoofcue.patches.inputs import groups_of_one_shape, scoring_inputs
from spoofcue.scoring.face import FaceScore
from spoofcue.scoring.facts import ModelFacts, facts_from

if TYPE_CHECKING:
    from spoofcue.cue.encoder import ResNet18Encoder

Image = NDArray[np.uint8]


class ClassicalScorer(Protocol):
    """A fitted method: what evaluate and predict need of it."""

    facts: ModelFacts

    def score(self, crops: list[Image]) -> list[FaceScore]:
        """Score (h, w, 3) uint8 RGB crops, of any shapes, in their order; ``cue`` is None."""
        ...


class TextureScorer:
    """lbp or color-texture: scores in (0, 1), 0.5 on the SVM's boundary."""

    def __init__(self, stored: StoredModel, facts: ModelFacts, source: Path) -> None:
        self.facts = facts
        self._method = stored.settings.method
        self._side = stored.settings.compared.texture_size
        self._model = svm_from(stored)
        if len(self._model.mean) != DIMENSIONS[self._method]:
            raise InputError(
                f"{source} decides on {len(self._model.mean)} features; {self._method} has "
                f"{DIMENSIONS[self._method]}. It is another method's file."
            )

    def score(self, crops: list[Image]) -> list[FaceScore]:
        """See :class:`ClassicalScorer`."""
        if not crops:
            return []
        faces = [square_face(crop, self._side, self.facts.input.shrink) for crop in crops]
        scores = to_score(decision(self._model, texture_features(self._method, faces)))
        return [FaceScore(float(s), None, face) for s, face in zip(scores, faces, strict=True)]


class MixtureScorer:
    """gmm: scores in (0, 1), 0.5 for a typical live face of the training."""

    def __init__(self, stored: StoredModel, facts: ModelFacts, source: Path) -> None:
        import torch

        self.facts = facts
        self._model = mixture_from(stored)
        weights = {name: torch.from_numpy(w) for name, w in stored.encoder.items()}
        self._encoder: ResNet18Encoder = encoder_from(weights, stored.settings, str(source))
        described = sum(self._encoder.channels[1:])
        if len(self._model.mean) != described:
            raise InputError(
                f"{source}: the mixture has {len(self._model.mean)} features, its encoder "
                f"{described}; the file is damaged."
            )

    def score(self, crops: list[Image]) -> list[FaceScore]:
        """See :class:`ClassicalScorer`."""
        settings = self.facts.input
        scores = np.zeros(len(crops))
        sizes = [(crop.shape[0], crop.shape[1]) for crop in crops]
        for group in groups_of_one_shape(sizes, settings):
            some = [crops[i] for i in group]
            described = encoder_features(self._encoder, some, settings)
            scores[group] = anomaly_score(self._model, described)
        return [
            FaceScore(float(s), None, inputs[len(inputs) // 2])
            for s, inputs in zip(
                scores, (scoring_inputs(crop, settings) for crop in crops), strict=True
            )
        ]


def load(run: Path) -> ClassicalScorer:
    """Load RUN/model.npz.

    Raises:
        InputError: it is missing, damaged, of another method than RUN, or unsafe.

    """
    path = run / MODEL_NAME
    stored = load_model(path)
    _refuse_foreign(run, path, stored.settings.method)
    about: dict[str, Any] = stored.about
    try:
        facts = facts_from(about, path)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(f"{path}: its facts about crops are damaged; fit again.") from error
    facts = replace(facts, id=f"{run.resolve().name}-{facts.id.rpartition('-')[2]}")
    if stored.settings.method == "gmm":
        return MixtureScorer(stored, facts, path)
    return TextureScorer(stored, replace(facts, input=texture_input(stored.settings)), path)


def svm_from(stored: StoredModel) -> SvmModel:
    """The machine of a stored lbp or color-texture."""
    a = stored.arrays
    return SvmModel(
        mean=a["mean"],
        scale=a["scale"],
        support=a["support"],
        dual=a["dual"],
        intercept=float(a["intercept"]),
        gamma=float(a["gamma"]),
        kernel=stored.settings.compared.svm_kernel,
    )


def mixture_from(stored: StoredModel) -> MixtureModel:
    """The mixture of a stored gmm."""
    a = dict(stored.arrays)
    typical, spread = float(a.pop("typical")), float(a.pop("spread"))
    return MixtureModel(**a, typical=typical, spread=spread)


def _refuse_foreign(run: Path, path: Path, method: str) -> None:
    """The folder's own settings say whose model belongs there."""
    from spoofcue.config import load_settings

    config = run / "config.yaml"
    if config.is_file() and (wanted := load_settings(file=config).method) != method:
        raise InputError(f"{path} is a model of {method}, but {run} is a run of {wanted}.")
