"""The datasets that papers report on: official folders to recordings.

In Python: :func:`recordings` lists what a folder holds, :data:`DATASETS` has the facts of each set.
A new dataset is a file here with its ``DATASET``, which ``registry`` finds.
"""

from typing import TYPE_CHECKING

from spoofcue.lazy_names import lazy_names

if TYPE_CHECKING:
    from spoofcue.data.recording import Recording
    from spoofcue.datasets.definition import Dataset
    from spoofcue.datasets.registry import DATASETS, recordings

__all__ = ["DATASETS", "Dataset", "Recording", "recordings"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "spoofcue.data.recording": ("Recording",),
        "spoofcue.datasets.definition": ("Dataset",),
        "spoofcue.datasets.registry": ("DATASETS", "recordings"),
    },
)
