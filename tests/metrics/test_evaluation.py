from __future__ import annotations

import json
from math import comb

import numpy as np
import pytest

from spoofcue.errors import InputError
from spoofcue.metrics.evaluation import EvaluationOptions, evaluate
from spoofcue.metrics.intervals import attempts_needed, support_of, upper_bound
from spoofcue.metrics.measures import hter
from spoofcue.metrics.rates import error_rates
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.species import GROUPINGS, Grouping, as_grouping, species_of
from spoofcue.metrics.thresholds import ThresholdRule, fixed_threshold


def random_set(seed: int, n: int = 400) -> ScoreSet:
    rng = np.random.default_rng(seed)
    kinds = np.array(["", "", "print-1", "print-2", "replay-1", "mask"])[rng.integers(0, 6, n)]
    score = np.round(rng.normal((kinds != "") * 1.0, 0.7), 1)
    return ScoreSet.of(score, kinds != "", kinds, subject=rng.integers(0, 20, n).astype(str))


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_a_main_grouping_with_the_others_beside_it(grouping: Grouping) -> None:
    test = random_set(0)
    level = evaluate(test, random_set(1), EvaluationOptions(grouping=grouping)).frame
    passed = test.score <= level.threshold.value
    for name, rates in level.by_grouping.items():
        species = np.array([species_of(p, name) if p else "" for p in test.pai])
        wanted = {s: passed[species == s].mean() for s in sorted({*species.tolist()} - {""})}
        assert {s: r.value for s, r in rates.apcer_by_pai.items()} == pytest.approx(wanted)
        assert rates.bpcer.value == pytest.approx((~passed[test.label == 0]).mean())
    assert level.rates == level.by_grouping[grouping]
    found = level.by_grouping
    maxima = [found[g].apcer_max for g in ("pooled", "family", "instrument")]
    assert maxima == sorted(maxima)


def test_families_are_what_comes_before_a_dash_or_a_slash() -> None:
    names = {"print-1": "print", "print/2": "print", "mask": "mask", "a-b-c": "a", "-x": "-x"}
    assert {n: species_of(n, "family") for n in names} == names
    with pytest.raises(InputError, match="instrument, family, pooled"):
        as_grouping("kind")


def test_dev_is_held_to_each_limit_for_the_species_of_the_grouping() -> None:
    dev, test = random_set(1), random_set(0)
    worst = {}
    for grouping in GROUPINGS:
        level = evaluate(test, dev, EvaluationOptions(grouping=grouping)).frame
        for limit, point in level.bpcer_at_apcer.items():
            assert point.rates.bpcer == error_rates(test, point.threshold).bpcer
            fixed = ThresholdRule("fixed", point.threshold.value)
            at_dev = evaluate(dev, None, EvaluationOptions(fixed, grouping)).frame.rates
            assert at_dev.apcer_max <= limit
        for limit, point in level.apcer_at_bpcer.items():
            fixed = ThresholdRule("fixed", point.threshold.value)
            at_dev = evaluate(dev, None, EvaluationOptions(fixed, grouping)).frame.rates
            assert at_dev.bpcer.value <= limit
        worst[grouping] = level.bpcer_at_apcer[0.1].threshold.value
    assert worst["instrument"] <= worst["family"] <= worst["pooled"]


def test_claims_take_three_attempts_over_the_rate_of_the_scarcest_species() -> None:
    assert [attempts_needed(r) for r in (0.1, 0.05, 0.01, 0.001)] == [30, 60, 300, 3000]
    # with errors: n of each, the tail of the binomial by hand below and above 5 %
    assert [attempts_needed(0.05, errors) for errors in (1, 2, 3)] == [93, 124, 153]
    for errors, n in ((1, 93), (2, 124), (3, 153)):
        tail = [
            sum(comb(m, k) * 0.05**k * 0.95 ** (m - k) for k in range(errors + 1))
            for m in (n - 1, n)
        ]
        assert tail[1] <= 0.05 < tail[0]
        assert upper_bound(errors, n) <= 0.05 < upper_bound(errors, n - 1)
    assert support_of(0.01, {"print": 300, "mask": 5000}).supported
    short = support_of(0.01, {"print": 300, "mask": 299})
    assert not short.supported
    assert short.reason.startswith("dev has 299 mask attempts; a rate of 1 % needs 300")
    # What the rule rests on: 3000 attempts without an error leave 5 % to a rate of 0.1 %.
    assert pytest.approx(0.05, abs=0.001) == (1 - 0.001) ** 3000

    score, label = [0.1] * 60 + [0.9] * 300, [0] * 60 + [1] * 300
    dev = ScoreSet.of(score, label, [""] * 60 + ["print"] * 270 + ["mask"] * 30)
    level = evaluate(dev, dev).frame
    marks = {limit: p.support.supported for limit, p in level.bpcer_at_apcer.items()}
    assert marks == {0.1: True, 0.05: False, 0.01: False, 0.001: False}
    pooled = evaluate(dev, dev, EvaluationOptions(grouping="pooled")).frame.bpcer_at_apcer
    assert {limit: p.support.supported for limit, p in pooled.items()} == {
        0.1: True,
        0.05: True,
        0.01: True,
        0.001: False,
    }
    live = {limit: p.support.supported for limit, p in level.apcer_at_bpcer.items()}
    assert live == {0.1: True, 0.05: True, 0.01: False}


def test_the_record_is_strict_json_that_names_its_grouping() -> None:
    found = evaluate(
        random_set(0), random_set(1), EvaluationOptions(grouping="family", replicates=50)
    ).to_dict()
    text = json.dumps(found, allow_nan=False)
    level = json.loads(text)["frame"]
    assert found["grouping"] == level["grouping"] == "family"
    assert set(level["groupings"]) == set(GROUPINGS)
    assert level["apcer_max"] == level["groupings"]["family"]["apcer_max"]
    assert level["bootstrap"]["unit"] == "subject"
    for measure in ("apcer_max", "bpcer", "acer", "hter", "eer", "auc"):
        low, high = level["bootstrap"]["intervals"][measure]
        assert low <= level[measure] <= high
    det = level["det"]
    assert (det["apcer"][0], det["bpcer"][0]) == (0.0, 1.0)
    assert (det["apcer"][-1], det["bpcer"][-1]) == (1.0, 0.0)
    assert det["threshold"][0] is det["threshold"][-1] is None
    at = fixed_threshold(det["threshold"][5])
    rates = error_rates(random_set(0), at)
    assert (det["apcer"][5], det["bpcer"][5]) == (rates.far.value, rates.bpcer.value)


def test_the_threshold_that_minimises_hter_comes_from_dev_too() -> None:
    dev = random_set(1)
    with pytest.raises(InputError, match="min-hter threshold must come from dev"):
        evaluate(random_set(0), None, EvaluationOptions(ThresholdRule("min-hter")))
    best = evaluate(dev, dev, EvaluationOptions(ThresholdRule("min-hter"))).frame
    assert best.threshold.rule == "min-hter"
    steps = [hter(dev, threshold=v / 20 + 0.01) for v in range(-40, 60)]
    assert best.values["hter"] == pytest.approx(min(steps))
