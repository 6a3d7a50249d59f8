"""A scanned dataset to a prepared folder, with its published counts and its problems."""

from __future__ import annotations

from pathlib import Path

from spoofcue.data.extract import PrepareOptions
from spoofcue.data.prepare import PrepareSummary, Progress, prepare
from spoofcue.data.splits import with_splits
from spoofcue.datasets.definition import Dataset
from spoofcue.datasets.scan import Scan


def prepare_scan(
    dataset: Dataset,
    found: Scan,
    root: Path,
    out: Path,
    options: PrepareOptions,
    *,
    workers: int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> PrepareSummary:
    """Crop the faces of what :func:`spoofcue.datasets.scan.scan` found; see `data.prepare`.

    Raises:
        InputError: ``out`` was begun with other options, or holds something else.

    """
    return prepare(
        with_splits(found.recordings),
        root,
        out,
        options,
        workers=workers,
        overwrite=overwrite,
        warnings=found.notes,
        dataset=dataset.name,
        published=found.published,
        problems=found.problems,
        progress=progress,
    )
