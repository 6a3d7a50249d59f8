"""Figures of merit over all thresholds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spoofcue.metrics.error_rates import error_rates
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import eer_threshold, sweep


def auc(scores: ScoreSet) -> float:
    """P(attack score > live score), ties counted half: the area under the ROC curve, exact."""
    s = sweep(scores)
    # Trapezes of (1 - FAR) over FRR; along the sweep FRR falls.
    caught = 1 - s.far
    return float(np.sum((caught[1:] + caught[:-1]) / 2 * -np.diff(s.frr)))


def eer(scores: ScoreSet) -> float:
    """Mean of FAR and FRR at these scores' own EER threshold, 0..1."""
    rates = error_rates(scores, eer_threshold(scores, "itself"))
    return rates.hter


def operating_points(scores: ScoreSet, most: int = 2000) -> NDArray[np.float64]:
    """(K, 3): threshold, APCER pooled (FAR) and BPCER (FRR), thinned to ``most`` points."""
    s = sweep(scores)
    points = np.column_stack([s.value, s.far, s.frr])
    if len(points) > most:
        points = points[np.unique(np.linspace(0, len(points) - 1, most).astype(int))]
    return points
