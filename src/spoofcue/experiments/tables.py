"""Folds to tables: mean ± sample deviation; printed, as Markdown and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spoofcue.metrics.measures import MEASURES, REPORTS
from spoofcue.plain_text import as_markdown
from spoofcue.records.fold_record import FoldRecord

NONE = "–"  # stands where there is no figure


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
    lines = [f"**{as_markdown(grid.title)}**", ""] if grid.title else []
    lines += [_line(list(map(as_markdown, grid.columns))), _line(rules)]
    for row in grid.rows:
        bold = quoted and row.measured
        cells = list(map(as_markdown, row.cells))
        lines.append(_line([f"**{c}**" if bold and c else c for c in cells]))
    if grid.notes:
        lines += ["", *map(as_markdown, grid.notes)]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and sample standard deviation (ddof = 1; None for a single fold), in percent."""

    mean: float
    deviation: float | None

    def __str__(self) -> str:
        return self.text(1, " ± ")

    def text(self, decimals: int, between: str = "±") -> str:
        """As the paper writes it: ``1.61±1.69``."""
        shown = f"{self.mean:.{decimals}f}"
        return shown if self.deviation is None else f"{shown}{between}{self.deviation:.{decimals}f}"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One protocol of one method.

    ``figures`` has a spread for each measure; APCER is the highest over the protocol's species.

    ``folds`` are those that are done, of ``all_folds``; ``seeds`` how many trainings each had.
    ``protocol`` is ``NAME@THRESHOLD`` where the user chose another threshold than the protocol's.
    """

    set_name: str
    protocol: str
    title: str
    mirrors: str
    report: str
    method: str
    preset: str
    folds: int
    all_folds: int
    seeds: int
    figures: dict[str, Spread]

    @property
    def base(self) -> str:
        """The protocol without a threshold that the user chose."""
        return self.protocol.partition("@")[0]

    @property
    def chosen_threshold(self) -> str:
        """The threshold that the user chose, empty where it is the protocol's own."""
        return self.protocol.partition("@")[2]

    @property
    def shown_title(self) -> str:
        """The title, and how many folds are missing if any are."""
        if self.folds == self.all_folds:
            return self.title
        return f"{self.title} ({self.folds} of {self.all_folds} folds)"


def spread(values: Sequence[float]) -> Spread:
    """Of fractions 0..1, in percent."""
    percent = [100 * v for v in values]
    deviation = statistics.stdev(percent) if len(percent) > 1 else None
    return Spread(statistics.fmean(percent), deviation)


def table_of(records: Sequence[FoldRecord]) -> list[TableRow]:
    """One row a set, protocol, method and preset, in the order in which they first occur."""
    rows = []
    for members in groups_of(records):
        first = members[0]
        folds = _by_fold(members)
        rows.append(
            TableRow(
                first.set,
                first.protocol,
                first.title,
                first.mirrors,
                first.report,
                first.method,
                first.preset,
                len(folds),
                first.folds,
                max(len(trainings) for trainings in folds),
                {name: _spread_of(folds, name) for name in MEASURES if _all_have(folds, name)},
            )
        )
    return rows


def _by_fold(members: Sequence[FoldRecord]) -> list[list[dict[str, Any]]]:
    folds: dict[str, list[dict[str, Any]]] = {}
    for member in members:
        folds.setdefault(member.fold, []).append(member.level)
    return list(folds.values())


def _all_have(folds: Sequence[Sequence[dict[str, Any]]], name: str) -> bool:
    """Whether every result has the measure; those of before it was there have not."""
    return all(name in level for trainings in folds for level in trainings)


def _spread_of(folds: Sequence[Sequence[dict[str, Any]]], key: str) -> Spread:
    """Over the folds, each the mean of its trainings; of a single fold, over its trainings."""
    values = [[level[key] for level in trainings] for trainings in folds]
    return spread(values[0] if len(values) == 1 else [statistics.fmean(v) for v in values])


def groups_of(records: Sequence[FoldRecord]) -> list[list[FoldRecord]]:
    """The folds of each set, protocol, method and preset."""
    groups: dict[tuple[str, ...], list[FoldRecord]] = {}
    for record in records:
        key = (record.set, record.protocol, record.method, record.preset)
        groups.setdefault(key, []).append(record)
    return list(groups.values())


def grids_of(rows: Sequence[TableRow]) -> list[Grid]:
    """ACER protocols, then those that are judged by HTER."""
    grids = []
    for report in REPORTS:
        measures = [m for m in MEASURES.values() if report in m.reports]
        members = [r for r in rows if r.report == report]
        if not members:
            continue
        # methods of one protocol stand together
        order = list(dict.fromkeys(r.protocol for r in members))
        members.sort(key=lambda r: order.index(r.protocol))
        several = len({(r.method, r.preset) for r in rows}) > 1
        cells = [
            GridRow(
                (
                    r.protocol,
                    r.shown_title,
                    *([r.method] if several else []),
                    str(r.folds) if r.seeds == 1 else f"{r.folds} x {r.seeds} seeds",
                    *(str(r.figures.get(m.name, NONE)) for m in measures),
                )
            )
            for r in members
        ]
        method = ("method",) if several else ()
        heads = ("protocol", "", *method, "folds", *(f"{m.label} ({m.unit})" for m in measures))
        grids.append(Grid("", heads, tuple(cells), text_columns=2 + len(method)))
    return grids
