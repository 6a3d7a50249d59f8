"""What a detector must know in addition to its weights."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spoofcue.config import InputSettings
from spoofcue.errors import InputError, validation_text
from spoofcue.faces.box import MIN_FACE_PX
from spoofcue.faces.crop import FACE_CROP, Crop
from spoofcue.metrics.thresholds import Threshold
from spoofcue.records.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a detector must know besides its weights.

    Attributes:
        id: name and first 12 digits of the SHA-256 of the file.
        input: how a crop becomes network input.
        threshold: a score above it is an attack; its source is told in words.
        crop: of the face, as in its training.
        min_face_px: shorter faces are rejected.
        detector: that found the faces of its training.

    """

    id: str
    input: InputSettings
    threshold: Threshold
    crop: Crop
    min_face_px: int
    detector: str


class _Stored(BaseModel):
    """A part of what a model file states; the file has more for others."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Crops(_Stored):
    margin: float | None = Field(None, ge=0, le=4, allow_inf_nan=False)
    min_face_px: int | None = None
    detector: str | None = None


class _Dev(_Stored):
    threshold: float = math.nan
    # training stores the EER of dev, or a limit of the method's own where there was no dev
    threshold_source: str = "eer on dev in training"


class _Settings(_Stored):
    input: InputSettings


class StoredFacts(_Stored):
    """What a checkpoint, a fitted model and an exported .onnx state beside their weights.

    Attributes:
        facts: of the crops that it was trained on.
        dev: the threshold.
        settings: of the training.

    """

    facts: _Crops
    dev: _Dev
    settings: _Settings


def facts_from(stored: Mapping[str, Any], path: Path) -> ModelFacts:
    """Read the facts that training stored.

    Args:
        stored: see :class:`StoredFacts`.
        path: the model file.

    Raises:
        InputError: a key is missing or has a wrong value, or the threshold is no number.

    """
    try:
        known = StoredFacts.model_validate(stored)
    except ValidationError as error:
        raise InputError(
            f"{path} does not tell how its faces were cropped and judged: "
            f"{validation_text(error, 'facts')}. Train, or export, again."
        ) from error
    data, dev = known.facts, known.dev
    if not math.isfinite(dev.threshold):
        raise InputError(
            f"{path} was stored before its threshold was chosen; train to an epoch's end."
        )
    source = dev.threshold_source
    run = path.parent.parent if path.suffix == ".ckpt" else path
    detector = data.detector or "dlib"
    return ModelFacts(
        id=f"{run.stem}-{_sha256(path)[:12]}",
        input=known.settings.input,
        threshold=Threshold(dev.threshold, "eer" if source.startswith("eer") else "fixed", source),
        crop=FACE_CROP if data.margin is None else Crop.with_margin(data.margin),
        min_face_px=data.min_face_px or MIN_FACE_PX,
        # A model of ready-made crops still has to find faces in photographs: a whole picture
        # taken for a face would give a landscape a verdict.
        detector="dlib" if detector == "none" else detector,
    )


def with_evaluated_threshold(facts: ModelFacts, run: Path) -> ModelFacts:
    """Prefer the threshold of `evaluate`: same rule and data, but scored as the detector scores."""
    folder = RunFolder(run)
    if not folder.is_evaluated:
        return facts
    stored = folder.evaluated()
    threshold = Threshold(**stored.level["threshold"])
    if stored.model == facts.id and threshold.rule == "eer":
        return replace(facts, threshold=replace(threshold, source=threshold.origin))
    return facts


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
