"""All figures of contenders together, by hand, and the tables that show them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from transfer_parts.answers import Answers
from transfer_parts.left_out import chosen_left_out
from transfer_parts.score_rows import Contender
from transfer_parts.sheets import as_text, markdown
from transfer_parts.study import OwnRule, Study, study_of
from transfer_parts.told import chosen, rejections, sheets_of

from spoofcue.package.threshold import OperatingPoint

NAN = float("nan")
SETS = {
    "a": Answers.of([0.1, 0.2, 0.6, 0.6], [0.4, 0.9], ["print", "replay"]),
    "b": Answers.of([0.3, 0.3, NAN, NAN], [0.8, NAN], ["replay", "replay"]),
}
OWN = OwnRule(pictures=2, rate=0.0, draws=4)


def studied(name: str, sets: Mapping[str, Answers]) -> Study:
    points = {"strict": 0.3, "convenient": 0.6} if name == "x" else {}
    return study_of(Contender(name, 0.5, points, dict(sets), dict(sets)), OWN, [0.0, 0.5])


def test_a_study_by_hand() -> None:
    tree = studied("x", SETS).to_dict()
    # in a 0.9 is above all four and 0.4 above two; in b 0.8 above both that are there
    assert tree["auc"]["by_set"]["a"]["value"] == 6 / 8
    assert tree["auc"]["over_sets"] == {"mean": 7 / 8, "worst": 6 / 8, "worst_set": "a", "sets": 2}
    assert tree["auc"]["pooled"]["value"] == pytest.approx((6 + 4 + 6) / 18)
    at = tree["default_threshold"]
    assert at["over_sets"]["bpcer"] == {"mean": 1 / 4, "worst": 1 / 2, "worst_set": "a", "sets": 2}
    assert at["over_sets"]["bpcer_of_all"]["mean"] == 1 / 2  # b: two of four without an answer
    assert at["over_sets"]["apcer_of_all"] == {
        "mean": 1 / 4,
        "worst": 1 / 2,
        "worst_set": "a",
        "sets": 2,
    }
    assert at["pooled"]["bpcer"]["errors_of_all"] == 4
    assert at["pooled"]["bpcer"]["total"] == 8
    strict, lax = (tree["points"][point]["over_sets"] for point in ("strict", "convenient"))
    assert (strict["bpcer"]["mean"], strict["apcer"]["mean"]) == (1 / 4, 0)  # half of a's
    assert (lax["bpcer"]["mean"], lax["apcer"]["mean"]) == (0, 1 / 4)
    point = OperatingPoint(**tree["left_out"]["0"]["point"])
    assert (point.threshold, point.rule) == (0.6, "bpcer<=0")
    assert (point.bpcer, point.bpcer_worst, point.apcer, point.apcer_worst) == (1 / 4, 1 / 2, 0, 0)
    # a at the highest live score of b, b at that of a
    left = tree["left_out"]["0"]["by_set"]
    assert (left["a"]["threshold"], left["b"]["threshold"]) == (0.3, 0.6)
    assert (left["a"]["bpcer"]["rate"], left["a"]["apcer"]["rate"]) == (1 / 2, 0)
    assert tree["left_out"]["0"]["threshold_of_all"] == 0.6
    kinds = tree["kinds"]
    assert kinds["print"]["auc"] == {"mean": 1 / 2, "worst": 1 / 2, "worst_set": "a", "sets": 1}
    assert kinds["replay"]["auc"]["mean"] == 1
    assert kinds["print"]["default_threshold"]["rate"] == 1
    assert kinds["replay"]["default_threshold"]["rate_of_all"] == 0
    assert kinds["replay"]["left_out"]["0"]["answered"] == 2


def test_tables_show_who_says_nothing() -> None:
    silent = {n: Answers.of([NAN] * 4, [NAN] * 2, s.kinds) for n, s in SETS.items()}
    studies = [studied("says", SETS), studied("mute", silent)]
    sheets = sheets_of(studies, OWN, {"a": (0, 0), "b": (2, 1)})
    by_title = {sheet.title: sheet for sheet in sheets}
    assert len(by_title) == len(sheets)
    assert by_title["Without an answer: live / attack"].rows[1] == [
        *("b", "4 / 2", "2 / 1", "2 / 1", "4 / 2"),
    ]
    bpcer = by_title["BPCER at the model's own threshold, % (95 % exact)"].rows
    assert bpcer[1] == ["b", "0.0 (0–84) > 50.0", "— > 100.0"]
    assert bpcer[2] == ["mean", "25.0 > 50.0", "— > 100.0"]
    own = next(s for t, s in by_title.items() if t.startswith("Threshold of the set's own"))
    assert own.rows[2][2] == "— / — > 100.0 / 0.0"
    for sheet in sheets:
        assert {len(row) for row in sheet.rows} == {len(sheet.head)}
        assert sheet.title in as_text(sheet).splitlines()
        assert markdown(sheet).count("\n| ") == len(sheet.rows) + 2  # head and rule


def test_named_points_as_a_table() -> None:
    sheets = sheets_of([studied("x", SETS)], OWN, {"a": (0, 0), "b": (2, 1)})
    (points,) = (s for s in sheets if s.title.startswith("Operating points"))
    assert points.rows[0][:2] == ["x, strict", "0.3"]
    assert points.rows[1][2:] == ["0.0 / 25.0 > 25.0 / 25.0", "0.0 a / 50.0 a"]


def test_one_set_of_one_picture_a_class_has_what_it_can_have() -> None:
    study = studied("x", {"a": Answers.of([0.1], [0.9])})
    assert (study.own, study.left_out) == ({}, {})
    assert study.area is not None
    for sheet in sheets_of([study], OWN, {"a": (0, 0)}):
        assert as_text(sheet)


def test_a_choice_and_rejections_as_tables() -> None:
    choice = chosen_left_out({0.5: SETS, 2.0: SETS}, [0.0])
    sheet = chosen(choice, "Weight of x/y")
    assert sheet.rows[0] == ["a", "0.5", "0.750", "50.0 / 0.0"]
    assert "0.5 2 times" in sheet.note
    found = {"x": {"live, blurred": 2}, "y": {"attack, too_dark": 1}}
    assert rejections(found, counted=False).rows == [
        ["live, blurred", "2", "0"],
        ["attack, too_dark", "0", "1"],
    ]
