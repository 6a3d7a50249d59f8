"""How experts become one score, by arithmetic."""

from __future__ import annotations

import json
import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.made_package import cue_expert
from spoofcue.faces.box import Box
from spoofcue.faces.crop import Crop
from spoofcue.package.expert import (
    Calibration,
    ClassExpert,
    ClassOutput,
    CueExpert,
    ImageInput,
    WeightFile,
)
from spoofcue.scoring.combination import Looked, attack_log_odds, combined, logistic

BOX = Box(1, 2, 3, 4)


def expert(name: str, weight: float = 1.0, **calibration: float) -> ClassExpert:
    return ClassExpert(
        name=name,
        kind="logits",
        files={f"{name}.onnx": WeightFile(sha256="0" * 64, size=1)},
        crop=Crop(scale=2.7, border="shift"),
        least_inside=0.35,
        weight=weight,
        calibration=Calibration(**calibration),
        input=ImageInput(tensor="x", height=8, width=8),
        output=ClassOutput(tensor="y", classes=2, index=0, means="live"),
    )


def looked(of: ClassExpert | CueExpert, raw: float | None, inside: float = 1.0) -> Looked:
    return Looked(of, BOX, inside, raw)


def test_the_score_is_the_logistic_function_of_the_weighted_sum_of_log_odds() -> None:
    a, b = expert("a", 0.5, slope=2, offset=-1), expert("b", 0.25)
    score, evidence, unscored = combined([looked(a, 1.5), looked(b, -4.0)], "rejected")
    assert unscored is None
    assert score == pytest.approx(1 / (1 + math.exp(-(0.5 * 2.0 + 0.25 * -4.0))))
    assert [e.log_odds for e in evidence] == [2.0, -4.0]
    assert [e.contribution for e in evidence] == [1.0, -1.0]
    assert [e.weight for e in evidence] == [0.5, 0.25]


def test_the_weights_of_those_that_are_there_grow_in_proportion() -> None:
    experts = expert("a", 0.5), expert("b", 0.3), expert("c", 0.2)
    parts = [looked(experts[0], 2.0), looked(experts[1], None, 0.2), looked(experts[2], -1.0)]
    score, evidence, unscored = combined(parts, "without")
    assert unscored is None
    assert [e.weight for e in evidence] == [
        pytest.approx(0.5 / 0.7),
        None,
        pytest.approx(0.2 / 0.7),
    ]
    assert score == pytest.approx(logistic((0.5 * 2.0 - 0.2) / 0.7))
    assert evidence[1].missing == ("20 % of what b looks at lies in the picture; it takes 35 %")
    assert (evidence[1].raw, evidence[1].contribution) == (None, None)


@pytest.mark.parametrize("rule", ["rejected", "without"])
def test_nothing_is_scored_by_half_and_no_expert_at_all_is_rejected(
    rule: Literal["rejected", "without"],
) -> None:
    parts = [looked(expert("a"), None, 0.1), looked(expert("b"), 3.0)]
    score, evidence, unscored = combined(parts[:1] * 2 if rule == "without" else parts, rule)
    assert math.isnan(score)
    assert unscored is not None
    assert unscored.reason == "no_context"
    assert "10 % of what a looks at" in unscored.detail
    assert evidence[0].missing


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("rule", ["rejected", "without"])
def test_an_output_that_is_no_number_is_never_left_out(
    value: float, rule: Literal["rejected", "without"]
) -> None:
    parts = [looked(expert("a"), -9.0), looked(expert("b"), value)]
    score, evidence, unscored = combined(parts, rule)
    assert math.isnan(score)
    assert (evidence[1].raw, evidence[1].missing) == (None, "the output of b is no number")
    json.dumps([e.to_dict() for e in evidence], allow_nan=False)
    assert unscored is not None
    assert (unscored.reason, "b gave" in unscored.detail) == ("error", True)


