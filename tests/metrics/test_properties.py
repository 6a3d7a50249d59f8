from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta
from sklearn.metrics import roc_auc_score

from spoofcue.errors import InputError
from spoofcue.metrics.curves import det_curve, sweep
from spoofcue.metrics.evaluation import EvaluationOptions, evaluate
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.metrics.measures import auc, eer, measured_at
from spoofcue.metrics.rates import error_rates
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.thresholds import (
    ThresholdRule,
    apcer_threshold,
    eer_threshold,
    fixed_threshold,
)

COARSE = st.lists(st.integers(0, 12), min_size=1, max_size=60)  # many ties


def make(live: list[int], attack: list[int]) -> ScoreSet:
    return ScoreSet.of([s / 10 for s in live + attack], [0] * len(live) + [1] * len(attack))


@given(live=COARSE, attack=COARSE)
def test_auc_equals_scikit_learn_at_ties(live: list[int], attack: list[int]) -> None:
    scores = make(live, attack)
    assert auc(scores) == pytest.approx(roc_auc_score(scores.label, scores.score), abs=1e-12)


@given(live=COARSE, attack=COARSE)
def test_every_point_of_the_sweep_is_what_counting_gives(
    live: list[int], attack: list[int]
) -> None:
    scores = make(live, attack)
    s = sweep(scores)
    for value, far, frr in zip(s.value[1:-1], s.far[1:-1], s.frr[1:-1], strict=True):
        rates = error_rates(scores, fixed_threshold(value))
        assert (rates.far.value, rates.bpcer.value) == pytest.approx((far, frr))
    assert (np.diff(s.far) >= 0).all()
    assert (np.diff(s.frr) <= 0).all()


@given(live=COARSE, attack=COARSE)
def test_no_midpoint_has_a_smaller_gap_than_the_eer_threshold(
    live: list[int], attack: list[int]
) -> None:
    scores = make(live, attack)
    rates = error_rates(scores, eer_threshold(scores))
    s = sweep(scores)
    inner = np.abs(s.far - s.frr)[1:-1]
    if len(inner):
        assert abs(rates.far.value - rates.bpcer.value) == pytest.approx(inner.min())
    assert 0 <= eer(scores) <= 1


@given(live=COARSE, attack=COARSE, rate=st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0]))
def test_apcer_threshold_keeps_its_promise(live: list[int], attack: list[int], rate: float) -> None:
    scores = make(live, attack)
    assert error_rates(scores, apcer_threshold(scores, rate=rate)).apcer_max <= rate + 1e-12


@given(total=st.integers(1, 400), data=st.data())
def test_intervals_equal_scipys(total: int, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, total))
    low, high = clopper_pearson(errors, total)
    wanted_low = beta.ppf(0.025, errors, total - errors + 1) if errors else 0.0
    wanted_high = beta.ppf(0.975, errors + 1, total - errors) if errors < total else 1.0
    assert (low, high) == pytest.approx((wanted_low, wanted_high), abs=1e-9)


@given(live=COARSE, attack=COARSE, step=st.integers(1, 5), start=st.integers(-40, 40))
def test_a_rising_function_of_the_scores_changes_no_rank(
    live: list[int], attack: list[int], step: int, start: int
) -> None:
    def moved(values: list[int]) -> list[int]:
        return [step * v**3 + start for v in values]

    before, after = make(live, attack), make(moved(live), moved(attack))
    assert (auc(before), eer(before)) == (auc(after), eer(after))


@given(live=COARSE, attack=COARSE)
def test_swapping_the_classes_and_the_sign_changes_nothing(
    live: list[int], attack: list[int]
) -> None:
    scores, swapped = make(live, attack), make([-s for s in attack], [-s for s in live])
    assert auc(swapped) == pytest.approx(auc(scores), abs=1e-12)
    assert auc(make(attack, live)) == pytest.approx(1 - auc(scores), abs=1e-12)
    gaps = [
        abs(r.far.value - r.bpcer.value)
        for s in (scores, swapped)
        for r in [error_rates(s, eer_threshold(s))]
    ]
    if len(set(live + attack)) > 1:
        assert gaps[0] == pytest.approx(gaps[1], abs=1e-12)


