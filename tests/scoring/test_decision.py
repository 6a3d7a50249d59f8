from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.scoring.decision import decide

SCORES = st.floats(0, 1)


@given(threshold=SCORES)
def test_a_score_equal_to_the_threshold_is_live_and_the_next_one_an_attack(
    threshold: float,
) -> None:
    assert decide(threshold, threshold) == "live"
    assert decide(math.nextafter(threshold, 2), threshold) == "attack"
    assert decide(math.nextafter(threshold, -1), threshold) == "live"


@given(score=SCORES, threshold=SCORES)
def test_attack_is_above(score: float, threshold: float) -> None:
    assert decide(score, threshold) == ("attack" if score > threshold else "live")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_rejected_on_either_side(bad: float) -> None:
    assert decide(bad, 0.5) == "rejected"
    assert decide(0.5, bad) == "rejected"
