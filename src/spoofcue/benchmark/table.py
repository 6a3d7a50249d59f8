"""Folds to the paper's tables: mean ± sample standard deviation over the folds of a protocol."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and sample standard deviation (ddof = 1; None for a single fold), in percent."""

    mean: float
    deviation: float | None

    def __str__(self) -> str:
        if self.deviation is None:
            return f"{self.mean:.1f}"
        return f"{self.mean:.1f} ± {self.deviation:.1f}"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One protocol of one method. APCER is the highest over the species of the protocol."""

    protocol: str
    title: str
    mirrors: str
    report: str
    method: str
    folds: int
    apcer: Spread
    bpcer: Spread
    acer: Spread
    hter: Spread
    eer: Spread
    auc: Spread


def spread(values: Sequence[float]) -> Spread:
    """Of fractions 0..1, in percent."""
    percent = [100 * v for v in values]
    deviation = statistics.stdev(percent) if len(percent) > 1 else None
    return Spread(statistics.fmean(percent), deviation)


def table_of(records: Sequence[dict[str, Any]]) -> list[TableRow]:
    """One row a protocol and method, in the order in which they first occur."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for record in records:
        groups.setdefault((record["protocol"], record["method"]), []).append(record)
    rows = []
    for (protocol, method), members in groups.items():
        levels = [m["evaluation"]["frame"] for m in members]
        first = members[0]
        rows.append(
            TableRow(
                protocol,
                first["title"],
                first["mirrors"],
                first["report"],
                method,
                len(members),
                spread([v["apcer_max"] for v in levels]),
                spread([v["bpcer"] for v in levels]),
                spread([v["acer"] for v in levels]),
                spread([v["hter"] for v in levels]),
                spread([v["eer"] for v in levels]),
                spread([v["auc"] for v in levels]),
            )
        )
    return rows


def markdown(rows: Sequence[TableRow]) -> str:
    """The tables of the paper's layout: ACER protocols first, then cross-tests by HTER."""
    lines = []
    acer = [r for r in rows if r.report == "acer"]
    hter = [r for r in rows if r.report == "hter"]
    if acer:
        lines += [
            "| protocol | | folds | APCER (%) | BPCER (%) | ACER (%) | EER (%) | AUC (%) |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        lines += [
            f"| {r.protocol} | {r.title} | {r.folds} | {r.apcer} | {r.bpcer} | {r.acer} | {r.eer} "
            f"| {r.auc} |"
            for r in acer
        ]
    if hter:
        lines += [
            "",
            "| cross-test | | HTER (%) | EER (%) | AUC (%) |",
            "| --- | --- | ---: | ---: | ---: |",
        ]
        lines += [f"| {r.protocol} | {r.title} | {r.hter} | {r.eer} | {r.auc} |" for r in hter]
    return "\n".join(lines).strip() + "\n"
