"""When a video has been looked at long enough."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spoofcue.detector.limits import is_within
from spoofcue.errors import InputError

ROUNDING = 1e-9  # of a mean of equal scores, which must not decide


@dataclass(frozen=True, slots=True)
class ExitRule:
    """Stop once the interval about the running mean lies wholly above the threshold: an attack.

    Frames that were not looked at may be an attack's, so a recording is live only when all were,
    unless ``live`` asks for less.

    The interval is mean ± ``z`` standard errors. Frames of one recording are alike and the rule is
    asked after each of them; so ``z`` is 4 and not the 2 of a single look at independent frames.
    A value outside its range is an InputError.

    Attributes:
        min_frames: scored before it may stop, >= 2.
        z: half width in standard errors, > 0.
        live: whether it may stop with ``live`` too, where the interval lies wholly below.

    >>> from spoofcue import Detector, ExitRule
    >>> detector = Detector.load(frames=30, early_exit=ExitRule(min_frames=8))
    >>> from spoofcue.detector.early_exit import certain
    >>> certain([0.90, 0.88, 0.91], threshold=0.5, rule=ExitRule(min_frames=3))
    True

    """

    min_frames: int = 5
    z: float = 4.0
    live: bool = False

    def __post_init__(self) -> None:
        if type(self.min_frames) is not int or self.min_frames < 2:
            raise InputError(f"ExitRule(min_frames={self.min_frames!r}): give 2 or more.")
        if not (is_within(self.z, 0, sys.float_info.max) and self.z > 0):
            raise InputError(f"ExitRule(z={self.z!r}): give a number above 0.")
        if type(self.live) is not bool:
            raise InputError(f"ExitRule(live={self.live!r}): give True or False.")


def interval(scores: Sequence[float], z: float) -> tuple[float, float]:
    """Mean ± ``z`` standard errors of at least two scores, a trifle wider."""
    values = np.asarray(scores, dtype=np.float64)
    half = z * float(values.std(ddof=1)) / math.sqrt(len(values)) + ROUNDING
    return float(values.mean()) - half, float(values.mean()) + half


def certain(scores: Sequence[float], threshold: float, rule: ExitRule) -> bool:
    """Whether more frames could hardly change a decision that the rule lets end early.

    Never with a score that is no number, or a mean equal to the threshold.
    """
    if len(scores) < max(rule.min_frames, 2):
        return False
    low, high = interval(scores, rule.z)
    return low > threshold or (rule.live and high < threshold)
