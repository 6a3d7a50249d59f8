"""Error counts at every threshold that decides differently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.columns import merged
from spoofcue.metrics.scores import ScoreSet


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """From the lowest threshold to the highest; counts, so that ties stay exact.

    Attributes:
        value: (K + 1,) thresholds; -inf, then midpoints of neighbouring distinct scores, +inf.
        passed: (K + 1,) attacks called live (score <= value), rising from 0 to all.
        refused: (K + 1,) live faces called attacks (score > value), falling from all to 0.

    """

    value: NDArray[np.float64]
    passed: NDArray[np.int64]
    refused: NDArray[np.int64]

    @property
    def far(self) -> NDArray[np.float64]:
        """(K + 1,) ``passed`` as a part of all attacks (pooled APCER)."""
        return self.passed / self.passed[-1]

    @property
    def frr(self) -> NDArray[np.float64]:
        """(K + 1,) ``refused`` as a part of all live faces (BPCER)."""
        return self.refused / self.refused[0]


def sweep(scores: ScoreSet) -> Sweep:
    """Count at every distinct decision, exact at ties, in O(N) after the set's one sort.

    Raises:
        InputError: a class has no score.

    """
    need_both_classes(scores)
    live, attack = scores.live, scores.attack
    every = merged([live, attack])
    distinct = every[np.append(every[1:] != every[:-1], True)]
    low, high = distinct[:-1], distinct[1:]
    with np.errstate(over="ignore"):
        middle = (low + high) / 2
    # The midpoint of two neighbouring floats may round up to the higher one, or overflow.
    middle = np.where((middle >= low) & (middle < high), middle, low)
    return Sweep(
        value=np.concatenate([[-np.inf], middle, [np.inf]]),
        passed=np.append(0, np.searchsorted(attack, distinct, side="right")),
        refused=len(live) - np.append(0, np.searchsorted(live, distinct, side="right")),
    )


def need_both_classes(scores: ScoreSet) -> None:
    """Raise InputError unless there are live and attack scores."""
    live, attack = len(scores.live), len(scores.attack)
    if not live or not attack:
        raise InputError(
            f"error rates need both classes; there are {live} live and {attack} attack scores "
            "(label 1 = attack)."
        )


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
    float below its lowest score when none may; the lowest limit over the species is taken.

    Args:
        dev: with attacks; live scores have no part in it.
        rate: 0..1.
        source: for the record.

    Raises:
        InputError: no attack has a score.

    """
    _need(dev.attack, "apcer", "attack")
    limits = []
    for attack in dev.ranking.by_pai.values():
        passing = _allowed(rate, len(attack))
        if passing < len(attack):  # scores equal to the first that may not pass go with it
            passing = int(np.searchsorted(attack, attack[passing]))
        limits.append(attack[passing - 1] if passing else np.nextafter(attack[0], -np.inf))
    return Threshold(float(min(limits)), f"apcer<={rate:g}", source)


def bpcer_threshold(dev: ScoreSet, rate: float, source: str = "dev") -> Threshold:
    """A threshold that keeps BPCER <= ``rate`` (bob.pad's apcerN): the score of a live face.

    It is the lowest one that has, besides itself, no more live scores at or above it than may be
    refused. So bob is on the safe side at ties, since equal scores are not refused; where no
    score will do, bob refuses too many, and here the highest live score refuses none.

    Args:
        dev: with live faces; attacks have no part in it.
        rate: 0..1, below 1.
        source: for the record.

    Raises:
        InputError: no live face has a score.

    """
    live = dev.live
    _need(live, "bpcer", "live")
    refused = _allowed(rate, len(live))
    value = live[len(live) - 1 - refused]
    first, above = np.searchsorted(live, [value, np.nextafter(value, np.inf)])
    if len(live) - 1 - first > refused and above < len(live):
        value = live[above]
    return Threshold(float(value), f"bpcer<={rate:g}", source)


def _need(scores: NDArray[np.float64], rate: str, kind: str) -> None:
    if not len(scores):
        raise InputError(
            f"a threshold for {rate} needs {kind} scores and there are none (label 1 = attack)."
        )


def _allowed(rate: float, attempts: int) -> int:
    """Errors that keep the rate; 0.1 of 30 are 3, though the product is a trifle below."""
    return int(np.floor(rate * attempts + 1e-9))


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
