"""A threshold from own scores, and whether it can promise what it was set for."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from numpy.typing import ArrayLike

from spoofcue.errors import InputError
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.support import support_of
from spoofcue.metrics.thresholds import apcer_threshold, bpcer_threshold, eer_threshold
from spoofcue.package.schema import ThresholdFacts


class UnsupportedClaim(UserWarning):
    """There were too few attempts to promise the target of a calibration."""


def calibrated(
    scores: ArrayLike,
    labels: ArrayLike,
    target: str,
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
    rule, rate = _parse(target)
    if rule == "eer":
        value = eer_threshold(given).value
    elif rule == "apcer":
        value = apcer_threshold(given, rate).value
    else:
        value = bpcer_threshold(given, rate).value
    if not 0 <= value <= 1:
        raise InputError(
            f"target {target} needs the threshold {value:g}, outside 0..1: an attack scores as "
            "low as a score can be."
        )
    supported = None
    if rule != "eer":
        attempts = (
            {species: len(s) for species, s in given.ranking.by_pai.items()}
            if rule == "apcer"
            else {"live": len(given.live)}
        )
        support = support_of(rate, attempts)
        supported = support.supported
        if not supported:
            told = support.reason.replace("dev has", "there are", 1)
            warnings.warn(f"{target} cannot be promised: {told}", UnsupportedClaim, stacklevel=3)
    return ThresholdFacts(
        value=value,
        rule="eer" if rule == "eer" else f"{rule}<={rate:g}",
        source=f"calibrated on {source}",
        target=None if rule == "eer" else rate,
        live=len(given.live),
        attack=len(given.attack),
        people=people,
        supported=supported,
    )


def _parse(target: str) -> tuple[str, float]:
    rule, equals, text = target.partition("=")
    if target == "eer":
        return "eer", 0.0
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if rule not in ("apcer", "bpcer") or not equals or not 0 < rate < 1:
        raise InputError(
            f"target {target!r}: write apcer=RATE or bpcer=RATE with a rate between 0 and 1, or eer"
        )
    return rule, rate
