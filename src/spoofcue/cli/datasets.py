"""``spoofcue datasets``: the published datasets that ``prepare`` knows."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from spoofcue.data.published import Published
from spoofcue.datasets import DATASETS
from spoofcue.datasets.definition import Dataset


def datasets(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the datasets that `prepare` knows: who gives them, counts, protocols, boxes."""
    from rich.table import Table

    from spoofcue.cli.console import out, print_json

    if as_json:
        print_json([_plain(d) for d in DATASETS.values()])
        return
    table = Table(title="live/attack recordings as published", show_lines=True)
    for name in ("dataset", "licence", "counts", "protocols", "boxes"):
        table.add_column(name, overflow="fold")
    for d in DATASETS.values():
        table.add_row(
            f"{d.name}\n{d.title}",
            d.licence + (f"\n{d.licence_url}" if d.licence_url else ""),
            "\n".join(f"{split} {_counts(p)}" for split, p in d.published.items()),
            ", ".join(d.protocols),
            d.boxes or "none",
        )
    out.print(table)


def _counts(published: Published) -> str:
    if published.live is None or published.attack is None:
        return f"{published.total} in all"
    return f"{published.live}/{published.attack}"


def _plain(d: Dataset) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "name": d.name,
        "title": d.title,
        "licence": d.licence,
        "licence_url": d.licence_url,
        "layout": d.layout,
        "subjects": d.subjects,
        "published": {split: asdict(p) for split, p in d.published.items()},
        "protocols": list(d.protocols),
        "boxes": d.boxes or None,
        "margin": d.margin,
    }
