"""The table that ends ``spoofcue prepare``, and the problems under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from spoofcue.cli.console import err, out
from spoofcue.data.prepare import SUMMARY, PrepareSummary
from spoofcue.data.problems import TITLES, Problem

SHOWN = 10
CLASSES = ("live", "attack")


def print_summary(summary: PrepareSummary, folder: Path) -> None:
    """Counts per split, class and species, beside the published ones; skips, problems, warnings."""
    name = f"{summary.dataset}: " if summary.dataset else ""
    title = f"{name}{summary.files} files, {summary.faces} faces in {folder}"
    table = Table(
        title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False
    )  # fits 80 columns
    for heading in ("split", "class", "PAI species"):
        table.add_column(heading, no_wrap=True)  # a name that is cut would be no name
    numbers = {"subjects": "people", "videos": "videos", "published": "published"}
    numbers |= {"faces": "faces", "nonresponse": "no face"}
    if not summary.published:
        del numbers["published"]
    for heading in numbers.values():
        table.add_column(heading, justify="right")
    for row in summary_rows(summary):
        shown = ("" if row.get(key) is None else str(row[key]) for key in numbers)
        table.add_row(row["split"], row["class"], row["pai"] or "", *shown)
    out.print(table)
    if summary.early:
        out.print(
            f"{summary.early} of the faces are early frames besides, of train videos; only "
            "protocols that train on those use them",
            highlight=False,
        )
    for status, (live, attack) in summary.skipped.items():
        out.print(f"skipped, {status}: {live + attack} ({live} live, {attack} attack)")
    _print_problems(summary.problems)
    for warning in summary.warnings:
        err.print(f"[yellow]warning:[/] {warning}")


def summary_rows(summary: PrepareSummary) -> Iterator[dict[str, Any]]:
    """A row for each split, class and species; of each class with several; of published sums."""
    for (split, label), group in groupby(summary.counts, lambda c: (c["split"], c["label"])):
        rows = [{**c, "class": CLASSES[label]} for c in group]
        stated = summary.published.get(split)
        published = (stated.attack if label else stated.live) if stated else None
        if len(rows) > 1:
            yield _sum(rows, split, CLASSES[label], published)
            yield from rows
        else:
            yield rows[0] | {"published": published}
    for split, stated in summary.published.items():
        inside = [c for c in summary.counts if split in ("all", c["split"])]
        if stated.live is None and stated.attack is None:
            yield _sum(inside, split, "all", stated.total)
        elif split == "all":
            yield _sum([c for c in inside if c["label"] == 0], split, "live", stated.live)
            yield _sum([c for c in inside if c["label"] == 1], split, "attack", stated.attack)


def _sum(
    rows: Sequence[dict[str, Any]], split: str, class_: str, published: int | None
) -> dict[str, Any]:
    sums = {k: sum(row[k] for row in rows) for k in ("videos", "faces", "nonresponse")}
    # people cannot be added up: most are in several rows
    return {"split": split, "class": class_, "pai": "all", "published": published, **sums}


def _print_problems(problems: Sequence[Problem]) -> None:
    by_kind = defaultdict(list)
    for problem in problems:
        by_kind[problem.kind].append(problem)
    for kind, title in TITLES.items():
        found = by_kind[kind]
        if not found:
            continue
        out.print(f"{title}: {len(found)}", style="yellow")
        for problem in found[:SHOWN]:
            detail = f" ({problem.detail})" if problem.detail else ""
            out.print(f"  {problem.name}{detail}", markup=False, highlight=False, soft_wrap=True)
        if len(found) > SHOWN:
            out.print(f"  and {len(found) - SHOWN} more ({SUMMARY} has all)", highlight=False)
