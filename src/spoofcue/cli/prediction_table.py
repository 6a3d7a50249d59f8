"""Predictions as a table."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from spoofcue.cli.console import out
from spoofcue.scoring.decision import FaceRecord

COLOURS = {"live": "green", "attack": "red", "rejected": "yellow"}


def print_records(records: list[FaceRecord]) -> None:
    """One line a face: file, decision, score, where or why."""
    table = Table()
    table.add_column("file", overflow="fold")
    table.add_column("decision")
    table.add_column("score", justify="right")
    table.add_column("face, or why not", overflow="fold")
    for r in records:
        where = f"{r.box.w}x{r.box.h} px at {r.box.x},{r.box.y}" if r.box else ""
        told = f"{r.reason}: {r.detail}" if r.reason else where
        if r.frames > 1:
            told += f", {r.frames} frames"
        table.add_row(
            escape(Path(r.path).name),
            f"[{COLOURS[r.decision]}]{r.decision}[/]",
            "" if r.score is None else f"{r.score:.4f}",
            escape(told),
        )
    out.print(table)
    if records:
        out.print(f"attack if score > {records[0].threshold:.4f}; model {records[0].model}")
    for path in [r.cue for r in records if r.cue]:
        out.print(f"cue picture: {path}", soft_wrap=True)
