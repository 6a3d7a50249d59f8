"""Choices that are made on all sets but one and judged on that one, in turn.

What is chosen so (a threshold, a weight between experts) has not seen the camera it is judged on.
All functions take plain scores: set -> :class:`~transfer_parts.answers.Answers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from transfer_parts.answers import Answers, BySet
from transfer_parts.set_figures import Count, Errors, Rates, Spread, errors_at, over_sets, summed

from spoofcue.errors import InputError
from spoofcue.metrics.measures import auc

Value = TypeVar("Value")
CHANCE = 0.5  # the AUC of who says nothing


def equal_sets_threshold(lives: Iterable[NDArray[np.float64]], rate: float) -> float:
    """The lowest live score at which the mean of the sets' BPCERs is at most ``rate``.

    Each set weighs the same, however many pictures it has. The counterpart of
    :func:`spoofcue.metrics.thresholds.bpcer_threshold` for one set.

    Args:
        lives: live scores of each set; NaN and sets without an answer have no part.
        rate: 0..1, below 1.

    Raises:
        InputError: no live face has a score, or the rate is out of range.

    """
    if not 0 <= rate < 1:
        raise InputError(f"a BPCER of {rate}: give a rate from 0 to 1, below 1.")
    sets = [np.sort(s[~np.isnan(s)]) for s in lives]
    sets = [s for s in sets if len(s)]
    if not sets:
        raise InputError("a threshold from live faces needs live scores, and there are none.")
    values = np.unique(np.concatenate(sets))
    refused = [1 - np.searchsorted(s, values, side="right") / len(s) for s in sets]
    return float(values[np.argmax(np.mean(refused, axis=0) <= rate + 1e-9)])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A threshold's errors on each set that had no part in it.

    Attributes:
        rate: the BPCER that the other sets were held to.
        threshold_of_all: from all sets: what would ship.
        by_set: set -> errors on it at the threshold of the others; where no live face of these
            has a score there is none.

    """

    rate: float
    threshold_of_all: float
    by_set: dict[str, Errors]

    @property
    def rates(self) -> dict[str, Rates]:
        """Set -> fractions."""
        return {name: Rates.of(errors) for name, errors in self.by_set.items()}

    def over(self, name: str) -> Spread | None:
        """Mean and worst of one rate by its name in :class:`Rates`."""
        return over_sets({s: getattr(r, name) for s, r in self.rates.items()})

    def apcer_of_kind(self, kind: str) -> Count | None:
        """Attacks of one kind in all sets, each at the threshold of the others."""
        counts = [e.apcer_by_kind[kind] for e in self.by_set.values() if kind in e.apcer_by_kind]
        return summed(counts) if counts else None

    def point(self) -> dict[str, Any] | None:
        """What :class:`spoofcue.package.threshold.OperatingPoint` states of it.

        The rates are of the faces that were answered; None where a class never was.
        """
        bpcer, apcer = self.over("bpcer"), self.over("apcer")
        if bpcer is None or apcer is None:
            return None
        return {
            "threshold": self.threshold_of_all,
            "bpcer": bpcer.mean,
            "bpcer_worst": bpcer.worst,
            "apcer": apcer.mean,
            "apcer_worst": apcer.worst,
            "basis": f"{bpcer.sets} sets, each judged at the threshold of the others",
            "rule": f"bpcer<={self.rate:g}",
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "rate": self.rate,
            "threshold_of_all": self.threshold_of_all,
            "point": self.point(),
            "by_set": {name: errors.to_dict() for name, errors in self.by_set.items()},
        }


def threshold_left_out(sets: BySet, rate: float) -> LeftOut:
    """Leave each set out: choose a threshold on the others' live faces, judge it on the set.

    Args:
        sets: two or more, of one contender.
        rate: see :func:`equal_sets_threshold`.

    Raises:
        InputError: fewer than two sets, or no live score.

    """
    if len(sets) < 2:
        raise InputError("leaving sets out takes two sets or more.")
    by_set = {}
    for name, answers in sets.items():
        by_set[name] = errors_at(_of_others(sets, name, rate), answers)
    whole = equal_sets_threshold([s.live for s in sets.values()], rate)
    return LeftOut(rate, whole, by_set)


def _of_others(sets: BySet, name: str, rate: float) -> float | None:
    others = [s.live for other, s in sets.items() if other != name]
    if all(np.isnan(live).all() for live in others):
        return None
    return equal_sets_threshold(others, rate)


def operating_points(
    scores: Mapping[str, BySet], rates: Sequence[float]
) -> dict[str, dict[float, LeftOut]]:
    """:func:`threshold_left_out` of several contenders at several rates.

    Args:
        scores: contender -> set -> answers.
        rates: BPCERs, 0..1.

    Raises:
        InputError: see there.

    """
    return {
        name: {rate: threshold_left_out(sets, rate) for rate in rates}
        for name, sets in scores.items()
    }


