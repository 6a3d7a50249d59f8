"""What a set's answers say: AUC, errors at a threshold, and at one from the set's own live faces.

Errors are counted twice: of those that were answered, and of all, where a live face without an
answer is refused and an attack without one is stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from transfer_parts.answers import Answers, kinds_in

from spoofcue.errors import InputError
from spoofcue.metrics.bootstrap_intervals import bootstrap
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.metrics.measures import auc, eer
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import bpcer_threshold

Made = TypeVar("Made")
REPLICATES = 1000


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Separation:
    """How far a set's live faces and attacks lie apart, whatever the threshold."""

    auc: Interval
    eer: Interval


def separation(answers: Answers) -> Separation | None:
    """AUC and EER over the answers; None: a class has none.

    Intervals are percentiles of a bootstrap over pictures. Those of a set are frames of few
    recordings, so the true ones are wider.
    """
    if not answers.both:
        return None
    scores = answers.score_set()
    # neither measure uses a threshold; the bootstrap asks for one for the others
    limits = bootstrap(scores, 0.0, replicates=REPLICATES).intervals
    return Separation(Interval(auc(scores), *limits["auc"]), Interval(eer(scores), *limits["eer"]))


@dataclass(frozen=True, slots=True)
class Count:
    """Errors of one class at a threshold.

    Attributes:
        errors: of those that were answered.
        answered: how many there are.
        silent: how many got no answer.
        silence_is_error: of a live face it is one, of an attack none.

    """

    errors: int
    answered: int
    silent: int
    silence_is_error: bool

    @property
    def rate(self) -> float | None:
        """Of those that were answered; None if none was."""
        return self.errors / self.answered if self.answered else None

    @property
    def all_errors(self) -> int:
        """Silence counted."""
        return self.errors + self.silent * self.silence_is_error

    @property
    def total(self) -> int:
        """Silence counted."""
        return self.answered + self.silent

    @property
    def rate_of_all(self) -> float | None:
        """With silence; None without a picture."""
        return self.all_errors / self.total if self.total else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, with exact (Clopper-Pearson) 95 % intervals."""
        return {
            "rate": self.rate,
            "ci95": list(clopper_pearson(self.errors, self.answered)),
            "errors": self.errors,
            "answered": self.answered,
            "rate_of_all": self.rate_of_all,
            "ci95_of_all": list(clopper_pearson(self.all_errors, self.total)),
            "errors_of_all": self.all_errors,
            "total": self.total,
        }


@dataclass(frozen=True, slots=True)
class Errors:
    """At one threshold; an attack is what scores above it. Without a threshold all are refused."""

    threshold: float | None
    bpcer: Count
    apcer: Count
    apcer_by_kind: dict[str, Count]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "threshold": self.threshold,
            "bpcer": self.bpcer.to_dict(),
            "apcer": self.apcer.to_dict(),
            "apcer_by_kind": {kind: c.to_dict() for kind, c in self.apcer_by_kind.items()},
        }


def errors_at(threshold: float | None, answers: Answers) -> Errors:
    """Count at a threshold; None: there is none, and every face is refused."""
    limit = -np.inf if threshold is None else threshold
    live, silent = answers.answered_live, int(np.isnan(answers.live).sum())
    return Errors(
        threshold,
        Count(int((live > limit).sum()), len(live), silent, silence_is_error=True),
        _passed(limit, answers),
        {k: _passed(limit, answers.of_kind(k)) for k in kinds_in({"": answers})},
    )


def _passed(threshold: float, answers: Answers) -> Count:
    attack, silent = answers.answered_attack, int(np.isnan(answers.attack).sum())
    return Count(int((attack <= threshold).sum()), len(attack), silent, silence_is_error=False)


def summed(counts: Iterable[Count]) -> Count:
    """Of several sets together; at least one."""
    counts = list(counts)
    return Count(
        sum(c.errors for c in counts),
        sum(c.answered for c in counts),
        sum(c.silent for c in counts),
        counts[0].silence_is_error,
    )


@dataclass(frozen=True, slots=True)
class Rates:
    """Fractions, those of several draws as means; None where nothing was answered."""

    bpcer: float | None
    apcer: float | None
    bpcer_of_all: float | None
    apcer_of_all: float | None

    @classmethod
    def of(cls, errors: Errors) -> Rates:
        """Of counts."""
        b, a = errors.bpcer, errors.apcer
        return cls(b.rate, a.rate, b.rate_of_all, a.rate_of_all)

    @classmethod
    def mean(cls, several: Iterable[Rates]) -> Rates:
        """The mean of each, over those that have it."""
        several = list(several)
        names = ("bpcer", "apcer", "bpcer_of_all", "apcer_of_all")
        return cls(**{n: _mean(getattr(r, n) for r in several) for n in names})


def _mean(values: Iterable[float | None]) -> float | None:
    there = [v for v in values if v is not None]
    return float(np.mean(there)) if there else None


@dataclass(frozen=True, slots=True)
class Own:
    """A threshold from some of a set's own live pictures, judged on its others and all attacks.

    Attributes:
        pictures: how many were drawn each time, answered or not.
        draws: the counts of each draw; one in which nothing was answered gives no threshold.

    """

    pictures: int
    draws: list[Errors]

    @property
    def rates(self) -> Rates:
        """Means over the draws."""
        return Rates.mean(Rates.of(draw) for draw in self.draws)

    def apcer_of_kind(self, kind: str) -> float | None:
        """Mean over the draws, of those answered."""
        return _mean(d.apcer_by_kind[kind].rate for d in self.draws if kind in d.apcer_by_kind)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        rates = [Rates.of(draw) for draw in self.draws]
        return {
            "pictures": self.pictures,
            "draws": len(self.draws),
            "thresholds": [d.threshold for d in self.draws],
            "bpcer": [r.bpcer for r in rates],
            "apcer": [r.apcer for r in rates],
            "mean": as_dict(self.rates),
        }


def own_threshold(
    answers: Answers, pictures: int, rate: float, draws: int = 20, seed: int = 0
) -> Own:
    """Draw live pictures, set the threshold at which ``rate`` of them is refused, judge the rest.

    The same pictures are drawn for every contender, whatever it says of them. At most half of a
    set's are drawn, so that there are others.

    Args:
        answers: of one set.
        pictures: how many are drawn, answered or not.
        rate: BPCER of those drawn and answered, at most, 0..1.
        draws: how often.
        seed: of the draws.

    Raises:
        InputError: the set has fewer than two live pictures, or an argument is out of range.

    """
    if pictures < 1 or draws < 1:
        raise InputError("draw at least one picture, at least once.")
    count = len(answers.live)
    if count < 2:
        raise InputError("a set needs two live pictures for a threshold of its own.")
    taken = min(pictures, count // 2)
    made = []
    for draw in range(draws):
        drawn = np.random.default_rng([seed, draw]).permutation(count)[:taken]
        threshold = of_live(answers.live[drawn], rate)
        made.append(errors_at(threshold, answers.without_live(drawn)))
    return Own(taken, made)


def of_live(scores: NDArray[np.float64], rate: float) -> float | None:
    """The threshold that `model calibrate` sets on live faces; None if none was answered."""
    there = scores[~np.isnan(scores)]
    if not len(there):
        return None
    return bpcer_threshold(ScoreSet.of(there, np.zeros(len(there), int)), rate=rate).value


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over sets: its mean, the worst set, and how many sets have it."""

    mean: float
    worst: float
    worst_set: str
    sets: int


def over_sets(values: Mapping[str, float | None], worst: Callable[..., Any] = max) -> Spread | None:
    """Mean and worst of the sets that have a value; None if none has.

    Args:
        values: set -> value.
        worst: ``max`` for errors, ``min`` for AUC.

    """
    there = {name: v for name, v in values.items() if v is not None}
    if not there:
        return None
    name = worst(there, key=there.__getitem__)
    return Spread(float(np.mean(list(there.values()))), there[name], name, len(there))


def as_dict(rates: Rates) -> dict[str, float | None]:
    """Plain data."""
    return {
        "bpcer": rates.bpcer,
        "apcer": rates.apcer,
        "bpcer_of_all": rates.bpcer_of_all,
        "apcer_of_all": rates.apcer_of_all,
    }
