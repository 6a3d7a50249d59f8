"""Error rates at a threshold (section 4.1; ISO/IEC 30107-3)."""

from __future__ import annotations

from dataclasses import dataclass

from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import Threshold, need_both_classes


@dataclass(frozen=True, slots=True)
class Rate:
    """``errors`` of ``total`` attempts."""

    errors: int
    total: int

    @property
    def value(self) -> float:
        """The fraction, 0..1."""
        return self.errors / self.total


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
    passed = scores.score <= threshold.value
    by_pai = {}
    for species in scores.species:
        of_it = scores.pai == species
        by_pai[species] = Rate(int(passed[of_it].sum()), int(of_it.sum()))
    live, attack = scores.label == 0, scores.label == 1
    return ErrorRates(
        apcer_by_pai=by_pai,
        bpcer=Rate(int((~passed[live]).sum()), int(live.sum())),
        far=Rate(int(passed[attack].sum()), int(attack.sum())),
    )
