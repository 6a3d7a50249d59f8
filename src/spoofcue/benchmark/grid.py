"""A table of text, as it is printed, written as Markdown and given as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GridRow:
    """Cells in the order of the columns; ``measured`` here, or else quoted from a paper."""

    cells: tuple[str, ...]
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Grid:
    """A titled table with notes below; the first ``text_columns`` columns are words."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    notes: tuple[str, ...] = ()
    text_columns: int = 2


def markdown_of(grids: Sequence[Grid]) -> str:
    """All of them; measured rows are bold where others are quoted."""
    return "\n\n".join(_markdown(grid) for grid in grids) + "\n"


def _markdown(grid: Grid) -> str:
    words = grid.text_columns
    rules = ["---"] * words + ["---:"] * (len(grid.columns) - words)
    quoted = any(not row.measured for row in grid.rows)
    lines = [f"**{grid.title}**", ""] if grid.title else []
    lines += [_line(grid.columns), _line(rules)]
    for row in grid.rows:
        bold = quoted and row.measured
        lines.append(_line([f"**{c}**" if bold and c else c for c in row.cells]))
    if grid.notes:
        lines += ["", *grid.notes]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
