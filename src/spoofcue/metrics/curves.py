"""Figures of merit over all thresholds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import Sweep, eer_gap, sweep


def auc(scores: ScoreSet) -> float:
    """P(attack score > live score), ties counted half: the area under the ROC curve, exact."""
    return auc_of(sweep(scores))


def eer(scores: ScoreSet) -> float:
    """Mean of FAR and FRR at these scores' own EER threshold, 0..1."""
    return eer_of(sweep(scores))


def auc_of(s: Sweep) -> float:
    """See :func:`auc`."""
    return float(pairs_won(s.passed, s.refused) / (2 * s.passed[-1] * s.refused[0]))


def eer_of(s: Sweep) -> float:
    """See :func:`eer`."""
    return float(eer_of_counts(s.passed, s.refused))


def pairs_won(passed: NDArray[np.int64], refused: NDArray[np.int64]) -> NDArray[np.int64]:
    """Twice the number of (live, attack) pairs in which the attack scores higher, ties as one.

    Shapes: (..., K + 1) counts as in a sweep -> (...).
    """
    lives = refused[..., :-1] - refused[..., 1:]  # at each distinct score
    attacks_above = passed[..., -1:] - passed
    return (lives * (attacks_above[..., 1:] + attacks_above[..., :-1])).sum(-1)


def eer_of_counts(passed: NDArray[np.int64], refused: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean of FAR and FRR at the first threshold of least |FAR - FRR|.

    The ends, where all or none is refused, have the gap 1 and win only where all scores are
    equal; the mean is 1/2 there as at the only other threshold.

    Shapes: (..., K + 1) counts as in a sweep -> (...).
    """
    best = np.argmin(eer_gap(passed, refused), axis=-1)[..., None]
    far = np.take_along_axis(passed, best, -1) / passed[..., -1:]
    frr = np.take_along_axis(refused, best, -1) / refused[..., :1]
    return ((far + frr) / 2)[..., 0]


def operating_points(scores: ScoreSet, most: int = 2000) -> NDArray[np.float64]:
    """Points of the DET and ROC curves, dense where one of the errors is rare.

    Args:
        scores: both classes.
        most: how many points at the most, >= 2; both ends are always kept.

    Returns:
        (K, 3): threshold, APCER pooled (FAR) and BPCER (FRR), by rising threshold.

    """
    return points_of(sweep(scores), most)


def points_of(s: Sweep, most: int) -> NDArray[np.float64]:
    """See :func:`operating_points`."""
    if len(s.value) <= most:
        return np.column_stack([s.value, s.far, s.frr])
    # Even steps in log odds, in which DET curves are nearly straight, for either error.
    grid = 1 / (1 + np.exp(np.linspace(16, -16, (most - 2) // 2)))
    last = len(s.value) - 1
    by_far = np.searchsorted(s.passed, grid * s.passed[-1])
    by_frr = last - np.searchsorted(s.refused[::-1], grid * s.refused[0])
    at = np.unique(np.concatenate([[0, last], by_far, by_frr]))
    return np.column_stack([s.value[at], s.far[at], s.frr[at]])
