from __future__ import annotations

from collections import defaultdict
from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.metrics import bootstrap_intervals as module
from spoofcue.metrics.bootstrap_intervals import bootstrap, clusters_of, draw
from spoofcue.metrics.measures import auc, eer
from spoofcue.metrics.rates import error_rates
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import Threshold, fixed_threshold

AT = fixed_threshold(0.5)


def people(rng: np.random.Generator, subjects: int, each: int, spread: float) -> ScoreSet:
    """``each`` live and attack attempts of every subject, whose own offset has that spread."""
    rows = np.repeat(np.arange(subjects), 2 * each)
    label = np.tile(np.repeat([0, 1], each), subjects)
    offset = rng.normal(0, spread, subjects)[rows]
    score = np.round(label + offset + rng.normal(0, 0.4, len(rows)), 2)
    kind = rng.choice(["print", "replay"], len(rows))
    return ScoreSet.of(
        score, label, np.where(label == 1, kind, ""), subject=[f"s{r}" for r in rows]
    )


def slow(scores: ScoreSet, at: Threshold, draws: NDArray[np.int64]) -> dict[str, list[float]]:
    """Every replicate written out as a set of its own."""
    cluster = clusters_of(scores)[1]
    found: dict[str, list[float]] = defaultdict(list)
    for times in draws:
        rows = np.repeat(np.arange(len(scores)), times[cluster])
        one = ScoreSet.of(scores.score[rows], scores.label[rows], scores.pai[rows])
        if not len(one.live) or not len(one.attack):
            continue
        rates = error_rates(one, at)
        values = {
            "apcer_max": rates.apcer_max,
            "bpcer": rates.bpcer.value,
            "acer": (rates.apcer_max + rates.bpcer.value) / 2,
            "hter": (rates.far.value + rates.bpcer.value) / 2,
            "eer": eer(one),
            "auc": auc(one),
        }
        for measure, value in values.items():
            found[measure].append(value)
    return found


@pytest.mark.parametrize("unit", ["subject", "video", "attempt"])
@pytest.mark.parametrize("elements", [1, 1 << 20])
def test_intervals_equal_those_of_a_slow_loop_with_the_same_draws(
    unit: str, elements: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ELEMENTS", elements)  # replicates one by one, or all at once
    scores = people(np.random.default_rng(1), 5, 3, 0.3)
    names = [f"v{i // 3}" for i in range(len(scores))]
    if unit == "video":
        scores = ScoreSet.of(scores.score, scores.label, scores.pai, video=names)
    if unit == "attempt":
        scores = ScoreSet.of(scores.score, scores.label, scores.pai)
    found = bootstrap(scores, AT, replicates=60, seed=4)
    clusters = {"subject": 5, "video": 10, "attempt": 30}[unit]
    assert (found.unit, found.clusters) == (unit, clusters)
    wanted = slow(scores, AT, draw(np.random.default_rng(4), clusters, 60))
    assert found.undefined == 60 - len(wanted["auc"])
    assert set(wanted) <= set(found.intervals)
    for measure in wanted:
        low, high = np.percentile(wanted[measure], [2.5, 97.5])
        assert found.intervals[measure] == pytest.approx((low, high), abs=1e-12), measure


def test_every_replicate_draws_as_many_clusters_as_there_are() -> None:
    drawn = draw(np.random.default_rng(0), 7, 500)
    assert (drawn.sum(1) == 7).all()
    assert drawn.mean(0) == pytest.approx(np.ones(7), abs=0.2)


def test_subjects_cover_the_truth_where_single_attempts_pretend_to_know_more() -> None:
    truth = 1 - NormalDist(0, float(np.hypot(0.5, 0.4))).cdf(0.505)  # scores have two decimals
    covered = {"subject": 0, "attempt": 0}
    for seed in range(100):
        scores = people(np.random.default_rng(seed), 40, 10, 0.5)
        alone = ScoreSet.of(scores.score, scores.label, scores.pai)
        for one in (scores, alone):
            found = bootstrap(one, AT, replicates=200, seed=seed)
            low, high = found.intervals["bpcer"]
            covered[found.unit] += low <= truth <= high
    assert covered["subject"] >= 86  # 95 nominal, less for 40 people and 100 trials
    assert covered["attempt"] <= covered["subject"] - 10


def test_a_class_that_a_replicate_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = ScoreSet.of([0.1, 0.9], [0, 1], video=["a", "b"])
    found = bootstrap(scores, AT, replicates=400)
    assert found.undefined == pytest.approx(200, abs=60)
    assert found.intervals["auc"] == (1.0, 1.0)


def test_what_cannot_be_drawn_is_refused() -> None:
    one = ScoreSet.of([0.1, 0.9], [0, 1], subject=["a", "a"])
    with pytest.raises(InputError, match="two subjects"):
        bootstrap(one, AT)
    with pytest.raises(InputError, match="replicates"):
        bootstrap(people(np.random.default_rng(0), 3, 2, 0.1), AT, replicates=0)
    with pytest.raises(InputError, match="both classes"):
        bootstrap(ScoreSet.of([0.1, 0.2], [0, 0]), AT)
