"""Find or make the prepared folders that a protocol needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.data.extract import PrepareOptions
from spoofcue.data.manifest import manifest_files, scan_manifest
from spoofcue.data.prepare import Progress
from spoofcue.datasets.registry import DATASETS
from spoofcue.datasets.scan import prepare_scan, scan
from spoofcue.errors import InputError
from spoofcue.experiments.early_frames import count_early
from spoofcue.protocols.counts import count_fold
from spoofcue.protocols.definition import Protocol, ProtocolSet
from spoofcue.protocols.early import early_sample
from spoofcue.protocols.fold import Fold
from spoofcue.streamed import distinct

if TYPE_CHECKING:
    import polars as pl

    Rows = pl.DataFrame | pl.LazyFrame


def parse_places(option: str, values: Sequence[str], needed: Sequence[str]) -> dict[str, Path]:
    """``name=DIR`` of several, or a bare ``DIR`` where one dataset is needed.

    Args:
        option: its name, for messages.
        values: as typed.
        needed: the datasets of the protocols.

    Raises:
        InputError: a bare DIR where several are needed, a name that is not, or a name twice.

    """
    places: dict[str, Path] = {}
    for value in values:
        name, equals, folder = value.partition("=")
        if not equals:
            if len(needed) != 1:
                raise InputError(
                    f"{option} {value}: these protocols need {', '.join(needed)}; write "
                    f"{option} {needed[0]}=DIR, and so for each."
                )
            name, folder = needed[0], value
        if name not in needed:
            raise InputError(f"{option} {value}: {name} is none of {', '.join(needed)}.")
        if name in places:
            raise InputError(f"{option}: {name} is given twice.")
        places[name] = Path(folder)
    return places


def prepared_folders(
    needed: Sequence[str],
    *,
    data: Mapping[str, Path],
    roots: Mapping[str, Path],
    out: Path,
    frames: int,
    progress: Progress | None = None,
) -> dict[str, Path]:
    """The prepared folder of each dataset that is needed, made from its root if it must be.

    Args:
        needed: datasets, in order.
        data: prepared folders that the user gave.
        roots: the datasets' own folders; prepared under ``out``/prepared/NAME, once.
        out: the results folder.
        frames: a video, when preparing.
        progress: of a preparation, called with (recordings done, all).

    Raises:
        InputError: a dataset is neither given nor prepared; says whose licence it has and the
            commands to run.

    """
    folders: dict[str, Path] = {}
    missing = []
    for name in needed:
        own = out / "prepared" / name
        if name in data:
            folders[name] = data[name]
        elif manifest_files(own):
            folders[name] = own
        elif name in roots:
            prepare_root(name, roots[name], own, frames, progress)
            folders[name] = own
        else:
            missing.append(name)
    if missing:
        raise InputError(*_how_to_get(missing, needed))
    return folders


def prepare_root(
    name: str, root: Path, out: Path, frames: int, progress: Progress | None = None
) -> None:
    """Crop the faces of a dataset as it was given out, as `spoofcue prepare` does by default.

    Raises:
        InputError: ``root`` holds no recording of the dataset.

    """
    dataset = DATASETS[name]
    contents = scan(dataset, root)
    early = early_sample(name, frames)
    options = PrepareOptions(
        frames,
        dataset.detector,
        given_margin=dataset.margin,
        early_frames=early.frames,
        early_below=early.below,
    )
    prepare_scan(dataset, contents, root, out, options, progress=progress)


def _how_to_get(missing: Sequence[str], needed: Sequence[str]) -> list[str]:
    lines = [f"these protocols need {', '.join(needed)}; no data is given for:"]
    for name in missing:
        dataset = DATASETS[name]
        page = f", {dataset.licence_url}" if dataset.licence_url else ""
        lines.append(f"  {dataset.title}: {dataset.licence}{page}")
        lines.append(f"    spoofcue prepare {name} ROOT --out prepared/{name}")
    given = " ".join(f"--data {name}=prepared/{name}" for name in missing)
    lines.append(f"then give {given} (or --root {missing[0]}=ROOT, which prepares it first).")
    return lines


def scan_folders(folders: Sequence[Path]) -> pl.LazyFrame:
    """The rows of several prepared folders, to count them; crops are not looked at.

    Raises:
        InputError: one of them has no manifest, or one that breaks a rule.

    """
    import polars as pl

    return pl.concat([scan_manifest(folder) for folder in folders])


def datasets_of(rows: pl.LazyFrame) -> set[str]:
    """The datasets that rows of manifests are of."""
    return distinct(rows, "dataset")


def describe_set(protocols: ProtocolSet, rows: Rows | None) -> dict[str, Any]:
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
                "threshold": p.threshold.words,
                "note": p.note,
                "optional": p.optional,
                "files": p.files,
                "folds": [_fold(f, None if p.files_needed else rows) for f in p.folds],
                "lacks": _lacks(p, rows),
            }
            for p in protocols.protocols.values()
        ],
    }


def _lacks(protocol: Protocol, rows: Rows | None) -> str | None:
    """Which early frames these rows lack, so that the benchmark would refuse them; None if none."""
    import polars as pl

    if rows is None:
        return None
    of_sets = rows.filter(pl.col("dataset").is_in(list(protocol.datasets)))
    early = count_early(protocol, of_sets)
    return early.shortage if early and early.short else None


def _fold(fold: Fold, rows: Rows | None) -> dict[str, Any]:
    description: dict[str, Any] = {"name": fold.name, "selection": fold.to_dict()}
    if rows is None:
        return description
    try:
        return description | {"counts": count_fold(rows, fold)}
    except InputError as error:
        return description | {"cannot": str(error)}
