"""A set of protocols and prepared data to a plan, and a plan to results and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.data.join import join_prepared
from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.datasets.places import folder_with
from spoofcue.datasets.registry import DATASETS
from spoofcue.errors import InputError
from spoofcue.experiments.early_frames import check_early_frames
from spoofcue.experiments.fold_figures import write_figures
from spoofcue.experiments.fold_plan import FoldTask, plan
from spoofcue.experiments.folds import read_results, run_folds
from spoofcue.experiments.methods import Method
from spoofcue.experiments.paper_tables import tables_of
from spoofcue.experiments.tables import Grid, markdown_of
from spoofcue.protocols.definition import Protocol, ProtocolSet
from spoofcue.protocols.listed import differences, file_of, from_files
from spoofcue.records.fold_record import RESULT_FILE, FoldRecord
from spoofcue.records.owner import held
from spoofcue.whole_files import write_text

if TYPE_CHECKING:
    import polars as pl

TABLES = "tables.md"
# where datasets keep their own lists, below their root


@dataclass(frozen=True, slots=True)
class BenchmarkPlan:
    """What will be trained on what.

    Attributes:
        tasks: every fold, in order.
        rows: of all the datasets together, as a query of their manifest.
        notes: what the user should know before it begins.

    """

    tasks: list[FoldTask]
    rows: pl.LazyFrame
    notes: list[str]


def choose_protocols(protocols: ProtocolSet, wanted: str) -> list[Protocol]:
    """Protocols by name, several by commas; ``all`` leaves out the optional ones.

    Raises:
        InputError: an unknown name.

    """
    known = protocols.protocols
    if wanted == "all":
        return [p for p in known.values() if not p.optional]
    names = [name.strip() for name in wanted.split(",")]
    if unknown := [name for name in names if name not in known]:
        raise InputError(f"--protocol {', '.join(unknown)}: there are {', '.join(known)}, all.")
    return [known[name] for name in names]


def make_plan(
    protocols: ProtocolSet,
    chosen: Sequence[Protocol],
    folders: Mapping[str, Path],
    *,
    results: Path,
    methods: Sequence[str],
    seeds: Sequence[int] = (0,),
    files: Path | None = None,
) -> BenchmarkPlan:
    """Join the data and bind each fold to it.

    Args:
        protocols: the set.
        chosen: of it.
        folders: the prepared folder of each dataset.
        results: the results folder; the set gets a folder in it.
        methods: their names.
        seeds: of the trainings.
        files: the dataset's own protocol files; found below the dataset's root by default.

    Raises:
        InputError: the folders do not go together, lack the early frames that a protocol trains
            on, or protocol files contradict the set.

    """
    home = results / protocols.name
    data = home / "data"
    early = check_early_frames(chosen, folders)
    rows = join_prepared(folders, data)
    bound, notes = [], early
    for protocol in chosen:
        ready, lines = _with_files(protocol, rows, folders, files)
        bound.append(ready)
        notes += lines
    return BenchmarkPlan(
        plan(protocols.name, bound, data, results=home, methods=methods, seeds=seeds), rows, notes
    )


def run_plan(
    ready: BenchmarkPlan,
    results: Path,
    methods: Mapping[str, Method],
    tell: Callable[[str], None] = lambda line: None,
) -> list[Grid]:
    """Train and judge what is not done, then draw everything that the results folder holds."""
    records = run_folds(ready.tasks, ready.rows, methods, tell)
    for task, record in zip(ready.tasks, records, strict=True):
        with held(task.folder, "benchmark", wait=True):
            write_figures(task.folder, record)
    return write_tables(results)


def write_all_figures(results: Path) -> list[Path]:
    """DET curve and histogram of every fold, from its stored scores.

    Raises:
        InputError: there is no finished fold, or one lacks its scores.

    """
    return [
        path
        for done in sorted(results.rglob(RESULT_FILE))
        for path in write_figures(done.parent, FoldRecord.read(done))
    ]


def write_tables(results: Path) -> list[Grid]:
    """Every table of a results folder, also as ``tables.md`` in it; needs no data.

    Raises:
        InputError: it holds no finished fold.

    """
    with held(results / TABLES, "benchmark", wait=True):
        grids = tables_of(read_results(results))
        write_text(results / TABLES, markdown_of(grids))
    return grids


def _with_files(
    protocol: Protocol, rows: pl.LazyFrame, folders: Mapping[str, Path], files: Path | None
) -> tuple[Protocol, list[str]]:
    """Where the dataset's own lists are at hand they win, and what differs is told."""
    if not protocol.files:
        return protocol, []
    folder = (_lists(files, protocol) or files) if files else _own_files(protocol, folders)
    if folder is None:
        if protocol.files_needed:
            raise InputError(
                f"protocol {protocol.name} is only in the dataset's own lists ({protocol.files}); "
                "give their folder as --protocol-files."
            )
        return protocol, [f"{protocol.name}: by the package's rule; no protocol files at hand"]
    listed = from_files(protocol, folder)
    notes = differences(rows, protocol, listed)
    return listed, [f"{protocol.name}: from {folder}", *notes]


def _own_files(protocol: Protocol, folders: Mapping[str, Path]) -> Path | None:
    (dataset,) = protocol.datasets
    record = PreparedFolder(folders[dataset]).record()
    if not record.root:
        return None
    root = Path(record.root)
    usual = root / DATASETS[dataset].lists
    return _lists(usual, protocol) or _lists(root, protocol) or (usual if usual.is_dir() else None)


def _lists(root: Path, protocol: Protocol) -> Path | None:
    """Where in a folder the protocol's files are: their archive may have been unpacked deeper."""
    return folder_with(root, file_of(protocol, protocol.folds[0], 1, "train"))
