from __future__ import annotations

from spoofcue.metrics.evaluation import EvaluationOptions, evaluate
from spoofcue.metrics.hints import species_hints, turned_hint
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import ThresholdRule
from spoofcue.records.evaluation_record import EvaluationRecord

AT_HALF = EvaluationOptions(ThresholdRule.parse("0.5"))


def test_turned_scores_and_names_that_look_alike_are_pointed_out() -> None:
    test = ScoreSet.of([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0], ["print", "PRINT", "", ""])
    result = evaluate(test, options=AT_HALF)
    sign, names = result.hints
    assert "AUC is 0.00 %" in sign
    assert "sign" in sign
    assert names.startswith("PRINT and print")
    record = EvaluationRecord(evaluation=result.to_dict())
    assert record.as_printed()["hints"] == [sign, names]


def test_scores_of_the_right_sign_have_no_hint() -> None:
    for attack in (0.9, 0.5):
        test = ScoreSet.of([0.5, attack], [0, 1], ["", "print"])
        assert evaluate(test, options=AT_HALF).hints == []
    assert turned_hint(float("nan")) == []
    assert turned_hint(0.4999)
    assert turned_hint(0.1, "ours")[0].startswith("ours: ")


def test_what_counts_as_alike() -> None:
    assert species_hints(["print a", "print  a", "replay"])
    assert species_hints(["print-a", "print-b"]) == []
