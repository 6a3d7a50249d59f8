"""Face presentation attack detection with learned spoof cue maps (LGSC).

A higher score means more likely an attack; label 1 is an attack everywhere. docs/api.md lists the
public names; those of ``cue``, ``datasets``, ``metrics``, ``protocols`` and ``simulate`` are
attributes of this package too: ``spoofcue.protocols.folds("oulu-npu", "1")``.
"""

from typing import TYPE_CHECKING, Any

from spoofcue.version import __version__

if TYPE_CHECKING:
    from spoofcue import cue, datasets, metrics, protocols, simulate
    from spoofcue.detector.detector import Detector
    from spoofcue.detector.early_exit import ExitRule
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

_PACKAGES = ("cue", "datasets", "metrics", "protocols", "simulate")
_MODULES = {
    "Detector": "detector.detector",
    "ExitRule": "detector.early_exit",
    "InputError": "errors",
    "MediaError": "errors",
    "PackageError": "errors",
    "ProblemsError": "errors",
    "QualityLimits": "detector.quality",
    "Result": "detector.result",
    "SpoofCueError": "errors",
    "evaluate": "scoring.evaluate",
    "train": "training.any_method",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is asked for: nothing that is not used is waited for."""
    from importlib import import_module

    if name in _PACKAGES:
        return import_module(f"{__name__}.{name}")
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """With the names that are not loaded yet, for completion."""
    return sorted({*globals(), *__all__})
