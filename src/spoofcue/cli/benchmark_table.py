"""Benchmark plans and results as tables that fit a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from spoofcue.benchmark.folds import RESULT, FoldTask
from spoofcue.benchmark.table import TableRow
from spoofcue.cli.console import out
from spoofcue.protocols.select import rows_of_fold

if TYPE_CHECKING:
    import polars as pl


def print_plan(tasks: list[FoldTask], rows: pl.DataFrame) -> None:
    """Folds with live + attack faces in each split."""
    table = Table("fold", "train", "dev", "test", "", title="live + attack faces")
    for task in tasks:
        chosen = rows_of_fold(rows, task.fold)
        cells = []
        for split in ("train", "dev", "test"):
            labels = chosen.filter(chosen["split"] == split)["label"]
            cells.append(f"{int((labels == 0).sum())} + {int((labels == 1).sum())}")
        done = "done" if (task.folder / RESULT).is_file() else ""
        table.add_row(f"{task.protocol.name} {task.fold.name}", *cells, done)
    out.print(table)


def print_results(rows: list[TableRow]) -> None:
    """The paper's columns; a second table for cross-tests."""
    for report in ("acer", "hter"):
        members = [r for r in rows if r.report == report]
        if not members:
            continue
        table = Table(title="percent, mean ± sample deviation over the folds")
        table.add_column("protocol")
        names = ("APCER", "BPCER", "ACER", "EER", "AUC")
        for name in names if report == "acer" else ("HTER", "EER", "AUC"):
            table.add_column(name, justify="right")
        for r in members:
            cells = (r.apcer, r.bpcer, r.acer) if report == "acer" else (r.hter,)
            shown = [str(c) for c in (*cells, r.eer, r.auc)]
            table.add_row(f"{r.protocol} {r.title}", *shown)
        out.print(table)
