"""Error counts at every threshold that decides differently, and the DET curve through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.columns import merged
from spoofcue.metrics.scores import ScoreSet, as_scores


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """From the lowest threshold to the highest; counts, so that ties stay exact.

    Attributes:
        value: (K + 1,) thresholds; -inf, then midpoints of neighbouring distinct scores, +inf.
        passed: (..., K + 1) attacks called live (score <= value), rising from 0 to all.
        refused: (..., K + 1) live faces called attacks (score > value), falling from all to 0.

    """

    value: NDArray[np.float64]
    passed: NDArray[np.int64]
    refused: NDArray[np.int64]

    @property
    def far(self) -> NDArray[np.float64]:
        """(..., K + 1) ``passed`` as a part of all attacks (pooled APCER)."""
        return self.passed / self.passed[..., -1:]

    @property
    def frr(self) -> NDArray[np.float64]:
        """(..., K + 1) ``refused`` as a part of all live faces (BPCER)."""
        return self.refused / self.refused[..., :1]


def sweep(scores: ScoreSet) -> Sweep:
    """Count at every distinct decision, exact at ties, in O(N) after the set's one sort.

    Raises:
        InputError: a class has no score.

    """
    need_both_classes(scores)
    live, attack = scores.live, scores.attack
    every = merged([live, attack])
    distinct = every[np.append(every[1:] != every[:-1], True)]
    low, high = distinct[:-1], distinct[1:]
    with np.errstate(over="ignore"):
        middle = (low + high) / 2
    # The midpoint of two neighbouring floats may round up to the higher one, or overflow.
    middle = np.where((middle >= low) & (middle < high), middle, low)
    return Sweep(
        value=np.concatenate([[-np.inf], middle, [np.inf]]),
        passed=np.append(0, np.searchsorted(attack, distinct, side="right")),
        refused=len(live) - np.append(0, np.searchsorted(live, distinct, side="right")),
    )


def need_both_classes(scores: ScoreSet) -> None:
    """Raise InputError unless there are live and attack scores."""
    live, attack = len(scores.live), len(scores.attack)
    if not live or not attack:
        raise InputError(
            f"error rates need both classes; there are {live} live and {attack} attack scores "
            "(label 1 = attack)."
        )


def pairs_won(s: Sweep) -> NDArray[np.int64]:
    """(...) twice the (live, attack) pairs in which the attack scores higher, ties as one."""
    lives = s.refused[..., :-1] - s.refused[..., 1:]  # at each distinct score
    attacks_above = s.passed[..., -1:] - s.passed
    return (lives * (attacks_above[..., 1:] + attacks_above[..., :-1])).sum(-1)


def eer_gap(s: Sweep) -> NDArray[np.int64]:
    """(..., K + 1) |FAR - FRR| in units of 1 / (attacks · live faces), so that equals are equal."""
    return np.abs(s.passed * s.refused[..., :1] - s.refused * s.passed[..., -1:])


def rate_at_least_gap(s: Sweep) -> NDArray[np.float64]:
    """(...) mean of FAR and FRR at the first threshold of least |FAR - FRR|.

    The ends, where all or none is refused, have the gap 1 and win only where all scores are
    equal; the mean is 1/2 there as at the only other threshold.
    """
    best = np.argmin(eer_gap(s), axis=-1)[..., None]
    far = np.take_along_axis(s.passed, best, -1) / s.passed[..., -1:]
    frr = np.take_along_axis(s.refused, best, -1) / s.refused[..., :1]
    return ((far + frr) / 2)[..., 0]


def det_curve(
    scores: ScoreSet | ArrayLike, labels: ArrayLike | None = None, *, most: int = 2000
) -> NDArray[np.float64]:
    """Points of the DET and ROC curves, dense where one of the errors is rare.

    Args:
        scores: a score set of both classes, or (N,) finite numbers.
        labels: (N,) 0 live, 1 attack; not beside a score set.
        most: how many points at the most, >= 2; both ends are always kept.

    Returns:
        (K, 3) float64: threshold (the ends are -inf and inf), APCER of all attacks pooled (FAR)
        and BPCER (FRR), fractions 0..1, by rising threshold.

    Raises:
        InputError: a class has no score, or the arrays are refused.

    >>> det_curve([0.25, 0.75, 1.0], [0, 1, 1]).tolist()
    [[-inf, 0.0, 1.0], [0.5, 0.0, 0.0], [0.875, 0.5, 0.0], [inf, 1.0, 0.0]]

    """
    return points_of(sweep(as_scores(scores, labels)), most)


def points_of(s: Sweep, most: int) -> NDArray[np.float64]:
    """See :func:`det_curve`."""
    if len(s.value) <= most:
        return np.column_stack([s.value, s.far, s.frr])
    # Even steps in log odds, in which DET curves are nearly straight, for either error.
    grid = 1 / (1 + np.exp(np.linspace(16, -16, (most - 2) // 2)))
    last = len(s.value) - 1
    by_far = np.searchsorted(s.passed, grid * s.passed[-1])
    by_frr = last - np.searchsorted(s.refused[::-1], grid * s.refused[0])
    at = np.unique(np.concatenate([[0, last], by_far, by_frr]))
    return np.column_stack([s.value[at], s.far[at], s.frr[at]])
