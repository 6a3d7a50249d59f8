"""Folds that train the same network on the same faces share one training, and one set of scores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.errors import InputError
from spoofcue.experiments.fold_plan import FoldTask
from spoofcue.experiments.methods import Method, settings_of
from spoofcue.protocols.fold import rows_of_fold
from spoofcue.records.fold_record import RESULT_FILE, FoldRecord, KeysEntry
from spoofcue.records.owner import held
from spoofcue.records.stored import Record

if TYPE_CHECKING:
    import polars as pl

    Rows = pl.DataFrame | pl.LazyFrame

TRAINED_ON = "trained_on.json"
# settings that say where and how fast, not what is trained
OF_THE_MACHINE = ("workers", "accelerator", "devices", "strategy")
# where a row's crop lies, and why its frame was taken, change nothing of what the fold learns
PASSED_OVER = ("crop", "sample")
BLOCK = 1 << 16


class TrainedOn(Record):
    """trained_on.json in a run folder of a benchmark.

    Attributes:
        key: of the training, see :class:`~spoofcue.records.fold_record.KeysEntry`.
        finished: whether the training ended.

    """

    KIND: ClassVar[str] = "the note of what a benchmark's run was trained on"
    REMEDY: ClassVar[str] = "Delete its run folder; the fold is trained again."

    key: str
    finished: bool


def keys_of(tasks: Sequence[FoldTask], rows: Rows, methods: Sequence[Method]) -> list[KeysEntry]:
    """The keys of each task.

    Args:
        tasks: the plan; its data folders are prepared.
        rows: the set's manifest.
        methods: of each task, with its seed.

    Raises:
        InputError: a fold lacks a class, or people would be shared.

    """
    cut = {data: _how_cut(data) for data in {task.data for task in tasks}}
    keys = []
    for task, method, (learned, tested) in zip(
        tasks, methods, _row_digests(tasks, rows), strict=True
    ):
        settings = settings_of(method)
        if "training" in settings:
            kept = {k: v for k, v in settings["training"].items() if k not in OF_THE_MACHINE}
            settings = settings | {"training": kept}
        what = json.dumps([task.method, task.seed, settings, cut[task.data]], sort_keys=True)
        training = _digest(what, learned)
        keys.append(KeysEntry(training=training, scores=_digest(training, tested)))
    return keys


def trained_by(tasks: Sequence[FoldTask], rows: Rows) -> list[FoldTask]:
    """Of each task the first one of the plan that has the same training; it may be the task itself.

    Raises:
        InputError: a fold lacks a class, or people would be shared.

    """
    first: dict[tuple[str, int, str], FoldTask] = {}
    return [
        first.setdefault((task.method, task.seed, learned), task)
        for task, (learned, _) in zip(tasks, _row_digests(tasks, rows), strict=True)
    ]


def place_of(folder: Path) -> str:
    """A fold's folder below its set's results: ``lgsc/1/1/seed-0``."""
    return "/".join(folder.parts[-4:])


def train_once(
    task: FoldTask,
    equal: Sequence[FoldTask],
    key: str,
    method: Method,
    data_of: Callable[[FoldTask], Path],
) -> Path:
    """Train unless a training with this key is finished somewhere in the results folder.

    An unfinished one is gone on with where it lies, if its fold is of this plan: another process
    may be at work on folds that are not.

    Args:
        task: the fold that needs it.
        equal: the plan's tasks with this key.
        key: of the training.
        method: with the seed.
        data_of: makes the prepared folder of a fold.

    Returns:
        The folder of the fold whose ``run`` it is.

    Raises:
        InputError: the run folder holds a training with another key.

    """
    for folder in (task.folder, *_siblings(task)):
        if _begun(folder / "run") == TrainedOn(key=key, finished=True):
            return folder
    keys = {t.folder: begun.key for t in equal if (begun := _begun(t.folder / "run"))}
    home = next((t for t in equal if keys.get(t.folder) == key), task)
    run = home.folder / "run"
    there = _begun(run)
    if there and there.key != key:
        raise InputError(
            f"{run} holds a training with other settings or other data; delete it, or give "
            "another --out."
        )
    with held(home.folder, "benchmark"):
        run.mkdir(parents=True, exist_ok=True)
        TrainedOn(key=key, finished=False).write(run / TRAINED_ON)
        method.train(data_of(home), run)
        TrainedOn(key=key, finished=True).write(run / TRAINED_ON)
    return home.folder


def scored_before(task: FoldTask, key: str, scores: str) -> Path | None:
    """The folder of a finished fold that has these very scores; None if there is none.

    Args:
        task: the fold that needs them.
        key: of the scores.
        scores: name of the folder of its score files.

    """
    for folder in _siblings(task):
        done = folder / RESULT_FILE
        if not done.is_file() or not (folder / scores / "test.csv").is_file():
            continue
        if FoldRecord.read(done).keys.scores == key:
            return folder
    return None


def shared_note(records: Sequence[FoldRecord]) -> str | None:
    """How many trainings the folds of one set had, in words; None if each had its own."""
    folds = {_fold_of(r) for r in records}
    trainings = {r.training for r in records}
    if len(trainings) >= len(folds):
        return None
    return f"{in_words(len(folds), len(trainings))}; folds with equal train and dev parts share one"


def in_words(folds: int, trainings: int) -> str:
    """``14 folds, 1 training``."""
    return (
        f"{folds} fold{'s' if folds != 1 else ''}, "
        f"{trainings} training{'s' if trainings != 1 else ''}"
    )


def _fold_of(record: FoldRecord) -> str:
    """What a result is of, whatever its threshold."""
    parts = (record.method, record.protocol.partition("@")[0], record.fold)
    return f"{'/'.join(parts)}/seed-{record.seed}"


def _siblings(task: FoldTask) -> Iterator[Path]:
    """Folders of the set's other folds with the same method and seed, this one included."""
    name = task.folder.name
    return (p for p in sorted(task.folder.parents[2].glob(f"*/*/{name}")) if p.is_dir())


def _begun(run: Path) -> TrainedOn | None:
    path = run / TRAINED_ON
    return TrainedOn.read(path) if path.is_file() else None


def _row_digests(tasks: Sequence[FoldTask], rows: Rows) -> Iterator[tuple[str, str]]:
    """Of each task's train and dev rows, and of its test rows; in order, which batches follow."""
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for task in tasks:
        fold = (task.protocol.name, task.fold.name)
        if fold not in known:
            chosen = rows_of_fold(rows, task.fold).drop(PASSED_OVER, strict=False)
            tested = chosen["split"] == "test"
            parts = (chosen.filter(~tested), chosen.filter(tested))
            learned, judged = map(_digest_of, parts)
            known[fold] = (learned, judged)
        yield known[fold]


def _how_cut(data: Path) -> dict[str, Any]:
    record = PreparedFolder(data).record_if_any()
    return record.options.model_dump() if record else {}


def _digest_of(rows: pl.DataFrame) -> str:
    """Of the rows as CSV, of which a bounded number are text at a time."""
    digest = hashlib.sha256()
    for start in range(0, max(rows.height, 1), BLOCK):
        block = rows[start : start + BLOCK]
        digest.update(block.write_csv(include_header=start == 0).encode())
    return digest.hexdigest()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
