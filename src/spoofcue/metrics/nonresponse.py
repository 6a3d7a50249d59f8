"""How often attempts got no score: BPNRR, APNRR and the failure to acquire (ISO/IEC 30107-3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spoofcue.metrics.columns import Categories
from spoofcue.metrics.intervals import Rate
from spoofcue.metrics.scores import ScoreSet


@dataclass(frozen=True, slots=True)
class NonResponseRates:
    """How often there was no score.

    Attributes:
        bpnrr: live attempts without a score of all live attempts.
        apnrr: attacks without a score of all attacks.
        apnrr_by_pai: the same of each species, also of those that never gave a score.

    """

    bpnrr: Rate
    apnrr: Rate
    apnrr_by_pai: dict[str, Rate]

    @property
    def failure_to_acquire(self) -> float:
        """Part of all attempts, live and attack together, that got no score (bob's FtA)."""
        lost = self.bpnrr.errors + self.apnrr.errors
        return lost / (self.bpnrr.total + self.apnrr.total)

    def with_failures(self, far: float, frr: float) -> tuple[float, float]:
        """FAR and FRR that count failures to acquire as refusals, as bob.measure reports them.

        Args:
            far: attacks called live of those with a score (bob's FPR).
            frr: live faces called attacks of those with a score (bob's FNR).

        Returns:
            FAR · (1 - FtA) and FtA + FRR · (1 - FtA), with one FtA for both classes.

        """
        fta = self.failure_to_acquire
        return far * (1 - fta), fta + frr * (1 - fta)


def nonresponse_rates(scores: ScoreSet) -> NonResponseRates:
    """Count the attempts of a set that got no score."""
    lost, total = _by_species(scores.lost.pais), _by_species(scores.pais)
    for species, count in lost.items():
        total[species] = total.get(species, 0) + count
    return NonResponseRates(
        bpnrr=Rate(scores.lost.live, scores.lost.live + len(scores.live)),
        apnrr=Rate(scores.lost.attack, scores.lost.attack + len(scores.attack)),
        apnrr_by_pai={s: Rate(lost.get(s, 0), total[s]) for s in sorted(total)},
    )


def _by_species(pais: Categories) -> dict[str, int]:
    counts = np.bincount(pais.codes, minlength=len(pais.names)).tolist()
    return {name: n for name, n in zip(pais.names, counts, strict=True) if name}
