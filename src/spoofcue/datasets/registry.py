"""Every dataset by name, and the recordings in a folder of one."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

from spoofcue.data.folder import scan_folder
from spoofcue.data.recording import Recording
from spoofcue.datasets.definition import Dataset
from spoofcue.datasets.scan import scan
from spoofcue.errors import InputError


def _in_this_folder() -> dict[str, Dataset]:
    """The ``DATASET`` of every module in this folder that has one, sorted by name."""
    folder = Path(__file__).parent
    modules = (
        import_module(f"{__package__}.{module.name}")
        for module in pkgutil.iter_modules([str(folder)])
        if module.name != "registry"
    )
    definitions: list[Dataset] = [m.DATASET for m in modules if hasattr(m, "DATASET")]
    return {dataset.name: dataset for dataset in sorted(definitions, key=lambda d: d.name)}


DATASETS: dict[str, Dataset] = _in_this_folder()


def recordings(dataset: str | Dataset, root: str | Path) -> list[Recording]:
    """The recordings that lie under ``root``, with their labels; opens no video and no image.

    Args:
        dataset: a name of :data:`DATASETS` (``spoofcue datasets`` lists them), a
            :class:`Dataset` of your own, or ``folder`` for any folder with ``live/`` and
            ``attack/`` in it (docs/howto/datasets.md).
        root: the folder, as the dataset was given out.

    Returns:
        Sorted by path. ``label`` is 0 for live, 1 for attack; ``split`` is the official one, or
        None. Files that are misnamed or no part of the set are left out; `spoofcue prepare`
        lists them.

    Raises:
        InputError: no such dataset, or a folder that holds no recording of it; the message says
            what was expected and what is there.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from spoofcue.datasets import recordings
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for name in ("live/ann/1.jpg", "attack/print/ann/1.jpg"):
    ...         file = Path(root, name)
    ...         file.parent.mkdir(parents=True)
    ...         file.touch()
    ...     pictures = recordings("folder", root)
    >>> [(one.media, one.label, one.pai) for one in pictures]
    [('attack/print/ann/1.jpg', 1, 'print'), ('live/ann/1.jpg', 0, None)]

    """
    if dataset == "folder":
        return list(scan_folder(Path(root))[0])
    if isinstance(dataset, str):
        if dataset not in DATASETS:
            raise InputError(f"no dataset {dataset!r}; there are folder, {', '.join(DATASETS)}.")
        dataset = DATASETS[dataset]
    return list(scan(dataset, Path(root)).recordings)
