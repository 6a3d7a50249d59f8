"""Thresholds, chosen on dev scores and never on the scores that they judge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.scores import ScoreSet


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


@dataclass(frozen=True, slots=True)
class Sweep:
    """Error rates at every distinct decision, from the lowest threshold to the highest.

    Attributes:
        value: (K + 1,) thresholds; -inf, then midpoints of neighbouring distinct scores, +inf.
        far: (K + 1,) part of attacks called live (score <= value), rising.
        frr: (K + 1,) part of live faces called attacks (score > value), falling.

    """

    value: NDArray[np.float64]
    far: NDArray[np.float64]
    frr: NDArray[np.float64]


def sweep(scores: ScoreSet) -> Sweep:
    """Sort once and count; exact at ties.

    Raises:
        InputError: a class has no score.

    """
    need_both_classes(scores)
    order = np.argsort(scores.score, kind="stable")
    value, label = scores.score[order], scores.label[order]
    last = np.append(value[1:] != value[:-1], True)  # last row of each distinct score
    attacks = np.cumsum(label, dtype=np.int64)[last]
    lives = np.cumsum(1 - label, dtype=np.int64)[last]
    distinct = value[last]
    middle = (distinct[:-1] + distinct[1:]) / 2
    # The midpoint of two neighbouring floats may round up to the higher one.
    middle = np.where(middle >= distinct[1:], distinct[:-1], middle)
    return Sweep(
        value=np.concatenate([[-np.inf], middle, [np.inf]]),
        far=np.concatenate([[0], attacks]) / attacks[-1],
        frr=1 - np.concatenate([[0], lives]) / lives[-1],
    )


def eer_threshold(dev: ScoreSet, source: str = "dev") -> Threshold:
    """The midpoint of two neighbouring scores where |FAR - FRR| is least; the lowest of equals.

    bob.measure's rule with the sign of the score turned. When all scores are equal, that score
    is the threshold.

    Raises:
        InputError: a class has no score.

    """
    s = sweep(dev)
    if len(s.value) <= 2:
        return Threshold(float(dev.score[0]), "eer", source)
    best = 1 + int(np.argmin(np.abs(s.far - s.frr)[1:-1]))
    return Threshold(float(s.value[best]), "eer", source)


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
    for species in dev.species:
        attack = np.sort(dev.score[dev.pai == species])
        allowed = int(np.floor(rate * len(attack) + 1e-9))
        if allowed == len(attack) or (allowed and attack[allowed - 1] < attack[allowed]):
            limits.append(attack[allowed - 1])
        else:
            limits.append(np.nextafter(attack[allowed], -np.inf))
    return Threshold(float(min(limits)), f"apcer<={rate:g}", source)


def need_both_classes(scores: ScoreSet) -> None:
    """Raise InputError unless there are live and attack scores."""
    live, attack = len(scores.live), len(scores.attack)
    if not live or not attack:
        raise InputError(
            f"error rates need both classes; there are {live} live and {attack} attack scores "
            "(label 1 = attack)."
        )
