"""The table that ends ``spoofcue prepare``."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from spoofcue.cli.console import err, out
from spoofcue.data.prepare import PrepareSummary


def print_summary(summary: PrepareSummary, folder: Path) -> None:
    """Counts per split, class and species; what was skipped and why; warnings."""
    table = Table(title=f"{summary.files} files, {summary.faces} faces in {folder}")
    for name in ("split", "class", "PAI species"):
        table.add_column(name)
    for name in ("subjects", "videos", "faces", "no face"):
        table.add_column(name, justify="right")
    for c in summary.counts:
        table.add_row(
            c["split"],
            "attack" if c["label"] else "live",
            c["pai"] or "",
            *(str(c[k]) for k in ("subjects", "videos", "faces", "nonresponse")),
        )
    out.print(table)
    for status, (live, attack) in summary.skipped.items():
        out.print(f"skipped, {status}: {live + attack} ({live} live, {attack} attack)")
    for warning in summary.warnings:
        err.print(f"[yellow]warning:[/] {warning}")
