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

from typing import TYPE_CHECKING, Any

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

_MODULES = {
    "bootstrap_intervals": ("bootstrap",),
    "curves": ("det_curve",),
    "evaluation": ("Evaluation", "EvaluationOptions", "evaluate"),
    "measures": ("MEASURES", "Measure", "acer", "apcer", "auc", "bpcer", "eer", "hter"),
    "rates": ("error_rates",),
    "score_files": ("read_scores",),
    "scores": ("NonResponses", "ScoreSet", "by_video"),
    "thresholds": (
        *("Threshold", "ThresholdRule", "apcer_threshold", "bpcer_threshold", "eer_threshold"),
        *("fixed_threshold", "min_hter_threshold"),
    ),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is asked for."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    """With the names that are not loaded yet, for completion."""
    return sorted({*globals(), *__all__})
