"""Scores to error rates: thresholds from dev only, APCER per PAI species; NumPy alone.

Label 1 = attack, a higher score = more likely an attack, and a face is called an attack when its
score is *greater than* the threshold (ISO/IEC 30107-3 terms; bob's rule with its sign turned).

In Python: :class:`ScoreSet` holds the scores of a split; :func:`evaluate` judges a test set at a
threshold from dev; :func:`apcer`, :func:`bpcer`, :func:`acer`, :func:`hter`, :func:`eer`,
:func:`auc` and :func:`det_curve` take a score set or plain arrays; :func:`bootstrap` gives
intervals over people. In reading order: ``columns``, ``scores`` and ``species`` (what is judged),
``score_files`` with ``csv_scores`` and ``bob_scores``, ``curves`` (errors at every threshold),
``thresholds`` (how one is chosen), ``rates`` (errors at one), ``measures`` (the table of all
measures), ``intervals`` and ``bootstrap_intervals``, ``nonresponse``, ``evaluation`` (everything
of a dev and a test set).
"""

from typing import TYPE_CHECKING

from spoofcue.lazy_names import lazy_names

if TYPE_CHECKING:
    from spoofcue.metrics.bootstrap_intervals import bootstrap
    from spoofcue.metrics.curves import det_curve
    from spoofcue.metrics.evaluation import Evaluation, EvaluationOptions, evaluate
    from spoofcue.metrics.measures import MEASURES, Measure, acer, apcer, auc, bpcer, eer, hter
    from spoofcue.metrics.rates import error_rates
    from spoofcue.metrics.score_files import read_scores
    from spoofcue.metrics.scores import NonResponses, ScoreSet, by_video
    from spoofcue.metrics.thresholds import (
        Threshold,
        ThresholdRule,
        apcer_threshold,
        bpcer_threshold,
        eer_threshold,
        fixed_threshold,
        min_hter_threshold,
    )

__all__ = [
    "MEASURES",
    "Evaluation",
    "EvaluationOptions",
    "Measure",
    "NonResponses",
    "ScoreSet",
    "Threshold",
    "ThresholdRule",
    "acer",
    "apcer",
    "apcer_threshold",
    "auc",
    "bootstrap",
    "bpcer",
    "bpcer_threshold",
    "by_video",
    "det_curve",
    "eer",
    "eer_threshold",
    "error_rates",
    "evaluate",
    "fixed_threshold",
    "hter",
    "min_hter_threshold",
    "read_scores",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "spoofcue.metrics.bootstrap_intervals": ("bootstrap",),
        "spoofcue.metrics.curves": ("det_curve",),
        "spoofcue.metrics.evaluation": ("Evaluation", "EvaluationOptions", "evaluate"),
        "spoofcue.metrics.measures": (
            "MEASURES",
            "Measure",
            "acer",
            "apcer",
            "auc",
            "bpcer",
            "eer",
            "hter",
        ),
        "spoofcue.metrics.rates": ("error_rates",),
        "spoofcue.metrics.score_files": ("read_scores",),
        "spoofcue.metrics.scores": ("NonResponses", "ScoreSet", "by_video"),
        "spoofcue.metrics.thresholds": (
            "Threshold",
            "ThresholdRule",
            "apcer_threshold",
            "bpcer_threshold",
            "eer_threshold",
            "fixed_threshold",
            "min_hter_threshold",
        ),
    },
)