@given(live=COARSE, attack=COARSE, at=st.integers(0, 12))
def test_a_score_at_the_threshold_is_live_and_the_next_float_is_not(
    live: list[int], attack: list[int], at: int
) -> None:
    scores = make(live, attack)
    on = error_rates(scores, fixed_threshold(at / 10))
    below = error_rates(scores, fixed_threshold(float(np.nextafter(at / 10, -1))))
    assert on.far.errors == sum(a <= at for a in attack)
    assert on.bpcer.errors == sum(s > at for s in live)
    assert below.far.errors == sum(a < at for a in attack)
    assert below.bpcer.errors == sum(s >= at for s in live)


@pytest.mark.parametrize("scale", [5e-324, 1e-300, 1e308])
def test_thresholds_stay_between_the_scores_at_the_ends_of_floats(scale: float) -> None:
    scores = ScoreSet.of([-1.5 * scale, scale, 1.5 * scale], [0, 1, 1])
    assert -1.5 * scale <= eer_threshold(scores).value < scale
    assert eer(scores) == 0


def test_perfect_separation() -> None:
    scores = make([1, 2, 3], [7, 8])
    assert auc(scores) == 1.0
    assert eer(scores) == 0.0
    assert eer_threshold(scores).value == pytest.approx(0.5)


def test_equal_scores_of_both_classes_give_that_threshold() -> None:
    scores = make([4, 4], [4])
    assert eer_threshold(scores).value == 0.4
    assert auc(scores) == 0.5


@pytest.mark.parametrize("total", [2_000, 10_000_000])
@pytest.mark.parametrize("part", [0.0001, 0.01, 0.3, 0.5, 0.97])
def test_intervals_of_many_attempts_equal_scipys(total: int, part: float) -> None:
    errors = max(1, round(part * total))
    wanted = (
        beta.ppf(0.025, errors, total - errors + 1),
        beta.ppf(0.975, errors + 1, total - errors),
    )
    assert clopper_pearson(errors, total) == pytest.approx(wanted, rel=1e-7)


def test_the_worst_species_counts() -> None:
    pai = ["", "print", "print", "mask", "mask", "mask"]
    scores = ScoreSet.of([0.1, 0.9, 0.1, 0.9, 0.9, 0.1], [0, 1, 1, 1, 1, 1], pai)
    rates = error_rates(scores, fixed_threshold(0.5))
    at = measured_at(rates)
    assert (rates.worst_pai, rates.apcer_max) == ("print", 0.5)
    assert (rates.far.value, at["acer"], at["hter"]) == (0.4, 0.25, 0.2)


def test_a_threshold_never_comes_from_the_test_scores() -> None:
    test, dev = make([1, 2], [1, 2]), make([1, 2], [8, 9])
    with pytest.raises(InputError, match="--dev"):
        evaluate(test, None)
    assert evaluate(test, dev).frame.threshold.value == pytest.approx(0.5)
    fixed = evaluate(test, None, EvaluationOptions(ThresholdRule("fixed", 0.01))).frame
    assert (fixed.threshold.value, fixed.threshold.source) == (0.01, "given")


def test_video_level_appears_when_recordings_have_frames() -> None:
    scores = ScoreSet.of([0.1, 0.3, 0.9, 0.7], [0, 0, 1, 1], video=["a", "a", "b", "b"])
    result = evaluate(scores, scores)
    assert result.video is not None
    assert result.video.rates.bpcer.total == 1
    assert by_video(scores).score.tolist() == pytest.approx([0.2, 0.8])
    with pytest.raises(InputError, match="two classes"):
        by_video(ScoreSet.of([0.1, 0.2], [0, 1], video=["a", "a"]))


def test_thinned_points_keep_both_ends() -> None:
    rng = np.random.default_rng(0)
    scores = ScoreSet.of(rng.random(5000), rng.integers(0, 2, 5000))
    points = det_curve(scores, most=100)
    assert len(points) <= 100
    assert points[0, 1:].tolist() == [0.0, 1.0]
    assert points[-1, 1:] == pytest.approx([1.0, 0.0])


def test_thinned_points_are_dense_where_an_error_is_rare() -> None:
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 100_000)
    points = det_curve(ScoreSet.of(rng.normal(label, 0.4), label), most=200)
    for column in (1, 2):
        assert ((points[:, column] > 0) & (points[:, column] < 1e-3)).sum() >= 15
        assert np.abs(np.diff(points[:, column])).max() < 0.09
