"""Benchmark plans and results as tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from spoofcue.cli.console import print_json, remark, say, say_prose, show
from spoofcue.experiments.fold_plan import FoldTask
from spoofcue.experiments.tables import Grid
from spoofcue.experiments.trainings import in_words, place_of, trained_by
from spoofcue.protocols.counts import count_fold
from spoofcue.records.fold_record import RESULT_FILE

if TYPE_CHECKING:
    import polars as pl


def print_plan(tasks: list[FoldTask], rows: pl.LazyFrame) -> None:
    """Folds with live + attack videos in each split, how each is judged, and how many trainings."""
    title = "live + attack videos (faces where a video has several)"
    methods = list(dict.fromkeys(task.method for task in tasks))
    seeds = list(dict.fromkeys(task.seed for task in tasks))
    table = Table("fold", "train", "dev", "test", "judged by", "done", title=title)
    folds: dict[str, list[FoldTask]] = {}
    for task in tasks:
        folds.setdefault(task.title, []).append(task)
    for members in folds.values():
        task = members[0]
        counts = count_fold(rows, task.fold)
        cells = [_cell(counts[s]) if s in counts else "none" for s in ("train", "dev", "test")]
        p = task.protocol
        judged = f"{p.report.upper()}, {p.species}, {p.threshold.words}"
        done = sum((t.folder / RESULT_FILE).is_file() for t in members)
        table.add_row(task.title, *cells, judged, f"{done}/{len(members)}")
    show(table)
    say(f"methods: {', '.join(methods)}; seeds: {', '.join(map(str, seeds))}")
    trainings = len({place_of(task.folder) for task in trained_by(tasks, rows)})
    shared = "; folds with equal train and dev parts share one" if trainings < len(tasks) else ""
    say(f"{in_words(len(tasks), trainings)}{shared}")


def plan_as_data(tasks: list[FoldTask], rows: pl.LazyFrame) -> list[dict[str, Any]]:
    """The plan for programs: selections, counts and the training of every fold."""
    return [
        {
            "set": task.set_name,
            "protocol": task.protocol.name,
            "fold": task.fold.name,
            "method": task.method,
            "seed": task.seed,
            "folder": str(task.folder),
            "done": (task.folder / RESULT_FILE).is_file(),
            "report": task.protocol.report,
            "species": task.protocol.species,
            "threshold": task.protocol.threshold.words,
            "training": place_of(home.folder),
            "selection": task.fold.to_dict(),
            "counts": count_fold(rows, task.fold),
        }
        for task, home in zip(tasks, trained_by(tasks, rows), strict=True)
    ]


def print_grids(grids: Sequence[Grid]) -> None:
    """Tables with their notes; measured rows are bold where others are quoted."""
    for grid in grids:
        table = Table(title=grid.title or "percent, mean ± sample deviation over the folds")
        for number, name in enumerate(grid.columns):
            table.add_column(name, justify="left" if number < grid.text_columns else "right")
        quoted = any(not row.measured for row in grid.rows)
        for row in grid.rows:
            table.add_row(*row.cells, style="bold" if quoted and row.measured else None)
        show(table)
        for note in grid.notes:
            say_prose(note)


def show_results(grids: Sequence[Grid], out_folder: Path, as_json: bool) -> None:
    """What a benchmark ends with: its tables, or the same as JSON, and where everything is."""
    if as_json:
        print_json({"tables": grids})
        return
    print_grids(grids)
    remark(f"results in {out_folder}: tables.md; result.json, scores/ and figures in every fold")


def _cell(counts: dict[str, Any]) -> str:
    videos = f"{counts['live_videos']} + {counts['attack_videos']}"
    faces = f"{counts['live']} + {counts['attack']}"
    return videos if videos == faces else f"{videos} ({faces})"
