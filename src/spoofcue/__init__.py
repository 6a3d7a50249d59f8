"""Face presentation attack detection with learned spoof cue maps (LGSC).

A higher score means more likely an attack; label 1 is an attack everywhere. docs/reference/api.md
lists the public names; those of ``cue``, ``datasets``, ``metrics``, ``protocols`` and ``simulate``
are attributes of this package too: ``spoofcue.protocols.folds("oulu-npu", "1")``.
"""

from typing import TYPE_CHECKING

from spoofcue.lazy_names import lazy_names
from spoofcue.version import __version__

if TYPE_CHECKING:
    from spoofcue import cue, datasets, metrics, protocols, simulate
    from spoofcue.detector.detector import Detector
    from spoofcue.detector.early_exit import ExitRule
    from spoofcue.detector.evidence import EvidenceRule
    from spoofcue.detector.quality import QualityLimits
    from spoofcue.detector.result import Result
    from spoofcue.errors import (
        InputError,
        MediaError,
        PackageError,
        ProblemsError,
        SpoofCueError,
    )
    from spoofcue.scoring.evaluate import evaluate
    from spoofcue.training.any_method import train

__all__ = [
    "Detector",
    "EvidenceRule",
    "ExitRule",
    "InputError",
    "MediaError",
    "PackageError",
    "ProblemsError",
    "QualityLimits",
    "Result",
    "SpoofCueError",
    "__version__",
    "cue",
    "datasets",
    "evaluate",
    "metrics",
    "protocols",
    "simulate",
    "train",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "spoofcue.detector.detector": ("Detector",),
        "spoofcue.detector.early_exit": ("ExitRule",),
        "spoofcue.detector.evidence": ("EvidenceRule",),
        "spoofcue.detector.quality": ("QualityLimits",),
        "spoofcue.detector.result": ("Result",),
        "spoofcue.errors": (
            "InputError",
            "MediaError",
            "PackageError",
            "ProblemsError",
            "SpoofCueError",
        ),
        "spoofcue.scoring.evaluate": ("evaluate",),
        "spoofcue.training.any_method": ("train",),
    },
    packages=("cue", "datasets", "metrics", "protocols", "simulate"),
)
