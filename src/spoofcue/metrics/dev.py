"""What a fit is judged by on dev: the threshold at its EER, and the rates there."""

from __future__ import annotations

from spoofcue.metrics.curves import auc, eer
from spoofcue.metrics.error_rates import error_rates
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import eer_threshold


def rates_at_eer(scores: ScoreSet) -> dict[str, float]:
    """``acer``, ``eer``, ``auc`` as fractions, and ``threshold``.

    Raises:
        InputError: a class is missing.

    """
    threshold = eer_threshold(scores)
    return {
        "acer": error_rates(scores, threshold).acer,
        "eer": eer(scores),
        "auc": auc(scores),
        "threshold": threshold.value,
    }
