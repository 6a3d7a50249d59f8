"""The table of measures, and its functions on plain arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from spoofcue.errors import InputError
from spoofcue.metrics.curves import det_curve, sweep
from spoofcue.metrics.measures import (
    AT_THRESHOLD,
    MEASURES,
    OVER_THRESHOLDS,
    REPORTS,
    acer,
    apcer,
    auc,
    bpcer,
    eer,
    hter,
    measured,
    measured_draws,
)
from spoofcue.metrics.rates import error_rates
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import fixed_threshold

# at 0.5: one of four live faces is refused; one of two prints passes, one of four replays
SCORE = [0.1, 0.2, 0.3, 0.6, 0.4, 0.9, 0.45, 0.7, 0.8, 0.9]
LABEL = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
PAI = [*[""] * 4, "print", "print", *["replay"] * 4]
BY_HAND = {
    "apcer_max": 1 / 2,
    "bpcer": 1 / 4,
    "acer": (1 / 2 + 1 / 4) / 2,
    "hter": (2 / 6 + 1 / 4) / 2,
}


def test_the_table_by_hand_and_by_scikit_learn() -> None:
    found = measured(ScoreSet.of(SCORE, LABEL, PAI), fixed_threshold(0.5))
    assert list(found) == list(MEASURES)
    assert {name: found[name] for name in BY_HAND} == pytest.approx(BY_HAND)
    assert found["auc"] == pytest.approx(roc_auc_score(LABEL, SCORE))
    # at 0.425 one of four live faces is refused and one of six attacks passes; no gap is smaller
    assert found["eer"] == pytest.approx((1 / 4 + 1 / 6) / 2)


def test_plain_arrays_and_a_score_set_give_the_same() -> None:
    scores = ScoreSet.of(SCORE, LABEL, PAI)
    at = fixed_threshold(0.5)
    table = measured(scores, at)
    for name, function in (("apcer_max", apcer), ("acer", acer)):
        assert function(SCORE, LABEL, PAI, threshold=0.5) == table[name]
        assert function(scores, threshold=at) == table[name]
    for name, pooled in (("bpcer", bpcer), ("hter", hter)):
        assert pooled(np.array(SCORE), np.array(LABEL), threshold=0.5) == table[name]
        assert pooled(scores, threshold=at) == table[name]
    for name, over_all in (("eer", eer), ("auc", auc)):
        assert over_all(SCORE, LABEL) == over_all(scores) == table[name]
    assert det_curve(SCORE, LABEL).tolist() == det_curve(scores).tolist()
    # without species all attacks are one
    assert apcer(SCORE, LABEL, threshold=0.5) == pytest.approx(2 / 6)


FUNCTIONS: list[Callable[..., float | NDArray[np.float64]]] = [
    *(lambda s, y, f=f: f(s, y, threshold=0.5) for f in (apcer, bpcer, acer, hter)),
    *(eer, auc, det_curve),
]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("scores", "labels", "told"),
    [
        ([0.1, float("nan")], [0, 1], "not finite .*give such attempts as `lost`"),
        ([0.1, float("inf")], [0, 1], "not finite"),
        ([0.1, 0.2], [0, 0], "both classes; there are 2 live and 0 attack"),
        ([0.1, 0.2], [1, 1], "both classes; there are 0 live and 2 attack"),
        ([0.1, 0.2], [0, 2], r"labels must be 0 \(live\) or 1 \(attack\)"),
        ([0.1, 0.2], [-1, 1], r"labels must be 0 \(live\) or 1 \(attack\)"),
        ([0.1, 0.2, 0.3], [0, 1], "3 scores and 2 labels"),
        ([0.1, 0.2], None, "give labels too"),
        (ScoreSet.of([0.1, 0.2], [0, 1]), [0, 1], "give them once"),
        ([], [], "both classes"),
    ],
)
def test_wrong_input_is_refused_with_the_remedy(
    function: Callable[..., float], scores: object, labels: object, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        function(scores, labels)


def test_a_threshold_must_be_a_finite_number() -> None:
    with pytest.raises(InputError, match="finite number, not nan"):
        apcer(SCORE, LABEL, threshold=float("nan"))


def test_an_entry_is_whole() -> None:
    for name, measure in MEASURES.items():
        assert (measure.name, bool(measure.label)) == (name, True)
        assert (measure.of_rates is None) != (measure.of_sweep is None)
        assert measure.reports
        assert set(measure.reports) <= set(REPORTS)
    assert set(REPORTS) <= set(MEASURES)  # a protocol is judged by a measure of the table
    assert [*AT_THRESHOLD, *OVER_THRESHOLDS] == list(MEASURES.values())


def test_which_end_is_the_better_one() -> None:
    assert MEASURES["acer"].best([0.2, 0.1, 0.3]) == 0.1
    assert MEASURES["auc"].best([0.2, 0.1, 0.3]) == 0.3
    # who calls everything an attack has an APCER of zero
    assert {name for name, m in MEASURES.items() if not m.ranked} == {"apcer_max", "bpcer"}


def test_draws_are_measured_as_single_sets_are() -> None:
    scores, at = ScoreSet.of(SCORE, LABEL, PAI), fixed_threshold(0.5)
    s, rates = sweep(scores), error_rates(scores, at).fractions
    twice = measured_draws(
        type(rates)(*(np.stack([part, part]) for part in (rates.apcer, rates.far, rates.bpcer))),
        type(s)(s.value, np.stack([s.passed] * 2), np.stack([s.refused] * 2)),
    )
    assert twice.tolist() == [list(measured(scores, at).values())] * 2
