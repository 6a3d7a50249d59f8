"""Several prepared folders to one, for tests across datasets; no crop is copied."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.data.manifest import read_manifest, write_manifest
from spoofcue.data.prepare import SUMMARY
from spoofcue.errors import InputError
from spoofcue.whole_files import write_json

if TYPE_CHECKING:
    import polars as pl

# what changes the crops' look: a difference would tell the datasets apart
SAME = ("margin", "min_face_px")


def join_prepared(folders: Mapping[str, Path], out: Path) -> pl.DataFrame:
    """Write ``out`` as a prepared folder of all rows and return them.

    ``dataset`` is filled in where a manifest has none. ``video`` gets the dataset's name in
    front, since two datasets may name their files alike; ``crop`` leads from ``out`` to where the
    crop is.

    Args:
        folders: name of the dataset -> its prepared folder.
        out: new, or joined before from the same.

    Raises:
        InputError: a folder is not prepared or is of another dataset, or the crops were cut in
            different ways.

    """
    import polars as pl

    summaries = {name: _summary(folder) for name, folder in folders.items()}
    for key in SAME:
        found = {name: summary["options"].get(key) for name, summary in summaries.items()}
        if len(set(found.values())) > 1:
            raise InputError(
                f"the crops were prepared with different values of {key} ({found}): a network "
                "would tell the datasets apart by it. Prepare them alike."
            )
    out.mkdir(parents=True, exist_ok=True)
    parts = []
    for name, folder in folders.items():
        rows = read_manifest(folder).with_columns(pl.col("dataset").fill_null(name))
        others = sorted(set(rows["dataset"]) - {name})
        if others:
            raise InputError(f"{folder} was given as {name} and holds {', '.join(others)}.")
        root = os.path.relpath(folder.resolve(), out.resolve())
        parts.append(
            rows.with_columns(
                video=pl.lit(f"{name}/") + pl.col("video").fill_null(pl.col("media")),
                crop=pl.lit(f"{root}/") + pl.col("crop"),
            )
        )
    joined = pl.concat(parts)
    write_manifest(joined, out)
    write_json(out / SUMMARY, _joined_summary(folders, summaries))
    return joined


def _summary(folder: Path) -> dict[str, Any]:
    path = folder / SUMMARY
    if not path.is_file():
        raise InputError(f"{folder} is no prepared folder: it holds no {SUMMARY}.")
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def _joined_summary(
    folders: Mapping[str, Path], summaries: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """The options of the first, the warnings of all."""
    first = next(iter(summaries.values()))
    detectors = {name: s["options"].get("detector") for name, s in summaries.items()}
    warnings = [f"{name}: {w}" for name, s in summaries.items() for w in s["warnings"]]
    if len(set(detectors.values())) > 1:
        warnings.append(f"faces were found in different ways: {detectors}")
    return {
        "options": first["options"],
        "joined": {name: str(folder.resolve()) for name, folder in folders.items()},
        "warnings": warnings,
    }
