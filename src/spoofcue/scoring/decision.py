"""From a score to a decision; fails closed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from spoofcue.faces.box import Box

Verdict = Literal["live", "attack", "rejected"]


def decide(score: float, threshold: float) -> Verdict:
    """``attack`` above the threshold, ``live`` up to it; a score that is no number is rejected."""
    if not math.isfinite(score) or not math.isfinite(threshold):
        return "rejected"
    return "attack" if score > threshold else "live"


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """One face (or one file without a usable face) and what was decided.

    Attributes:
        path: the file.
        decision: live, attack or rejected.
        reason: None, or why it was rejected: no_face, face_too_small, unreadable, too_large,
            no_frames or error.
        detail: the reason in words.
        score: 0..1, higher = more likely an attack; None when rejected.
        threshold: a score above it is an attack.
        box: in px of the upright image (of the middle frame of a video); None without a face.
        frames: how many frames the score is the mean of.
        model: which model.
        cue: path of the cue picture, if one was asked for.

    """

    path: str
    decision: Verdict
    reason: str | None
    detail: str | None
    score: float | None
    threshold: float
    box: Box | None
    frames: int
    model: str
    cue: str | None = None
