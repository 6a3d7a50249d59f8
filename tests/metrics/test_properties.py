from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta
from sklearn.metrics import roc_auc_score

from spoofcue.errors import InputError
from spoofcue.metrics.curves import auc, eer, operating_points
from spoofcue.metrics.error_rates import error_rates
from spoofcue.metrics.evaluation import evaluate
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.sweep import sweep
from spoofcue.metrics.thresholds import apcer_threshold, eer_threshold, fixed_threshold

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
    assert error_rates(scores, apcer_threshold(scores, rate)).apcer_max <= rate + 1e-12


@given(total=st.integers(1, 400), data=st.data())
def test_intervals_equal_scipys(total: int, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, total))
    low, high = clopper_pearson(errors, total)
    wanted_low = beta.ppf(0.025, errors, total - errors + 1) if errors else 0.0
    wanted_high = beta.ppf(0.975, errors + 1, total - errors) if errors < total else 1.0
    assert (low, high) == pytest.approx((wanted_low, wanted_high), abs=1e-9)


def test_perfect_separation() -> None:
    scores = make([1, 2, 3], [7, 8])
    assert auc(scores) == 1.0
    assert eer(scores) == 0.0
    assert eer_threshold(scores).value == pytest.approx(0.5)


def test_equal_scores_of_both_classes_give_that_threshold() -> None:
    scores = make([4, 4], [4])
    assert eer_threshold(scores).value == 0.4
    assert auc(scores) == 0.5


def test_the_worst_species_counts() -> None:
    pai = ["", "print", "print", "mask", "mask", "mask"]
    scores = ScoreSet.of([0.1, 0.9, 0.1, 0.9, 0.9, 0.1], [0, 1, 1, 1, 1, 1], pai)
    rates = error_rates(scores, fixed_threshold(0.5))
    assert (rates.worst_pai, rates.apcer_max) == ("print", 0.5)
    assert (rates.far.value, rates.acer, rates.hter) == (0.4, 0.25, 0.2)


def test_a_threshold_never_comes_from_the_test_scores() -> None:
    test, dev = make([1, 2], [1, 2]), make([1, 2], [8, 9])
    with pytest.raises(InputError, match="--dev"):
        evaluate(test, None)
    assert evaluate(test, dev).frame.threshold.value == pytest.approx(0.5)
    fixed = evaluate(test, None, 0.01).frame
    assert (fixed.threshold.value, fixed.threshold.source) == (0.01, "given")


def test_video_level_appears_when_recordings_have_frames() -> None:
    scores = ScoreSet.of([0.1, 0.3, 0.9, 0.7], [0, 0, 1, 1], video=["a", "a", "b", "b"])
    result = evaluate(scores, scores)
    assert result.video is not None
    assert result.video.rates.bpcer.total == 1
    assert by_video(scores).score.tolist() == pytest.approx([0.2, 0.8])
    with pytest.raises(InputError, match="two classes"):
        by_video(ScoreSet.of([0.1, 0.2], [0, 1], video=["a", "a"]))


def test_score_files_count_non_responses_and_name_faults(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "score,label,pai,extra\n0.1,0,,x\n,0,,\n0.9,attack,print,y\n,1,print,\n,1,mask,\n"
    )
    scores = read_scores(path)
    assert scores.score.tolist() == [0.1, 0.9]
    assert (scores.lost.live, scores.lost.attack) == (1, 2)
    for text, told in (
        ("score\n1\n", r"lacks \['label'\]"),
        ("score,label\nx,0\n", "line 2: score 'x'"),
        ("score,label\n1,2\n", "line 2: label '2'"),
        ("score,label\nnan,1\n0.1,0\n", "1 of 2 scores are not finite"),
        ("score,label\n", "no score"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=told):
            read_scores(path)


def test_thinned_points_keep_both_ends() -> None:
    rng = np.random.default_rng(0)
    scores = ScoreSet.of(rng.random(5000), rng.integers(0, 2, 5000))
    points = operating_points(scores, 100)
    assert len(points) <= 100
    assert points[0, 1:].tolist() == [0.0, 1.0]
    assert points[-1, 1:] == pytest.approx([1.0, 0.0])
