"""The tables that a notebook shows of an evaluation."""

from __future__ import annotations

import re
from html import unescape

from spoofcue.metrics.evaluation import evaluate
from spoofcue.metrics.scores import NonResponses, ScoreSet
from spoofcue.records.evaluation_record import EvaluationRecord

DEV = ScoreSet.of([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])
TEST = ScoreSet.of(
    [0.1, 0.6, 0.3, 0.9, 0.9],
    [0, 0, 1, 1, 1],
    ["", "", "<print>", "<print>", "screen"],
    lost=NonResponses.of([1], ["screen"]),
)


def test_the_rows_are_the_counted_rates_of_each_species() -> None:
    html = evaluate(TEST, DEV)._repr_html_()
    rows = [
        [unescape(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)]
        for row in re.findall(r"<tr.*?</tr>", html)
    ]
    assert ["APCER <print>", "50.00 %", "1 of 2", "1.3 to 98.7 %"] in rows
    assert ["APCER screen", "0.00 %", "0 of 1", "0.0 to 97.5 %"] in rows
    assert ["BPCER", "50.00 %", "1 of 2", "1.3 to 98.7 %"] in rows
    assert ["ACER", "50.00 %", "", ""] in rows
    assert "No score for 0 live and 1 attack attempts" in html
    assert "<print>" not in html


def test_a_stored_evaluation_shows_the_same() -> None:
    made = evaluate(TEST, DEV)
    assert EvaluationRecord(evaluation=made.to_dict())._repr_html_() == made._repr_html_()
