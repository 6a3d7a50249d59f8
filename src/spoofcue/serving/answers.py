"""What the service answers: the detector's result and what identifies the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from spoofcue.detector.evidence import FrameCounts
from spoofcue.detector.quality import Quality
from spoofcue.detector.result import EarlyExit, Timings
from spoofcue.faces.box import Box

# numbers from which the score could be computed again
SCORES = ("score", "raw", "log_odds", "contribution", "low", "high")

BROKEN = "something within the detector broke; the picture was not judged"


class Answer(BaseModel):
    """Base: exactly these keys."""

    model_config = ConfigDict(extra="forbid")


class EvidenceAnswer(Answer):
    """What one expert said and where it looked."""

    expert: str
    raw: float | None
    log_odds: float | None
    weight: float | None
    contribution: float | None
    box: Box
    inside: float
    missing: str | None


class CheckAnswer(Answer):
    """A decision; only ``live`` should let anyone in."""

    request_id: str
    decision: Literal["live", "attack", "rejected"]
    score: float | None = Field(description="0..1, higher = attack; null when rejected")
    threshold: float = Field(description="a score above it is an attack")
    reason: str | None = Field(description="why it was rejected, a stable word")
    detail: str | None = Field(description="the reason in words")
    advice: str | None = Field(description="what to tell the person before the camera")
    box: Box | None
    faces: int
    frames: int = Field(description="how many frames the score is the mean of")
    model: str
    timings: Timings
    counts: FrameCounts
    quality: Quality | None
    evidence: list[EvidenceAnswer]
    early_exit: EarlyExit | None
    place: int | None = Field(
        description="of several frames or a clip: which of those looked at the box is of, from 0"
    )
    overlay: str | None = Field(
        None, description="with evidence=inline: a data URL of the PNG; null: nothing to draw"
    )


class ProfileAnswer(Answer):
    """The camera profile that is used."""

    made: str
    pictures: int


class ExpertAnswer(Answer):
    """One expert of a model."""

    name: str
    kind: str


class ModelAnswer(Answer):
    """The model that judges."""

    id: str
    name: str | None
    threshold: float
    rule: str = Field(description="how the threshold was chosen")
    operating_points: dict[str, float] = Field(description="name -> threshold")
    profile: ProfileAnswer | None = Field(description="of the camera; null: none is used")
    face_detector: str | None
    experts: list[ExpertAnswer]
    intended_use: str | None
    not_for: str | None
    limitations: str | None


class ModelsAnswer(Answer):
    """All models of the service, which is one."""

    models: list[ModelAnswer]


class StateAnswer(Answer):
    """Whether the service works."""

    status: Literal["ok", "ready"]


def as_answer(result: Mapping[str, Any], request_id: str, digits: int | None) -> dict[str, Any]:
    """A result for JSON.

    Args:
        result: of :meth:`spoofcue.detector.result.Result.to_dict`.
        request_id: of the request.
        digits: to which scores and evidence are rounded, so that queries tell less of the model;
            None: as they are. The decision is by the exact score.

    """
    plain = {"request_id": request_id, **result}
    if plain["reason"] == "error":  # the words of an error are for whoever reads the code
        plain["detail"] = BROKEN
    return plain if digits is None else rounded(plain, digits)


def rounded(plain: dict[str, Any], digits: int) -> dict[str, Any]:
    """The same with every number of :data:`SCORES` rounded, at any depth."""
    made: dict[str, Any] = {}
    for name, value in plain.items():
        if isinstance(value, dict):
            made[name] = rounded(value, digits)
        elif isinstance(value, list):
            made[name] = [rounded(v, digits) if isinstance(v, dict) else v for v in value]
        else:
            scored = name in SCORES and isinstance(value, float)
            made[name] = round(value, digits) if scored else value
    return made