@dataclass(frozen=True, slots=True)
class Choice(Generic[Value]):
    """A free parameter, chosen for each set on the others.

    Attributes:
        chosen: set -> the value that was best on the others.
        sets: set -> its answers with that value.
        auc: set -> AUC on it, None where a class has no answer.
        points: rate -> errors on the set, at the threshold that the others have with that value.
        on_all: the value that is best on all sets, and its mean AUC on them: chosen on what it is
            judged on, so better than the truth.

    """

    chosen: dict[str, Value]
    sets: dict[str, Answers]
    auc: dict[str, float | None]
    points: dict[float, dict[str, Errors]]
    on_all: tuple[Value, float]

    @property
    def times(self) -> dict[Value, int]:
        """How often each value was chosen, the commonest first."""
        return dict(Counter(self.chosen.values()).most_common())

    def to_dict(self) -> dict[str, Any]:
        """Plain data; values as text."""
        return {
            "chosen": {name: str(value) for name, value in self.chosen.items()},
            "times": {str(value): n for value, n in self.times.items()},
            "auc": self.auc,
            "points": {
                f"{rate:g}": {name: errors.to_dict() for name, errors in by_set.items()}
                for rate, by_set in self.points.items()
            },
            "on_all": {"value": str(self.on_all[0]), "mean_auc": self.on_all[1]},
        }


def chosen_left_out(grid: Mapping[Value, BySet], rates: Sequence[float] = ()) -> Choice[Value]:
    """Leave each set out: choose the value with the best mean AUC on the others; the first of ties.

    A set in which a value gives no answer of a class counts as 0.5, chance, so that none is chosen
    because it is silent where it is hard.

    Args:
        grid: value -> set -> answers with that value; all have the same sets.
        rates: BPCERs of thresholds that are chosen on the others too.

    Raises:
        InputError: no value, other sets for one value than for another, or fewer than two sets.

    """
    if not grid:
        raise InputError("a choice needs values to choose from.")
    first = next(iter(grid.values()))
    if any(list(sets) != list(first) for sets in grid.values()):
        raise InputError("each value needs answers on the same sets, in one order.")
    if len(first) < 2:
        raise InputError("leaving sets out takes two sets or more.")
    areas = {value: {n: _auc(a) for n, a in sets.items()} for value, sets in grid.items()}
    chosen = {name: _best(areas, [s for s in first if s != name])[0] for name in first}
    points: dict[float, dict[str, Errors]] = {rate: {} for rate in rates}
    for name, value in chosen.items():
        for rate in rates:
            at = _of_others(grid[value], name, rate)
            points[rate][name] = errors_at(at, grid[value][name])
    return Choice(
        chosen,
        {name: grid[value][name] for name, value in chosen.items()},
        {name: areas[value][name] for name, value in chosen.items()},
        points,
        _best(areas, list(first)),
    )


def _auc(answers: Answers) -> float | None:
    return auc(answers.score_set()) if answers.both else None


def _best(
    areas: Mapping[Value, Mapping[str, float | None]], names: Sequence[str]
) -> tuple[Value, float]:
    means = {
        value: float(np.mean([CHANCE if (a := of_sets[n]) is None else a for n in names]))
        for value, of_sets in areas.items()
    }
    best = max(means, key=means.__getitem__)
    return best, means[best]


def weighed(experts: Mapping[str, BySet], weights: Mapping[str, float]) -> dict[str, Answers]:
    """The weighted sum of experts' log-odds, by the rule ``without`` of a package.

    Where an expert has no answer the weights of the others are raised in proportion; where none
    has, there is no answer.

    Args:
        experts: name -> set -> log-odds.
        weights: name -> weight, >= 0.

    Raises:
        InputError: an expert without a weight, or weights that are all zero.

    """
    if set(experts) != set(weights) or not sum(weights.values()) > 0:
        raise InputError("give each expert a weight, and one of them a positive one.")
    first = next(iter(experts.values()))
    return {
        name: Answers.of(
            _sum([e[name].live for e in experts.values()], [weights[k] for k in experts]),
            _sum([e[name].attack for e in experts.values()], [weights[k] for k in experts]),
            first[name].kinds,
        )
        for name in first
    }


def _sum(parts: Sequence[NDArray[np.float64]], weights: Sequence[float]) -> NDArray[np.float64]:
    values, scale = np.stack(parts), np.array(weights)[:, None]
    there = np.where(np.isnan(values), 0, scale).sum(axis=0)
    share = np.divide(scale.sum(), there, out=np.full(len(there), np.nan), where=there > 0)
    return np.nansum(scale * values, axis=0) * share
