"""All figures of one contender over all sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from transfer_parts.answers import Answers, kinds_in, pooled
from transfer_parts.left_out import LeftOut, operating_points
from transfer_parts.score_rows import Contender
from transfer_parts.set_figures import (
    Errors,
    Own,
    Rates,
    Separation,
    Spread,
    errors_at,
    over_sets,
    own_threshold,
    separation,
)

from spoofcue.metrics.measures import auc


@dataclass(frozen=True, slots=True)
class OwnRule:
    """How a threshold of a set's own is made; see :func:`own_threshold`."""

    pictures: int = 30
    rate: float = 0.05
    draws: int = 20
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Study:
    """Figures by set, and of all sets pooled.

    Attributes:
        name: of the contender.
        threshold: its own.
        answers: set -> what it said.
        apart: AUC and EER; None where a class has no answer.
        pooled: the same over all sets, as if one threshold served them.
        default: errors at its own threshold.
        pooled_default: of all sets together.
        points: name of a threshold that the package names -> set -> errors at it.
        own: at a threshold of the set's own live pictures; a set of one live picture has none.
        left_out: BPCER that the other sets are held to -> errors; empty if there is one set.

    """

    name: str
    threshold: float
    answers: dict[str, Answers]
    apart: dict[str, Separation | None]
    pooled: Separation | None
    default: dict[str, Errors]
    pooled_default: Errors
    points: dict[str, dict[str, Errors]]
    own: dict[str, Own]
    left_out: dict[float, LeftOut]

    @property
    def area(self) -> Spread | None:
        """Mean and worst AUC."""
        return over_sets({s: a.auc.value if a else None for s, a in self.apart.items()}, min)

    @property
    def eer(self) -> Spread | None:
        """Mean and worst EER."""
        return over_sets({s: a.eer.value if a else None for s, a in self.apart.items()})

    @property
    def default_rates(self) -> dict[str, Rates]:
        """Fractions at its own threshold."""
        return {name: Rates.of(errors) for name, errors in self.default.items()}

    def point_rates(self, point: str) -> dict[str, Rates]:
        """Fractions at a threshold that the package names."""
        return {name: Rates.of(errors) for name, errors in self.points[point].items()}

    @property
    def own_rates(self) -> dict[str, Rates]:
        """Fractions at the sets' own thresholds."""
        return {name: own.rates for name, own in self.own.items()}

    def auc_of_kind(self, kind: str) -> Spread | None:
        """Over the sets that have attacks of a kind, these beside all live faces of the set."""
        sets = {name: a.of_kind(kind) for name, a in self.answers.items() if kind in a.kinds}
        areas = {n: auc(a.score_set()) if a.both else None for n, a in sets.items()}
        return over_sets(areas, min)

    def own_apcer_of_kind(self, kind: str) -> Spread | None:
        """Over the sets that have attacks of a kind, each at its own threshold."""
        return over_sets({name: own.apcer_of_kind(kind) for name, own in self.own.items()})

    def to_dict(self) -> dict[str, Any]:
        """Plain data; all rates are fractions."""
        kinds = kinds_in(self.answers)
        return {
            "threshold": self.threshold,
            "auc": self._apart("auc", self.area),
            "eer": self._apart("eer", self.eer),
            "default_threshold": {
                "by_set": {name: errors.to_dict() for name, errors in self.default.items()},
                "over_sets": spreads(self.default_rates),
                "pooled": self.pooled_default.to_dict(),
            },
            "points": {
                point: {
                    "by_set": {name: errors.to_dict() for name, errors in by_set.items()},
                    "over_sets": spreads(self.point_rates(point)),
                }
                for point, by_set in self.points.items()
            },
            "own_threshold": {
                "by_set": {name: own.to_dict() for name, own in self.own.items()},
                "over_sets": spreads(self.own_rates),
            },
            "left_out": {
                f"{rate:g}": {**left.to_dict(), "over_sets": spreads(left.rates)}
                for rate, left in self.left_out.items()
            },
            "kinds": {kind: self._of_kind(kind) for kind in kinds},
        }

    def _apart(self, name: str, spread: Spread | None) -> dict[str, Any]:
        return {
            "by_set": {s: asdict(getattr(a, name)) if a else None for s, a in self.apart.items()},
            "over_sets": _plain(spread),
            "pooled": asdict(getattr(self.pooled, name)) if self.pooled else None,
        }

    def _of_kind(self, kind: str) -> dict[str, Any]:
        passed = {f"{rate:g}": left.apcer_of_kind(kind) for rate, left in self.left_out.items()}
        return {
            "auc": _plain(self.auc_of_kind(kind)),
            "default_threshold": self.pooled_default.apcer_by_kind[kind].to_dict(),
            "own_threshold": _plain(self.own_apcer_of_kind(kind)),
            "left_out": {rate: c.to_dict() if c else None for rate, c in passed.items()},
        }


def study_of(contender: Contender, own: OwnRule, rates: Sequence[float]) -> Study:
    """Measure one contender.

    Args:
        contender: with one or more sets.
        own: how a set's own threshold is made.
        rates: BPCERs that other sets are held to, for each set left out.

    Raises:
        InputError: a rate is out of range.

    """
    sets = contender.sets
    whole = pooled(sets)
    # who never answered a live face has no threshold to be left out of
    usable = len(sets) > 1 and len(whole.answered_live) > 0
    return Study(
        contender.name,
        contender.threshold,
        sets,
        {name: separation(a) for name, a in sets.items()},
        separation(whole),
        {name: errors_at(contender.threshold, a) for name, a in sets.items()},
        errors_at(contender.threshold, whole),
        {
            point: {name: errors_at(at, a) for name, a in sets.items()}
            for point, at in contender.points.items()
        },
        {
            name: own_threshold(a, own.pictures, own.rate, own.draws, own.seed)
            for name, a in sets.items()
            if len(a.live) > 1
        },
        operating_points({contender.name: sets}, rates)[contender.name] if usable else {},
    )


def spreads(rates: dict[str, Rates]) -> dict[str, Any]:
    """Mean and worst set of each rate, as plain data."""
    names = ("bpcer", "apcer", "bpcer_of_all", "apcer_of_all")
    return {n: _plain(over_sets({s: getattr(r, n) for s, r in rates.items()})) for n in names}


def _plain(spread: Spread | None) -> dict[str, Any] | None:
    return asdict(spread) if spread else None
