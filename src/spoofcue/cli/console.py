"""Progress bars, tables and JSON on the terminal; results on stdout, the rest on stderr."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

out = Console()
err = Console(stderr=True)


@contextmanager
def progress_bar(
    title: str, total: int, quiet: bool = False
) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr; yields a function that takes (done, all)."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=quiet) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done, all_: bar.update(task, completed=done, total=all_)


def print_json(value: Any) -> None:
    """One JSON document on stdout; dataclasses become objects, at any depth."""
    print(json.dumps(value, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
