"""Several prepared folders to one, for tests across datasets; no crop is copied."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.data.manifest import scan_manifest, write_manifest
from spoofcue.data.prepared_folder import PreparedFolder, PreparedRecord
from spoofcue.errors import InputError
from spoofcue.records.owner import held
from spoofcue.streamed import distinct

if TYPE_CHECKING:
    import polars as pl

# What changes the crops' look, and the option of prepare that sets it.
SAME = {"margin": "--margin", "min_face_px": "--min-face", "detector": "--detector"}
WHOLE = "whole"


def join_prepared(folders: Mapping[str, Path], out: Path) -> pl.LazyFrame:
    """Write ``out`` as a prepared folder of all rows and return these, as a query of its manifest.

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

    summaries = {name: PreparedFolder(folder).record() for name, folder in folders.items()}
    for key, option in SAME.items():
        values = {name: summary.options.get(key) for name, summary in summaries.items()}
        _refuse_other(folders, key, values, option)
    manifests = {name: scan_manifest(folder) for name, folder in folders.items()}
    _refuse_whole_pictures_beside_faces(folders, manifests)
    parts = []
    for name, folder in folders.items():
        rows = manifests[name].with_columns(pl.col("dataset").fill_null(name))
        others = sorted(distinct(rows, "dataset") - {name})
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
    with held(out, "benchmark", clear=True, wait=True):
        out.mkdir(parents=True, exist_ok=True)
        PreparedFolder(out).write_record(_joined_summary(folders, summaries))
        write_manifest(joined, out)
    return scan_manifest(out)


def _refuse_other(
    folders: Mapping[str, Path], key: str, values: Mapping[str, object], option: str
) -> None:
    if len(set(values.values())) <= 1:
        return
    listed = "; ".join(f"{name} in {folders[name]}: {value}" for name, value in values.items())
    raise InputError(
        f"the crops were prepared with different values of {key} ({listed}): a network would tell "
        f"the datasets apart by it. Prepare them again with the same {option} each; the default of "
        "`spoofcue prepare` is the same for all sets that are not face crops already."
    )


def _refuse_whole_pictures_beside_faces(
    folders: Mapping[str, Path], manifests: Mapping[str, pl.LazyFrame]
) -> None:
    """With ``--detector none`` a dataset's own boxes are cropped, and other pictures kept whole."""
    sources = {name: distinct(rows, "box_source") for name, rows in manifests.items()}
    whole = [name for name, used in sources.items() if WHOLE in used]
    faces = [name for name, used in sources.items() if used - {WHOLE}]
    if len(folders) > 1 and whole and faces:
        raise InputError(
            "the crops are whole pictures in "
            f"{', '.join(f'{name} ({folders[name]})' for name in whole)} and faces in "
            f"{', '.join(f'{name} ({folders[name]})' for name in faces)}: a network would tell the "
            "datasets apart by it. Prepare them again with --detector dlib, or with --detector "
            "none --boxes detector where all pictures are face crops already."
        )


def _joined_summary(
    folders: Mapping[str, Path], summaries: Mapping[str, PreparedRecord]
) -> PreparedRecord:
    """The options of the first, the warnings of all."""
    first = next(iter(summaries.values()))
    boxes = {name: s.options.get("boxes") for name, s in summaries.items()}
    warnings = [f"{name}: {w}" for name, s in summaries.items() for w in s.warnings]
    if len(set(boxes.values())) > 1:
        listed = ", ".join(f"{name} {value}" for name, value in boxes.items())
        warnings.append(f"--boxes differed: {listed}; a dataset's own boxes may lie otherwise")
    return PreparedRecord(
        options=first.options,
        warnings=warnings,
        joined={name: str(folder.resolve()) for name, folder in folders.items()},
    )
