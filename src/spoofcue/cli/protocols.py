"""``spoofcue protocols``: what each protocol trains on, tunes on and is judged on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def protocols(
    name: Annotated[str | None, typer.Argument(help="A set, e.g. oulu-npu; none: all.")] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="Prepared folder to count; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the protocols; with --data, how many faces of each class and PAI they choose."""
    from spoofcue.benchmark.inventory import describe_set, read_folders
    from spoofcue.cli.console import print_json
    from spoofcue.cli.protocols_table import print_set, print_sets
    from spoofcue.protocols.reader import load_set, set_names

    rows = read_folders(data) if data else None
    if name is None and rows is None:
        sets = [load_set(n) for n in set_names()]
        if as_json:
            print_json([describe_set(s, None) for s in sets])
        else:
            print_sets(sets)
        return
    chosen = [load_set(name)] if name else [load_set(n) for n in set_names()]
    if name is None and rows is not None:
        present = set(rows["dataset"].drop_nulls())
        chosen = [s for s in chosen if s.datasets and set(s.datasets) <= present]
    told: list[dict[str, Any]] = [describe_set(s, rows) for s in chosen]
    if as_json:
        print_json(told)
    else:
        for one in told:
            print_set(one)
