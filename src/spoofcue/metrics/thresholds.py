"""Thresholds, chosen on dev scores and never on the scores that they judge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.sweep import Sweep, need_both_classes, sweep


@dataclass(frozen=True, slots=True)
class Threshold:
    """A score limit and where it comes from; ``score > value`` is an attack.

    Attributes:
        value: in units of the score.
        rule: how it was chosen, e.g. ``eer`` or ``fixed``.
        source: on which scores, e.g. ``dev``.

    """

    value: float
    rule: str
    source: str


def eer_threshold(dev: ScoreSet, source: str = "dev") -> Threshold:
    """The midpoint of two neighbouring scores where |FAR - FRR| is least; the lowest of equals.

    bob.measure's rule with the sign of the score turned. When all scores are equal, that score
    is the threshold.

    Raises:
        InputError: a class has no score.

    """
    s = sweep(dev)
    return Threshold(_lowest_best(dev, s, eer_gap(s.passed, s.refused)), "eer", source)


def min_hter_threshold(dev: ScoreSet, source: str = "dev") -> Threshold:
    """The midpoint of two neighbouring scores where HTER is least; the lowest of equals.

    Raises:
        InputError: a class has no score.

    """
    s = sweep(dev)
    weighted = s.passed * s.refused[0] + s.refused * s.passed[-1]
    return Threshold(_lowest_best(dev, s, weighted), "min-hter", source)


def fixed_threshold(value: float) -> Threshold:
    """A threshold set beforehand; the paper recommends 0.01 (section 4.1)."""
    if not np.isfinite(value):
        raise InputError(f"a threshold must be a finite number, not {value}.")
    return Threshold(float(value), "fixed", "given")


def apcer_threshold(dev: ScoreSet, rate: float, source: str = "dev") -> Threshold:
    """The threshold that keeps the APCER of every PAI species <= ``rate`` (bob.pad's bpcerN).

    As in bob, the limit of a species is the score of the last attack that may pass, or the next
    float below the first that may not; the lowest limit over the species is taken.

    Args:
        dev: both classes.
        rate: 0..1.
        source: for the record.

    """
    need_both_classes(dev)
    limits = []
    for attack in dev.ranking.by_pai.values():
        allowed = int(np.floor(rate * len(attack) + 1e-9))
        if allowed == len(attack) or (allowed and attack[allowed - 1] < attack[allowed]):
            limits.append(attack[allowed - 1])
        else:
            limits.append(np.nextafter(attack[allowed], -np.inf))
    return Threshold(float(min(limits)), f"apcer<={rate:g}", source)


def bpcer_threshold(dev: ScoreSet, rate: float, source: str = "dev") -> Threshold:
    """The lowest threshold that keeps BPCER <= ``rate`` (bob.pad's apcerN).

    It is the score of the first live face that may not be refused.

    Args:
        dev: both classes.
        rate: 0..1, below 1.
        source: for the record.

    """
    need_both_classes(dev)
    allowed = int(np.floor(rate * len(dev.live) + 1e-9))
    return Threshold(float(dev.live[len(dev.live) - 1 - allowed]), f"bpcer<={rate:g}", source)


def eer_gap(passed: NDArray[np.int64], refused: NDArray[np.int64]) -> NDArray[np.int64]:
    """|FAR - FRR| in units of 1 / (attacks · live faces), so that equal gaps are equal.

    Shapes: (..., K + 1) counts as in a sweep -> the same.
    """
    return np.abs(passed * refused[..., :1] - refused * passed[..., -1:])


def _lowest_best(dev: ScoreSet, s: Sweep, cost: NDArray[np.int64]) -> float:
    """The finite threshold of the least cost; the score itself where all scores are equal."""
    if len(s.value) <= 2:
        return float(dev.score[0])
    return float(s.value[1 + int(np.argmin(cost[1:-1]))])
