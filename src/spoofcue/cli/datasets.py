"""``spoofcue datasets``: the published datasets that ``prepare`` knows."""

from __future__ import annotations

from typing import Any

import click

from spoofcue.cli.options import json_option
from spoofcue.data.recording import Published
from spoofcue.datasets.definition import Dataset
from spoofcue.datasets.registry import DATASETS


@click.command()
@json_option
def datasets(
    as_json: bool,
) -> None:
    """List the datasets that `prepare` reads: licence, counts, protocols and face boxes."""
    from rich.table import Table

    from spoofcue.cli.console import lines, print_json, say, show

    used = _protocols()
    if as_json:
        print_json([_plain(d, used[d.name]) for d in DATASETS.values()])
        return
    table = Table(title="live/attack recordings as published", show_lines=True)
    for name in ("dataset", "licence", "counts", "protocol sets", "boxes"):
        table.add_column(name, overflow="fold")
    for d in DATASETS.values():
        table.add_row(
            lines((d.name, d.title)),
            d.licence,
            lines(f"{split} {_counts(p)}" for split, p in d.published.items()),
            lines(used[d.name]) or "none; its own split",
            d.boxes or "none",
        )
    show(table)
    for d in DATASETS.values():
        if d.licence_url:
            say(f"{d.title}: {d.licence_url}")
    say("`spoofcue protocols NAME` shows the protocols of a set.")


def _protocols() -> dict[str, dict[str, list[str]]]:
    """Dataset -> the sets of protocols that use it -> their protocols."""
    from spoofcue.protocols.reader import load_set, set_names

    sets = [load_set(name) for name in set_names()]
    return {
        name: {s.name: list(s.protocols) for s in sets if name in s.datasets} for name in DATASETS
    }


def _counts(published: Published) -> str:
    if published.live is None or published.attack is None:
        return f"{published.total} in all"
    return f"{published.live}/{published.attack}"


def _plain(d: Dataset, protocols: dict[str, list[str]]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "name": d.name,
        "title": d.title,
        "licence": d.licence,
        "licence_url": d.licence_url,
        "layout": d.layout,
        "subjects": d.subjects,
        "published": {split: asdict(p) for split, p in d.published.items()},
        "protocols": protocols,
        "boxes": d.boxes or None,
        "margin": d.margin,
    }
