"""What run.json holds, whatever the method; no torch is needed for it."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.config import RunSettings
from spoofcue.data.crop_facts import protocol_of
from spoofcue.data.prepare import count_rows
from spoofcue.version import __version__

if TYPE_CHECKING:
    import polars as pl


def run_record(
    run: Path,
    data: Path,
    rows: pl.DataFrame,
    settings: RunSettings,
    *,
    parameters: int,
    warnings: list[str],
    training: dict[str, Any],
    packages: Sequence[str],
    commit: str | None,
) -> dict[str, Any]:
    """The keys that report, evaluate and compare read.

    Args:
        run: the run folder.
        data: the prepared folder.
        rows: its whole manifest.
        settings: of the run.
        parameters: numbers in the model.
        warnings: of the data; shown wherever a result is shown.
        training: how far it is and how it went.
        packages: whose versions are told.
        commit: of the source that runs; None if unknown.

    """
    name = run.resolve().name
    return {
        "name": name,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "spoofcue": __version__,
        "commit": commit,
        "method": settings.method,
        "preset": settings.preset,
        "model": {"id": name, "parameters": parameters},
        "data": {
            "root": str(data.resolve()),
            "protocol": protocol_of(data),
            "counts": count_rows(rows),
            "warnings": warnings,
        },
        "training": training,
        "software": {"python": platform.python_version(), **{p: version(p) for p in packages}},
    }
