"""A threshold from own scores, and whether it can promise what it was set for."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from numpy.typing import ArrayLike

from spoofcue.metrics.scores import ScoreSet
from spoofcue.package.calibration import doubt_of, threshold_facts
from spoofcue.package.threshold import ThresholdFacts


class UnsupportedClaim(UserWarning):
    """There were too few attempts to promise the target of a calibration."""


def calibrated(
    scores: ArrayLike,
    labels: ArrayLike,
    target: str,
    *,
    pai: Sequence[str] | None = None,
    people: int | None = None,
    source: str = "own data",
) -> ThresholdFacts:
    """Choose a threshold.

    Args:
        scores: (N,) finite.
        labels: (N,) 0 live, 1 attack.
        target: ``apcer=RATE``: at most that part of the attacks of every species passes;
            ``bpcer=RATE``: at most that part of the live faces is refused; or ``eer``.
        pai: (N,) species of attacks, "" for live; without, all attacks are of one.
        people: how many people are in it, for the record.
        source: what the scores are of, for the record.

    Returns:
        ``supported`` is None for ``eer``, which promises no rate, and otherwise whether there
        were 3 / RATE attempts (rule of three); if not, UnsupportedClaim is warned of.

    Raises:
        InputError: a target that is none, scores that are no numbers, a class is missing, or the
            target cannot be met within 0..1.

    """
    given = ScoreSet.of(scores, labels, pai)
    facts = threshold_facts(given, target, f"calibrated on {source}", people=people)
    if doubt := doubt_of(given, target):
        warnings.warn(doubt, UnsupportedClaim, stacklevel=3)
    return facts
