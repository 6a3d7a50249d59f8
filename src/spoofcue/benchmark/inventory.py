"""Protocols with what they choose of prepared data, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.benchmark.early_frames import count_early
from spoofcue.benchmark.folds import count_fold
from spoofcue.data.manifest import read_manifest
from spoofcue.errors import InputError
from spoofcue.protocols.definition import Fold, Protocol, ProtocolSet

if TYPE_CHECKING:
    import polars as pl


def read_folders(folders: Sequence[Path]) -> pl.DataFrame:
    """The rows of several prepared folders, to count them; crops are not looked at."""
    import polars as pl

    return pl.concat([read_manifest(folder) for folder in folders])


def describe_set(protocols: ProtocolSet, rows: pl.DataFrame | None) -> dict[str, Any]:
    """Title, terms and every fold's selections; with ``rows`` also its counts.

    A fold that these rows cannot fill has ``cannot`` with the reason instead of counts; a protocol
    that trains on early frames of which they have too few has ``lacks`` with how many there are.
    """
    return {
        "name": protocols.name,
        "title": protocols.title,
        "datasets": list(protocols.datasets),
        "compares": protocols.compares,
        "protocols": [
            {
                "name": p.name,
                "title": p.title,
                "mirrors": p.mirrors,
                "report": p.report,
                "species": p.species,
                "threshold": str(p.threshold),
                "note": p.note,
                "optional": p.optional,
                "files": p.files,
                "folds": [_fold(f, None if p.files_needed else rows) for f in p.folds],
                "lacks": _lacks(p, rows),
            }
            for p in protocols.protocols.values()
        ],
    }


def _lacks(protocol: Protocol, rows: pl.DataFrame | None) -> str | None:
    """Which early frames these rows lack, so that the benchmark would refuse them; None if none."""
    import polars as pl

    if rows is None:
        return None
    of_sets = rows.filter(pl.col("dataset").is_in(list(protocol.datasets)))
    found = count_early(protocol, of_sets)
    return found.shortage if found and found.short else None


def _fold(fold: Fold, rows: pl.DataFrame | None) -> dict[str, Any]:
    told: dict[str, Any] = {"name": fold.name, "selection": fold.to_dict()}
    if rows is None:
        return told
    try:
        return told | {"counts": count_fold(rows, fold)}
    except InputError as error:
        return told | {"cannot": str(error)}
