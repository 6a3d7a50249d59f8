"""Face presentation attack detection with learned spoof cue maps (LGSC).

A higher score means more likely an attack; label 1 is an attack everywhere.
"""

from typing import TYPE_CHECKING, Any

from spoofcue.version import __version__

if TYPE_CHECKING:
    from spoofcue.detector.detector import Detector
    from spoofcue.detector.result import Result

__all__ = ["Detector", "Result", "__version__"]


def __getattr__(name: str) -> Any:
    """``spoofcue.Detector`` and ``spoofcue.Result``, loaded when they are asked for."""
    if name == "Detector":
        from spoofcue.detector.detector import Detector

        return Detector
    if name == "Result":
        from spoofcue.detector.result import Result

        return Result
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
