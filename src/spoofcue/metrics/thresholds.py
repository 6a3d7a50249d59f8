"""How a threshold is chosen, and the threshold that comes of it; never from the scores it judges.

One vocabulary, typed, stored and printed the same everywhere: a :class:`ThresholdRule` says how,
and given dev scores it makes a :class:`Threshold`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.curves import Sweep, eer_gap, sweep
from spoofcue.metrics.scores import ScoreSet, as_scores

Kind = Literal["eer", "min-hter", "apcer", "bpcer", "expected-bpcer", "fixed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# what a model can be calibrated for
TARGETS: tuple[Kind, ...] = ("apcer", "bpcer", "expected-bpcer", "eer")
RATES: tuple[Kind, ...] = ("apcer", "bpcer", "expected-bpcer")
TYPED: dict[Kind, str] = {**{kind: f"{kind}=RATE" for kind in RATES}, "fixed": "a number"}
WORDS: dict[Kind, str] = {
    "eer": "EER on dev",
    "min-hter": "least HTER on dev",
    "apcer": "APCER of at most {:g} on dev",
    "bpcer": "BPCER of at most {:g} on dev",
    "expected-bpcer": "expected BPCER of {:g} of live faces like dev's",
    "fixed": "fixed beforehand at {:g}",
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """A score limit and where it comes from; ``score > value`` is an attack.

    Attributes:
        value: in units of the score.
        rule: how it was chosen: ``fixed``, or as a :class:`ThresholdRule` is printed.
        source: on which scores, e.g. ``dev``.

    >>> Threshold(0.5, "eer", "dev").origin
    'eer on dev'

    """

    value: float
    rule: str
    source: str

    @property
    def origin(self) -> str:
        """In words: ``eer on dev``, or ``fixed beforehand``."""
        return "fixed beforehand" if self.rule == "fixed" else f"{self.rule} on {self.source}"


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """How a threshold is chosen.

    Attributes:
        rule: ``eer`` or ``min-hter``: at the equal error rate, or the least HTER, of dev;
            ``apcer`` or ``bpcer``: so that this error of dev stays at ``value`` or below it;
            ``expected-bpcer``: so that ``value`` of further live faces is to be expected above it;
            ``fixed``: ``value`` itself, set beforehand.
        value: the rate of ``apcer``, ``bpcer`` and ``expected-bpcer``, 0..1; the threshold that is
            ``fixed``; None for the others.

    >>> ThresholdRule.parse("apcer=0.05")
    ThresholdRule(rule='apcer', value=0.05)
    >>> str(ThresholdRule.parse("apcer=0.05")), str(ThresholdRule.parse("0.01"))
    ('apcer<=0.05', '0.01')

    """

    rule: Kind = "eer"
    value: float | None = None

    def __post_init__(self) -> None:
        """Refuse a rule that is none, as of a record that another version wrote."""
        if self.rule not in KINDS or (self.value is None) != (self.rule in ("eer", "min-hter")):
            raise InputError(
                f"there is no threshold rule {self.rule} with the value {self.value}; the rules "
                f"are {', '.join(KINDS)}, the last four with a value."
            )

    @classmethod
    def parse(
        cls, text: str | float, *, among: Sequence[Kind] = KINDS, what: str = "threshold"
    ) -> ThresholdRule:
        """Read a rule as it is typed, or as it is printed: ``apcer=0.05`` and ``apcer<=0.05``.

        Args:
            text: the rule; a number is a threshold fixed beforehand.
            among: the kinds that will do.
            what: the name of what is read, for the message.

        Raises:
            InputError: it is no rule, or none of those; its rate is not between 0 and 1.

        """
        name, equals, rate = str(text).replace("<=", "=").partition("=")
        named: Kind = next((kind for kind in KINDS if kind == name), "fixed")
        value = None
        if named in RATES:
            value = _number(rate)
            usable = 0 < value < 1
        elif named == "fixed":
            value = _number(str(text))
            usable = bool(np.isfinite(value))
        else:
            usable = not equals
        if not usable or named not in among:
            known = [TYPED.get(kind, kind) for kind in among]
            between = ", with a RATE between 0 and 1" if "apcer" in among else ""
            raise InputError(
                f"{what} {text!r}: write {', '.join(known[:-1])} or {known[-1]}{between}."
            )
        return cls(named, value)

    def __str__(self) -> str:
        """As it is stored and printed; :meth:`parse` reads it back."""
        if self.rule == "fixed":
            return repr(self.value)
        if self.value is None:
            return self.rule
        return f"{self.rule}{'=' if self.rule == 'expected-bpcer' else '<='}{self.value:g}"

    @property
    def words(self) -> str:
        """For a reader: ``EER on dev``, ``fixed beforehand at 0.01``."""
        return WORDS[self.rule].format(self.value)

    @property
    def needs_dev(self) -> bool:
        """Whether there must be dev scores."""
        return self.rule != "fixed"

    def on(self, dev: ScoreSet | None, source: str = "dev") -> Threshold:
        """The threshold that the rule gives on dev; a fixed one needs no dev.

        Args:
            dev: scores of other people than those that will be judged.
            source: what they are, for the record.

        Raises:
            InputError: the rule needs dev and there is none, or dev lacks a class.

        """
        value = np.nan if self.value is None else self.value
        if self.rule == "fixed":
            return fixed_threshold(value)
        if dev is None:
            raise InputError(
                f"the {self} threshold must come from dev scores, never from the test scores it "
                "judges: give --dev FILE, or a threshold fixed beforehand (--threshold 0.01)."
            )
        if self.rule == "eer":
            return eer_threshold(dev, source=source)
        if self.rule == "min-hter":
            return min_hter_threshold(dev, source=source)
        if self.rule == "apcer":
            return apcer_threshold(dev, rate=value, source=source)
        if self.rule == "expected-bpcer":
            return expected_bpcer_threshold(dev, rate=value, source=source)
        return bpcer_threshold(dev, rate=value, source=source)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


EER = ThresholdRule("eer")


def eer_threshold(
    scores: ScoreSet | ArrayLike,
    labels: ArrayLike | None = None,
    *,
    source: str = "dev",
) -> Threshold:
    """The midpoint of two neighbouring scores with the least ``|FAR - FRR|``, the lowest of equals.

    bob.measure's rule with the sign of the score turned. When all scores are equal, that score
    is the threshold.

    Args:
        scores: of dev: a score set of both classes, or (N,) finite numbers.
        labels: (N,) 0 live, 1 attack; not beside a score set.
        source: what the scores are, for the record.

    Raises:
        InputError: a class has no score, or the arrays are refused.

    >>> eer_threshold([0.125, 0.25, 0.75, 0.875], [0, 0, 1, 1])
    Threshold(value=0.5, rule='eer', source='dev')

    """
    dev = as_scores(scores, labels)
    s = sweep(dev)
    return Threshold(_lowest_best(dev, s, eer_gap(s)), "eer", source)


def min_hter_threshold(
    scores: ScoreSet | ArrayLike,
    labels: ArrayLike | None = None,
    *,
    source: str = "dev",
) -> Threshold:
    """The midpoint of two neighbouring scores where HTER (Eq. 12) is least; the lowest of equals.

    Arguments and errors as for :func:`eer_threshold`.

    >>> min_hter_threshold([0.125, 0.25, 0.75, 0.875], [0, 0, 1, 1]).value
    0.5

    """
    dev = as_scores(scores, labels)
    s = sweep(dev)
    weighted = s.passed * s.refused[0] + s.refused * s.passed[-1]
    return Threshold(_lowest_best(dev, s, weighted), "min-hter", source)


def fixed_threshold(value: float) -> Threshold:
    """A threshold set beforehand; the paper recommends 0.01 (section 4.1).

    Raises:
        InputError: it is not finite.

    >>> fixed_threshold(0.01)
    Threshold(value=0.01, rule='fixed', source='given')

    """
    if not np.isfinite(value):
        raise InputError(f"a threshold must be a finite number, not {value}.")
    return Threshold(float(value), "fixed", "given")


def apcer_threshold(
    scores: ScoreSet | ArrayLike,
    labels: ArrayLike | None = None,
    pai: ArrayLike | None = None,
    *,
    rate: float,
    source: str = "dev",
) -> Threshold:
    """The threshold that keeps the APCER of every PAI species <= ``rate`` (bob.pad's bpcerN).

    As in bob, the limit of a species is the score of the last attack that may pass, or the next
    float below its lowest score when none may; the lowest limit over the species is taken.

    Args:
        scores: of dev: a score set, or (N,) finite numbers; live scores have no part in it.
        labels: (N,) 0 live, 1 attack; not beside a score set.
        pai: (N,) PAI species of attacks, empty for live faces; None: all are one species.
        rate: 0..1.
        source: what the scores are, for the record.

    Raises:
        InputError: no attack has a score, the rate is outside 0..1, or the arrays are refused.

    >>> apcer_threshold([0.1, 0.3, 0.6, 0.7, 0.9], [0, 1, 1, 1, 1], rate=0.25)
    Threshold(value=0.3, rule='apcer<=0.25', source='dev')

    """
    dev = as_scores(scores, labels, pai)
    _need(dev.attack, "apcer", "attack", rate)
    limits = []
    for attack in dev.ranking.by_pai.values():
        passing = _allowed(rate, len(attack))
        if passing < len(attack):  # scores equal to the first that may not pass go with it
            passing = int(np.searchsorted(attack, attack[passing]))
        limits.append(attack[passing - 1] if passing else np.nextafter(attack[0], -np.inf))
    return Threshold(float(min(limits)), f"apcer<={rate:g}", source)


def bpcer_threshold(
    scores: ScoreSet | ArrayLike,
    labels: ArrayLike | None = None,
    *,
    rate: float,
    source: str = "dev",
) -> Threshold:
    """A threshold that keeps BPCER <= ``rate`` (bob.pad's apcerN): the score of a live face.

    It is the lowest one that has, besides itself, no more live scores at or above it than may be
    refused. So bob is on the safe side at ties, since equal scores are not refused; where no
    score will do, bob refuses too many, and here the highest live score refuses none.

    Args:
        scores: of dev: a score set, or (N,) finite numbers; attacks have no part in it.
        labels: (N,) 0 live, 1 attack; not beside a score set.
        rate: 0..1, below 1.
        source: what the scores are, for the record.

    Raises:
        InputError: no live face has a score, the rate is outside 0..1, or the arrays are refused.

    >>> bpcer_threshold([0.1, 0.2, 0.3, 0.6, 0.9], [0, 0, 0, 0, 1], rate=0.25)
    Threshold(value=0.3, rule='bpcer<=0.25', source='dev')

    """
    live = as_scores(scores, labels).live
    _need(live, "bpcer", "live", rate)
    refused = _allowed(rate, len(live))
    value = live[len(live) - 1 - refused]
    first, above = np.searchsorted(live, [value, np.nextafter(value, np.inf)])
    if len(live) - 1 - first > refused and above < len(live):
        value = live[above]
    return Threshold(float(value), f"bpcer<={rate:g}", source)


# nearer to 0 or 1 a score's log-odds are no measure of how far it is from others
_NEAREST = 1e-9


def expected_bpcer_threshold(
    scores: ScoreSet | ArrayLike,
    labels: ArrayLike | None = None,
    *,
    rate: float,
    source: str = "dev",
) -> Threshold:
    """The threshold above which ``rate`` of further live faces is to be expected.

    The log-odds of live scores are taken as normal, with the mean and deviation of those given, and
    the limit is that of Student's prediction of one more: with few live faces it uses all of them,
    where :func:`bpcer_threshold` hangs on the one or two highest. Nothing is promised of the scores
    themselves.

    Args:
        scores: of dev: a score set, or (N,) numbers in 0..1; attacks have no part in it.
        labels: (N,) 0 live, 1 attack; not beside a score set.
        rate: above 0, below 1.
        source: what the scores are, for the record.

    Raises:
        InputError: fewer than three live scores, scores outside 0..1, or the rate is out of range.

    >>> limit = expected_bpcer_threshold([0.1, 0.2, 0.3, 0.4, 0.9], [0, 0, 0, 0, 1], rate=0.1)
    >>> round(limit.value, 2), limit.rule
    (0.55, 'expected-bpcer=0.1')

    """
    live = as_scores(scores, labels).live
    if not 0 < rate < 1:
        raise InputError(f"a threshold for an expected BPCER of {rate}: give a rate within 0 to 1.")
    if len(live) < 3:
        raise InputError(
            f"a threshold for an expected BPCER needs three live scores, and there are {len(live)}."
        )
    if live[0] < 0 or live[-1] > 1:
        raise InputError("a threshold for an expected BPCER needs scores in 0..1.")
    inside = np.clip(live, _NEAREST, 1 - _NEAREST)
    odds = np.log(inside) - np.log1p(-inside)
    n = len(odds)
    further = odds.std(ddof=1) * np.sqrt(1 + 1 / n) * student_quantile(1 - rate, n - 1)
    return Threshold(float(1 / (1 + np.exp(-(odds.mean() + further)))), _expected(rate), source)


def _expected(rate: float) -> str:
    return str(ThresholdRule("expected-bpcer", rate))


def student_quantile(part: float, freedom: int) -> float:
    """Quantile of Student's distribution: exact for 2 degrees of freedom, else Cornish-Fisher's."""
    if freedom == 2:
        return float((2 * part - 1) / np.sqrt(2 * part * (1 - part)))
    z = NormalDist().inv_cdf(part)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return float(z + first / freedom + second / freedom**2 + third / freedom**3)


def _need(scores: NDArray[np.float64], name: str, kind: str, rate: float) -> None:
    if not 0 <= rate <= 1 or (name == "bpcer" and rate == 1):
        raise InputError(f"a threshold for {name} at most {rate}: give a rate from 0 to 1.")
    if not len(scores):
        raise InputError(
            f"a threshold for {name} needs {kind} scores and there are none (label 1 = attack)."
        )


def _allowed(rate: float, attempts: int) -> int:
    """Errors that keep the rate; 0.1 of 30 are 3, though the product is a trifle below."""
    return int(np.floor(rate * attempts + 1e-9))


def _lowest_best(dev: ScoreSet, s: Sweep, cost: NDArray[np.int64]) -> float:
    """The finite threshold of the least cost; the score itself where all scores are equal."""
    if len(s.value) <= 2:
        return float(dev.score[0])
    return float(s.value[1 + int(np.argmin(cost[1:-1]))])
