"""Benchmarks on data without a published protocol: any prepared folder, or a new openpad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.data.manifest import scan_manifest
from spoofcue.errors import InputError
from spoofcue.experiments.dataset_run import BenchmarkPlan, choose_protocols, make_plan
from spoofcue.experiments.fold_plan import plan
from spoofcue.experiments.openpad import RECORD, build
from spoofcue.experiments.prepared import datasets_of, parse_places, prepared_folders
from spoofcue.processes import Progress
from spoofcue.protocols.definition import Protocol, ProtocolSet
from spoofcue.protocols.fold import Fold
from spoofcue.protocols.reader import load_set, set_names
from spoofcue.protocols.selection import Selection
from spoofcue.streamed import distinct

if TYPE_CHECKING:
    import polars as pl

FOLDER = "folder"
HOLD_OUT = 0.2


def own_splits(rows: pl.DataFrame | pl.LazyFrame) -> ProtocolSet:
    """The protocol ``own``: train, dev and test as the manifest has them, one fold.

    Without a dev split a fifth of the train people becomes dev.

    Raises:
        InputError: there is no train or no test split.

    """
    splits = distinct(rows.lazy(), "split")
    if missing := sorted({"train", "test"} - splits):
        raise InputError(
            f"the prepared folder has no {' and no '.join(missing)} split; prepare it with splits."
        )
    selections = {s: Selection({"split": (s,)}) for s in ("train", "dev", "test")}
    has_dev = "dev" in splits
    fold = Fold(
        "own",
        selections["train"],
        selections["dev"] if has_dev else None,
        selections["test"],
        0.0 if has_dev else HOLD_OUT,
    )
    protocol = Protocol("own", "its own splits", "", "acer", (fold,))
    return ProtocolSet(FOLDER, "a prepared folder", "", {"own": protocol})


@dataclass(frozen=True, slots=True)
class NewOpenpad:
    """How openpad is made where no data is given (:func:`spoofcue.experiments.openpad.build`)."""

    identities: str
    count: int | None
    scale: float
    seed: int = 0
    workers: int | None = None
    progress: Progress | None = None


def target_plan(
    out: Path,
    data: Sequence[str],
    *,
    benchmark: str | None,
    protocol: str | None,
    methods: Sequence[str],
    seeds: Sequence[int],
    new: NewOpenpad,
    files: Path | None = None,
) -> BenchmarkPlan:
    """Bind the wanted protocols to data, which is made if it is openpad and there is none.

    Args:
        out: results folder.
        data: prepared folders, as typed.
        benchmark: set of protocols, or ``folder`` for the data's own splits; None: by the data.
        protocol: of the set, as typed; None for its first.
        methods: their names.
        seeds: of the trainings.
        new: what openpad is made of.
        files: the dataset's own protocol files.

    Raises:
        InputError: an unknown set or protocol, or data that does not fit it.

    """
    name = benchmark or _set_of(data)
    known = [*set_names(), FOLDER]
    if name not in known:
        raise InputError(f"--benchmark {name}: there are {', '.join(known)}.")
    if name == FOLDER:
        return folder_plan(_only(data), out, methods, seeds, protocol)
    protocols = load_set(name)
    chosen = _chosen(protocols, protocol)
    if name == "openpad":
        folder = _only(data) if data else out / "set"
        rows = scan_manifest(folder) if data else _build(folder, new).lazy()
        return BenchmarkPlan(
            plan(name, chosen, folder, results=out, methods=methods, seeds=seeds), rows, []
        )
    needed = list(dict.fromkeys(d for p in chosen for d in p.datasets))
    folders = prepared_folders(
        needed, data=parse_places("--data", data, needed), roots={}, out=out, frames=0
    )
    return make_plan(
        protocols, chosen, folders, results=out, methods=methods, seeds=seeds, files=files
    )


def folder_plan(
    folder: Path,
    out: Path,
    methods: Sequence[str],
    seeds: Sequence[int],
    protocol: str | None = None,
) -> BenchmarkPlan:
    """Any prepared folder by its own splits; arguments as for :func:`target_plan`.

    Raises:
        InputError: it is not prepared, or has no train or no test split.

    """
    rows = scan_manifest(folder)
    chosen = _chosen(own_splits(rows), protocol)
    return BenchmarkPlan(
        plan(FOLDER, chosen, folder, results=out / FOLDER, methods=methods, seeds=seeds), rows, []
    )


def _build(folder: Path, new: NewOpenpad) -> pl.DataFrame:
    return build(
        folder,
        identities=new.identities,
        count=new.count,
        scale=new.scale,
        seed=new.seed,
        workers=new.workers,
        progress=new.progress,
    )


def _chosen(protocols: ProtocolSet, wanted: str | None) -> list[Protocol]:
    return choose_protocols(protocols, wanted or next(iter(protocols.protocols)))


def _only(data: Sequence[str]) -> Path:
    if len(data) != 1 or "=" in data[0]:
        raise InputError("--data: give one prepared folder.")
    return Path(data[0])


def _set_of(data: Sequence[str]) -> str:
    """The protocols that the data is for; its own splits where none are known."""
    if not data:
        return "openpad"
    if len(data) > 1 or "=" in data[0]:
        raise InputError("--benchmark: several prepared folders; say whose protocols are meant.")
    folder = Path(data[0])
    datasets = datasets_of(scan_manifest(folder))
    if (folder / RECORD).is_file():
        return "openpad"
    named = [name for name in datasets if name]
    return named[0] if len(named) == 1 and named[0] in set_names() else FOLDER
