"""Results beside the paper's figures, laid out as its Tables 1 to 4."""

from __future__ import annotations

from collections.abc import Sequence

from spoofcue.experiments.ablation import ablation_grids
from spoofcue.experiments.published import PAPER, PublishedTable, published_tables
from spoofcue.experiments.tables import (
    NONE,
    Grid,
    GridRow,
    TableRow,
    grids_of,
    groups_of,
    spread,
    table_of,
)
from spoofcue.experiments.trainings import shared_note
from spoofcue.metrics.measures import MEASURES
from spoofcue.metrics.thresholds import ThresholdRule
from spoofcue.protocols.reader import load_set, set_names
from spoofcue.records.fold_record import FoldRecord

QUOTED = f"Rows that are not called measured are quoted from {PAPER}."
DDOF = (
    "± is the sample deviation (ddof = 1) over the folds, as in the paper; of a single fold, over "
    "its seeds."
)


def tables_of(records: Sequence[FoldRecord]) -> list[Grid]:
    """Every table that a results folder gives: the paper's, then those that it has none for.

    Args:
        records: of :func:`spoofcue.experiments.folds.read_results`.

    """
    rows = table_of(records)
    grids = []
    for table in published_tables():
        members = [r for r in rows if r.set_name in table.sets]
        if members:
            grids.append(_paper_table(table, members, records))
    paper = {(name, p) for t in published_tables() for name in t.sets for p in t.protocols}
    for name in dict.fromkeys(r.set_name for r in rows):
        rest = [r for r in rows if r.set_name == name and (name, r.base) not in paper]
        for grid in grids_of(rest):
            notes = (DDOF, *_notes([name], records))
            grids.append(Grid(name, grid.columns, grid.rows, notes, grid.text_columns))
    return [*grids, *ablation_grids(records), *_groupings(records)]


def _paper_table(
    table: PublishedTable, members: list[TableRow], records: Sequence[FoldRecord]
) -> Grid:
    sets = list(dict.fromkeys(r.set_name for r in members))
    make = _by_protocol if table.layout == "by-protocol" else _by_method
    columns, rows = make(table, members)
    title = f"Table {table.number}: {table.title} (%)"
    spreads = any("±" in cell for row in rows for cell in row.cells)
    notes = ([DDOF] if spreads else []) + [QUOTED, *_notes(sets, records)]
    return Grid(title, columns, rows, tuple(notes))


def _by_protocol(
    table: PublishedTable, members: list[TableRow]
) -> tuple[tuple[str, ...], tuple[GridRow, ...]]:
    rows = []
    for protocol in table.protocols:
        for r in (r for r in table.rows if r.protocol == protocol):
            cells = (protocol, _quoted_name(r.method), *(r.figures[m] for m in table.metrics))
            rows.append(GridRow(cells, measured=False))
        for m in (m for m in members if m.base == protocol):
            figures = [m.figures[metric].text(table.decimals) for metric in table.metrics]
            rows.append(GridRow((protocol, _measured_name(m), *figures)))
    return ("protocol", "method", *(MEASURES[m].label for m in table.metrics)), tuple(rows)


def _by_method(
    table: PublishedTable, members: list[TableRow]
) -> tuple[tuple[str, ...], tuple[GridRow, ...]]:
    known = load_set(table.sets[0]).protocols
    columns = [known[p].title for p in table.protocols]
    rows = []
    for method in dict.fromkeys(r.method for r in table.rows):
        printed = {
            r.protocol: r.figures[table.metrics[0]] for r in table.rows if r.method == method
        }
        cells = [printed.get(p, NONE) for p in table.protocols]
        rows.append(GridRow((_quoted_name(method), "", *cells), measured=False))
    for made in dict.fromkeys(_made(m) for m in members):
        own = {m.base: m for m in members if _made(m) == made}
        first = next(iter(own.values()))
        name, chosen = _measured_name(first), first.chosen_threshold
        for metric, label in (
            ("hter", "HTER" if chosen else "HTER at the source's dev threshold"),
            ("eer", "EER on the target"),
        ):
            cells = [
                own[p].figures[metric].text(table.decimals) if p in own else NONE
                for p in table.protocols
            ]
            rows.append(GridRow((name, label, *cells)))
    return ("method", "figure", *columns), tuple(rows)


def _made(row: TableRow) -> tuple[str, ...]:
    return row.set_name, row.method, row.preset, row.chosen_threshold


def _groupings(records: Sequence[FoldRecord]) -> list[Grid]:
    """APCER under every grouping, where papers leave open what a species is."""
    rows = []
    for members in groups_of(records):
        first = members[0]
        if first.report != "acer" or first.species != "family":
            continue
        for name in first.level["groupings"]:
            levels = [m.level["groupings"][name] for m in members]
            figures = [str(spread([v[k] for v in levels])) for k in ("apcer_max", "acer")]
            own = " (shown above)" if name == first.species else ""
            label = f"{first.set} {first.protocol}"
            rows.append(GridRow((label, f"{first.method}, {name}{own}", *figures)))
    if not rows:
        return []
    note = (
        "family: the highest of print, replay, ...; instrument: of each single one; pooled: all "
        "attacks together. The paper's OULU-NPU figures fit family and pooled, not instrument."
    )
    columns = ("protocol", "APCER over", "APCER (%)", "ACER (%)")
    return [Grid("the same results with other species", columns, tuple(rows), (note,))]


def _notes(sets: list[str], records: Sequence[FoldRecord]) -> list[str]:
    """How each set's thresholds came about, and what its figures may stand beside."""
    lines = []
    for name in sets:
        members = [r for r in records if r.set == name]
        for which, threshold in dict.fromkeys(_threshold(r) for r in members):
            lines.append(f"{name}{which}: threshold {threshold}; no test score had a part in it.")
        if shared := shared_note(members):
            lines.append(f"{name}: {shared}.")
        # a results folder may hold a set of the user's own, or openpad, which compares with nothing
        if name in set_names() and (text := load_set(name).compares):
            lines.append(f"{name}: {text}")
    return lines


def _threshold(record: FoldRecord) -> tuple[str, str]:
    """Which rows, and where their threshold comes from."""
    chosen = record.protocol.partition("@")[2]
    words = ThresholdRule(**record.threshold.model_dump()).words
    return f", rows of threshold {chosen}" if chosen else "", words


def _quoted_name(method: str) -> str:
    return f"{method} (paper)" if method == "LGSC" else method


def _measured_name(row: TableRow) -> str:
    chosen = f"threshold {row.chosen_threshold}" if row.chosen_threshold else ""
    made = ", ".join(p for p in (row.set_name, row.preset, chosen) if p)
    missing = "" if row.folds == row.all_folds else f", {row.folds} of {row.all_folds} folds"
    seeds = "" if row.seeds == 1 else f", {row.seeds} seeds"
    return f"{row.method}, measured ({made}{missing}{seeds})"
