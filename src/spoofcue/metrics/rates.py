"""Errors at one threshold: APCER by PAI species and BPCER (ISO/IEC 30107-3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.metrics.curves import need_both_classes
from spoofcue.metrics.intervals import Rate
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import Threshold


@dataclass(frozen=True, slots=True, eq=False)
class RatesAtThreshold:
    """What the measures at a threshold are made of: of one set, or of each of several draws.

    Attributes:
        apcer: (..., S) attacks of each species that are called live; NaN for an absent species.
        far: (...) attacks of all species that are called live.
        bpcer: (...) live faces that are called attacks (FRR).

    """

    apcer: NDArray[np.float64]
    far: NDArray[np.float64]
    bpcer: NDArray[np.float64]

    @property
    def apcer_max(self) -> NDArray[np.float64]:
        """(...) APCER of the set: the highest over the species that are there."""
        return np.fmax.reduce(self.apcer, axis=-1)


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """What goes wrong in one set at one threshold, as counts.

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
    def fractions(self) -> RatesAtThreshold:
        """The same as fractions, for the measures."""
        return RatesAtThreshold(
            apcer=np.array([rate.value for rate in self.apcer_by_pai.values()]),
            far=np.array(self.far.value),
            bpcer=np.array(self.bpcer.value),
        )


def error_rates(scores: ScoreSet, threshold: Threshold | float) -> ErrorRates:
    """Count errors; a score equal to the threshold is called live.

    Args:
        scores: of both classes.
        threshold: in units of the score.

    Raises:
        InputError: a class has no score.

    >>> rates = error_rates(ScoreSet.of([0.1, 0.6, 0.3, 0.9], [0, 0, 1, 1]), 0.5)
    >>> rates.bpcer.value, rates.apcer_by_pai["attack"].value
    (0.5, 0.5)

    """
    need_both_classes(scores)
    value = threshold.value if isinstance(threshold, Threshold) else threshold
    ranking = scores.ranking
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
