"""The datasets that papers report on: official folders to recordings.

In Python: :func:`recordings` lists what a folder holds, :data:`DATASETS` has the facts of each set.
A new dataset is a file here with its ``DATASET`` and a line in ``registry``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spoofcue.data.recording import Recording
    from spoofcue.datasets.definition import Dataset
    from spoofcue.datasets.registry import DATASETS, recordings

__all__ = ["DATASETS", "Dataset", "Recording", "recordings"]

_MODULES = {
    "DATASETS": "datasets.registry",
    "Dataset": "datasets.definition",
    "Recording": "data.recording",
    "recordings": "datasets.registry",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"spoofcue.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """With the names that are not loaded yet, for completion."""
    return sorted({*globals(), *__all__})
