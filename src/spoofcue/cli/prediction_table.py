"""Predictions as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from spoofcue.cli.console import out

COLOURS = {"live": "green", "attack": "red", "rejected": "yellow"}


def print_rows(rows: list[dict[str, Any]]) -> None:
    """One line a face: file, decision, score, where or why; rows are as in ``--json``."""
    table = Table()
    table.add_column("file", overflow="fold")
    table.add_column("decision")
    table.add_column("score", justify="right")
    table.add_column("face, or why not", overflow="fold")
    for row in rows:
        table.add_row(
            escape(Path(row["path"]).name),
            f"[{COLOURS[row['decision']]}]{row['decision']}[/]",
            "" if row["score"] is None else f"{row['score']:.4f}",
            escape(_told(row)),
        )
    out.print(table)
    if rows:
        out.print(f"attack if score > {rows[0]['threshold']:.4f}; model {rows[0]['model']}")
    for path in [row["cue"] for row in rows if row["cue"]]:
        out.print(f"cue picture: {path}", soft_wrap=True)


def _told(row: dict[str, Any]) -> str:
    if row["reason"]:
        told = f"{row['reason']}: {row['detail']}"
        advice = row["advice"]
        return told if not advice or advice in told else f"{told}: {advice}"
    box = row["box"]
    told = f"{box['w']}x{box['h']} px at {box['x']},{box['y']}" if box else ""
    if row["frames"] > 1:
        told += f", {row['frames']} frames"
    return told + (", ended early" if row["early_exit"] else "")
