"""One vocabulary for a threshold: typed, stored and printed the same everywhere."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from spoofcue.errors import InputError
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import (
    KINDS,
    TARGETS,
    Threshold,
    ThresholdRule,
    apcer_threshold,
    bpcer_threshold,
    eer_threshold,
    expected_bpcer_threshold,
    min_hter_threshold,
)

DEV = ScoreSet.of([0.1, 0.2, 0.3, 0.6, 0.5, 0.7, 0.8, 0.9], [0, 0, 0, 0, 1, 1, 1, 1])
RULES = [
    ("eer", ThresholdRule("eer"), "eer", "EER on dev"),
    ("min-hter", ThresholdRule("min-hter"), "min-hter", "least HTER on dev"),
    ("apcer=0.25", ThresholdRule("apcer", 0.25), "apcer<=0.25", "APCER of at most 0.25 on dev"),
    ("bpcer=0.25", ThresholdRule("bpcer", 0.25), "bpcer<=0.25", "BPCER of at most 0.25 on dev"),
    (
        "expected-bpcer=0.25",
        ThresholdRule("expected-bpcer", 0.25),
        "expected-bpcer=0.25",
        "expected BPCER of 0.25 of live faces like dev's",
    ),
    ("0.01", ThresholdRule("fixed", 0.01), "0.01", "fixed beforehand at 0.01"),
]


@pytest.mark.parametrize(("typed", "rule", "printed", "words"), RULES)
def test_a_rule_is_read_as_typed_and_as_printed(
    typed: str, rule: ThresholdRule, printed: str, words: str
) -> None:
    assert ThresholdRule.parse(typed) == rule
    assert str(rule) == printed
    assert ThresholdRule.parse(str(rule)) == rule
    assert ThresholdRule(**asdict(rule)) == rule  # as a fold's result stores it
    assert rule.words == words
    assert rule.needs_dev == (rule.rule != "fixed")


def test_a_number_is_a_threshold_fixed_beforehand() -> None:
    assert ThresholdRule.parse(0.01) == ThresholdRule.parse("1e-2") == ThresholdRule("fixed", 0.01)
    assert ThresholdRule.parse("-3").value == -3.0  # scores of others have any range


def test_every_rule_gives_the_threshold_of_its_function() -> None:
    wanted = {
        "eer": eer_threshold(DEV),
        "min-hter": min_hter_threshold(DEV),
        "apcer": apcer_threshold(DEV, rate=0.25),
        "bpcer": bpcer_threshold(DEV, rate=0.25),
        "expected-bpcer": expected_bpcer_threshold(DEV, rate=0.25),
        "fixed": Threshold(0.01, "fixed", "given"),
    }
    assert {rule.rule: rule.on(DEV) for _, rule, _, _ in RULES} == wanted
    assert set(wanted) == set(KINDS)
    # the attacks are 0.5, 0.7, 0.8, 0.9, of which one may pass; of the live faces 0.6 is refused
    assert wanted["apcer"].value == 0.5
    assert wanted["bpcer"].value == 0.3
    assert ThresholdRule("eer").on(DEV, "own data").origin == "eer on own data"
    assert ThresholdRule("fixed", 0.5).on(None).origin == "fixed beforehand"


@pytest.mark.parametrize(("typed", "rule"), [r[:2] for r in RULES if r[1].needs_dev])
def test_no_threshold_comes_from_the_test_scores(typed: str, rule: ThresholdRule) -> None:
    with pytest.raises(InputError, match=rf"the {rule} threshold must come from dev.*--dev FILE"):
        rule.on(None)


@pytest.mark.parametrize(
    "wrong",
    ["", "best", "eer=0.1", "eer-dev", "EER", "min-hter=1", "apcer", "apcer=", "apcer=x", "apcer=0",
     "apcer=1", "apcer=-0.1", "bpcer=2", "bpcer=nan", "acer=0.1", "nan", "inf", "0,01"],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_those_there_are(wrong: str) -> None:
    with pytest.raises(InputError) as caught:
        ThresholdRule.parse(wrong, what="--threshold")
    assert str(caught.value) == (
        f"--threshold {wrong!r}: write eer, min-hter, apcer=RATE, bpcer=RATE, expected-bpcer=RATE "
        "or a number, with a RATE between 0 and 1."
    )


@pytest.mark.parametrize("wrong", ["0.5", "min-hter", "apcer=7"])
def test_a_model_is_calibrated_for_a_target_alone(wrong: str) -> None:
    with pytest.raises(
        InputError,
        match=r"target .*: write apcer=RATE, bpcer=RATE, expected-bpcer=RATE or eer, with",
    ):
        ThresholdRule.parse(wrong, among=TARGETS, what="target")


@pytest.mark.parametrize(
    ("rule", "value"), [("eer-dev", None), ("fixed", None), ("eer", 0.1), ("apcer", None)]
)
def test_a_record_of_another_version_is_refused(rule: str, value: float | None) -> None:
    with pytest.raises(InputError, match=f"no threshold rule {rule} with the value {value}"):
        ThresholdRule(rule, value)  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_is_a_fraction(rate: float) -> None:
    for function in (apcer_threshold, bpcer_threshold):
        with pytest.raises(InputError, match="give a rate from 0 to 1"):
            function(DEV, rate=rate)
    with pytest.raises(InputError, match="give a rate"):
        bpcer_threshold(DEV, rate=1.0)
    assert apcer_threshold(DEV, rate=1.0).value == 0.9


def test_plain_arrays_give_the_same() -> None:
    score, label = DEV.score.tolist(), DEV.label.tolist()
    assert eer_threshold(score, label) == eer_threshold(DEV)
    assert min_hter_threshold(score, label) == min_hter_threshold(DEV)
    assert apcer_threshold(score, label, rate=0.25) == apcer_threshold(DEV, rate=0.25)
    assert bpcer_threshold(score, label, rate=0.25) == bpcer_threshold(DEV, rate=0.25)
    # a species of its own: its one attack may not pass
    kinds = [*[""] * 4, "mask", *["print"] * 3]
    assert apcer_threshold(score, label, kinds, rate=0.25).value < 0.5
