"""Dev and test scores to an evaluation: the threshold from dev, the rates on test."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.metrics.bootstrap_intervals import BootstrapIntervals, bootstrap
from spoofcue.metrics.curves import points_of, sweep
from spoofcue.metrics.hints import hints_of
from spoofcue.metrics.intervals import Rate, Support, clopper_pearson, support_of
from spoofcue.metrics.measures import MEASURES, measured_at, measured_over
from spoofcue.metrics.nonresponse import NonResponseRates, nonresponse_rates
from spoofcue.metrics.rates import ErrorRates, error_rates
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.species import GROUPINGS, Grouping, grouped
from spoofcue.metrics.thresholds import (
    EER,
    Threshold,
    ThresholdRule,
    apcer_threshold,
    bpcer_threshold,
)


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """How scores are judged.

    Attributes:
        threshold: how the threshold is chosen on dev, or the one fixed beforehand.
        grouping: what counts as one PAI species; the other groupings are reported beside it.
        replicates: of a bootstrap over people at the threshold; 0 for none.
        seed: of the bootstrap.

    >>> EvaluationOptions(ThresholdRule.parse("apcer=0.05"), grouping="family").threshold.words
    'APCER of at most 0.05 on dev'

    """

    threshold: ThresholdRule = EER
    grouping: Grouping = "instrument"
    replicates: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """An error that dev was held to, and what that gives on test.

    Attributes:
        threshold: from dev.
        rates: on test.
        support: whether dev has attempts enough to be held to that error.

    """

    threshold: Threshold
    rates: ErrorRates
    support: Support


@dataclass(frozen=True, slots=True, eq=False)
class LevelResult:
    """Results with one score a frame, or one a video.

    Attributes:
        threshold: from dev at the same level, or fixed.
        grouping: what ``rates`` and all that is not in ``by_grouping`` call a species.
        rates: on test at that threshold.
        by_grouping: the same with every grouping.
        values: measure of :data:`spoofcue.metrics.measures.MEASURES` -> its value on test.
        bpcer_at_apcer: APCER limit, every species -> point; empty without dev.
        apcer_at_bpcer: BPCER limit -> point; empty without dev.
        dev: rates on dev at the threshold, None without dev.
        nonresponse: attempts of test without a score.
        det: (K, 3) threshold, pooled APCER and BPCER of test, thinned for drawing.
        bootstrap: intervals on test, None unless asked for.

    """

    threshold: Threshold
    grouping: Grouping
    rates: ErrorRates
    by_grouping: dict[Grouping, ErrorRates]
    values: dict[str, float]
    bpcer_at_apcer: dict[float, OperatingPoint]
    apcer_at_bpcer: dict[float, OperatingPoint]
    dev: ErrorRates | None
    nonresponse: NonResponseRates
    det: NDArray[np.float64]
    bootstrap: BootstrapIntervals | None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Frame and video level; ``video`` is None when no recording has several frames.

    >>> dev = ScoreSet.of([0.125, 0.25, 0.75, 0.875], [0, 0, 1, 1])
    >>> evaluate(dev, dev).video is None
    True

    """

    frame: LevelResult
    video: LevelResult | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; all rates are fractions 0..1."""
        lost = self.frame.nonresponse
        tree: dict[str, Any] = {
            "score_direction": "higher = more likely an attack; attack if score > threshold",
            "grouping": self.frame.grouping,
            "frame": _level(self.frame),
            "video": _level(self.video) if self.video else None,
            "nonresponse": {"live": lost.bpnrr.errors, "attack": lost.apnrr.errors},
        }
        return {**tree, "hints": hints_of(tree)}

    @property
    def hints(self) -> list[str]:
        """What to look into before believing it: a turned sign, species that look alike."""
        return list(self.to_dict()["hints"])

    def _repr_html_(self) -> str:
        """Tables of the rates, as a notebook shows them."""
        from spoofcue.rates_table import rates_tables

        return rates_tables(self.to_dict())


def _level(result: LevelResult) -> dict[str, Any]:
    return {
        "threshold": asdict(result.threshold),
        "grouping": result.grouping,
        **_rates(result.rates),
        "groupings": {g: _rates(rates) for g, rates in result.by_grouping.items()},
        **result.values,
        "bpcer_at_apcer": {f"{r:g}": _point(p) for r, p in result.bpcer_at_apcer.items()},
        "apcer_at_bpcer": {f"{r:g}": _point(p) for r, p in result.apcer_at_bpcer.items()},
        "dev": _rates(result.dev) if result.dev else None,
        "nonresponse": _nonresponse(result),
        "det": {
            # JSON has no infinity; the ends lie beyond every score.
            "threshold": [float(v) if np.isfinite(v) else None for v in result.det[:, 0]],
            "apcer": result.det[:, 1].tolist(),
            "bpcer": result.det[:, 2].tolist(),
        },
        "bootstrap": asdict(result.bootstrap) if result.bootstrap else None,
    }


def _rates(rates: ErrorRates) -> dict[str, Any]:
    values = measured_at(rates)
    return {
        "apcer_max": values["apcer_max"],
        "worst_pai": rates.worst_pai,
        "apcer_by_pai": {s: r.value for s, r in rates.apcer_by_pai.items()},
        "apcer_pooled": rates.far.value,
        **values,
        "counts": {
            "bpcer": _count(rates.bpcer),
            "apcer_pooled": _count(rates.far),
            "apcer_by_pai": {s: _count(r) for s, r in rates.apcer_by_pai.items()},
        },
    }


def _point(point: OperatingPoint) -> dict[str, Any]:
    return {
        "threshold": point.threshold.value,
        "apcer_max": point.rates.apcer_max,
        "bpcer": point.rates.bpcer.value,
        "supported": point.support.supported,
        "reason": point.support.reason,
    }


def _nonresponse(result: LevelResult) -> dict[str, Any]:
    lost = result.nonresponse
    far, frr = lost.with_failures(result.rates.far.value, result.rates.bpcer.value)
    return {
        "live": lost.bpnrr.errors,
        "attack": lost.apnrr.errors,
        "bpnrr": lost.bpnrr.value,
        "apnrr": lost.apnrr.value,
        "apnrr_by_pai": {s: r.value for s, r in lost.apnrr_by_pai.items()},
        "failure_to_acquire": lost.failure_to_acquire,
        "far_with_failures": far,
        "frr_with_failures": frr,
    }


def _count(rate: Rate) -> dict[str, Any]:
    """Errors, attempts and the 95 % Clopper-Pearson interval."""
    return {
        "errors": rate.errors,
        "total": rate.total,
        "ci95": list(clopper_pearson(rate.errors, rate.total)),
    }


APCER_LIMITS = (0.10, 0.05, 0.01, 0.001)
BPCER_LIMITS = (0.10, 0.05, 0.01)
DET_POINTS = 200


def evaluate(
    test: ScoreSet, dev: ScoreSet | None = None, options: EvaluationOptions | None = None
) -> Evaluation:
    """Judge ``test`` at a threshold from ``dev``, or at a fixed one.

    Args:
        test: scores to judge, of both classes.
        dev: scores of other people that the threshold is chosen on; None only for a threshold
            that is fixed beforehand.
        options: None: the threshold at the EER of dev, every instrument a species, no bootstrap.

    Returns:
        All measures as fractions 0..1, with one score a frame and, where a recording has several
        frames, with one score a video.

    Raises:
        InputError: a rule that needs dev without it, or a class is missing.

    >>> dev = ScoreSet.of([0.125, 0.25, 0.75, 0.875], [0, 0, 1, 1])
    >>> test = ScoreSet.of([0.1, 0.2, 0.6, 0.3, 0.9], [0, 0, 0, 1, 1])
    >>> result = evaluate(test, dev).frame
    >>> result.threshold
    Threshold(value=0.5, rule='eer', source='dev')
    >>> result.values["apcer_max"], round(result.values["bpcer"], 3)
    (0.5, 0.333)

    """
    options = options or EvaluationOptions()
    frame = _judge(test, dev, options)
    video = None
    if test.has_videos:
        video = _judge(by_video(test), by_video(dev) if dev is not None else None, options)
    return Evaluation(frame, video)


def _judge(test: ScoreSet, dev: ScoreSet | None, options: EvaluationOptions) -> LevelResult:
    grouping, replicates = options.grouping, options.replicates
    threshold = options.threshold.on(dev)
    by_grouping = {g: error_rates(grouped(test, g), threshold) for g in GROUPINGS}
    species = grouped(test, grouping)
    dev_species = grouped(dev, grouping) if dev is not None else None
    s = sweep(test)
    values = measured_at(by_grouping[grouping]) | measured_over(s)
    drawn = None
    if replicates:
        drawn = bootstrap(species, threshold, replicates=replicates, seed=options.seed)
    return LevelResult(
        threshold=threshold,
        grouping=grouping,
        rates=by_grouping[grouping],
        by_grouping=by_grouping,
        values={name: values[name] for name in MEASURES},
        bpcer_at_apcer=_at_apcer(species, dev_species) if dev_species is not None else {},
        apcer_at_bpcer=_at_bpcer(species, dev_species) if dev_species is not None else {},
        dev=error_rates(dev_species, threshold) if dev_species is not None else None,
        nonresponse=nonresponse_rates(species),
        det=points_of(s, DET_POINTS),
        bootstrap=drawn,
    )


def _at_apcer(test: ScoreSet, dev: ScoreSet) -> dict[float, OperatingPoint]:
    attempts = {species: len(scores) for species, scores in dev.ranking.by_pai.items()}
    points = {}
    for limit in APCER_LIMITS:
        at = apcer_threshold(dev, rate=limit)
        points[limit] = OperatingPoint(at, error_rates(test, at), support_of(limit, attempts))
    return points


def _at_bpcer(test: ScoreSet, dev: ScoreSet) -> dict[float, OperatingPoint]:
    attempts = {"live": len(dev.live)}
    points = {}
    for limit in BPCER_LIMITS:
        at = bpcer_threshold(dev, rate=limit)
        points[limit] = OperatingPoint(at, error_rates(test, at), support_of(limit, attempts))
    return points
