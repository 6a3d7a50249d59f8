"""Protocols as tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from spoofcue.cli.console import out
from spoofcue.protocols.definition import SPLITS, ProtocolSet


def print_sets(sets: Sequence[ProtocolSet]) -> None:
    """A line a set."""
    table = Table("set", "what", "protocols (folds)", title="spoofcue protocols NAME tells more")
    for s in sets:
        names = [f"{p.name} ({len(p.folds)})" for p in s.protocols.values() if not p.optional]
        more = len(s.protocols) - len(names)
        table.add_row(s.name, s.title, ", ".join(names) + (f", {more} more" if more else ""))
    out.print(table)


def print_set(told: dict[str, Any]) -> None:
    """Every fold's selections, or counts where there are any."""
    table = Table("fold", *SPLITS, title=f"{told['name']}: {told['title']}")
    for protocol in told["protocols"]:
        judged = f"{protocol['report'].upper()}, species {protocol['species']}"
        table.add_row(
            f"[bold]{protocol['name']}[/bold]", protocol["title"], judged, protocol["threshold"]
        )
        for fold in protocol["folds"]:
            if "cannot" in fold:
                table.add_row(f"  {fold['name']}", fold["cannot"])
                continue
            counts = fold.get("counts")
            cells = [
                _counted(counts.get(s)) if counts else _selected(fold["selection"][s])
                for s in SPLITS
            ]
            table.add_row(f"  {fold['name']}", *cells)
        table.add_section()
    out.print(table)
    for protocol in told["protocols"]:
        out.print(f"{protocol['name']}: {protocol['note']}", highlight=False)
    out.print(told["compares"], highlight=False)


def _selected(selection: dict[str, Any] | None) -> str:
    if selection is None:
        return "none"
    return "\n".join(f"{key}: {_short(value)}" for key, value in selection.items()) or "all"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{k} {_short(v)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _counted(counts: dict[str, Any] | None) -> str:
    if counts is None:
        return "none"
    videos = f"{counts['live_videos']} + {counts['attack_videos']} videos"
    lines = [f"{counts['people']} people, {videos}", f"live: {counts['live']}"]
    return "\n".join([*lines, *(f"{pai}: {number}" for pai, number in counts["pai"].items())])
