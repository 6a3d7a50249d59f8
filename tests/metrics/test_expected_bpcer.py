"""The threshold of an expected BPCER beside Student's distribution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from spoofcue.errors import InputError
from spoofcue.metrics.thresholds import ThresholdRule, expected_bpcer_threshold


@pytest.mark.parametrize("n", [3, 5, 12, 30, 200])
@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2])
def test_the_expected_bpcer_is_students_prediction_of_one_more(n: int, rate: float) -> None:
    rng = np.random.default_rng(n)
    odds = rng.normal(-2, 1.5, n)
    found = expected_bpcer_threshold(1 / (1 + np.exp(-odds)), [0] * n, rate=rate)
    limit = np.log(found.value / (1 - found.value))
    wanted = odds.mean() + odds.std(ddof=1) * np.sqrt(1 + 1 / n) * stats.t.ppf(1 - rate, n - 1)
    assert limit == pytest.approx(wanted, rel=0.02, abs=0.04)
    assert ThresholdRule.parse(found.rule) == ThresholdRule("expected-bpcer", rate)


def test_of_further_normal_live_faces_the_expected_part_is_above() -> None:
    rng = np.random.default_rng(0)
    above = []
    for _ in range(400):
        odds = rng.normal(0, 1, 30 + 200)
        scores = 1 / (1 + np.exp(-odds))
        limit = expected_bpcer_threshold(scores[:30], [0] * 30, rate=0.05).value
        above.append((scores[30:] > limit).mean())
    assert np.mean(above) == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize(
    ("scores", "rate", "says"),
    [
        ([0.1, 0.2], 0.05, "three live scores"),
        ([0.1, 0.2, 1.5], 0.05, "0..1"),
        ([0.1, 0.2, 0.3], 0.0, "within 0 to 1"),
    ],
)
def test_an_expected_bpcer_that_cannot_be_is_refused(
    scores: list[float], rate: float, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        expected_bpcer_threshold(scores, [0] * len(scores), rate=rate)
