"""The measures: one table that evaluations, intervals, comparisons, tables and cards are read from.

A new measure is one entry of :data:`MEASURES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spoofcue.metrics.curves import Sweep, pairs_won, rate_at_least_gap, sweep
from spoofcue.metrics.rates import ErrorRates, RatesAtThreshold, error_rates
from spoofcue.metrics.scores import ScoreSet, as_scores
from spoofcue.metrics.thresholds import Threshold, eer_threshold, fixed_threshold

Values = NDArray[np.float64]
Report = Literal["acer", "hter"]  # the measure that a protocol is judged by
REPORTS: tuple[Report, ...] = get_args(Report)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of merit; give exactly one of ``of_rates`` and ``of_sweep``.

    Attributes:
        name: its key in stored results.
        label: at the head of a column; ``long_label`` where rates of single species stand beside.
        of_rates: for a measure at the threshold: rates (...) -> (...) fractions.
        of_sweep: for one over all thresholds: counts (..., K + 1) -> (...) fractions.
        unit: of the number that is shown: ``%`` of a fraction.
        lower_is_better: which end is the good one.
        ranked: whether it has a best; APCER or BPCER alone has none, since who calls all faces
            attacks has an APCER of zero.
        reports: the tables that it is a column of: of protocols that are judged by ACER, by HTER.

    >>> MEASURES["acer"].title, MEASURES["auc"].lower_is_better
    ('ACER', False)
    >>> MEASURES["bpcer"].number(0.125, 1)
    '12.5'

    """

    name: str
    label: str
    of_rates: Callable[[RatesAtThreshold], Values] | None = None
    of_sweep: Callable[[Sweep], Values] | None = None
    long_label: str = ""
    unit: str = "%"
    lower_is_better: bool = True
    ranked: bool = True
    reports: tuple[Report, ...] = REPORTS

    @property
    def title(self) -> str:
        """The long label, if there is one."""
        return self.long_label or self.label

    @property
    def headline(self) -> bool:
        """Whether protocols are judged by it."""
        return self.name in REPORTS

    def best(self, values: list[float]) -> float:
        """The best one."""
        return min(values) if self.lower_is_better else max(values)

    def number(self, value: float, decimals: int) -> str:
        """A fraction in the measure's unit, which is not written: ``12.3``."""
        return f"{100 * value if self.unit == '%' else value:.{decimals}f}"


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            "apcer_max",
            "APCER",
            of_rates=lambda r: r.apcer_max,
            long_label="APCER (worst species)",
            ranked=False,
            reports=("acer",),
        ),
        Measure("bpcer", "BPCER", of_rates=lambda r: r.bpcer, ranked=False, reports=("acer",)),
        # Eq. 11
        Measure("acer", "ACER", of_rates=lambda r: (r.apcer_max + r.bpcer) / 2, reports=("acer",)),
        # Eq. 12: attacks pooled
        Measure("hter", "HTER", of_rates=lambda r: (r.far + r.bpcer) / 2, reports=("hter",)),
        Measure("eer", "EER", of_sweep=rate_at_least_gap),
        # P(attack score > live score), ties counted half: exact
        Measure(
            "auc",
            "AUC",
            of_sweep=lambda s: pairs_won(s) / (2 * s.passed[..., -1] * s.refused[..., 0]),
            lower_is_better=False,
        ),
    )
}
AT_THRESHOLD = [measure for measure in MEASURES.values() if measure.of_rates]
OVER_THRESHOLDS = [measure for measure in MEASURES.values() if measure.of_sweep]


def measured_at(rates: ErrorRates) -> dict[str, float]:
    """Name -> value, of every measure at a threshold."""
    fractions = rates.fractions
    return {m.name: float(m.of_rates(fractions)) for m in AT_THRESHOLD if m.of_rates}


def measured_over(s: Sweep) -> dict[str, float]:
    """Name -> value, of every measure over all thresholds."""
    return {m.name: float(m.of_sweep(s)) for m in OVER_THRESHOLDS if m.of_sweep}


def measured(scores: ScoreSet, threshold: Threshold) -> dict[str, float]:
    """Name -> value, of every measure, in the order of the table.

    Raises:
        InputError: a class has no score.

    """
    values = measured_at(error_rates(scores, threshold)) | measured_over(sweep(scores))
    return {name: values[name] for name in MEASURES}


def measured_draws(rates: RatesAtThreshold, s: Sweep) -> Values:
    """(B, M) every measure of B draws, in the order of the table; NaN where a class is absent.

    Args:
        rates: (B, S) and (B,).
        s: (B, K + 1) counts.

    """
    with np.errstate(invalid="ignore"):
        columns = [
            m.of_rates(rates) if m.of_rates else m.of_sweep(s) if m.of_sweep else np.nan
            for m in MEASURES.values()
        ]
    return np.column_stack(columns)


