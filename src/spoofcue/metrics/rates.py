"""APCER by PAI species, BPCER, ACER and HTER at a threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spoofcue.metrics.curves import auc, eer
from spoofcue.metrics.intervals import Rate
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import Threshold, eer_threshold, need_both_classes


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """What goes wrong at one threshold.

    Attributes:
        apcer_by_pai: species -> attacks of it that are called live.
        bpcer: live faces that are called attacks (FRR).
        far: attacks of all species that are called live.

    """

    apcer_by_pai: dict[str, Rate]
    bpcer: Rate
    far: Rate

    @property
    def worst_pai(self) -> str:
        """The species with the highest APCER."""
        return max(self.apcer_by_pai, key=lambda s: self.apcer_by_pai[s].value)

    @property
    def apcer_max(self) -> float:
        """APCER of a set: the highest over its species."""
        return self.apcer_by_pai[self.worst_pai].value

    @property
    def acer(self) -> float:
        """Eq. 11."""
        return (self.apcer_max + self.bpcer.value) / 2

    @property
    def hter(self) -> float:
        """Eq. 12: attacks pooled."""
        return (self.far.value + self.bpcer.value) / 2


def error_rates(scores: ScoreSet, threshold: Threshold) -> ErrorRates:
    """Count errors; a score equal to the threshold is called live.

    Raises:
        InputError: a class has no score.

    """
    need_both_classes(scores)
    ranking, value = scores.ranking, threshold.value
    by_pai = {
        species: Rate(int(np.searchsorted(attack, value, side="right")), len(attack))
        for species, attack in ranking.by_pai.items()
    }
    accepted = int(np.searchsorted(ranking.live, value, side="right"))
    return ErrorRates(
        apcer_by_pai=by_pai,
        bpcer=Rate(len(ranking.live) - accepted, len(ranking.live)),
        far=Rate(sum(r.errors for r in by_pai.values()), len(ranking.attack)),
    )


def rates_at_eer(scores: ScoreSet) -> dict[str, float]:
    """``acer``, ``eer``, ``auc`` as fractions, and ``threshold``.

    Raises:
        InputError: a class is missing.

    """
    threshold = eer_threshold(scores)
    return {
        "acer": error_rates(scores, threshold).acer,
        "eer": eer(scores),
        "auc": auc(scores),
        "threshold": threshold.value,
    }
