"""``spoofcue protocols``: protocols as tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from spoofcue.cli.console import lines, say, show
from spoofcue.cli.options import PATH, json_option
from spoofcue.protocols.definition import ProtocolSet
from spoofcue.protocols.fold import SPLITS


def print_sets(sets: Sequence[ProtocolSet]) -> None:
    """A line a set."""
    table = Table(
        "set", "what", "protocols (folds)", title="`spoofcue protocols NAME` shows one set"
    )
    for s in sets:
        names = [f"{p.name} ({len(p.folds)})" for p in s.protocols.values() if not p.optional]
        more = len(s.protocols) - len(names)
        table.add_row(s.name, s.title, ", ".join(names) + (f", {more} more" if more else ""))
    show(table)


def print_set(described: dict[str, Any]) -> None:
    """A table a protocol: every fold's selections, or counts where there are any."""
    say(f"{described['name']}: {described['title']}", style="bold")
    for protocol in described["protocols"]:
        judged = f"{protocol['report'].upper()}, species {protocol['species']}"
        title = f"{protocol['name']}: {protocol['title']} ({judged}, {protocol['threshold']})"
        table = Table("fold", *SPLITS, title=title, caption=protocol["note"])
        for fold in protocol["folds"]:
            table.add_row(fold["name"], *_cells(fold))
        show(table)
    for reason in (
        f["cannot"] for p in described["protocols"] for f in p["folds"] if "cannot" in f
    ):
        say(reason)
    for protocol in (p for p in described["protocols"] if p["lacks"]):
        say(f"{protocol['name']}: {protocol['lacks']}")
    say(described["compares"])


def _cells(fold: dict[str, Any]) -> list[Text | str]:
    if "cannot" in fold:
        return ["not in this data"] * len(SPLITS)
    counts = fold.get("counts")
    if counts:
        return [_counted(counts.get(split)) for split in SPLITS]
    return [_selected(fold["selection"][split]) for split in SPLITS]


def _selected(selection: dict[str, Any] | None) -> Text | str:
    if selection is None:
        return "none"
    return lines(f"{key}: {_short(value)}" for key, value in selection.items()) or "all"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{k} {_short(v)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _counted(counts: dict[str, Any] | None) -> Text | str:
    if counts is None:
        return "none"
    videos = f"{counts['live_videos']} + {counts['attack_videos']} videos"
    head = [f"{counts['people']} people, {videos}", f"live: {counts['live']}"]
    return lines([*head, *(f"{pai}: {number}" for pai, number in counts["pai"].items())])


@click.command()
@click.argument("name", required=False, help="A set of protocols, as oulu-npu. Default: all sets.")
@click.option(
    "--data",
    type=PATH,
    multiple=True,
    help="Prepared folder whose faces are counted; may be repeated. Default: no counts.",
)
@json_option
def protocols(
    name: str | None,
    data: tuple[Path, ...],
    as_json: bool,
) -> None:
    """List the protocols; with --data, count the faces of each class and PAI they select."""
    from spoofcue.cli.console import print_json
    from spoofcue.experiments.prepared import datasets_of, describe_set, scan_folders
    from spoofcue.protocols.reader import load_set, set_names

    rows = scan_folders(data) if data else None
    if name is None and rows is None:
        sets = [load_set(n) for n in set_names()]
        if as_json:
            print_json([describe_set(s, None) for s in sets])
        else:
            print_sets(sets)
        return
    chosen = [load_set(name)] if name else [load_set(n) for n in set_names()]
    if name is None and rows is not None:
        present = datasets_of(rows)
        chosen = [s for s in chosen if s.datasets and set(s.datasets) <= present]
    described: list[dict[str, Any]] = [describe_set(s, rows) for s in chosen]
    if as_json:
        print_json(described)
    else:
        for one in described:
            print_set(one)
