"""Folds to rows: mean ± sample standard deviation over the folds of a protocol."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spoofcue.benchmark.grid import Grid, GridRow, markdown_of
from spoofcue.benchmark.judge import level_of


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
    """One protocol of one method. APCER is the highest over the species of the protocol.

    ``folds`` are those that are done, of ``all_folds``.
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
    apcer: Spread
    bpcer: Spread
    acer: Spread
    hter: Spread
    eer: Spread
    auc: Spread

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


def table_of(records: Sequence[dict[str, Any]]) -> list[TableRow]:
    """One row a set, protocol, method and preset, in the order in which they first occur."""
    rows = []
    for members in groups_of(records):
        levels = [level_of(m["evaluation"]) for m in members]
        first = members[0]
        rows.append(
            TableRow(
                first["set"],
                first["protocol"],
                first["title"],
                first["mirrors"],
                first["report"],
                first["method"],
                first["preset"],
                len(members),
                first["folds"],
                spread([v["apcer_max"] for v in levels]),
                spread([v["bpcer"] for v in levels]),
                spread([v["acer"] for v in levels]),
                spread([v["hter"] for v in levels]),
                spread([v["eer"] for v in levels]),
                spread([v["auc"] for v in levels]),
            )
        )
    return rows


def groups_of(records: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The folds of each set, protocol, method and preset."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for record in records:
        key = tuple(record[k] for k in ("set", "protocol", "method", "preset"))
        groups.setdefault(key, []).append(record)
    return list(groups.values())


def grids_of(rows: Sequence[TableRow]) -> list[Grid]:
    """ACER protocols, then those that are judged by HTER."""
    grids = []
    for report, columns in (
        ("acer", ("APCER", "BPCER", "ACER", "EER", "AUC")),
        ("hter", ("HTER", "EER", "AUC")),
    ):
        members = [r for r in rows if r.report == report]
        if not members:
            continue
        names = [c.lower() for c in columns]
        cells = [
            GridRow(
                (
                    r.protocol,
                    r.shown_title,
                    str(r.folds),
                    *(str(getattr(r, name)) for name in names),
                )
            )
            for r in members
        ]
        heads = ("protocol", "", "folds", *(f"{c} (%)" for c in columns))
        grids.append(Grid("", heads, tuple(cells)))
    return grids


def markdown(rows: Sequence[TableRow]) -> str:
    """:func:`grids_of` as Markdown."""
    return markdown_of(grids_of(rows))
