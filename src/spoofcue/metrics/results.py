"""What an evaluation found, and its plain form for JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.metrics.bootstrap import BootstrapIntervals
from spoofcue.metrics.error_rates import ErrorRates
from spoofcue.metrics.groupings import Grouping
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.metrics.nonresponse import NonResponseRates
from spoofcue.metrics.rate import Rate
from spoofcue.metrics.support import Support
from spoofcue.metrics.thresholds import Threshold


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
        eer, auc: of the test scores over all thresholds; they use no threshold of ours.
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
    eer: float
    auc: float
    bpcer_at_apcer: dict[float, OperatingPoint]
    apcer_at_bpcer: dict[float, OperatingPoint]
    dev: ErrorRates | None
    nonresponse: NonResponseRates
    det: NDArray[np.float64]
    bootstrap: BootstrapIntervals | None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Frame and video level; ``video`` is None when no recording has several frames."""

    frame: LevelResult
    video: LevelResult | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; all rates are fractions 0..1."""
        lost = self.frame.nonresponse
        return {
            "score_direction": "higher = more likely an attack; attack if score > threshold",
            "grouping": self.frame.grouping,
            "frame": _level(self.frame),
            "video": _level(self.video) if self.video else None,
            "nonresponse": {"live": lost.bpnrr.errors, "attack": lost.apnrr.errors},
        }


def _level(result: LevelResult) -> dict[str, Any]:
    return {
        "threshold": asdict(result.threshold),
        "grouping": result.grouping,
        **_rates(result.rates),
        "groupings": {g: _rates(rates) for g, rates in result.by_grouping.items()},
        "eer": result.eer,
        "auc": result.auc,
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
    return {
        "apcer_max": rates.apcer_max,
        "worst_pai": rates.worst_pai,
        "apcer_by_pai": {s: r.value for s, r in rates.apcer_by_pai.items()},
        "apcer_pooled": rates.far.value,
        "bpcer": rates.bpcer.value,
        "acer": rates.acer,
        "hter": rates.hter,
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
