"""The whole judgement of a test set at a threshold from dev."""

from __future__ import annotations

from typing import Literal

from spoofcue.errors import InputError
from spoofcue.metrics.bootstrap import bootstrap
from spoofcue.metrics.curves import auc_of, eer_of, points_of
from spoofcue.metrics.error_rates import error_rates
from spoofcue.metrics.groupings import GROUPINGS, Grouping
from spoofcue.metrics.nonresponse import nonresponse_rates
from spoofcue.metrics.results import Evaluation, LevelResult, OperatingPoint
from spoofcue.metrics.scores import ScoreSet, by_video, grouped
from spoofcue.metrics.support import support_of
from spoofcue.metrics.sweep import sweep
from spoofcue.metrics.thresholds import (
    Threshold,
    apcer_threshold,
    bpcer_threshold,
    eer_threshold,
    fixed_threshold,
    min_hter_threshold,
)

NEEDS_DEV = (
    "the {rule} threshold must come from dev scores, never from the test scores it judges: give "
    "--dev FILE, or a threshold fixed beforehand (--threshold 0.01)."
)
APCER_LIMITS = (0.10, 0.05, 0.01, 0.001)
BPCER_LIMITS = (0.10, 0.05, 0.01)
DET_POINTS = 200
Rule = Literal["eer", "min-hter"] | float


def evaluate(
    test: ScoreSet,
    dev: ScoreSet | None,
    rule: Rule = "eer",
    grouping: Grouping = "instrument",
    replicates: int = 0,
    seed: int = 0,
) -> Evaluation:
    """Judge ``test`` at a threshold from ``dev``, or at a fixed one.

    Args:
        test: scores to judge.
        dev: scores of other people that the threshold is chosen on.
        rule: ``eer``, ``min-hter``, or the threshold itself.
        grouping: what counts as one species; the other groupings are reported beside it.
        replicates: of a bootstrap at the fixed threshold; 0 for none.
        seed: of the bootstrap.

    Raises:
        InputError: a rule that needs dev without it, or a class is missing.

    """
    frame = _judge(test, dev, rule, grouping, replicates, seed)
    video = None
    if test.has_videos:
        videos = by_video(dev) if dev is not None else None
        video = _judge(by_video(test), videos, rule, grouping, replicates, seed)
    return Evaluation(frame, video)


def _judge(
    test: ScoreSet,
    dev: ScoreSet | None,
    rule: Rule,
    grouping: Grouping,
    replicates: int,
    seed: int,
) -> LevelResult:
    threshold = threshold_by(rule, dev)
    by_grouping = {g: error_rates(grouped(test, g), threshold) for g in GROUPINGS}
    species = grouped(test, grouping)
    dev_species = grouped(dev, grouping) if dev is not None else None
    s = sweep(test)
    return LevelResult(
        threshold=threshold,
        grouping=grouping,
        rates=by_grouping[grouping],
        by_grouping=by_grouping,
        eer=eer_of(s),
        auc=auc_of(s),
        bpcer_at_apcer=_at_apcer(species, dev_species) if dev_species is not None else {},
        apcer_at_bpcer=_at_bpcer(species, dev_species) if dev_species is not None else {},
        dev=error_rates(dev_species, threshold) if dev_species is not None else None,
        nonresponse=nonresponse_rates(species),
        det=points_of(s, DET_POINTS),
        bootstrap=bootstrap(species, threshold, replicates, seed) if replicates else None,
    )


def threshold_by(rule: Rule, dev: ScoreSet | None) -> Threshold:
    """The threshold that a rule gives on dev; a fixed one needs no dev.

    Raises:
        InputError: a rule that needs dev without it, or dev lacks a class.

    """
    if not isinstance(rule, str):
        return fixed_threshold(rule)
    if dev is None:
        raise InputError(NEEDS_DEV.format(rule=rule))
    return eer_threshold(dev) if rule == "eer" else min_hter_threshold(dev)


def _at_apcer(test: ScoreSet, dev: ScoreSet) -> dict[float, OperatingPoint]:
    attempts = {species: len(scores) for species, scores in dev.ranking.by_pai.items()}
    points = {}
    for limit in APCER_LIMITS:
        at = apcer_threshold(dev, limit)
        points[limit] = OperatingPoint(at, error_rates(test, at), support_of(limit, attempts))
    return points


def _at_bpcer(test: ScoreSet, dev: ScoreSet) -> dict[float, OperatingPoint]:
    attempts = {"live": len(dev.live)}
    points = {}
    for limit in BPCER_LIMITS:
        at = bpcer_threshold(dev, limit)
        points[limit] = OperatingPoint(at, error_rates(test, at), support_of(limit, attempts))
    return points
