"""From a score to a decision; fails closed."""

from __future__ import annotations

import math
from typing import Literal

Verdict = Literal["live", "attack", "rejected"]


def decide(score: float, threshold: float) -> Verdict:
    """``attack`` above the threshold, ``live`` up to it; a score that is no number is rejected."""
    if not math.isfinite(score) or not math.isfinite(threshold):
        return "rejected"
    return "attack" if score > threshold else "live"
