"""What /v1/models says of the model that judges."""

from __future__ import annotations

from pathlib import Path

from spoofcue.detector.detector import Detector
from spoofcue.package.read import is_package, read_package
from spoofcue.serving.answers import ExpertAnswer, ModelAnswer, ProfileAnswer


def model_answer(detector: Detector, path: Path, *, profile: bool) -> ModelAnswer:
    """The model of a detector, with what its package says of it.

    Args:
        detector: was loaded from ``path``.
        path: of the model.
        profile: whether its camera profile is used; then its operating points do not hold.

    """
    spec = read_package(path).spec if is_package(path) else None
    card = spec.card if spec else None
    used = spec.profile if spec and profile else None
    points = spec.points if spec and not used else {}
    return ModelAnswer(
        id=detector.model_id,
        name=spec.name if spec else None,
        threshold=detector.threshold,
        rule=detector.threshold_facts.rule,
        operating_points={str(name): point.threshold for name, point in points.items()},
        profile=ProfileAnswer(made=used.made, pictures=used.pictures) if used else None,
        face_detector=spec.detector if spec else None,
        experts=[ExpertAnswer(name=e.name, kind=e.kind) for e in spec.experts] if spec else [],
        intended_use=card.intended_use if card else None,
        not_for=card.not_for if card else None,
        limitations=card.limitations if card else None,
    )
