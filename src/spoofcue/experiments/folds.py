"""Train and evaluate the folds of protocols; finished folds are kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.data.manifest import write_manifest
from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.errors import InputError
from spoofcue.experiments.fold_plan import FoldTask
from spoofcue.experiments.fold_rates import judge
from spoofcue.experiments.methods import Method, settings_of, with_seed
from spoofcue.experiments.trainings import (
    keys_of,
    place_of,
    scored_before,
    train_once,
)
from spoofcue.metrics.evaluation import EvaluationOptions
from spoofcue.protocols.counts import count_fold
from spoofcue.protocols.fold import rows_of_fold
from spoofcue.records.fold_record import RESULT_FILE, FoldRecord, KeysEntry, RuleEntry
from spoofcue.records.owner import held
from spoofcue.source import source_commit
from spoofcue.version import __version__
from spoofcue.whole_files import whole

if TYPE_CHECKING:
    import polars as pl

    Rows = pl.DataFrame | pl.LazyFrame

SCORES = "scores"


def run_folds(
    tasks: list[FoldTask],
    rows: Rows,
    methods: Mapping[str, Method],
    tell: Callable[[str], None] = lambda line: None,
) -> list[FoldRecord]:
    """Train and judge what is not done yet; folds with equal train and dev rows share a training.

    Args:
        tasks: of :func:`plan`.
        rows: the set's manifest.
        methods: what is trained, by the names in the plan.
        tell: called with a line at each fold's start and end.

    Returns:
        One record a fold, as :func:`read_results` reads them. ``training`` names the fold whose
        training it was judged with, by its folder below the set's.

    Raises:
        InputError: a fold lacks a class, or holds results of other settings or other data, or
            another process is at work on it.

    """
    seeded = [with_seed(methods[task.method], task.seed) for task in tasks]
    for task, method in zip(tasks, seeded, strict=True):
        _refuse_other_result(task, rows, method)
    keys = keys_of(tasks, rows, seeded)
    records = []
    for number, (task, method, key) in enumerate(zip(tasks, seeded, keys, strict=True), start=1):
        title = f"[{number}/{len(tasks)}] {task.method}, seed {task.seed}, {task.title}"
        done = task.folder / RESULT_FILE
        with held(task.folder, "benchmark", clear=True):
            if done.is_file():
                tell(f"{title}: done before")
            else:
                tell(f"{title}: {task.protocol.title}")
                equal = [t for t, k in zip(tasks, keys, strict=True) if k.training == key.training]
                record = _run_fold(task, rows, method, key, equal)
                if record.training != place_of(task.folder):
                    tell(f"{title}: judged with the training of {record.training}")
                record.write(done)
        records.append(FoldRecord.read(done))
    return records


def _run_fold(
    task: FoldTask, rows: Rows, method: Method, keys: KeysEntry, equal: list[FoldTask]
) -> FoldRecord:
    protocol, commit = task.protocol, source_commit()
    trained = _make_scores(task, rows, method, keys, equal)
    settings = settings_of(method)
    return FoldRecord(
        set=task.set_name,
        protocol=protocol.name,
        title=protocol.title,
        mirrors=protocol.mirrors,
        report=protocol.report,
        species=protocol.species,
        threshold=RuleEntry(**asdict(protocol.threshold)),
        fold=task.fold.name,
        folds=len(protocol.folds),
        method=task.method,
        preset=settings.get("preset", ""),
        seed=task.seed,
        settings=settings,
        spoofcue=__version__,
        commit=commit,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        selection=task.fold.to_dict(),
        counts=count_fold(rows, task.fold),
        training=trained,
        keys=keys,
        evaluation=judge(task.folder / SCORES, protocol),
    )


def _make_scores(
    task: FoldTask, rows: Rows, method: Method, keys: KeysEntry, equal: list[FoldTask]
) -> str:
    """Fill ``scores``; returns the place of the fold that was trained."""
    earlier = scored_before(task, keys.scores, SCORES)
    if earlier is not None:
        _copy_scores(earlier / SCORES, task.folder / SCORES)
        return FoldRecord.read(earlier / RESULT_FILE).training
    home = train_once(task, equal, keys.training, method, lambda t: _fold_data(t, rows))
    # the run folder itself, or a folder like it beside the fold's own data
    evaluation = task.folder / "run" / "evaluation"
    options = EvaluationOptions(task.protocol.threshold)
    method.score(_fold_data(task, rows), home / "run", evaluation, options)
    _copy_scores(evaluation, task.folder / SCORES)
    return place_of(home)


def _copy_scores(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for split in ("dev", "test"):
        if (source / f"{split}.csv").is_file():
            with whole(target / f"{split}.csv") as part:
                shutil.copyfile(source / f"{split}.csv", part)


def _refuse_other_result(task: FoldTask, rows: Rows, method: Method) -> None:
    done = task.folder / RESULT_FILE
    if not done.is_file():
        return
    before = FoldRecord.read(done)
    compared = {
        "settings": (before.settings, settings_of(method)),
        "selection": (before.selection, task.fold.to_dict()),
        "counts": (before.counts, count_fold(rows, task.fold)),
    }
    other = [key for key, (stored, wanted) in compared.items() if stored != wanted]
    if other:
        raise InputError(
            f"{task.folder} holds a result with other {' and '.join(other)}; give another --out."
        )


def read_results(results: Path) -> list[FoldRecord]:
    """Every fold's record in a results folder, in the order of their paths.

    Raises:
        InputError: the folder holds none, or one that cannot be used.

    """
    paths = sorted(results.rglob(RESULT_FILE))
    if not paths:
        raise InputError(f"{results} holds no finished fold.")
    return [FoldRecord.read(path) for path in paths]


def _fold_data(task: FoldTask, rows: Rows) -> Path:
    """A prepared folder of the fold's rows, whose crops stay where they are."""
    import polars as pl

    chosen = rows_of_fold(rows, task.fold)
    folder = task.folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    root = os.path.relpath(task.data.resolve(), folder.resolve())
    # a run tells its protocol, and so does what is exported from it
    record = PreparedFolder(task.data).record()
    PreparedFolder(folder).write_record(record.of_protocol(task.title))
    # the fold has chosen its frames, early ones too
    write_manifest(
        chosen.with_columns(
            crop=pl.lit(root + "/") + pl.col("crop"), sample=pl.lit(None, pl.String)
        ),
        folder,
    )
    return folder
