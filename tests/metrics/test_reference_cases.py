"""bob.measure's and scikit-learn's published figures, reproduced with the sign of scores turned."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import stdev
from typing import Any

import numpy as np
import pytest

from spoofcue.metrics.curves import sweep
from spoofcue.metrics.measures import auc, eer, measured_at
from spoofcue.metrics.rates import ErrorRates, error_rates
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.thresholds import (
    Threshold,
    apcer_threshold,
    bpcer_threshold,
    eer_threshold,
    min_hter_threshold,
)

REFERENCE = json.loads((Path(__file__).parent / "reference_cases.json").read_text())
CASES = [pytest.param(c, id=c["name"]) for c in REFERENCE["cases"]]


def turned(split: dict[str, Any]) -> ScoreSet:
    """Their higher = live becomes our higher = attack."""
    score = [-s for s in split["bonafide"]]
    pai = [""] * len(score)
    for species, values in split["attack"].items():
        score += [-s for s in values]
        pai += [species] * len(values)
    return ScoreSet.of(score, [int(p != "") for p in pai], pai)


def check(rates: ErrorRates, wanted: dict[str, Any]) -> None:
    assert {s: r.value for s, r in rates.apcer_by_pai.items()} == pytest.approx(
        wanted["apcer_per_pai"]
    )
    assert rates.apcer_max == pytest.approx(wanted["apcer_max"])
    assert rates.bpcer.value == pytest.approx(wanted["bpcer"])
    at = measured_at(rates)
    assert at["acer"] == pytest.approx(wanted["acer_max_pai"])
    assert rates.far.value == pytest.approx(wanted["far_pooled"])
    assert at["hter"] == pytest.approx(wanted["hter_pooled"])


@pytest.mark.parametrize("case", CASES)
def test_dev_eer_threshold_judges_dev_and_test_as_bob_does(case: dict[str, Any]) -> None:
    dev, test, wanted = turned(case["dev"]), turned(case["test"]), case["expected"]
    threshold = eer_threshold(dev)
    assert threshold.value == pytest.approx(-wanted["dev_eer_threshold"])
    check(error_rates(dev, threshold), wanted["dev_at_dev_eer"])
    check(error_rates(test, threshold), wanted["test_at_dev_eer"])
    check(error_rates(test, eer_threshold(test, source="test")), wanted["test_at_test_eer"])
    assert eer(dev) == pytest.approx(wanted["bob_eer_dev"])


@pytest.mark.parametrize("case", CASES)
def test_auc_equals_scikit_learn(case: dict[str, Any]) -> None:
    wanted = case["expected"]
    assert auc(turned(case["test"])) == pytest.approx(wanted["sklearn_test"]["auc"], abs=1e-12)
    assert auc(turned(case["dev"])) == pytest.approx(wanted["sklearn_dev"]["auc"], abs=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_min_hter_threshold_judges_test_as_bob_does(case: dict[str, Any]) -> None:
    dev, test, wanted = turned(case["dev"]), turned(case["test"]), case["expected"]
    threshold = min_hter_threshold(dev)
    assert threshold.value == pytest.approx(-wanted["dev_min_hter_threshold"])
    check(error_rates(test, threshold), wanted["test_at_dev_min_hter"])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("split", ["dev", "test"])
def test_the_first_best_of_scikit_learns_roc_is_in_the_sweep(
    case: dict[str, Any], split: str
) -> None:
    s, wanted = sweep(turned(case[split])), case["expected"][f"sklearn_{split}"]
    pick = wanted["roc_eer_first_argmin"]
    at = np.flatnonzero(np.isclose(s.far, pick["fpr"]) & np.isclose(s.frr, pick["fnr"]))
    assert len(at) == 1
    gap = np.abs(s.far - s.frr)
    assert gap[at[0]] == pytest.approx(gap.min())


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["bpcer10", "bpcer20", "bpcer100", "apcer10", "apcer20"])
def test_operating_points_equal_bobs(case: dict[str, Any], name: str) -> None:
    dev, test = turned(case["dev"]), turned(case["test"])
    chosen = apcer_threshold if name.startswith("bpcer") else bpcer_threshold
    threshold = chosen(dev, rate=1 / int(name[5:]))
    wanted = case["expected"]["fixed_operating_points_chosen_on_dev"][name]
    assert threshold.value == pytest.approx(-wanted["dev"]["threshold"])
    check(error_rates(dev, threshold), wanted["dev"])
    check(error_rates(test, threshold), wanted["test"])


def test_video_score_is_the_mean_of_its_frames() -> None:
    block = REFERENCE["aggregation"]
    names = [v for v, frames in block["frames"].items() for _ in frames]
    values = [s for frames in block["frames"].values() for s in frames]
    label = [int(v == "v2") for v in names]
    videos = by_video(ScoreSet.of(values, label, video=names))
    assert dict(zip(videos.video.tolist(), videos.score.tolist(), strict=True)) == pytest.approx(
        block["video_mean"]
    )
    assert stdev(block["fold_bpcer_percent"]) == pytest.approx(block["std_ddof1"])


def test_a_score_equal_to_the_threshold_is_live() -> None:
    scores = ScoreSet.of([0.5, 0.5], [0, 1])
    rates = error_rates(scores, Threshold(0.5, "fixed", "given"))
    assert (rates.bpcer.errors, rates.far.errors) == (0, 1)
    assert np.isclose(measured_at(rates)["acer"], 0.5)