def test_one_cue_expert_keeps_its_magnitude() -> None:
    score, (evidence,), unscored = combined([looked(cue_expert(), 0.125)], "rejected")
    assert (score, unscored) == (0.125, None)
    assert (evidence.raw, evidence.log_odds, evidence.weight) == (0.125, None, None)
    calibrated = cue_expert(calibration=Calibration(slope=8, offset=-1))
    assert combined([looked(calibrated, 0.125)], "rejected")[0] == 0.5


@given(x=st.floats(-1e4, 1e4))
def test_the_logistic_function_never_overflows(x: float) -> None:
    assert 0 <= logistic(x) <= 1
    assert logistic(-x) == pytest.approx(1 - logistic(x), abs=1e-12)


def odds(
    values: list[float], kind: str, index: int, means: Literal["live", "attack"] = "live"
) -> float:
    of = ClassOutput(tensor="y", classes=len(values), index=index, means=means)
    return attack_log_odds(np.array([values], np.float32), kind, of)


def test_log_odds_by_hand() -> None:
    values = [1.0, 3.0, -2.0]
    p = np.exp(values) / np.exp(values).sum()
    for index in range(3):
        wanted = math.log((1 - p[index]) / p[index])
        assert odds(values, "logits", index) == pytest.approx(wanted, rel=1e-6)
        assert odds(values, "logits", index, "attack") == pytest.approx(-wanted, rel=1e-6)
        assert odds(p.tolist(), "probabilities", index) == pytest.approx(wanted, rel=1e-4)
    assert odds([2.0], "logits", 0) == pytest.approx(-2.0)
    assert odds([0.25], "probabilities", 0, "attack") == pytest.approx(math.log(1 / 3))
    assert odds([1000.0, -1000.0], "logits", 0) == pytest.approx(-2000.0)
    assert odds([1.0, 0.0], "probabilities", 0) == pytest.approx(math.log(1e-7), rel=1e-6)


@pytest.mark.parametrize("values", [[math.nan, 0.5], [math.inf, 0.0], [1.5, -0.5]])
def test_what_is_no_probability_is_no_evidence(values: list[float]) -> None:
    assert math.isnan(odds(values, "probabilities", 0))


def test_another_number_of_outputs_is_no_evidence() -> None:
    of = ClassOutput(tensor="y", classes=2, index=0, means="live")
    assert math.isnan(attack_log_odds(np.zeros((1, 3)), "logits", of))


RAW = st.none() | st.floats(-1e30, 1e30) | st.sampled_from([math.nan, math.inf, -math.inf])


@given(
    raws=st.lists(RAW, min_size=1, max_size=8),
    weights=st.lists(st.floats(1e-6, 1e6), min_size=8, max_size=8),
    rule=st.sampled_from(["rejected", "without"]),
)
def test_there_is_a_score_exactly_where_the_rule_allows_it(
    raws: list[float | None], weights: list[float], rule: Literal["rejected", "without"]
) -> None:
    parts = [
        looked(expert(f"e{i}", weight, slope=2.0), raw, 1.0 if raw is not None else 0.1)
        for i, (raw, weight) in enumerate(zip(raws, weights, strict=False))
    ]
    score, evidence, unscored = combined(parts, rule)
    there = [raw for raw in raws if raw is not None]
    sound = all(math.isfinite(raw) for raw in there)
    allowed = sound and bool(there) and (rule == "without" or len(there) == len(raws))
    assert math.isfinite(score) == allowed == (unscored is None)
    assert [e.missing is None for e in evidence] == [
        raw is not None and math.isfinite(raw) for raw in raws
    ]
    if allowed:
        assert 0 <= score <= 1
        used = sum(e.weight for e in evidence if e.weight is not None)
        assert used == pytest.approx(sum(weights[: len(raws)]))
        assert score == pytest.approx(logistic(math.fsum(e.contribution or 0 for e in evidence)))
    json.dumps([e.to_dict() for e in evidence], allow_nan=False)
