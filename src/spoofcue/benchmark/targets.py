"""From what a user names (openpad, a dataset's protocols, any prepared folder) to a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spoofcue.benchmark.dataset_run import BenchmarkPlan, choose_protocols, make_plan
from spoofcue.benchmark.folds import plan
from spoofcue.benchmark.openpad import RECORD, build
from spoofcue.benchmark.own_splits import NAME as FOLDER
from spoofcue.benchmark.own_splits import own_splits
from spoofcue.benchmark.prepared import parse_places, prepared_folders
from spoofcue.data.manifest import read_manifest
from spoofcue.errors import InputError
from spoofcue.protocols.definition import Protocol, ProtocolSet
from spoofcue.protocols.reader import load_set, set_names
from spoofcue.simulate.parallel import Progress


@dataclass(frozen=True, slots=True)
class NewOpenpad:
    """How openpad is made where no data is given; see :func:`spoofcue.benchmark.openpad.build`."""

    identities: str
    count: int | None
    scale: float
    progress: Progress | None = None


def target_plan(
    out: Path,
    data: Sequence[str],
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
        folder = _only(data)
        rows = read_manifest(folder)
        chosen = _chosen(own_splits(rows), protocol)
        tasks = plan(FOLDER, chosen, folder, out / FOLDER, methods, seeds)
        return BenchmarkPlan(tasks, rows, [])
    protocols = load_set(name)
    chosen = _chosen(protocols, protocol)
    if name == "openpad":
        folder = _only(data) if data else out / "set"
        rows = (
            read_manifest(folder)
            if data
            else build(
                folder,
                identities=new.identities,
                count=new.count,
                scale=new.scale,
                progress=new.progress,
            )
        )
        return BenchmarkPlan(plan(name, chosen, folder, out, methods, seeds), rows, [])
    needed = list(dict.fromkeys(d for p in chosen for d in p.datasets))
    folders = prepared_folders(needed, parse_places("--data", data, needed), {}, out, 0)
    return make_plan(protocols, chosen, folders, out, methods, seeds, files)


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
    rows = read_manifest(folder)
    if (folder / RECORD).is_file():
        return "openpad"
    named = [n for n in rows["dataset"].unique().to_list() if n]
    return named[0] if len(named) == 1 and named[0] in set_names() else FOLDER