def rates_at_eer(scores: ScoreSet) -> dict[str, float]:
    """``acer``, ``eer``, ``auc`` as fractions, and ``threshold``.

    Raises:
        InputError: a class is missing.

    """
    threshold = eer_threshold(scores)
    values = measured(scores, threshold)
    return {name: values[name] for name in ("acer", "eer", "auc")} | {"threshold": threshold.value}


def apcer(
    scores: ScoreSet | ArrayLike,
    labels: ArrayLike | None = None,
    pai: ArrayLike | None = None,
    *,
    threshold: Threshold | float,
) -> float:
    """APCER of a set: the part of the attacks called live, of the species where it is highest.

    ISO/IEC 30107-3; ``error_rates(...)`` has the APCER of each species.

    Args:
        scores: a score set of both classes, or (N,) finite numbers, higher = more likely an
            attack.
        labels: (N,) 0 live, 1 attack; not beside a score set.
        pai: (N,) PAI species of attacks, empty for live faces; None: all are one species.
        threshold: an attack is what scores above it.

    Returns:
        A fraction, 0..1.

    Raises:
        InputError: a class has no score, the arrays are refused (see :meth:`ScoreSet.of`), or the
            threshold is not finite.

    One of two prints passes, and one of three replays:

    >>> scores, labels = [0.1, 0.6, 0.3, 0.9, 0.2, 0.8, 0.7], [0, 0, 1, 1, 1, 1, 1]
    >>> pai = ["", "", "print", "print", "replay", "replay", "replay"]
    >>> apcer(scores, labels, pai, threshold=0.5)
    0.5

    """
    return _at("apcer_max", as_scores(scores, labels, pai), threshold)


def bpcer(
    scores: ScoreSet | ArrayLike, labels: ArrayLike | None = None, *, threshold: Threshold | float
) -> float:
    """BPCER: the part of the live faces called attacks (ISO/IEC 30107-3).

    Arguments, result and errors as for :func:`apcer`.

    >>> bpcer([0.1, 0.6, 0.3, 0.9], [0, 0, 1, 1], threshold=0.5)
    0.5

    """
    return _at("bpcer", as_scores(scores, labels), threshold)


def acer(
    scores: ScoreSet | ArrayLike,
    labels: ArrayLike | None = None,
    pai: ArrayLike | None = None,
    *,
    threshold: Threshold | float,
) -> float:
    """ACER, the mean of APCER (of the worst species) and BPCER (Eq. 11).

    Arguments, result and errors as for :func:`apcer`.

    No live face is refused, and one of two prints passes:

    >>> acer([0.1, 0.3, 0.9, 0.8], [0, 1, 1, 1], ["", "print", "print", "replay"], threshold=0.5)
    0.25

    """
    return _at("acer", as_scores(scores, labels, pai), threshold)


def hter(
    scores: ScoreSet | ArrayLike, labels: ArrayLike | None = None, *, threshold: Threshold | float
) -> float:
    """HTER, the mean of FAR and FRR with the attacks of all species pooled (Eq. 12).

    Arguments, result and errors as for :func:`apcer`.

    One of four attacks passes:

    >>> hter([0.1, 0.3, 0.9, 0.8, 0.7], [0, 1, 1, 1, 1], threshold=0.5)
    0.125

    """
    return _at("hter", as_scores(scores, labels), threshold)


def eer(scores: ScoreSet | ArrayLike, labels: ArrayLike | None = None) -> float:
    """Mean of FAR and FRR at these scores' own EER threshold, where ``|FAR - FRR|`` is least.

    Arguments, result and errors as for :func:`apcer`.

    At any threshold between 0.3 and 0.6 one of two live faces is refused and one of two attacks
    passes:

    >>> eer([0.1, 0.6, 0.3, 0.9], [0, 0, 1, 1])
    0.5

    """
    return _over("eer", as_scores(scores, labels))


def auc(scores: ScoreSet | ArrayLike, labels: ArrayLike | None = None) -> float:
    """P(attack score > live score), ties counted half: the area under the ROC curve, exact.

    Arguments, result and errors as for :func:`apcer`.

    Of the four pairs of a live face and an attack, three are in order:

    >>> auc([0.1, 0.6, 0.3, 0.9], [0, 0, 1, 1])
    0.75

    """
    return _over("auc", as_scores(scores, labels))


def _at(name: str, scores: ScoreSet, threshold: Threshold | float) -> float:
    at = threshold if isinstance(threshold, Threshold) else fixed_threshold(threshold)
    return measured_at(error_rates(scores, at))[name]


def _over(name: str, scores: ScoreSet) -> float:
    return measured_over(sweep(scores))[name]
