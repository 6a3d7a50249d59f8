"""What a detector must know in addition to its weights."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spoofcue.config import InputSettings
from spoofcue.errors import InputError
from spoofcue.faces.box import DEFAULT_MARGIN, MIN_FACE_PX
from spoofcue.metrics.thresholds import Threshold
from spoofcue.records.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a detector must know besides its weights.

    Attributes:
        id: name and first 12 digits of the SHA-256 of the file.
        input: how a crop becomes network input.
        threshold: a score above it is an attack; its source is told in words.
        margin: of the face crops it was trained on.
        min_face_px: shorter faces are rejected.
        detector: that found the faces of its training.

    """

    id: str
    input: InputSettings
    threshold: Threshold
    margin: float
    min_face_px: int
    detector: str


def facts_from(stored: dict[str, Any], path: Path) -> ModelFacts:
    """Read the facts that training stored; a threshold that is no number is refused."""
    data, dev = stored["facts"], stored["dev"]
    value = float(dev.get("threshold", math.nan))
    if not math.isfinite(value):
        raise InputError(
            f"{path} was stored before its threshold was chosen; train to an epoch's end."
        )
    # training stores the EER of dev, or a limit of the method's own where there was no dev
    source = dev.get("threshold_source", "eer on dev in training")
    run = path.parent.parent if path.suffix == ".ckpt" else path
    detector = data.get("detector") or "dlib"
    return ModelFacts(
        id=f"{run.stem}-{_sha256(path)[:12]}",
        input=InputSettings.model_validate(stored["settings"]["input"]),
        threshold=Threshold(value, "eer" if source.startswith("eer") else "fixed", source),
        margin=DEFAULT_MARGIN if data.get("margin") is None else data["margin"],
        min_face_px=data.get("min_face_px") or MIN_FACE_PX,
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
