"""Train and judge the folds of protocols; a fold that is done is not done again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from typing import Protocol as Interface

from spoofcue import __version__
from spoofcue.config import RunSettings
from spoofcue.data.manifest import write_manifest
from spoofcue.data.prepare import SUMMARY
from spoofcue.errors import InputError
from spoofcue.protocols.definition import Fold, Protocol
from spoofcue.protocols.select import rows_of_fold

if TYPE_CHECKING:
    import polars as pl

RESULT = "result.json"


@dataclass(frozen=True, slots=True)
class FoldTask:
    """One fold with where its data and results are."""

    protocol: Protocol
    fold: Fold
    data: Path
    folder: Path


class Method(Interface):
    """Anything that is trained on a prepared folder and leaves evaluation/metrics.json."""

    @property
    def name(self) -> str:
        """As the user types it."""

    def run(self, data: Path, run: Path) -> None:
        """Train on ``data`` (going on with what ``run`` holds) and judge its test split."""


@dataclass(frozen=True, slots=True)
class LGSCMethod:
    """The paper's method with given settings."""

    settings: RunSettings
    name: str = "lgsc"

    def run(self, data: Path, run: Path) -> None:
        """See :class:`Method`."""
        from spoofcue.scoring.evaluate_run import evaluate_run
        from spoofcue.scoring.model import load_model
        from spoofcue.training.run import train

        record = run / "run.json"
        finished = record.is_file() and json.loads(record.read_text())["training"]["finished"]
        if not finished:
            train(data, run, self.settings, resume=(run / "checkpoints" / "last.ckpt").is_file())
        evaluate_run(load_model(run), data, run / "evaluation")


def plan(protocols: list[Protocol], data: Path, results: Path, method: str) -> list[FoldTask]:
    """Every fold of the protocols, in order."""
    return [
        FoldTask(p, f, data, results / method / p.name / f.name) for p in protocols for f in p.folds
    ]


def run_folds(
    tasks: list[FoldTask],
    rows: pl.DataFrame,
    method: Method,
    seed: int,
    tell: Callable[[str], None] = lambda line: None,
) -> list[dict[str, Any]]:
    """Train and judge what is not done yet.

    Args:
        tasks: of :func:`plan`.
        rows: the set's manifest.
        method: what is trained.
        seed: recorded with each result.
        tell: called with a line at each fold's start and end.

    Returns:
        One record a fold, as :func:`read_results` reads them.

    Raises:
        InputError: a fold lacks a class, or holds results of other settings.

    """
    wanted = _settings(method)
    for task in tasks:
        done = task.folder / RESULT
        if done.is_file() and json.loads(done.read_text())["settings"] != wanted:
            raise InputError(
                f"{task.folder} holds a result with other settings; give another --out."
            )
    records = []
    for number, task in enumerate(tasks, start=1):
        title = f"[{number}/{len(tasks)}] {task.protocol.name} {task.fold.name}"
        done = task.folder / RESULT
        if done.is_file():
            tell(f"{title}: done before")
        else:
            tell(f"{title}: {task.protocol.title}")
            data = _fold_data(task, rows)
            method.run(data, task.folder / "run")
            record = {
                "protocol": task.protocol.name,
                "title": task.protocol.title,
                "mirrors": task.protocol.mirrors,
                "report": task.protocol.report,
                "fold": task.fold.name,
                "method": method.name,
                "seed": seed,
                "settings": wanted,
                "spoofcue": __version__,
                "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
                "selection": task.fold.to_dict(),
                "counts": _counts(rows_of_fold(rows, task.fold)),
                "evaluation": json.loads(
                    (task.folder / "run" / "evaluation" / "metrics.json").read_text()
                )["evaluation"],
            }
            part = done.with_suffix(".part")
            part.write_text(json.dumps(record, indent=2), encoding="utf-8")
            os.replace(part, done)
        records.append(json.loads(done.read_text(encoding="utf-8")))
    return records


def read_results(results: Path) -> list[dict[str, Any]]:
    """Every fold's record in a results folder, in the order of their paths.

    Raises:
        InputError: the folder holds none.

    """
    paths = sorted(results.rglob(RESULT))
    if not paths:
        raise InputError(f"{results} holds no finished fold.")
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def _settings(method: Method) -> dict[str, Any]:
    settings = getattr(method, "settings", None)
    return settings.model_dump(mode="json") if isinstance(settings, RunSettings) else {}


def _fold_data(task: FoldTask, rows: pl.DataFrame) -> Path:
    """A prepared folder of the fold's rows, whose crops stay where they are."""
    import polars as pl

    chosen = rows_of_fold(rows, task.fold)
    folder = task.folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    root = os.path.relpath(task.data.resolve(), folder.resolve())
    write_manifest(chosen.with_columns((pl.lit(root + "/") + pl.col("crop")).alias("crop")), folder)
    (folder / SUMMARY).write_text((task.data / SUMMARY).read_text(encoding="utf-8"))
    return folder


def _counts(rows: pl.DataFrame) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for split in ("train", "dev", "test"):
        of_split = rows.filter(rows["split"] == split)
        live = int((of_split["label"] == 0).sum())
        people = of_split["subject"].n_unique()
        counts[split] = {"live": live, "attack": of_split.height - live, "people": people}
    return counts
