"""The whole judgement of a test set at a threshold from dev."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from spoofcue.errors import InputError
from spoofcue.metrics.curves import auc, eer
from spoofcue.metrics.error_rates import ErrorRates, Rate, error_rates
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.thresholds import (
    Threshold,
    apcer_threshold,
    eer_threshold,
    fixed_threshold,
)

NEEDS_DEV = (
    "the EER threshold must come from dev scores, never from the test scores it judges: give "
    "--dev FILE, or a threshold fixed beforehand (--threshold 0.01)."
)
OPERATING_APCER = (0.10, 0.05, 0.01)
Rule = Literal["eer"] | float


@dataclass(frozen=True, slots=True)
class LevelResult:
    """Results with one score a frame, or one a video.

    Attributes:
        threshold: from dev at the same level, or fixed.
        rates: on test at that threshold.
        eer, auc: of the test scores over all thresholds; they use no threshold of ours.
        bpcer_at_apcer: APCER limit -> (threshold from dev, rates on test); empty without dev.
        dev: rates on dev at the threshold, None without dev.

    """

    threshold: Threshold
    rates: ErrorRates
    eer: float
    auc: float
    bpcer_at_apcer: dict[float, tuple[Threshold, ErrorRates]]
    dev: ErrorRates | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Frame and video level; ``video`` is None when no recording has several frames."""

    frame: LevelResult
    video: LevelResult | None
    nonresponse_live: int
    nonresponse_attack: int

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; all rates are fractions 0..1."""
        return {
            "score_direction": "higher = more likely an attack; attack if score > threshold",
            "frame": _level(self.frame),
            "video": _level(self.video) if self.video else None,
            "nonresponse": {"live": self.nonresponse_live, "attack": self.nonresponse_attack},
        }


def evaluate(test: ScoreSet, dev: ScoreSet | None, rule: Rule = "eer") -> Evaluation:
    """Judge ``test`` at a threshold from ``dev``, or at a fixed one.

    Args:
        test: scores to judge.
        dev: scores of other people that the threshold is chosen on.
        rule: ``eer``, or the threshold itself.

    Raises:
        InputError: ``eer`` without dev, or a class is missing.

    """
    frame = _judge(test, dev, rule)
    several = len(np.unique(test.video[test.video != ""])) < int((test.video != "").sum())
    video = _judge(by_video(test), by_video(dev) if dev else None, rule) if several else None
    return Evaluation(frame, video, test.nonresponse_live, test.nonresponse_attack)


def _judge(test: ScoreSet, dev: ScoreSet | None, rule: Rule) -> LevelResult:
    if rule != "eer":
        threshold = fixed_threshold(rule)
    elif dev is not None:
        threshold = eer_threshold(dev)
    else:
        raise InputError(NEEDS_DEV)
    points = {}
    if dev is not None:
        for limit in OPERATING_APCER:
            at = apcer_threshold(dev, limit)
            points[limit] = (at, error_rates(test, at))
    return LevelResult(
        threshold=threshold,
        rates=error_rates(test, threshold),
        eer=eer(test),
        auc=auc(test),
        bpcer_at_apcer=points,
        dev=error_rates(dev, threshold) if dev is not None else None,
    )


def _level(result: LevelResult) -> dict[str, Any]:
    return {
        "threshold": asdict(result.threshold),
        **_rates(result.rates),
        "eer": result.eer,
        "auc": result.auc,
        "bpcer_at_apcer": {
            f"{limit:g}": {
                "threshold": at.value,
                "apcer_max": rates.apcer_max,
                "bpcer": rates.bpcer.value,
            }
            for limit, (at, rates) in result.bpcer_at_apcer.items()
        },
        "dev": _rates(result.dev) if result.dev else None,
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


def _count(rate: Rate) -> dict[str, Any]:
    """Errors, attempts and the 95 % Clopper-Pearson interval."""
    return {
        "errors": rate.errors,
        "total": rate.total,
        "ci95": list(clopper_pearson(rate.errors, rate.total)),
    }
