"""200 random sets with heavy ties against scikit-learn's curves."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from spoofcue.metrics.measures import auc, eer
from spoofcue.metrics.rates import error_rates
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import apcer_threshold, bpcer_threshold


def random_set(seed: int) -> ScoreSet:
    """5 to 400 scores on 2 to 40 distinct values, both classes present."""
    rng = np.random.default_rng(seed)
    n, distinct = int(rng.integers(5, 400)), int(rng.integers(2, 40))
    label = rng.integers(0, 2, n)
    label[:2] = 0, 1
    shift = rng.integers(0, distinct, 2)
    score = (rng.integers(0, distinct, n) + shift[label]) / 8
    return ScoreSet.of(score, label)


@pytest.mark.parametrize("seed", range(200))
def test_auc_eer_and_det_curve(seed: int) -> None:
    scores = random_set(seed)
    # Theirs: the positive class is the attack, so fpr is BPCER and 1 - tpr is APCER.
    bpcer, tpr, _ = roc_curve(scores.label, scores.score, drop_intermediate=False)
    apcer = 1 - tpr
    assert auc(scores) == pytest.approx(roc_auc_score(scores.label, scores.score), abs=1e-12)

    gap = np.abs(apcer - bpcer)
    lowest = np.flatnonzero(np.isclose(gap, gap.min(), atol=1e-12))[-1]  # thresholds fall
    assert eer(scores) == pytest.approx((apcer[lowest] + bpcer[lowest]) / 2, abs=1e-12)

    for limit in (0.0, 0.01, 0.05, 0.1, 0.3):
        at = apcer_threshold(scores, rate=limit)
        rates = error_rates(scores, at)
        reached = apcer[apcer <= limit + 1e-12].max()
        assert rates.apcer_max == pytest.approx(reached)
        # Of the thresholds that reach it the lowest; where no attack may pass, the highest.
        equal = bpcer[np.isclose(apcer, reached)]
        assert rates.bpcer.value == pytest.approx(equal.max() if reached else equal.min())
        assert at.value == slow_apcer_threshold(scores.attack.tolist(), limit)

        at = bpcer_threshold(scores, rate=limit)
        assert at.value == slow_bpcer_threshold(scores.live.tolist(), limit)
        assert error_rates(scores, at).bpcer.value <= limit


def slow_apcer_threshold(attacks: list[float], limit: float) -> float:
    """bob's rule, one attack after the other."""
    good = [v for v in attacks if sum(a <= v for a in attacks) <= limit * len(attacks) + 1e-9]
    return max(good, default=float(np.nextafter(min(attacks), -np.inf)))


def slow_bpcer_threshold(lives: list[float], limit: float) -> float:
    """bob's rule, one live face after the other."""
    good = [v for v in lives if sum(x >= v for x in lives) - 1 <= limit * len(lives) + 1e-9]
    return min(good, default=max(lives))
